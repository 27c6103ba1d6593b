//! The range test of learning rates: what it measures and what is read from it.

use serde::Serialize;
use tsify::Tsify;

/// One step of the range test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Tsify)]
pub struct RatePoint {
    /// Step size that this step was taken with.
    pub rate: f64,
    /// Mean cross-entropy of its batch before the step, in nats.
    pub loss: f64,
    /// The same, averaged over the steps before it.
    pub smoothed_loss: f64,
}

/// A range test as it stands, and what is read from it once it is over.
#[derive(Debug, Clone, PartialEq, Serialize, Tsify)]
pub struct RateReading {
    /// Its steps, by growing rate.
    pub points: Vec<RatePoint>,
    /// Steps that it takes unless the loss goes up before.
    pub num_steps: u32,
    /// Whether it has ended.
    pub is_over: bool,
    /// Whether it ended before its last step, at a loss beyond all use.
    pub is_cut: bool,
    /// What is read from it; nothing before its end, nor where no rate lowers the loss.
    pub found: Option<RatesFound>,
}

/// What a range test says of rates.
#[derive(Debug, Clone, PartialEq, Serialize, Tsify)]
pub struct RatesFound {
    /// Where the smoothed loss begins to fall steeply.
    pub steep_from: f64,
    /// Where it stops doing so.
    pub steep_to: f64,
    /// Rates worth a study, rising: five, or fewer where two would be written alike.
    pub rates: Vec<f64>,
}
