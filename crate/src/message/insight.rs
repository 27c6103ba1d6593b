//! What is said of a study: sentences by rules, each with the numbers it rests on.

use serde::{Deserialize, Serialize};
use tsify::Tsify;

/// What an insight is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "snake_case")]
pub enum InsightKind {
    /// One value stands above all others by more than the noise.
    Winner,
    /// No value does.
    NoWinner,
    /// Which values fall behind.
    Ranking,
    /// How large a difference has to be to count.
    Noise,
    /// A difference that the last epoch alone makes: of it nothing is claimed.
    Swing,
    /// By how much the highest figure flatters, being the highest.
    Selection,
    /// A value that was still learning when its epochs ended.
    StillFalling,
    /// A loss that went up and down.
    Oscillation,
    /// A loss that ended as no number, or never left the chance level.
    Divergence,
    /// What the layers of a value that lost show.
    Health,
    /// Validation loss that rose while training loss fell.
    Overfitting,
    /// Steps an epoch against accuracy.
    Updates,
    /// Seconds an epoch.
    Speed,
    /// Rate and batch size in proportion.
    LinearScaling,
    /// Training minus validation accuracy.
    Gap,
    /// Accuracy of one setting against the other.
    Effect,
    /// What was held still, and suits each value otherwise.
    Held,
    /// Parameters against accuracy.
    Size,
    /// Runs that are left out, and why.
    Missing,
    /// What to try next.
    Next,
}

/// A number that an insight rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct InsightNumber {
    /// What it is, with its unit.
    pub name: String,
    /// The number.
    pub value: f64,
}

/// One sentence or two written by rules from the figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct Insight {
    /// What it is about.
    pub kind: InsightKind,
    /// What it says.
    pub sentence: String,
    /// What it rests on.
    pub numbers: Vec<InsightNumber>,
}
