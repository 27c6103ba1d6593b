//! A study: one factor varied, everything else held, and what came of it.
//!
//! [`StudyConfig`] is what a person typed, [`StudyPlan`] what it means,
//! [`StudyRecord`] the plan with its runs: it is kept, exported, and the one
//! source of the table, the insights and the report.

use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::{AssignedStudy, DataSummary, EpochRecord, Insight, RunConfig, RunResult};

/// What a study varies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// Step size.
    #[default]
    LearningRate,
    /// Images a step.
    BatchSize,
    /// Probability that a hidden unit is dropped.
    Dropout,
    /// Layer normalisation off or on.
    LayerNorm,
    /// Widths of the hidden layers.
    HiddenLayers,
    /// Dropout crossed with layer normalisation, which courses ask for.
    DropoutLayerNorm,
    /// The rule of a step.
    Optimiser,
    /// What a hidden unit makes of its sum.
    Activation,
    /// How the first weights are drawn.
    Initialisation,
    /// How the learning rate moves in a run.
    Schedule,
    /// Share of a step carried into the next.
    Momentum,
    /// L2 penalty.
    WeightDecay,
    /// Probability that a pixel is dropped.
    InputDropout,
    /// Longest that a hidden unit's incoming weights may be.
    MaxNorm,
    /// Share of each target that is spread over all classes.
    LabelSmoothing,
    /// Any two settings crossed: [`StudyPlan::crossed`] says which.
    TwoFactors,
}

/// How a factor's values lie on an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "snake_case")]
pub enum AxisScale {
    /// By the logarithm of the value.
    Log,
    /// By the value.
    Linear,
    /// Side by side, in order.
    Category,
}

/// A factor in words, for a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct FactorFacts {
    /// Which one.
    pub factor: Factor,
    /// Its name as a choice among others.
    pub label: String,
    /// The values that are proposed, as they are typed.
    pub values: String,
    /// What stands between two of them.
    pub separator: String,
    /// What more or less of it brings, in a sentence or two.
    pub hint: String,
    /// The fields of [`RunConfig`] that it varies.
    pub settings: Vec<String>,
}

/// What a form of studies says and allows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct StudyFacts {
    /// What there is to vary, in the order to offer it.
    pub factors: Vec<FactorFacts>,
    /// Most values of a study.
    pub most_values: u32,
    /// Most seeds a value.
    pub most_seeds: u32,
    /// Most runs at a time.
    pub most_workers: u32,
    /// The studies that assignments usually ask for, in their order.
    pub usual: Vec<AssignedStudy>,
}

/// A study as a person typed it: unchecked, numbers may be `NaN`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, Tsify)]
#[serde(default)]
pub struct StudyConfig {
    /// What is varied.
    pub factor: Factor,
    /// Its values, separated by commas (shapes by semicolons); empty for the
    /// factor's default values.
    pub values: String,
    /// Runs a value, 1 to 10, each with the next seed from the baseline's.
    pub seeds_per_value: f64,
    /// Runs at a time, 1 to 64.
    pub workers: f64,
    /// Whether the split follows each run's seed too. If not, runs under several seeds
    /// share the baseline's split.
    pub vary_split: bool,
    /// Everything else.
    pub baseline: RunConfig,
}

/// One value of the factor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct StudyValue {
    /// As the legend and the table show it.
    pub label: String,
    /// Where it lies on the factor's axis; for [`AxisScale::Category`] its position.
    pub axis: f64,
}

/// One run of a study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct RunSpec {
    /// Index of its value in [`StudyPlan::values`].
    pub value_index: u32,
    /// Its value as shown.
    pub label: String,
    /// Its value on the axis.
    pub axis: f64,
    /// Its seed.
    pub seed: u32,
    /// Its settings in full.
    pub config: RunConfig,
    /// What it will take, relative to the other runs of the study (no unit).
    pub cost: f64,
}

/// A study that can be run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct StudyPlan {
    /// What is varied.
    pub factor: Factor,
    /// The settings that [`Factor::TwoFactors`] crosses, by their fields; empty for others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub crossed: Vec<String>,
    /// The factor in words, such as `learning rate`.
    pub factor_name: String,
    /// How its values lie on an axis.
    pub axis_scale: AxisScale,
    /// The values in the order of the axis.
    pub values: Vec<StudyValue>,
    /// The seeds, the baseline's first.
    pub seeds: Vec<u32>,
    /// The runs: value by value, within a value seed by seed.
    pub runs: Vec<RunSpec>,
    /// Indices into `runs` in the order to start them, the longest first.
    pub order: Vec<u32>,
    /// Runs at a time.
    pub workers: u32,
    /// Whether runs under several seeds differ in their split too; never with one seed.
    #[serde(default)]
    pub vary_split: bool,
    /// Everything that is not varied.
    pub baseline: RunConfig,
    /// Remarks worth reading that are no errors.
    pub notes: Vec<String>,
}

/// Where a run of a study stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Not yet begun.
    #[default]
    Waiting,
    /// Under way.
    Running,
    /// All epochs trained.
    Finished,
    /// The loss was no longer a number.
    Diverged,
    /// A person ended it, or the page was closed.
    Stopped,
    /// Its worker failed; see the reason.
    Crashed,
}

/// A run of a study and what is known of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct StudyRun {
    /// What was to be run.
    pub spec: RunSpec,
    /// Where it stands.
    pub state: RunState,
    /// Why it did not finish, in one sentence; empty otherwise.
    pub reason: String,
    /// Its finished epochs.
    pub history: Vec<EpochRecord>,
    /// What came of it, once it is over (none after a crash).
    pub result: Option<RunResult>,
}

/// A study with its runs, as it is kept and exported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct StudyRecord {
    /// Version of this format, at present 2.
    pub format_version: u32,
    /// Unique among a person's studies.
    pub id: String,
    /// Its name, which a person may change.
    pub name: String,
    /// When it was begun, ISO 8601.
    pub created: String,
    /// The version of Inkling that ran it.
    pub version: String,
    /// What it was trained on.
    pub data: DataSummary,
    /// What was to be run.
    pub plan: StudyPlan,
    /// The runs, in the plan's order.
    pub runs: Vec<StudyRun>,
    /// Seconds from the first start to the last end.
    pub wall_secs: f64,
    /// The person's own remarks; paragraphs separated by blank lines.
    pub remarks: String,
    /// What its winner came to on images that no run had seen, once that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub final_test: Option<FinalTest>,
}

/// The one look at a test set: the value that validation chose, read by the models of
/// its finished runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct FinalTest {
    /// Index of the value in [`StudyPlan::values`].
    pub value_index: u32,
    /// The test set.
    pub test_set: DataSummary,
    /// What each finished run of the value came to, in the plan's order.
    pub runs: Vec<FinalTestRun>,
    /// When it was first asked for, ISO 8601.
    pub tested_at: String,
    /// How often it was asked for, the first time included: from the second look on the
    /// test set is no longer one that nothing was chosen by.
    pub num_looks: u32,
}

/// A run of the winner on the test set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct FinalTestRun {
    /// Index into [`StudyRecord::runs`].
    pub run_index: u32,
    /// Images read right.
    pub num_correct: u32,
    /// Images read.
    pub num_rows: u32,
    /// Share that was right, 0 to 1.
    pub accuracy: f64,
    /// Mean cross-entropy (nats).
    pub loss: f64,
}

/// A row of the comparison: one value of the factor, its seeds taken together.
/// Shares are 0 to 1. Absent where no run of the value gives it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct ValueFigures {
    /// Index of the value in [`StudyPlan::values`].
    pub value_index: u32,
    /// The value as shown.
    pub label: String,
    /// The value on the axis.
    pub axis: f64,
    /// Runs planned.
    pub num_runs: u32,
    /// Runs that trained all their epochs: the figures are of these.
    pub num_finished: u32,
    /// Runs whose loss ended as no number, or stayed at the chance level.
    pub num_diverged: u32,
    /// Runs that did not finish for another reason.
    pub num_missing: u32,
    /// Mean validation accuracy after the last epoch.
    pub final_accuracy: Option<f64>,
    /// Its standard deviation over seeds (n − 1), from two finished runs.
    pub final_deviation: Option<f64>,
    /// Lower end of the 95 % interval of the mean of many such runs. What varies in it is
    /// what varies between the runs: the training seed; with a split for each seed, or
    /// with one run, the images too.
    pub interval_low: Option<f64>,
    /// Upper end of it.
    pub interval_high: Option<f64>,
    /// Mean of the runs' best validation accuracies.
    pub best_accuracy: Option<f64>,
    /// Mean epoch of those.
    pub best_epoch: Option<f64>,
    /// Mean of training minus validation accuracy after the last epoch.
    pub gap: Option<f64>,
    /// Mean validation loss after the last epoch (nats).
    pub final_loss: Option<f64>,
    /// Mean number of epochs until the validation accuracy was 90 %, where
    /// every finished run got there.
    pub epochs_to_90: Option<f64>,
    /// The same for 95 %.
    pub epochs_to_95: Option<f64>,
    /// Mean seconds computed.
    pub secs: Option<f64>,
    /// Mean training samples a second.
    pub samples_per_sec: Option<f64>,
    /// How the value fared, in one or two words.
    pub state: String,
}

/// The figures and the sentences of a study, made together so that they agree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct StudyReading {
    /// The comparison, a row a value, in the plan's order.
    pub figures: Vec<ValueFigures>,
    /// The sentences, in the order to read them.
    pub insights: Vec<Insight>,
    /// What a final test would be of, once every run is over.
    pub winner: Option<Winner>,
    /// What the final test came to, in sentences; none where there was none.
    pub final_test: Vec<String>,
}

/// The value that did best on validation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct Winner {
    /// Index of the value in [`StudyPlan::values`].
    pub value_index: u32,
    /// The value as shown.
    pub label: String,
    /// Its finished runs, indices into [`StudyRecord::runs`].
    pub runs: Vec<u32>,
}
