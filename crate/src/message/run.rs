//! A run: what settings build, what is reported on the way, what comes of it.

use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::{ClassCounts, NormalisationSummary, RunHealth};

/// One linear layer of a planned network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct LayerSummary {
    /// Inputs of each unit.
    pub num_inputs: u32,
    /// Units.
    pub num_outputs: u32,
    /// Weights, biases and, with layer normalisation, gains and shifts.
    pub num_parameters: u32,
}

/// What settings will build, checked: shown before anything is trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct PlanSummary {
    /// The linear layers from the pixels to the classes.
    pub layers: Vec<LayerSummary>,
    /// Everything that is learned.
    pub num_parameters: u32,
    /// Images trained on.
    pub num_train: u32,
    /// Images held out.
    pub num_validation: u32,
    /// Training images of each class.
    pub train_counts: ClassCounts,
    /// Held-out images of each class.
    pub validation_counts: ClassCounts,
    /// How the pixels of the training part are normalised; none before there are data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normalisation: Option<NormalisationSummary>,
    /// Steps an epoch, the short last batch included.
    pub steps_per_epoch: u32,
    /// Multiply-adds of one step's matrix products, a full batch's; see
    /// [`crate::config::Plan::step_multiply_adds`].
    pub step_multiply_adds: f64,
    /// Remarks worth reading that are no errors.
    pub notes: Vec<String>,
}

/// A moment inside an epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct Progress {
    /// The epoch under way, from 1.
    pub epoch: u32,
    /// Epochs planned.
    pub num_epochs: u32,
    /// Steps done since the run began.
    pub step: u32,
    /// Steps planned for the whole run.
    pub num_steps: u32,
    /// Steps an epoch.
    pub steps_per_epoch: u32,
    /// Whether this moment belongs to the validation pass after the epoch's steps.
    pub validating: bool,
    /// Mean training loss over this epoch's samples so far (nats).
    pub train_loss: f64,
    /// Share of this epoch's training samples so far that were right, 0 to 1.
    pub train_accuracy: f64,
    /// Training samples a second, lately.
    pub samples_per_sec: f64,
    /// Seconds computed since the run began; pauses do not count.
    pub elapsed_secs: f64,
    /// Seconds left at the present speed.
    pub remaining_secs: f64,
}

/// One finished epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct EpochRecord {
    /// The epoch, from 1.
    pub epoch: u32,
    /// Steps done since the run began.
    pub step: u32,
    /// Sample-weighted mean of the batches' losses, dropout on (nats).
    pub train_loss: f64,
    /// Share of the epoch's training samples that were right, 0 to 1.
    pub train_accuracy: f64,
    /// Mean loss over the held-out part, dropout off (nats).
    pub validation_loss: f64,
    /// Share of the held-out part that is right, 0 to 1.
    pub validation_accuracy: f64,
    /// Seconds computed since the run began.
    pub elapsed_secs: f64,
    /// Seconds of those spent in training steps, validation left out.
    pub train_secs: f64,
    /// Mean loss of the training sample measured as validation is (nats), as in
    /// [`CleanFigures`]; none where [`RunConfig::clean_curve`] did not ask for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clean_loss: Option<f64>,
    /// Share of that sample that is right, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clean_accuracy: Option<f64>,
}

/// A model on a fixed sample of the images it was trained on, measured as validation
/// is: dropout off, no distortion, the weights as they stand. The sample is the first
/// images of the split's training order, as many as are held out or all there are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Tsify)]
pub struct CleanFigures {
    /// Images of the sample.
    pub num_images: u32,
    /// Share of them that is right, 0 to 1.
    pub accuracy: f64,
    /// Their mean loss (nats).
    pub loss: f64,
}

/// What a run failed of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The loss was not a number.
    NotANumber,
    /// The loss was infinite.
    Infinite,
}

/// Where a run's loss stopped being a finite number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct Failure {
    /// What the loss was.
    pub kind: FailureKind,
    /// The epoch under way, from 1.
    pub epoch: u32,
    /// The step, from 1 since the run began.
    pub step: u32,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// All epochs were trained.
    Finished,
    /// A person stopped it; the model is as it stood.
    Stopped,
    /// The loss was no longer a number; the model is that of the last good epoch.
    Failed,
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct RunResult {
    /// How it ended.
    pub outcome: Outcome,
    /// Why it failed, in one sentence that follows from `failure`; empty otherwise.
    pub reason: String,
    /// What it failed of; none otherwise, and in runs older than this field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// The backend that ran: `ndarray` or `webgpu`.
    pub backend: String,
    /// The finished epochs in order.
    pub history: Vec<EpochRecord>,
    /// Steps done.
    pub num_steps: u32,
    /// Images held out.
    pub num_validation: u32,
    /// Accuracy of the model as it now stands on the held-out part, 0 to 1.
    pub validation_accuracy: f64,
    /// Its loss there (nats).
    pub validation_loss: f64,
    /// Lower end of the 95 % Wilson score interval of that accuracy.
    pub interval_low: f64,
    /// Upper end of it.
    pub interval_high: f64,
    /// The epoch with the highest validation accuracy (0 if none finished).
    pub best_epoch: u32,
    /// That epoch's validation accuracy.
    pub best_validation_accuracy: f64,
    /// The epoch whose model it is, where [`RunConfig::keep_best`] asked for the best one and
    /// one was finished; none for the model as it came to stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_epoch: Option<u32>,
    /// Training minus validation accuracy: of `clean` where it is known, else of the
    /// last finished epoch, whose training accuracy is a mean over the epoch's steps
    /// as they trained.
    pub generalisation_gap: f64,
    /// Seconds computed.
    pub elapsed_secs: f64,
    /// Training samples a second over the whole run, validation left out.
    pub samples_per_sec: f64,
    /// The model's parameters as 16 hexadecimal digits: the data set's checksum over
    /// their `f32` bytes, little-endian, in [`crate::nn::layout::Layout`]'s order. Equal
    /// digits mean equal bits. Empty in runs of versions that did not take it.
    #[serde(default)]
    pub weights_checksum: String,
    /// The version of Inkling that trained; empty in runs older than this field.
    #[serde(default)]
    pub version: String,
    /// The version of the bits that settings and data give on the CPU, see
    /// [`crate::math::NUMERICS_VERSION`]. 1 in runs older than this field, all of which
    /// are of the first one.
    #[serde(default = "first_numerics_version")]
    pub numerics_version: u32,
    /// Which held-out images the model that is left reads right: a bit each, in the
    /// order of the split's validation part, the first in the lowest bit of the first
    /// byte; as base64 with padding. Empty where it is not known.
    #[serde(default)]
    pub correct: String,
    /// The model that is left on images it was trained on; none where not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clean: Option<CleanFigures>,
    /// How healthy its layers are; none where not known, as of a run that was stopped, of one
    /// too short or of a network too large to measure that beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<RunHealth>,
    /// How the pixels of the training part were normalised, where that is not MNIST's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normalisation: Option<NormalisationSummary>,
}

fn first_numerics_version() -> u32 {
    1
}

/// What a slice of work reports. `Ended` comes last and once.
// There is one end a run, moved once: a box would only be in the way.
#[allow(clippy::large_enum_variant)]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// The run moved on.
    Progress(Progress),
    /// An epoch and its validation are done.
    Epoch(EpochRecord),
    /// The run is over.
    Ended(RunResult),
}
