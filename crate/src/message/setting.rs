//! What there is to set of a run, as the page's form and address need it.

use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::RunConfig;

/// What a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "snake_case")]
pub enum SettingKind {
    /// A number.
    Number,
    /// Text.
    Text,
    /// On or off.
    Flag,
    /// One of some.
    Choice,
}

/// Where a setting stands in the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "snake_case")]
pub enum SettingGroup {
    /// Beside the data.
    Data,
    /// Beside the network.
    Network,
    /// What an assignment usually asks of a run.
    Run,
    /// What is seldom set.
    More,
}

/// What a percent sign behind a number stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "snake_case")]
pub enum PercentKind {
    /// `20 %` is 20.
    Percentage,
    /// `20 %` is 0.2.
    Fraction,
}

/// One of the values of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct SettingChoice {
    /// In settings and addresses.
    pub value: String,
    /// Among words.
    pub words: String,
}

/// One setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct SettingFacts {
    /// Its name in the engine and in the address.
    pub key: String,
    /// Its accessible name.
    pub label: String,
    /// What it does, and what more or less of it brings.
    pub hint: String,
    /// Where it stands in the form.
    pub group: SettingGroup,
    /// What it takes.
    pub kind: SettingKind,
    /// The values of a choice, in the order in which they are offered.
    pub choices: Vec<SettingChoice>,
    /// Whether a number has no decimals, so that arrow keys step it.
    pub is_whole: bool,
    /// Where the arrow keys end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub least: Option<f64>,
    /// What a percent sign stands for; without it none is taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent: Option<PercentKind>,
    /// The setting whose value an empty field means.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stands_for: Option<String>,
}

/// All settings of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct SettingsFacts {
    /// In the form's order.
    pub settings: Vec<SettingFacts>,
    /// What a person who touched nothing trains with.
    pub defaults: RunConfig,
}
