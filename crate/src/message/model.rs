//! A model that came from a file, in words.

use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::{Activation, LayerSummary, TaskSummary};

/// A model in figures: all that one needs to know to use its flat parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct ModelSummary {
    /// The linear layers from the pixels to the classes; none of a committee, whose members
    /// have their own.
    pub layers: Vec<LayerSummary>,
    /// Everything that was learned, by all members together.
    pub num_parameters: u32,
    /// Probability with which hidden units were dropped in training, 0 where the
    /// file does not say; reading does not depend on it.
    pub dropout: f64,
    /// What each hidden unit makes of its sum; ReLU where the file does not say.
    #[serde(default)]
    pub activation: Activation,
    /// Layer normalisation between each hidden linear layer and its activation.
    pub layer_norm: bool,
    /// What it was trained to tell apart, its normalisation included.
    pub task: TaskSummary,
    /// What is taken from a pixel, as a share of 255; 0 of a committee.
    pub pixel_mean: f64,
    /// What that is divided by; 1 of a committee.
    pub pixel_std: f64,
    /// The networks of a committee, in the order in which their flat parameters follow each
    /// other; empty for a network that stands alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<MemberSummary>,
}

/// A network of a committee, in words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct MemberSummary {
    /// Its own shape and normalisation.
    pub model: ModelSummary,
    /// Checksum of its parameters' bits, as a run's card has it.
    pub weights_checksum: String,
    /// Which run it came from, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<MemberOrigin>,
}

/// Which run a member of a committee came from, and which images that run held out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct MemberOrigin {
    /// What the run is called.
    pub name: String,
    /// Its id.
    pub run: String,
    /// The data that it was trained on.
    pub data_name: String,
    /// Their checksum.
    pub data_checksum: String,
    /// Seed of their split.
    pub split_seed: u32,
    /// Share of the rows held out, as `RunConfig` has it.
    pub validation_share: f64,
}
