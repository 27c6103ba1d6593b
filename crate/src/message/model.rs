//! A model that came from a file, in words.

use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::LayerSummary;

/// What a model's file holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct ModelSummary {
    /// The linear layers from the pixels to the ten classes.
    pub layers: Vec<LayerSummary>,
    /// Everything that was learned.
    pub num_parameters: u32,
    /// Probability with which hidden units were dropped in training, 0 where the
    /// file does not say; reading does not depend on it.
    pub dropout: f64,
    /// Layer normalisation between each hidden linear layer and its ReLU.
    pub layer_norm: bool,
}
