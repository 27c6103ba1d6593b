//! A value of the factor with its runs, and what their curves show.

use crate::message::{
    CleanFigures, EpochRecord, RunResult, RunState, StudyRecord, StudyRun, ValueFigures,
};

use super::noise::Noise;
use crate::config::split_seed;
use crate::message::read_bits;
use crate::statistics::moments::{mean, variance};

/// Validation accuracies above the chance level by less count as not learned.
const CHANCE_MARGIN: f64 = 0.05;

/// A loss that fell by more in its last epoch was still falling.
const STILL_FALLING: f64 = 0.01;

/// A validation loss that rises by more and falls again went up and down.
pub(super) const SWING: f64 = 0.10;

/// What of a run is compared with others.
pub(super) struct Sample {
    pub(super) seed: u32,
    /// Whose images are held out: runs of one study with the same have the same.
    pub(super) split_seed: u32,
    pub(super) accuracy: f64,
    /// Validation images behind it.
    pub(super) num_images: f64,
    /// Validation accuracy after each epoch.
    pub(super) curve: Vec<f64>,
    /// Which images were read right, where that is known and agrees with the accuracy.
    pub(super) correct: Option<Vec<bool>>,
    /// The finished model on images it was trained on, where it was measured.
    pub(super) clean: Option<CleanFigures>,
}

impl Sample {
    fn of(run: &StudyRun, result: &RunResult) -> Self {
        let num_images = result.num_validation as usize;
        let is_true = |bits: &Vec<bool>| {
            let num_right = bits.iter().filter(|right| **right).count() as f64;
            (num_right - result.validation_accuracy * num_images as f64).abs() < 0.5
        };
        Self {
            seed: run.spec.seed,
            split_seed: split_seed(&run.spec.config).unwrap_or(run.spec.seed),
            accuracy: result.validation_accuracy,
            num_images: f64::from(result.num_validation),
            curve: result
                .history
                .iter()
                .map(|epoch| epoch.validation_accuracy)
                .collect(),
            correct: (num_images > 0)
                .then(|| read_bits(&result.correct, num_images))
                .flatten()
                .filter(is_true),
            clean: result.clean,
        }
    }
}

/// A value of the factor with its runs.
pub(super) struct Value<'a> {
    pub(super) index: usize,
    pub(super) label: &'a str,
    pub(super) axis: f64,
    pub(super) runs: Vec<&'a StudyRun>,
    /// The results of the runs that trained all their epochs and learned, or of all that
    /// trained where none did.
    pub(super) results: Vec<&'a RunResult>,
    /// What of those is compared, in the same order.
    pub(super) samples: Vec<Sample>,
    pub(super) num_diverged: usize,
    /// Runs that stayed at the chance level where another seed of the value learned.
    pub(super) num_stuck: usize,
    pub(super) num_missing: usize,
    /// Validation images behind each accuracy.
    pub(super) num_validation: f64,
}

impl Value<'_> {
    pub(super) fn mean_of(&self, figure: impl Fn(&RunResult) -> f64) -> Option<f64> {
        let found: Vec<f64> = self
            .results
            .iter()
            .map(|result| figure(result))
            .filter(|x| x.is_finite())
            .collect();
        (!found.is_empty() && found.len() == self.results.len()).then(|| mean(&found))
    }

    pub(super) fn accuracy(&self) -> Option<f64> {
        self.mean_of(|result| result.validation_accuracy)
    }

    /// Mean over the finished runs of a figure of each epoch.
    pub(super) fn curve(&self, figure: impl Fn(&EpochRecord) -> f64) -> Vec<f64> {
        let num_epochs = self
            .results
            .iter()
            .map(|r| r.history.len())
            .min()
            .unwrap_or(0);
        (0..num_epochs)
            .map(|epoch| {
                mean(
                    &self
                        .results
                        .iter()
                        .map(|r| figure(&r.history[epoch]))
                        .collect::<Vec<_>>(),
                )
            })
            .collect()
    }

    /// Mean seconds of an epoch's training steps, validation left out.
    pub(super) fn epoch_secs(&self) -> Option<f64> {
        self.mean_of(|result| {
            result
                .history
                .last()
                .map_or(f64::NAN, |last| last.train_secs / f64::from(last.epoch))
        })
        .filter(|secs| *secs > 0.0)
    }

    /// Seconds of training of its shortest run.
    pub(super) fn shortest_run_secs(&self) -> f64 {
        let ends = self.results.iter().map(|result| result.history.last());
        let secs = ends.map(|last| last.map_or(0.0, |last| last.train_secs));
        secs.fold(f64::INFINITY, f64::min)
    }

    /// How unevenly the same work was timed: the slowest epoch's training of a run over its
    /// fastest, at least 1, the largest of all runs. Whatever else the machine did is in it.
    pub(super) fn timing_spread(&self) -> f64 {
        let spread = |result: &RunResult| {
            let ends = result.history.iter().map(|epoch| epoch.train_secs);
            let begins = std::iter::once(0.0).chain(ends.clone());
            let epochs: Vec<f64> = ends.zip(begins).map(|(end, begin)| end - begin).collect();
            let fastest = epochs.iter().copied().fold(f64::INFINITY, f64::min);
            let slowest = epochs.iter().copied().fold(0.0, f64::max);
            if fastest > 0.0 {
                slowest / fastest
            } else {
                1.0
            }
        };
        let results = self.results.iter().map(|result| spread(result));
        results.fold(1.0, f64::max)
    }

    /// Steps of one epoch.
    pub(super) fn epoch_steps(&self) -> Option<f64> {
        let last = self.results.first()?.history.last()?;
        Some(f64::from(last.step) / f64::from(last.epoch))
    }

    /// Mean epochs until the validation accuracy was `share`, where all got there.
    pub(super) fn epochs_to(&self, share: f64) -> Option<f64> {
        self.mean_of(|result| {
            let reached = result
                .history
                .iter()
                .find(|e| e.validation_accuracy >= share);
            reached.map_or(f64::NAN, |epoch| f64::from(epoch.epoch))
        })
    }
}

pub(super) fn collect(record: &StudyRecord) -> Vec<Value<'_>> {
    let plan = &record.plan;
    let mut values: Vec<Value<'_>> = plan
        .values
        .iter()
        .enumerate()
        .map(|(index, value)| Value {
            index,
            label: &value.label,
            axis: value.axis,
            runs: Vec::new(),
            results: Vec::new(),
            samples: Vec::new(),
            num_diverged: 0,
            num_stuck: 0,
            num_missing: 0,
            num_validation: 0.0,
        })
        .collect();
    for run in &record.runs {
        let Some(value) = values.get_mut(run.spec.value_index as usize) else {
            continue;
        };
        value.runs.push(run);
        match (run.state, &run.result) {
            (RunState::Finished, Some(result)) => {
                value.num_validation = f64::from(result.num_validation);
                value.results.push(result);
                value.samples.push(Sample::of(run, result));
            }
            (RunState::Diverged, _) => value.num_diverged += 1,
            _ => value.num_missing += 1,
        }
    }
    let is_stuck = |accuracy: f64| !learns(accuracy, &record.data.class_counts);
    for value in &mut values {
        let stuck = value
            .samples
            .iter()
            .filter(|s| is_stuck(s.accuracy))
            .count();
        if stuck < value.samples.len() {
            value.num_stuck = stuck;
            value.samples.retain(|sample| !is_stuck(sample.accuracy));
            value
                .results
                .retain(|result| !is_stuck(result.validation_accuracy));
        }
    }
    values
}

/// The accuracy of always naming the commonest class.
pub(super) fn chance_level(record: &StudyRecord) -> f64 {
    chance_of(&record.data.class_counts)
}

fn chance_of(counts: &[u32]) -> f64 {
    let total: u64 = counts.iter().map(|&count| u64::from(count)).sum();
    let most = counts.iter().max().copied().unwrap_or(0);
    if total == 0 {
        1.0 / counts.len().max(1) as f64
    } else {
        f64::from(most) / total as f64
    }
}

/// Whether an accuracy (0 to 1) on data with so many images of each class is above chance.
pub(crate) fn learns(accuracy: f64, class_counts: &[u32]) -> bool {
    accuracy >= chance_of(class_counts) + CHANCE_MARGIN
}

pub(super) fn at_chance(record: &StudyRecord, value: &Value<'_>) -> bool {
    value
        .accuracy()
        .is_some_and(|accuracy| accuracy < chance_level(record) + CHANCE_MARGIN)
}

pub(super) fn figures(record: &StudyRecord, value: &Value<'_>, noise: &Noise) -> ValueFigures {
    let final_accuracy = value.accuracy();
    let interval = noise.interval(value);
    let accuracies: Vec<f64> = value
        .results
        .iter()
        .map(|r| r.validation_accuracy)
        .collect();
    ValueFigures {
        value_index: value.index as u32,
        label: value.label.into(),
        axis: value.axis,
        num_runs: value.runs.len() as u32,
        num_finished: value.results.len() as u32,
        num_diverged: (value.num_diverged + value.num_stuck) as u32,
        num_missing: value.num_missing as u32,
        final_accuracy,
        final_deviation: (final_accuracy.is_some() && accuracies.len() > 1)
            .then(|| variance(&accuracies).sqrt()),
        interval_low: interval.map(|(low, _)| low),
        interval_high: interval.map(|(_, high)| high),
        best_accuracy: value.mean_of(|result| result.best_validation_accuracy),
        best_epoch: value.mean_of(|result| f64::from(result.best_epoch)),
        gap: value.mean_of(|result| result.generalisation_gap),
        final_loss: value.mean_of(|result| result.validation_loss),
        epochs_to_90: value.epochs_to(0.90),
        epochs_to_95: value.epochs_to(0.95),
        secs: value.mean_of(|result| result.elapsed_secs),
        samples_per_sec: value.mean_of(|result| result.samples_per_sec),
        state: state(record, value),
    }
}

fn state(record: &StudyRecord, value: &Value<'_>) -> String {
    let total = value.runs.len();
    let of = |count: usize, word: &str| {
        if count == total {
            word.to_string()
        } else {
            format!("{count} of {total} {word}")
        }
    };
    let in_state = |state: RunState| value.runs.iter().filter(|run| run.state == state).count();
    let mut parts = Vec::new();
    for (count, word) in [
        (value.num_diverged, "diverged"),
        (value.num_stuck, "at chance level"),
        (in_state(RunState::Crashed), "failed"),
        (in_state(RunState::Stopped), "stopped"),
        (in_state(RunState::Running), "running"),
        (in_state(RunState::Waiting), "waiting"),
    ] {
        if count > 0 {
            parts.push(of(count, word));
        }
    }
    if at_chance(record, value) {
        parts.push("at chance level".into());
    }
    if parts.is_empty() {
        "finished".into()
    } else {
        parts.join(", ")
    }
}

/// By what share the validation loss fell in the last epoch, if it was then the
/// lowest of the run and fell by enough to count.
pub(super) fn still_falling(value: &Value<'_>) -> Option<f64> {
    let loss = value.curve(|epoch| epoch.validation_loss);
    let [.., before, last] = loss[..] else {
        return None;
    };
    let fall = (before - last) / before;
    (fall > STILL_FALLING && loss.iter().all(|x| *x >= last)).then_some(fall)
}

/// How often the loss rose by more than [`SWING`] and later fell below where it
/// rose from: a loss that rises for good overfits, it does not oscillate.
pub(super) fn swings(loss: &[f64]) -> usize {
    (1..loss.len())
        .filter(|&i| {
            loss[i] > loss[i - 1] * (1.0 + SWING)
                && loss[i + 1..]
                    .iter()
                    .any(|later| *later < loss[i] / (1.0 + SWING))
        })
        .count()
}

/// The epoch of the lowest validation loss (from 1) and the share by which the lower of
/// the last two lies above it, where the training loss went on falling meanwhile. A last
/// epoch that alone lies higher is a swing: nothing says that it stays.
pub(super) fn overfitting(value: &Value<'_>) -> Option<(usize, f64)> {
    let validation = value.curve(|epoch| epoch.validation_loss);
    let training = value.curve(|epoch| epoch.train_loss);
    let lowest = (0..validation.len()).min_by(|&a, &b| validation[a].total_cmp(&validation[b]))?;
    let [.., before, last] = validation[..] else {
        return None;
    };
    let rise = before.min(last) / validation[lowest] - 1.0;
    (rise > SWING && *training.last()? < training[lowest]).then_some((lowest + 1, rise))
}
