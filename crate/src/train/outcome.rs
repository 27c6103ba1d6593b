//! What came of a run, in figures: worked out of its finished epochs and of the
//! model that is left, in one way wherever the run ended. Knows no device.

use super::checkpoint::Checkpoint;
use crate::config::Plan;
use crate::data::Normalisation;
use crate::error::{Error, Result};
use crate::math::NUMERICS_VERSION;
use crate::message::{
    CleanFigures, EpochRecord, Failure, FailureKind, Outcome, RunHealth, RunResult,
};
use crate::nn::weights;
use crate::statistics::proportion::wilson;

/// A run that is over.
pub(super) struct Ending<'a> {
    pub(super) outcome: Outcome,
    /// Why it failed, if it did.
    pub(super) failure: Option<Failure>,
    /// The backend that ran.
    pub(super) backend: &'a str,
    /// The finished epochs in order.
    pub(super) history: &'a [EpochRecord],
    /// Steps done.
    pub(super) num_steps: u32,
    /// Images held out.
    pub(super) num_validation: u32,
    /// Accuracy of `parameters` on those images, 0 to 1.
    pub(super) validation_accuracy: f64,
    /// Their loss there (nats).
    pub(super) validation_loss: f64,
    /// Seconds computed.
    pub(super) elapsed_secs: f64,
    /// Seconds of those spent in training steps.
    pub(super) train_secs: f64,
    /// Images trained on, each as often as it was.
    pub(super) num_trained: u64,
    /// The flat parameters of the model that is left.
    pub(super) parameters: &'a [f32],
    /// Which held-out images it reads right, as [`RunResult::correct`] has them.
    pub(super) correct: String,
    /// That model on images it was trained on, where it was measured.
    pub(super) clean: Option<CleanFigures>,
    /// How healthy its layers are, where that was measured.
    pub(super) health: Option<RunHealth>,
    /// The epoch whose model it is, where that is the best one.
    pub(super) kept_epoch: Option<u32>,
    /// How the pixels of the training part were normalised.
    pub(super) normalisation: Normalisation,
}

impl Ending<'_> {
    /// The run's figures.
    pub(super) fn result(self) -> RunResult {
        let accuracy = self.validation_accuracy;
        let (interval_low, interval_high) = wilson(accuracy, f64::from(self.num_validation));
        // The first of equal epochs counts as the best: the cheapest to repeat.
        let best =
            self.history
                .iter()
                .fold(None, |best: Option<&EpochRecord>, record| match best {
                    Some(best) if best.validation_accuracy >= record.validation_accuracy => {
                        Some(best)
                    }
                    _ => Some(record),
                });
        RunResult {
            outcome: self.outcome,
            reason: self.failure.map_or(String::new(), |failure| {
                failure.sentence(self.history.len())
            }),
            failure: self.failure,
            backend: self.backend.into(),
            history: self.history.to_vec(),
            num_steps: self.num_steps,
            num_validation: self.num_validation,
            validation_accuracy: accuracy,
            validation_loss: self.validation_loss,
            interval_low,
            interval_high,
            best_epoch: best.map_or(0, |record| record.epoch),
            best_validation_accuracy: best.map_or(accuracy, |record| record.validation_accuracy),
            kept_epoch: self.kept_epoch,
            generalisation_gap: generalisation_gap(self.clean, accuracy, self.history),
            elapsed_secs: self.elapsed_secs,
            samples_per_sec: self.num_trained as f64 / self.train_secs.max(1e-9),
            weights_checksum: weights::checksum(self.parameters),
            version: env!("CARGO_PKG_VERSION").into(),
            numerics_version: NUMERICS_VERSION,
            correct: self.correct,
            clean: self.clean,
            health: self.health,
            normalisation: (self.normalisation != Normalisation::MNIST)
                .then(|| self.normalisation.into()),
        }
    }
}

impl Checkpoint {
    /// The result of a run that was ended from outside, on `backend` with
    /// `num_validation` images held out, after this checkpoint was taken: that of
    /// its last finished epoch, whose model this is. It counts as finished if no
    /// epoch was left, as where [`super::trainer::Trainer::restore`] goes on.
    ///
    /// # Errors
    /// When no epoch was finished: then there is a beginning and no result.
    pub fn stopped_result(&self, backend: &str, num_validation: u32) -> Result<RunResult> {
        let last = self.history.last().ok_or_else(|| {
            Error::data(
                "checkpoint, finished epochs",
                "none",
                "at least one, for a result",
            )
        })?;
        let plan = Plan::try_from(&self.config)?;
        let is_finished =
            self.history.len() >= plan.num_epochs as usize || plan.has_lost_patience(&self.history);
        let best = self.best.as_ref();
        let of_model = best.map_or(last, |best| &self.history[best.epoch as usize - 1]);
        let ending = Ending {
            outcome: if is_finished {
                Outcome::Finished
            } else {
                Outcome::Stopped
            },
            failure: None,
            backend,
            history: &self.history,
            num_steps: self.step,
            num_validation,
            validation_accuracy: of_model.validation_accuracy,
            validation_loss: of_model.validation_loss,
            elapsed_secs: self.elapsed_secs,
            train_secs: self.train_secs,
            num_trained: self.num_trained,
            parameters: self.model(),
            correct: best.map_or(&self.correct, |best| &best.correct).clone(),
            clean: None,
            health: None,
            kept_epoch: best.map(|best| best.epoch),
            normalisation: self.normalisation,
        };
        Ok(ending.result())
    }
}

/// Training minus validation accuracy as [`RunResult::generalisation_gap`] has it;
/// `accuracy` is that of the model that is left.
fn generalisation_gap(clean: Option<CleanFigures>, accuracy: f64, history: &[EpochRecord]) -> f64 {
    match (clean, history.last()) {
        (Some(clean), _) => clean.accuracy - accuracy,
        (None, Some(last)) => last.train_accuracy - last.validation_accuracy,
        (None, None) => 0.0,
    }
}

impl Failure {
    /// The failure in words, of a run that finished so many epochs before it.
    pub fn sentence(&self, num_finished: usize) -> String {
        let loss = match self.kind {
            FailureKind::NotANumber => "not a number",
            FailureKind::Infinite => "infinite",
        };
        format!(
            "At step {} (epoch {}) the loss was {loss}. A learning rate that is too high is the \
             usual cause; the model is kept as it was after epoch {num_finished}.",
            self.step, self.epoch
        )
    }
}
