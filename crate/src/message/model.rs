//! A model that came from a file, in words.

use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::{Activation, LayerSummary, TaskSummary};

/// A model in figures: all that one needs to know to use its flat parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct ModelSummary {
    /// The linear layers from the pixels to the classes.
    pub layers: Vec<LayerSummary>,
    /// Everything that was learned.
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
    /// What is taken from a pixel, as a share of 255.
    pub pixel_mean: f64,
    /// What that is divided by.
    pub pixel_std: f64,
}
