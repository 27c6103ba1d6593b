//! A hand-in that is trained again: what it holds, what is asked of whoever trains it, and
//! what is found of it.

use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::{Assignment, DataSummary, RunConfig, RunResult};

/// Bounds of a zip that is read as a hand-in: anyone may have made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct HandInLimits {
    /// Entries of a zip.
    pub most_entries: u32,
    /// Bytes of a zip.
    pub most_packed: u32,
    /// Bytes of one of its texts once unpacked.
    pub most_unpacked: u32,
}

/// A hand-in as its zip holds it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Tsify)]
#[serde(default)]
pub struct HandInFiles {
    /// What it is called among the others.
    pub zip: String,
    /// Its entries, by their path.
    pub names: Vec<String>,
    /// `metrics.json`; none where it has none, and so with the next five.
    pub metrics_json: Option<String>,
    /// `summary.csv`.
    pub summary_csv: Option<String>,
    /// `metrics.csv`.
    pub metrics_csv: Option<String>,
    /// `analysis.ipynb`.
    pub analysis_ipynb: Option<String>,
    /// `report.md`.
    pub report_md: Option<String>,
    /// `settings.json`.
    pub settings_json: Option<String>,
}

/// How hand-ins are to be checked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct CheckWish {
    /// Checksum of the data that runs are trained on again.
    pub data: String,
    /// Images of those data.
    pub num_rows: u32,
    /// What else is known of them; none where nothing is to be compared with it.
    #[serde(default)]
    pub summary: Option<DataSummary>,
    /// Runs of each hand-in to train again; none for all.
    #[serde(default)]
    pub sample: Option<u32>,
    /// Steps that the runs of one hand-in may take.
    pub budget: f64,
    /// What was asked for; none for the usual assignment.
    #[serde(default)]
    pub assignment: Option<Assignment>,
}

/// A run as a hand-in tells of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct HandedRun {
    /// Such as `baseline` or `study 2, run 3`.
    pub place: String,
    /// Checksum of what it was trained on.
    pub data: String,
    /// Its settings as they are told.
    pub config: RunConfig,
    /// What came of it, as it is told.
    pub result: RunResult,
    /// Whether it is to be trained again.
    pub is_asked: bool,
    /// The settings to train with, on the CPU.
    pub again: RunConfig,
    /// Epochs to train; the run's own end may come first.
    pub num_epochs: u32,
    /// Steps of those epochs, at most; one of more than ten times the default settings' work
    /// counts as so much more.
    pub num_steps: f64,
    /// What it will take, relative to other runs (no unit).
    pub cost: f64,
    /// Equal for runs that need be trained once only.
    pub key: String,
}

/// What a hand-in holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct HandIn {
    /// What it is called among the others.
    pub zip: String,
    /// Why it cannot be read or is not trained again; empty where it can.
    pub fault: String,
    /// Who hands it in, as it says.
    pub ids: Vec<String>,
    /// Its runs.
    pub runs: Vec<HandedRun>,
    /// Checksums of its models: those of its finished runs.
    pub weights: Vec<String>,
    /// Figures that do not follow from its own records, each by its place.
    pub foreign: Vec<String>,
    /// What a whole hand-in has and this one has not, each in a few words.
    pub missing: Vec<String>,
    /// Seeds and settings that the assignment gives and this one has otherwise, likewise.
    pub otherwise: Vec<String>,
    /// The version of the rules by which its intervals and sentences were worked out, where it
    /// is not this Inkling's: then they are not compared.
    #[serde(default)]
    pub other_rules: Option<f64>,
    /// Steps of the runs that are to be trained again.
    pub num_steps: f64,
    /// In words, that these are more than its budget; empty where they are not.
    pub over_budget: String,
}

/// A run that was trained again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct TrainedAgain {
    /// [`HandedRun::key`].
    pub key: String,
    /// What came of it; none where it could not be trained.
    #[serde(default)]
    pub result: Option<RunResult>,
    /// Why it could not; empty where it was.
    #[serde(default)]
    pub why: String,
}

/// The models of a hand-in, by their checksums.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct HandInWeights {
    /// [`HandIn::zip`].
    pub zip: String,
    /// Of its finished runs.
    pub weights: Vec<String>,
}

/// What a hand-in is judged by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct JudgeRequest {
    /// The hand-in.
    pub hand_in: HandIn,
    /// Checksum of the data that runs were trained on again.
    pub data: String,
    /// Its runs, trained again.
    pub again: Vec<TrainedAgain>,
    /// The hand-ins of the class.
    pub class: Vec<HandInWeights>,
}

/// What is found of a run or a hand-in, in one word; the sentence stands beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "snake_case")]
pub enum VerdictKind {
    /// To the last bit what its settings give.
    Same,
    /// That too, and so is another hand-in's.
    EqualWeights,
    /// That too, of seeds or settings that the assignment does not give.
    Otherwise,
    /// Within the tolerance of what the CPU gives.
    NearWebgpu,
    /// Not what its settings give.
    Differs,
    /// Its own figures contradict each other.
    Foreign,
    /// Of other data than were given.
    OtherData,
    /// Not comparable: of another version, say.
    NotComparable,
    /// Not looked at.
    NotAsked,
    /// No hand-in.
    Unreadable,
}

/// What is found of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct RunVerdict {
    /// [`HandedRun::place`].
    pub run: String,
    /// What is found.
    pub kind: VerdictKind,
    /// The same in words.
    pub verdict: String,
    /// Other hand-ins that hold the same model.
    pub equal_weights: Vec<String>,
    /// The settings as a query of the page's address.
    pub query: String,
    /// The command that repeats it.
    pub repeat: String,
}

/// What is found of a hand-in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct HandInVerdict {
    /// [`HandIn::zip`].
    pub zip: String,
    /// What is found.
    pub kind: VerdictKind,
    /// The same in words.
    pub verdict: String,
    /// Who hands it in, as it says.
    pub ids: Vec<String>,
    /// Of each run.
    pub runs: Vec<RunVerdict>,
    /// [`HandIn::foreign`].
    pub foreign_figures: Vec<String>,
    /// [`HandIn::missing`] and [`HandIn::otherwise`].
    pub missing: Vec<String>,
}

/// What is found of a class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct ClassVerdicts {
    /// Of each hand-in.
    pub hand_ins: Vec<HandInVerdict>,
}

/// The same for one hand-in as a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct ClassFile {
    /// A name that is safe in any folder.
    pub name: String,
    /// What it holds.
    pub text: String,
}

/// What is found of a class, as files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct ClassFiles {
    /// A row a run, and one for a hand-in without any.
    pub csv: String,
    /// Gradescope's `results.json` of each hand-in.
    pub results: Vec<ClassFile>,
}
