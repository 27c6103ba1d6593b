//! How well a model reads a labelled set, in figures.

use serde::{Deserialize, Deserializer, Serialize};
use tsify::Tsify;

/// A number that may be `NaN`, for which JSON has null.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or(f64::NAN))
}

/// One class's figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct ClassFigures {
    /// The class, an index into the task's.
    #[serde(alias = "digit")]
    pub class: u8,
    /// Images of it.
    pub num_rows: u32,
    /// Share of what was read as this class that is it; `NaN` if nothing was.
    #[serde(deserialize_with = "number")]
    pub precision: f64,
    /// Share of this class's images that were read as it; `NaN` without images.
    #[serde(deserialize_with = "number")]
    pub recall: f64,
    /// Harmonic mean of the two; `NaN` where both are undefined.
    #[serde(deserialize_with = "number")]
    pub f1: f64,
}

/// Readings of about the same certainty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct CalibrationBin {
    /// Lower bound of the highest probability, exclusive (0 belongs to the first).
    pub low: f64,
    /// Upper bound, inclusive.
    pub high: f64,
    /// Images whose highest probability lies between them.
    pub num_rows: u32,
    /// Mean of those probabilities; `NaN` in an empty bin.
    #[serde(deserialize_with = "number")]
    pub confidence: f64,
    /// Share of those images that were right; `NaN` in an empty bin.
    #[serde(deserialize_with = "number")]
    pub accuracy: f64,
}

/// What a model makes of a labelled set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct Evaluation {
    /// Images read.
    pub num_rows: u32,
    /// Images read right.
    pub num_correct: u32,
    /// Share that was right, 0 to 1.
    pub accuracy: f64,
    /// Mean cross-entropy (nats).
    pub loss: f64,
    /// Lower end of the 95 % Wilson score interval of the accuracy.
    pub interval_low: f64,
    /// Upper end of it.
    pub interval_high: f64,
    /// A count for each pair of the `n` classes: images of `t` read as `s` at `n·t + s`.
    pub confusion: Vec<u32>,
    /// Figures of the classes, in order.
    pub classes: Vec<ClassFigures>,
    /// Fifteen bins of certainty.
    pub calibration: Vec<CalibrationBin>,
    /// Expected calibration error over those bins (Guo et al. 2017), 0 to 1.
    pub calibration_error: f64,
}
