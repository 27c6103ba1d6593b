//! From the figures of a study to a table and to sentences.
//!
//! Rules, not judgement: each sentence is a template that fires on a condition,
//! and carries the numbers it rests on. One value is called better than another
//! only where their difference exceeds the noise (see [`Noise`]).

use crate::message::{
    EpochRecord, Factor, Insight, InsightKind, InsightNumber, RunResult, RunState, StudyReading,
    StudyRecord, StudyRun, ValueFigures,
};

use super::plan::num_parameters;
use super::statistics::{critical, mean, variance, wilson};

/// Times that differ by less are called the same: they were taken in a browser.
const TIME_NOISE: f64 = 0.10;
/// Validation accuracies above the chance level by less count as not learned.
const CHANCE_MARGIN: f64 = 0.05;
/// A loss that fell by more in its last epoch was still falling.
const STILL_FALLING: f64 = 0.01;
/// A validation loss that rises by more and falls again went up and down.
const SWING: f64 = 0.10;

/// The table and the sentences of a study as it stands; runs that have not
/// finished are left out of both and named.
pub fn read_study(record: &StudyRecord) -> StudyReading {
    let values = collect(record);
    let figures = values.iter().map(|value| figures(record, value)).collect();
    let reader = Reader {
        record,
        factor: record.plan.factor,
        values,
    };
    StudyReading {
        figures,
        insights: reader.read(),
    }
}

/// A value of the factor with its runs.
struct Value<'a> {
    index: usize,
    label: &'a str,
    axis: f64,
    runs: Vec<&'a StudyRun>,
    /// The results of the runs that trained all their epochs.
    results: Vec<&'a RunResult>,
    num_diverged: usize,
    num_missing: usize,
    /// Validation images behind each accuracy.
    num_validation: f64,
}

impl Value<'_> {
    fn mean_of(&self, figure: impl Fn(&RunResult) -> f64) -> Option<f64> {
        let found: Vec<f64> = self
            .results
            .iter()
            .map(|result| figure(result))
            .filter(|x| x.is_finite())
            .collect();
        (!found.is_empty() && found.len() == self.results.len()).then(|| mean(&found))
    }

    fn accuracy(&self) -> Option<f64> {
        self.mean_of(|result| result.validation_accuracy)
    }

    /// Mean over the finished runs of a figure of each epoch.
    fn curve(&self, figure: impl Fn(&EpochRecord) -> f64) -> Vec<f64> {
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
    fn epoch_secs(&self) -> Option<f64> {
        self.mean_of(|result| {
            result
                .history
                .last()
                .map_or(f64::NAN, |last| last.train_secs / f64::from(last.epoch))
        })
        .filter(|secs| *secs > 0.0)
    }

    /// Steps of one epoch.
    fn epoch_steps(&self) -> Option<f64> {
        let last = self.results.first()?.history.last()?;
        Some(f64::from(last.step) / f64::from(last.epoch))
    }

    /// Mean epochs until the validation accuracy was `share`, where all got there.
    fn epochs_to(&self, share: f64) -> Option<f64> {
        self.mean_of(|result| {
            let reached = result
                .history
                .iter()
                .find(|e| e.validation_accuracy >= share);
            reached.map_or(f64::NAN, |epoch| f64::from(epoch.epoch))
        })
    }
}

fn collect(record: &StudyRecord) -> Vec<Value<'_>> {
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
            num_diverged: 0,
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
            }
            (RunState::Diverged, _) => value.num_diverged += 1,
            _ => value.num_missing += 1,
        }
    }
    values
}

/// The accuracy of always naming the commonest digit.
fn chance_level(record: &StudyRecord) -> f64 {
    let counts = record.data.class_counts;
    let total: u64 = counts.iter().map(|&count| u64::from(count)).sum();
    let most = counts.iter().max().copied().unwrap_or(0);
    if total == 0 {
        0.1
    } else {
        f64::from(most) / total as f64
    }
}

fn at_chance(record: &StudyRecord, value: &Value<'_>) -> bool {
    value
        .accuracy()
        .is_some_and(|accuracy| accuracy < chance_level(record) + CHANCE_MARGIN)
}

fn figures(record: &StudyRecord, value: &Value<'_>) -> ValueFigures {
    let final_accuracy = value.accuracy();
    let interval = final_accuracy
        .map(|share| wilson(share, value.num_validation * value.results.len() as f64));
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
        num_diverged: value.num_diverged as u32,
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

/// What two values' mean accuracies may differ by though nothing sets them apart.
///
/// A run's accuracy varies at least as a proportion of its validation images
/// does, and at least as the seeds were seen to vary (a value's own deviation or
/// that of all values pooled, whichever is more). The difference of two means
/// then has to exceed the 95 % point of Student's t (of the normal distribution
/// with one seed a value), divided among all pairs of values (Bonferroni), so
/// that even the luckiest of many equal values is not called the best.
struct Noise {
    pooled: f64,
    critical: f64,
}

impl Noise {
    fn of(values: &[&Value<'_>]) -> Self {
        let spread: Vec<f64> = values
            .iter()
            .filter(|value| value.results.len() > 1)
            .map(|value| own_variance(value))
            .collect();
        let freedom: usize = values
            .iter()
            .map(|v| v.results.len().saturating_sub(1))
            .sum();
        Self {
            pooled: if spread.is_empty() {
                0.0
            } else {
                mean(&spread)
            },
            critical: critical_among(values.len(), freedom),
        }
    }

    /// Variance of one run's accuracy at a value.
    fn variance(&self, value: &Value<'_>) -> f64 {
        let count = value.num_validation.max(1.0);
        let share = value.accuracy().unwrap_or(0.5);
        // One right and one wrong more: a share of 1 is not known without error.
        let share = (share * count + 1.0) / (count + 2.0);
        let counted = share * (1.0 - share) / count;
        let own = if value.results.len() > 1 {
            own_variance(value)
        } else {
            0.0
        };
        counted.max(self.pooled).max(own)
    }

    /// The difference that two values' means have to exceed.
    fn between(&self, a: &Value<'_>, b: &Value<'_>) -> f64 {
        let part = |value: &Value<'_>| self.variance(value) / value.results.len().max(1) as f64;
        self.critical * (part(a) + part(b)).sqrt()
    }
}

/// The 95 % point of |t| divided among all pairs of so many values; no freedom
/// means the normal distribution.
fn critical_among(num_values: usize, freedom: usize) -> f64 {
    let num_pairs = (num_values * num_values.saturating_sub(1) / 2).max(1) as f64;
    critical(0.05 / num_pairs, (freedom > 0).then_some(freedom as f64))
}

fn own_variance(value: &Value<'_>) -> f64 {
    variance(
        &value
            .results
            .iter()
            .map(|r| r.validation_accuracy)
            .collect::<Vec<_>>(),
    )
}

/// A difference of two accuracies beside the noise it has to exceed.
struct Comparison {
    difference: f64,
    noise: f64,
}

impl Comparison {
    fn stands_out(&self) -> bool {
        self.difference.abs() > self.noise
    }
}

struct Reader<'a> {
    record: &'a StudyRecord,
    factor: Factor,
    values: Vec<Value<'a>>,
}

impl<'a> Reader<'a> {
    fn read(&self) -> Vec<Insight> {
        // A value of which a run diverged has a mean of the lucky ones only.
        let mut ranked: Vec<&Value<'a>> = self
            .values
            .iter()
            .filter(|value| value.num_diverged == 0 && value.accuracy().is_some())
            .collect();
        ranked.sort_by(|a, b| b.accuracy().unwrap().total_cmp(&a.accuracy().unwrap()));
        let noise = Noise::of(&ranked);
        let mut insights = Vec::new();
        self.winner(&ranked, &noise, &mut insights);
        self.noise(&ranked, &noise, &mut insights);
        self.divergence(&mut insights);
        self.learning_curves(&ranked, &noise, &mut insights);
        match self.factor {
            Factor::LearningRate => self.rate_scaling(&ranked, &mut insights),
            Factor::BatchSize => self.batch_size(&noise, &mut insights),
            Factor::Dropout => self.dropout(&noise, &mut insights),
            Factor::LayerNorm => self.layer_norm(&noise, &mut insights),
            Factor::HiddenLayers => self.size(&noise, &mut insights),
            Factor::DropoutLayerNorm => self.crossed(&noise, &mut insights),
        }
        self.missing(&mut insights);
        self.next(&ranked, &noise, &mut insights);
        insights
    }

    /// A value within a list.
    fn tag(&self, value: &Value<'_>) -> String {
        match self.factor {
            Factor::HiddenLayers => format!("[{}]", value.label),
            Factor::DropoutLayerNorm => format!("({})", value.label),
            _ => value.label.into(),
        }
    }

    /// A value as the subject of a sentence.
    fn subject(&self, value: &Value<'_>) -> String {
        match self.factor {
            Factor::LearningRate => format!("a learning rate of {}", value.label),
            Factor::BatchSize => format!("a batch size of {}", value.label),
            Factor::Dropout => format!("a dropout of {}", value.label),
            Factor::LayerNorm => format!("layer normalisation {}", value.label),
            Factor::HiddenLayers => format!("the shape [{}]", value.label),
            Factor::DropoutLayerNorm => match value.label.split_once(", ") {
                Some((rate, switch)) => {
                    format!("a dropout of {rate} with layer normalisation {switch}")
                }
                None => value.label.into(),
            },
        }
    }

    fn tags(&self, values: &[&Value<'_>]) -> String {
        list(
            &values
                .iter()
                .map(|value| self.tag(value))
                .collect::<Vec<_>>(),
        )
    }

    fn compare(&self, a: &Value<'_>, b: &Value<'_>, noise: &Noise) -> Option<Comparison> {
        Some(Comparison {
            difference: a.accuracy()? - b.accuracy()?,
            noise: noise.between(a, b),
        })
    }

    fn winner(&self, ranked: &[&Value<'a>], noise: &Noise, insights: &mut Vec<Insight>) {
        let [best, rest @ ..] = ranked else { return };
        let best_accuracy = best.accuracy().unwrap_or_default();
        let mut numbers = vec![number(
            format!("final accuracy at {} (%)", self.tag(best)),
            100.0 * best_accuracy,
        )];
        if rest.is_empty() {
            insights.push(Insight {
                kind: InsightKind::NoWinner,
                sentence: format!(
                    "{} reached {}; no other value finished, so there is nothing to compare it with.",
                    capitalised(&self.subject(best)),
                    percent(best_accuracy)
                ),
                numbers,
            });
            return;
        }
        let beside: Vec<(&Value<'a>, Comparison)> = rest
            .iter()
            .filter_map(|value| Some((*value, self.compare(best, value, noise)?)))
            .collect();
        for (value, comparison) in &beside {
            let tag = self.tag(value);
            numbers.push(number(
                format!("lead over {tag} (points)"),
                100.0 * comparison.difference,
            ));
            numbers.push(number(
                format!("noise against {tag} (points)"),
                100.0 * comparison.noise,
            ));
        }
        let (behind, level): (Vec<_>, Vec<_>) = beside
            .iter()
            .partition(|(_, comparison)| comparison.stands_out());
        if let ([], Some((second, comparison))) = (&level[..], beside.first()) {
            insights.push(Insight {
                kind: InsightKind::Winner,
                sentence: format!(
                    "{} came out best: {} final validation accuracy, {} above {}, the next. \
                     That exceeds the noise between the two (±{}).",
                    capitalised(&self.subject(best)),
                    percent(best_accuracy),
                    points(comparison.difference),
                    self.tag(second),
                    points(comparison.noise)
                ),
                numbers,
            });
        } else {
            let widest = level.iter().map(|(_, c)| c.noise).fold(0.0, f64::max);
            let largest = level.iter().map(|(_, c)| c.difference).fold(0.0, f64::max);
            let names: Vec<&Value<'a>> = level.iter().map(|(value, _)| *value).collect();
            let sentence = if largest == 0.0 {
                format!(
                    "No single best {}: {} and {} reached the same {}.",
                    self.factor.name(),
                    self.tag(best),
                    self.tags(&names),
                    percent(best_accuracy)
                )
            } else {
                format!(
                    "No single best {}: {} has the highest figure ({}), but {} {} {} \
                     behind it, inside the noise (±{}).",
                    self.factor.name(),
                    self.tag(best),
                    percent(best_accuracy),
                    self.tags(&names),
                    if names.len() == 1 {
                        "lies"
                    } else {
                        "lie at most"
                    },
                    points(largest),
                    points(widest)
                )
            };
            insights.push(Insight {
                kind: InsightKind::NoWinner,
                sentence,
                numbers,
            });
        }
        // With one other value the first sentence has said it all.
        if !behind.is_empty() && rest.len() > 1 {
            let items: Vec<String> = behind
                .iter()
                .map(|(value, c)| format!("{} (by {})", self.tag(value), points(c.difference)))
                .collect();
            insights.push(Insight {
                kind: InsightKind::Ranking,
                sentence: format!(
                    "Behind {} by more than the noise: {}.",
                    self.tag(best),
                    list(&items)
                ),
                numbers: behind
                    .iter()
                    .map(|(value, c)| {
                        number(
                            format!("{} behind (points)", self.tag(value)),
                            100.0 * c.difference,
                        )
                    })
                    .collect(),
            });
        }
    }

    fn noise(&self, ranked: &[&Value<'a>], noise: &Noise, insights: &mut Vec<Insight>) {
        let Some(best) = ranked.first() else { return };
        let accuracy = best.accuracy().unwrap_or_default();
        let count = best.num_validation;
        let (low, high) = wilson(accuracy, count);
        let mut numbers = vec![
            number("validation images", count),
            number("lower end of the 95 % interval (%)", 100.0 * low),
            number("upper end of the 95 % interval (%)", 100.0 * high),
        ];
        let mut sentence = format!(
            "{} validation images place an accuracy of {} between {} and {} (95 % Wilson interval).",
            thousands(count),
            percent(accuracy),
            percent(low),
            percent(high)
        );
        if noise.pooled > 0.0 {
            let deviation = noise.pooled.sqrt();
            numbers.push(number("deviation over seeds (points)", 100.0 * deviation));
            sentence += &format!(
                " From seed to seed the same settings varied by {} (standard deviation).",
                points(deviation)
            );
        } else if ranked.iter().all(|value| value.results.len() == 1) {
            sentence += " What another seed would change comes on top; one seed a value cannot \
                         show it.";
        }
        insights.push(Insight {
            kind: InsightKind::Noise,
            sentence,
            numbers,
        });
    }

    fn divergence(&self, insights: &mut Vec<Insight>) {
        let learned = |value: &&Value<'_>| {
            value.num_diverged == 0 && value.accuracy().is_some() && !at_chance(self.record, value)
        };
        let diverged: Vec<&Value<'a>> = self.values.iter().filter(|v| v.num_diverged > 0).collect();
        if let Some(first) = diverged.first() {
            let earliest = first
                .runs
                .iter()
                .filter(|run| run.state == RunState::Diverged)
                .filter_map(|run| step_of(&run.reason))
                .min();
            let mut numbers = Vec::new();
            let mut sentence = format!(
                "{} diverged{}: the loss was no longer a finite number",
                capitalised(&self.subject(first)),
                if first.num_diverged < first.runs.len() {
                    format!(" in {} of {} runs", first.num_diverged, first.runs.len())
                } else {
                    String::new()
                }
            );
            if let Some(step) = earliest {
                sentence += &format!(" in step {}", thousands(step.into()));
                numbers.push(number(
                    "step in which the loss was no finite number",
                    step.into(),
                ));
            }
            sentence += ".";
            if let [_, others @ ..] = &diverged[..]
                && !others.is_empty()
            {
                let verb = if others.len() == 1 { "did" } else { "did, too" };
                sentence += &format!(" So {verb}: {}.", self.tags(others));
            }
            if self.factor == Factor::LearningRate
                && let Some(below) = self
                    .values
                    .iter()
                    .filter(learned)
                    .rfind(|v| v.axis < first.axis)
            {
                sentence += &format!(
                    " The largest rate below it that trained is {}: divergence begins between \
                     {} and {}.",
                    below.label, below.label, first.label
                );
                numbers.push(number("largest rate that trained", below.axis));
                numbers.push(number("smallest rate that diverged", first.axis));
            }
            insights.push(Insight {
                kind: InsightKind::Divergence,
                sentence,
                numbers,
            });
        }

        let stuck: Vec<&Value<'a>> = self
            .values
            .iter()
            .filter(|value| value.num_diverged == 0 && at_chance(self.record, value))
            .collect();
        if stuck.is_empty() {
            return;
        }
        let chance = chance_level(self.record);
        let mut sentence = format!(
            "Nothing was learned at {}: the accuracy stayed near {}, that of always naming the \
             commonest digit.",
            self.tags(&stuck),
            percent(chance)
        );
        if self.factor == Factor::LearningRate {
            let smaller =
                |v: &&&Value<'_>| self.values.iter().filter(learned).any(|o| o.axis < v.axis);
            let (high, low): (Vec<&Value<'a>>, Vec<&Value<'a>>) =
                stuck.iter().partition(|value| smaller(value));
            if !high.is_empty() {
                sentence += &format!(
                    " Smaller rates did learn: {} is too high.",
                    self.tags(&high)
                );
            } else if self.values.iter().any(|v| learned(&v)) && !low.is_empty() {
                sentence += &format!(" Larger rates did learn: {} is too low.", self.tags(&low));
            }
        }
        insights.push(Insight {
            kind: InsightKind::Divergence,
            sentence,
            numbers: stuck
                .iter()
                .map(|value| {
                    number(
                        format!("final accuracy at {} (%)", self.tag(value)),
                        100.0 * value.accuracy().unwrap_or_default(),
                    )
                })
                .chain([number("chance level (%)", 100.0 * chance)])
                .collect(),
        });
    }

    /// Still falling, up and down, rising again: what the curves' shapes say.
    fn learning_curves(&self, ranked: &[&Value<'a>], noise: &Noise, insights: &mut Vec<Insight>) {
        let Some(best) = ranked.first() else { return };
        let learned = || self.values.iter().filter(|v| !at_chance(self.record, v));

        if self.factor == Factor::LearningRate {
            let too_low: Vec<(&Value<'a>, f64)> = learned()
                .filter(|value| value.axis < best.axis)
                .filter(|value| {
                    self.compare(best, value, noise)
                        .is_some_and(|c| c.stands_out())
                })
                .filter_map(|value| Some((value, still_falling(value)?)))
                .collect();
            if !too_low.is_empty() {
                let names: Vec<&Value<'a>> = too_low.iter().map(|(value, _)| *value).collect();
                let falls: Vec<String> = too_low.iter().map(|(_, fall)| share(*fall)).collect();
                let num_epochs = too_low[0].0.results[0].history.len();
                insights.push(Insight {
                    kind: InsightKind::StillFalling,
                    sentence: format!(
                        "Too low for {num_epochs} epochs: {}. The validation loss was still falling \
                         in the last epoch (by {}), and the accuracy is behind by more than the \
                         noise.",
                        self.tags(&names),
                        list(&falls)
                    ),
                    numbers: too_low
                        .iter()
                        .map(|(value, fall)| {
                            number(
                                format!("fall of the loss in the last epoch at {} (%)", value.label),
                                100.0 * fall,
                            )
                        })
                        .collect(),
                });
            }
        }

        let swinging: Vec<(&Value<'a>, usize)> = learned()
            .map(|value| (value, swings(&value.curve(|e| e.validation_loss))))
            .filter(|(_, count)| *count >= 2)
            .collect();
        if !swinging.is_empty() {
            let items: Vec<String> = swinging
                .iter()
                .map(|(value, count)| format!("{} ({count} times)", self.tag(value)))
                .collect();
            let mut sentence = format!(
                "The validation loss went up by more than {} and came down again at {}: the steps \
                 are large for where they are taken.",
                share(SWING),
                list(&items)
            );
            if self.factor == Factor::LearningRate {
                sentence += " That is the sign of a rate near its upper limit.";
            }
            insights.push(Insight {
                kind: InsightKind::Oscillation,
                sentence,
                numbers: swinging
                    .iter()
                    .map(|(value, count)| {
                        number(
                            format!("rises and falls at {}", self.tag(value)),
                            *count as f64,
                        )
                    })
                    .collect(),
            });
        }

        let overfitting: Vec<(&Value<'a>, usize, f64)> = learned()
            .filter_map(|value| overfitting(value).map(|(e, r)| (value, e, r)))
            .collect();
        if !overfitting.is_empty() {
            let items: Vec<String> = overfitting
                .iter()
                .map(|(value, epoch, _)| format!("{} (lowest in epoch {epoch})", self.tag(value)))
                .collect();
            insights.push(Insight {
                kind: InsightKind::Overfitting,
                sentence: format!(
                    "Overfitting at {}: the validation loss rose again while the training loss \
                     went on falling.",
                    list(&items)
                ),
                numbers: overfitting
                    .iter()
                    .map(|(value, _, rise)| {
                        number(
                            format!("rise above the lowest loss at {} (%)", self.tag(value)),
                            100.0 * rise,
                        )
                    })
                    .collect(),
            });
        }
    }

    /// What the best rate would be at other batch sizes by linear scaling.
    fn rate_scaling(&self, ranked: &[&Value<'a>], insights: &mut Vec<Insight>) {
        let [best, _, ..] = ranked else { return };
        let batch = self.record.plan.baseline.batch_size;
        insights.push(Insight {
            kind: InsightKind::LinearScaling,
            sentence: format!(
                "These rates belong to batches of {}. By the linear scaling rule (rate in \
                 proportion to batch size) {} here corresponds to {} at {} and to {} at {}. The \
                 rule is a starting point, not a finding of this study.",
                thousands(batch),
                best.label,
                significant(best.axis / 2.0),
                significant(batch / 2.0),
                significant(best.axis * 2.0),
                significant(batch * 2.0)
            ),
            numbers: vec![
                number("rate with the highest accuracy", best.axis),
                number("batch size", batch),
            ],
        });
    }

    fn batch_size(&self, noise: &Noise, insights: &mut Vec<Insight>) {
        let finished: Vec<&Value<'a>> = self
            .values
            .iter()
            .filter(|v| v.accuracy().is_some())
            .collect();
        let ([small, .., large], Some(comparison)) = (
            &finished[..],
            finished
                .first()
                .zip(finished.last())
                .and_then(|(a, b)| self.compare(a, b, noise)),
        ) else {
            return;
        };
        let (Some(many), Some(few)) = (small.epoch_steps(), large.epoch_steps()) else {
            return;
        };
        let verdict = if !comparison.stands_out() {
            format!(
                "and yet the final accuracies differ by {} only, inside the noise (±{})",
                points(comparison.difference.abs()),
                points(comparison.noise)
            )
        } else if comparison.difference > 0.0 {
            format!(
                "and the final accuracy is {} higher with the many small steps",
                points(comparison.difference)
            )
        } else {
            format!(
                "and the final accuracy is {} higher with the few large steps",
                points(-comparison.difference)
            )
        };
        insights.push(Insight {
            kind: InsightKind::Updates,
            sentence: format!(
                "Every value saw the same images, but batches of {} update the weights {} times an \
                 epoch and batches of {} only {} times, {verdict}.",
                small.label,
                thousands(many),
                large.label,
                thousands(few)
            ),
            numbers: vec![
                number(format!("updates an epoch at {}", small.label), many),
                number(format!("updates an epoch at {}", large.label), few),
                number(
                    format!(
                        "accuracy at {} minus at {} (points)",
                        small.label, large.label
                    ),
                    100.0 * comparison.difference,
                ),
                number("noise (points)", 100.0 * comparison.noise),
            ],
        });
        self.speed(&finished, insights);

        let baseline = &self.record.plan.baseline;
        let rate = baseline.learning_rate;
        let scaled = rate * large.axis / baseline.batch_size;
        let path = |value: &Value<'_>| value.epoch_steps().unwrap_or(0.0) * rate;
        insights.push(Insight {
            kind: InsightKind::LinearScaling,
            sentence: format!(
                "The rate stayed at {} for every size, so rate times updates falls from {} an \
                 epoch at {} to {} at {}. The linear scaling rule would give {} a rate of {} \
                 ({} × {} / {}): part of what is seen here is the rate, not the size.",
                significant(rate),
                significant(path(small)),
                small.label,
                significant(path(large)),
                large.label,
                large.label,
                significant(scaled),
                significant(rate),
                large.label,
                significant(baseline.batch_size)
            ),
            numbers: vec![
                number(
                    format!("rate times updates at {}", small.label),
                    path(small),
                ),
                number(
                    format!("rate times updates at {}", large.label),
                    path(large),
                ),
                number(format!("scaled rate for {}", large.label), scaled),
            ],
        });
    }

    /// The fastest and the slowest value, where they differ by more than timing does.
    fn speed(&self, values: &[&Value<'a>], insights: &mut Vec<Insight>) {
        let mut timed: Vec<(&Value<'a>, f64)> = values
            .iter()
            .filter_map(|value| Some((*value, value.epoch_secs()?)))
            .collect();
        timed.sort_by(|a, b| a.1.total_cmp(&b.1));
        let [(fast, least), .., (slow, most)] = &timed[..] else {
            return;
        };
        let beside = match self.record.plan.workers.min(self.record.runs.len() as u32) {
            0 | 1 => String::new(),
            workers => format!(" Up to {workers} runs shared the machine while this was timed."),
        };
        let sentence = if most / least < 1.0 + TIME_NOISE {
            format!(
                "An epoch's training took about the same time at every value ({} s to {} s).{beside}",
                seconds(*least),
                seconds(*most)
            )
        } else {
            format!(
                "An epoch's training took {} s at {} and {} s at {}, {} times as long.{beside}",
                seconds(*least),
                self.tag(fast),
                seconds(*most),
                self.tag(slow),
                significant(most / least)
            )
        };
        insights.push(Insight {
            kind: InsightKind::Speed,
            sentence,
            numbers: timed
                .iter()
                .map(|(value, secs)| {
                    number(format!("seconds an epoch at {}", self.tag(value)), *secs)
                })
                .collect(),
        });
    }

    /// What a setting did against the value without it: accuracy, then gap.
    fn effect(&self, with: &Value<'a>, without: &Value<'a>, noise: &Noise) -> Option<Vec<Insight>> {
        let comparison = self.compare(with, without, noise)?;
        let verdict = if !comparison.stands_out() {
            format!(
                "differs by {}, inside the noise (±{}): no effect on the final accuracy can be \
                 claimed",
                points(comparison.difference.abs()),
                points(comparison.noise)
            )
        } else {
            format!(
                "is {} {}, more than the noise (±{})",
                points(comparison.difference.abs()),
                if comparison.difference > 0.0 {
                    "higher"
                } else {
                    "lower"
                },
                points(comparison.noise)
            )
        };
        let mut insights = vec![Insight {
            kind: InsightKind::Effect,
            sentence: format!(
                "With {} the final accuracy is {}, with {} {}: it {verdict}.",
                self.subject(with),
                percent(with.accuracy()?),
                self.subject(without),
                percent(without.accuracy()?)
            ),
            numbers: vec![
                number("difference (points)", 100.0 * comparison.difference),
                number("noise (points)", 100.0 * comparison.noise),
            ],
        }];
        let gap = |value: &Value<'_>| value.mean_of(|result| result.generalisation_gap);
        if let (Some(gap_with), Some(gap_without)) = (gap(with), gap(without)) {
            let change = gap_with - gap_without;
            let verdict = if change.abs() <= comparison.noise {
                "a change inside the noise".to_string()
            } else if change < 0.0 {
                format!("{} less", points(-change))
            } else {
                format!("{} more", points(change))
            };
            insights.push(Insight {
                kind: InsightKind::Gap,
                sentence: format!(
                    "The gap between training and validation accuracy is {} with {} and {} with \
                     {}, {verdict}.{}",
                    points(gap_with),
                    self.subject(with),
                    points(gap_without),
                    self.subject(without),
                    if with.runs.iter().any(|run| run.spec.config.dropout > 0.0) {
                        " Training accuracy is taken with dropout on, which lowers it, so the gap \
                         shrinks partly by the way it is measured."
                    } else {
                        ""
                    }
                ),
                numbers: vec![
                    number(
                        format!("gap at {} (points)", self.tag(with)),
                        100.0 * gap_with,
                    ),
                    number(
                        format!("gap at {} (points)", self.tag(without)),
                        100.0 * gap_without,
                    ),
                ],
            });
        }
        if let (Some(a), Some(b)) = (with.epochs_to(0.90), without.epochs_to(0.90))
            && a != b
        {
            insights.push(Insight {
                kind: InsightKind::Effect,
                sentence: format!(
                    "90 % validation accuracy was reached after {} epochs with {} and after {} \
                     with {}.",
                    significant(a),
                    self.subject(with),
                    significant(b),
                    self.subject(without)
                ),
                numbers: vec![
                    number(format!("epochs to 90 % at {}", self.tag(with)), a),
                    number(format!("epochs to 90 % at {}", self.tag(without)), b),
                ],
            });
        }
        Some(insights)
    }

    fn dropout(&self, noise: &Noise, insights: &mut Vec<Insight>) {
        let finished: Vec<&Value<'a>> = self
            .values
            .iter()
            .filter(|v| v.accuracy().is_some())
            .collect();
        let [least, .., most] = &finished[..] else {
            return;
        };
        insights.extend(self.effect(most, least, noise).unwrap_or_default());
        self.speed(&finished, insights);
    }

    fn layer_norm(&self, noise: &Noise, insights: &mut Vec<Insight>) {
        let finished: Vec<&Value<'a>> = self
            .values
            .iter()
            .filter(|v| v.accuracy().is_some())
            .collect();
        let [off, on] = &finished[..] else { return };
        insights.extend(self.effect(on, off, noise).unwrap_or_default());
        self.speed(&finished, insights);
    }

    /// Layer normalisation on against off, at each dropout.
    fn crossed(&self, noise: &Noise, insights: &mut Vec<Insight>) {
        let mut items = Vec::new();
        let mut numbers = Vec::new();
        for pair in self.values.chunks(2) {
            let [off, on] = pair else { continue };
            let Some(comparison) = self.compare(on, off, noise) else {
                continue;
            };
            let rate = off
                .label
                .split_once(", ")
                .map_or(off.label, |(rate, _)| rate);
            items.push(format!(
                "{:+.2} points at dropout {rate} ({})",
                100.0 * comparison.difference,
                if comparison.stands_out() {
                    "more than the noise"
                } else {
                    "inside the noise"
                }
            ));
            numbers.push(number(
                format!("effect of layer normalisation at dropout {rate} (points)"),
                100.0 * comparison.difference,
            ));
            numbers.push(number(
                format!("noise at dropout {rate} (points)"),
                100.0 * comparison.noise,
            ));
        }
        if !items.is_empty() {
            insights.push(Insight {
                kind: InsightKind::Effect,
                sentence: format!(
                    "Layer normalisation changes the final accuracy by {}.",
                    list(&items)
                ),
                numbers,
            });
        }
        let finished: Vec<&Value<'a>> = self
            .values
            .iter()
            .filter(|v| v.accuracy().is_some())
            .collect();
        self.speed(&finished, insights);
    }

    fn size(&self, noise: &Noise, insights: &mut Vec<Insight>) {
        let mut sized: Vec<(&Value<'a>, f64)> = self
            .values
            .iter()
            .filter(|value| value.accuracy().is_some())
            .filter_map(|value| Some((value, num_parameters(&value.runs.first()?.spec.config)?)))
            .collect();
        sized.sort_by(|a, b| a.1.total_cmp(&b.1));
        let [(small, few), .., (large, many)] = &sized[..] else {
            return;
        };
        let Some(comparison) = self.compare(large, small, noise) else {
            return;
        };
        let verdict = if comparison.stands_out() {
            format!(
                "its final accuracy is {} {}, more than the noise (±{})",
                points(comparison.difference.abs()),
                if comparison.difference > 0.0 {
                    "higher"
                } else {
                    "lower"
                },
                points(comparison.noise)
            )
        } else {
            format!(
                "its final accuracy differs by {}, inside the noise (±{})",
                points(comparison.difference.abs()),
                points(comparison.noise)
            )
        };
        insights.push(Insight {
            kind: InsightKind::Size,
            sentence: format!(
                "{} has {} parameters, {} times those of {} ({}); {verdict}.",
                capitalised(&self.subject(large)),
                thousands(*many),
                significant(many / few),
                self.tag(small),
                thousands(*few)
            ),
            numbers: sized
                .iter()
                .map(|(value, count)| number(format!("parameters of {}", self.tag(value)), *count))
                .collect(),
        });
        let finished: Vec<&Value<'a>> = sized.iter().map(|(value, _)| *value).collect();
        self.speed(&finished, insights);
    }

    fn missing(&self, insights: &mut Vec<Insight>) {
        let missing: Vec<&StudyRun> = self
            .record
            .runs
            .iter()
            .filter(|run| !matches!(run.state, RunState::Finished | RunState::Diverged))
            .collect();
        if missing.is_empty() {
            return;
        }
        let items: Vec<String> = missing
            .iter()
            .map(|run| {
                let why = match run.state {
                    RunState::Crashed if run.reason.is_empty() => "failed",
                    RunState::Crashed => run.reason.trim_end_matches('.'),
                    RunState::Stopped => "stopped",
                    _ => "not finished yet",
                };
                format!("{} with seed {} ({why})", run.spec.label, run.spec.seed)
            })
            .collect();
        insights.push(Insight {
            kind: InsightKind::Missing,
            sentence: format!(
                "{} of {} runs {} left out of the figures: {}.",
                missing.len(),
                self.record.runs.len(),
                if missing.len() == 1 { "is" } else { "are" },
                list(&items)
            ),
            numbers: vec![number("runs left out", missing.len() as f64)],
        });
    }

    fn next(&self, ranked: &[&Value<'a>], noise: &Noise, insights: &mut Vec<Insight>) {
        let mut push = |sentence: String, numbers: Vec<InsightNumber>| {
            insights.push(Insight {
                kind: InsightKind::Next,
                sentence,
                numbers,
            });
        };
        let Some(best) = ranked.first() else {
            if self.factor == Factor::LearningRate
                && let Some(lowest) = self.values.iter().find(|value| value.num_diverged > 0)
            {
                push(
                    format!(
                        "To try next: rates well below {}, such as {}.",
                        lowest.label,
                        significant(lowest.axis / 10.0)
                    ),
                    vec![number("smallest rate that diverged", lowest.axis)],
                );
            }
            return;
        };
        let upper = self.values.get(best.index + 1);
        let lower = best
            .index
            .checked_sub(1)
            .and_then(|index| self.values.get(index));
        let middle = |other: &Value<'_>| significant((best.axis * other.axis).sqrt());
        match self.factor {
            Factor::LearningRate => match (lower, upper) {
                (Some(_), None) => push(
                    format!(
                        "To try next: larger rates, such as {} and {}. The highest accuracy lies at \
                         the upper end of what you tried.",
                        significant(best.axis * 2.0),
                        significant(best.axis * 3.0)
                    ),
                    vec![number("rate with the highest accuracy", best.axis)],
                ),
                (None, Some(_)) => push(
                    format!(
                        "To try next: smaller rates, such as {} and {}. The highest accuracy lies \
                         at the lower end of what you tried.",
                        significant(best.axis / 3.0),
                        significant(best.axis / 2.0)
                    ),
                    vec![number("rate with the highest accuracy", best.axis)],
                ),
                (Some(lower), Some(upper)) => push(
                    format!(
                        "To try next: rates around the highest accuracy, such as {} and {}.",
                        middle(lower),
                        if upper.num_diverged > 0 {
                            // Half way to where it diverged may diverge, too.
                            significant((2.0 * best.axis).min((best.axis * upper.axis).sqrt()))
                        } else {
                            middle(upper)
                        }
                    ),
                    vec![number("rate with the highest accuracy", best.axis)],
                ),
                (None, None) => {}
            },
            Factor::BatchSize => {
                let baseline = &self.record.plan.baseline;
                if let Some(large) = self.values.last().filter(|v| v.axis != baseline.batch_size) {
                    let scaled = baseline.learning_rate * large.axis / baseline.batch_size;
                    push(
                        format!(
                            "To try next: a study of the learning rate at batches of {}, with {} \
                             among its values.",
                            large.label,
                            significant(scaled)
                        ),
                        vec![number("scaled rate", scaled)],
                    );
                }
            }
            Factor::Dropout => {
                let without = self.values.iter().find(|value| value.axis == 0.0);
                let gap = without.and_then(|v| v.mean_of(|result| result.generalisation_gap));
                if let Some(gap) = gap.filter(|gap| *gap < 0.01) {
                    push(
                        format!(
                            "To try next: more epochs or wider layers. Without dropout the gap is \
                             only {}, so there is little overfitting for dropout to reduce.",
                            points(gap)
                        ),
                        vec![number("gap without dropout (points)", 100.0 * gap)],
                    );
                }
            }
            Factor::LayerNorm => push(
                "To try next: a study of the learning rate with layer normalisation on. It often \
                 allows a larger rate than without."
                    .into(),
                Vec::new(),
            ),
            Factor::HiddenLayers | Factor::DropoutLayerNorm => {}
        }
        if let Some(fall) = still_falling(best) {
            push(
                format!(
                    "{} had not finished learning: its validation loss fell by {} in the last \
                     epoch. More epochs may raise all the figures, and may change their order.",
                    capitalised(&self.subject(best)),
                    share(fall)
                ),
                vec![number(
                    "fall of the loss in the last epoch (%)",
                    100.0 * fall,
                )],
            );
        }
        if let Some(second) = ranked.get(1)
            && let Some(comparison) = self.compare(best, second, noise)
            && !comparison.stands_out()
            && comparison.difference > 0.0
        {
            let per_run = noise.variance(best) + noise.variance(second);
            let now = best.results.len().min(second.results.len());
            let needed = (now.max(1) + 1..=10).find(|&seeds| {
                let noise = critical_among(ranked.len(), ranked.len() * (seeds - 1))
                    * (per_run / seeds as f64).sqrt();
                noise < comparison.difference
            });
            push(
                if let Some(needed) = needed {
                    format!(
                        "To separate {} from {} you need about {needed} seeds a value, if the \
                         difference stays what it is.",
                        self.tag(best),
                        self.tag(second)
                    )
                } else {
                    format!(
                        "The difference between {} and {} is too small for this data: to separate \
                         them would take more than 10 seeds a value.",
                        self.tag(best),
                        self.tag(second)
                    )
                },
                needed
                    .map(|seeds| number("seeds a value", seeds as f64))
                    .into_iter()
                    .collect(),
            );
        }
    }
}

/// The step that a failed run's reason names; the run itself goes on to the end
/// of its slice, so its count of steps says less.
fn step_of(reason: &str) -> Option<u32> {
    let (_, after) = reason.split_once("step ")?;
    let digits: String = after
        .chars()
        .filter(|c| *c != ',')
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse().ok()
}

/// By what share the validation loss fell in the last epoch, if it was then the
/// lowest of the run and fell by enough to count.
fn still_falling(value: &Value<'_>) -> Option<f64> {
    let loss = value.curve(|epoch| epoch.validation_loss);
    let [.., before, last] = loss[..] else {
        return None;
    };
    let fall = (before - last) / before;
    (fall > STILL_FALLING && loss.iter().all(|x| *x >= last)).then_some(fall)
}

/// How often the loss rose by more than [`SWING`] and later fell below where it
/// rose from: a loss that rises for good overfits, it does not oscillate.
fn swings(loss: &[f64]) -> usize {
    (1..loss.len())
        .filter(|&i| {
            loss[i] > loss[i - 1] * (1.0 + SWING)
                && loss[i + 1..]
                    .iter()
                    .any(|later| *later < loss[i] / (1.0 + SWING))
        })
        .count()
}

/// The epoch of the lowest validation loss (from 1) and the share by which the
/// last lies above it, where the training loss went on falling meanwhile.
fn overfitting(value: &Value<'_>) -> Option<(usize, f64)> {
    let validation = value.curve(|epoch| epoch.validation_loss);
    let training = value.curve(|epoch| epoch.train_loss);
    let lowest = (0..validation.len()).min_by(|&a, &b| validation[a].total_cmp(&validation[b]))?;
    let rise = validation.last()? / validation[lowest] - 1.0;
    (rise > SWING && *training.last()? < training[lowest]).then_some((lowest + 1, rise))
}

fn number(name: impl Into<String>, value: f64) -> InsightNumber {
    InsightNumber {
        name: name.into(),
        value,
    }
}

/// `0.9731` as `97.31 %`.
pub(super) fn percent(value: f64) -> String {
    format!("{:.2} %", 100.0 * value)
}

/// A share without the decimals of a result: `0.031` as `3.1 %`.
fn share(value: f64) -> String {
    format!("{} %", significant(100.0 * value))
}

/// A difference of accuracies: `0.0021` as `0.21 points`.
pub(super) fn points(value: f64) -> String {
    let sign = if value < -0.000_05 { "−" } else { "" };
    format!("{sign}{:.2} points", 100.0 * value.abs())
}

fn seconds(value: f64) -> String {
    if value >= 100.0 {
        format!("{value:.0}")
    } else {
        significant(value)
    }
}

/// Two significant digits, or all digits of a whole number.
pub(super) fn significant(value: f64) -> String {
    if !value.is_finite() || value == 0.0 {
        return value.to_string();
    }
    if value.fract() == 0.0 {
        return thousands(value);
    }
    let digits = 1 - value.abs().log10().floor() as i32;
    if digits <= 0 {
        return thousands(value.round());
    }
    let text = format!("{value:.*}", digits as usize);
    text.trim_end_matches('0').trim_end_matches('.').into()
}

/// A whole number with separators: `8,400`.
pub(super) fn thousands(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if value < 0.0 {
        format!("-{text}")
    } else {
        text
    }
}

fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [init @ .., last] => format!("{} and {last}", init.join(", ")),
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::super::testing::{FALLING, SETTLED, diverge, finish, settled, study};
    use super::*;

    fn sentences(record: &StudyRecord, kind: InsightKind) -> Vec<String> {
        let insights = read_study(record).insights;
        insights
            .into_iter()
            .filter(|i| i.kind == kind)
            .map(|i| i.sentence)
            .collect()
    }

    fn has(record: &StudyRecord, kind: InsightKind) -> bool {
        !sentences(record, kind).is_empty()
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_clear_lead_is_named_with_its_noise() {
        let record = settled(
            Factor::LearningRate,
            "0.001, 0.01, 0.1, 0.3",
            &[0.70, 0.90, 0.975, 0.94],
        );
        let noise = {
            // Two proportions, unpooled; six pairs: statsmodels' formula with
            // scipy.stats.norm.ppf(1 - 0.05 / 12) = 2.638257.
            let part = |p: f64| p * (1.0 - p) / 8400.0;
            2.638257 * (part(0.975) + part(0.94)).sqrt()
        };
        assert_eq!(
            sentences(&record, InsightKind::Winner),
            [format!(
                "A learning rate of 0.1 came out best: 97.50 % final validation accuracy, \
                 3.50 points above 0.3, the next. That exceeds the noise between the two (±{:.2} \
                 points).",
                100.0 * noise
            )]
        );
        assert_eq!(
            sentences(&record, InsightKind::Ranking),
            [
                "Behind 0.1 by more than the noise: 0.3 (by 3.50 points), 0.01 (by 7.50 points) and \
              0.001 (by 27.50 points)."
            ]
        );
        assert!(!has(&record, InsightKind::NoWinner));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_lead_inside_the_noise_is_no_win() {
        let record = settled(
            Factor::LearningRate,
            "0.01, 0.1, 0.3",
            &[0.80, 0.9710, 0.9731],
        );
        assert!(!has(&record, InsightKind::Winner));
        let sentence = sentences(&record, InsightKind::NoWinner).remove(0);
        assert!(
            sentence.starts_with(
                "No single best learning rate: 0.3 has the highest figure (97.31 %), but 0.1 lies \
                 0.21 points behind it, inside the noise (±"
            ),
            "{sentence}"
        );
        assert_eq!(
            sentences(&record, InsightKind::Ranking),
            ["Behind 0.3 by more than the noise: 0.01 (by 17.31 points)."]
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn the_same_value_under_other_seeds_has_no_winner() {
        // Accuracies of one setting drawn 200 times: normal around 94.5 % with the
        // deviation of a proportion of 8,400 images, by a fixed generator.
        let mut state = 1_u64;
        let mut draw = || {
            let mut uniform = || {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                ((state >> 33) as f64 + 0.5) / (1_u64 << 31) as f64
            };
            let (a, b) = (uniform(), uniform());
            let normal = (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos();
            0.945 + normal * (0.945 * 0.055 / 8400.0_f64).sqrt()
        };
        let mut claims = 0;
        for _ in 0..200 {
            let accuracies: Vec<f64> = (0..6).map(|_| draw()).collect();
            let record = settled(Factor::LearningRate, "", &accuracies);
            claims += usize::from(has(&record, InsightKind::Winner));
            claims += usize::from(has(&record, InsightKind::Ranking));
        }
        // 5 % of 200 studies would be 10.
        assert!(claims <= 10, "{claims} claims where there is no difference");

        let mut record = study(Factor::LearningRate, "0.01", 5);
        for run in 0..5 {
            finish(&mut record, run, draw(), &SETTLED);
        }
        assert!(!has(&record, InsightKind::Winner));
        assert!(!has(&record, InsightKind::Ranking));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn seeds_decide_what_one_run_cannot() {
        let one = settled(Factor::Dropout, "0, 0.2", &[0.970, 0.974]);
        assert!(!has(&one, InsightKind::Winner));
        let mut ten = study(Factor::Dropout, "0, 0.2", 10);
        for run in 0..10 {
            let luck = 0.001 * ((run % 3) as f64 - 1.0);
            finish(&mut ten, run, 0.970 + luck, &SETTLED);
            finish(&mut ten, 10 + run, 0.974 + luck, &SETTLED);
        }
        assert!(has(&ten, InsightKind::Winner));
        // The same means where the seeds vary by a point: no claim.
        for run in 0..10 {
            let luck = 0.01 * ((run % 3) as f64 - 1.0);
            finish(&mut ten, run, 0.970 + luck, &SETTLED);
            finish(&mut ten, 10 + run, 0.974 + luck, &SETTLED);
        }
        assert!(!has(&ten, InsightKind::Winner));
        assert!(sentences(&ten, InsightKind::Noise)[0].contains("From seed to seed"));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn equal_figures_are_called_equal() {
        let record = settled(Factor::LayerNorm, "", &[0.95, 0.95]);
        assert_eq!(
            sentences(&record, InsightKind::NoWinner),
            ["No single best layer normalisation: off and on reached the same 95.00 %."]
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn divergence_begins_between_two_rates() {
        let mut record = settled(
            Factor::LearningRate,
            "0.01, 0.1, 1, 10",
            &[0.94, 0.97, 0.5, 0.5],
        );
        diverge(&mut record, 2, 34);
        diverge(&mut record, 3, 3);
        assert_eq!(
            sentences(&record, InsightKind::Divergence),
            [
                "A learning rate of 1 diverged: the loss was no longer a finite number in step 34. So \
              did: 10. The largest rate below it that trained is 0.1: divergence begins between \
              0.1 and 1."
            ]
        );
        let reading = read_study(&record);
        assert_eq!(reading.figures[2].state, "diverged");
        assert_eq!(reading.figures[2].final_accuracy, None);
        assert!(!has(&record, InsightKind::Missing));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_value_that_diverged_once_cannot_win() {
        let mut record = study(Factor::LearningRate, "0.1, 1", 2);
        finish(&mut record, 0, 0.90, &SETTLED);
        finish(&mut record, 1, 0.90, &SETTLED);
        finish(&mut record, 2, 0.99, &SETTLED);
        diverge(&mut record, 3, 10);
        assert!(!has(&record, InsightKind::Winner));
        assert!(sentences(&record, InsightKind::Divergence)[0].contains("in 1 of 2 runs"));
        assert_eq!(read_study(&record).figures[1].state, "1 of 2 diverged");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_low_rate_is_told_from_a_settled_one() {
        let mut record = settled(Factor::LearningRate, "0.001, 0.01, 0.1", &[0.6, 0.9, 0.97]);
        finish(&mut record, 0, 0.6, &FALLING);
        let found = sentences(&record, InsightKind::StillFalling);
        assert_eq!(
            found,
            [
                "Too low for 5 epochs: 0.001. The validation loss was still falling in the last \
              epoch (by 14 %), and the accuracy is behind by more than the noise."
            ]
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn chance_level_is_too_high_or_too_low_by_its_neighbours() {
        let record = settled(Factor::LearningRate, "0.01, 0.1, 3", &[0.94, 0.97, 0.1135]);
        let found = sentences(&record, InsightKind::Divergence).remove(0);
        assert!(found.contains("Nothing was learned at 3"), "{found}");
        assert!(found.ends_with("3 is too high."), "{found}");
        let record = settled(Factor::LearningRate, "0.00001, 0.1", &[0.12, 0.97]);
        let found = sentences(&record, InsightKind::Divergence).remove(0);
        assert!(found.ends_with("0.00001 is too low."), "{found}");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn oscillation_is_not_overfitting() {
        let mut record = settled(Factor::LearningRate, "0.1, 0.3", &[0.97, 0.97]);
        finish(&mut record, 1, 0.97, &[0.3, 0.4, 0.25, 0.35, 0.22]);
        let found = sentences(&record, InsightKind::Oscillation).remove(0);
        assert!(found.contains("at 0.3 (2 times)"), "{found}");
        assert!(!has(&record, InsightKind::Overfitting));
        finish(&mut record, 1, 0.97, &[0.3, 0.2, 0.22, 0.25, 0.28]);
        assert!(!has(&record, InsightKind::Oscillation));
        let found = sentences(&record, InsightKind::Overfitting).remove(0);
        assert!(found.contains("0.3 (lowest in epoch 2)"), "{found}");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn batch_sizes_are_read_by_updates_time_and_scaling() {
        let record = settled(Factor::BatchSize, "16, 64, 512", &[0.97, 0.94, 0.88]);
        let updates = sentences(&record, InsightKind::Updates).remove(0);
        // 33,600 / 16 and ceil(33,600 / 512).
        assert!(
            updates.contains("2,100 times") && updates.contains("66 times"),
            "{updates}"
        );
        assert!(
            updates.contains("9.00 points higher with the many small steps"),
            "{updates}"
        );
        let scaling = sentences(&record, InsightKind::LinearScaling).remove(0);
        assert!(
            scaling.contains("would give 512 a rate of 0.08"),
            "{scaling}"
        );
        assert!(has(&record, InsightKind::Speed));
        let record = settled(Factor::BatchSize, "16, 64, 512", &[0.97, 0.971, 0.9702]);
        let updates = sentences(&record, InsightKind::Updates).remove(0);
        assert!(updates.contains("inside the noise"), "{updates}");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn an_effect_inside_the_noise_is_not_claimed() {
        let record = settled(Factor::LayerNorm, "", &[0.970, 0.971]);
        let found = sentences(&record, InsightKind::Effect).remove(0);
        assert!(
            found.contains("no effect on the final accuracy can be claimed"),
            "{found}"
        );
        let record = settled(Factor::LayerNorm, "", &[0.94, 0.971]);
        let found = sentences(&record, InsightKind::Effect).remove(0);
        assert!(
            found.contains("3.10 points higher, more than the noise"),
            "{found}"
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn what_is_missing_is_named() {
        let mut record = settled(Factor::Dropout, "0, 0.2, 0.5", &[0.97, 0.96]);
        record.runs[2].state = RunState::Crashed;
        record.runs[2].reason = "The worker stopped: out of memory.".into();
        assert_eq!(
            sentences(&record, InsightKind::Missing),
            [
                "1 of 3 runs is left out of the figures: 0.5 with seed 42 (The worker stopped: out of \
              memory)."
            ]
        );
        assert_eq!(read_study(&record).figures[2].state, "failed");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_study_without_runs_says_nothing_false() {
        let record = study(Factor::LearningRate, "", 1);
        let reading = read_study(&record);
        let kinds: Vec<_> = reading
            .insights
            .iter()
            .map(|insight| insight.kind)
            .collect();
        assert_eq!(kinds, [InsightKind::Missing]);
        assert!(
            reading
                .figures
                .iter()
                .all(|row| row.final_accuracy.is_none())
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn what_to_try_next_follows_from_where_the_best_lies() {
        let record = settled(Factor::LearningRate, "0.001, 0.01, 0.1", &[0.6, 0.9, 0.97]);
        assert!(
            sentences(&record, InsightKind::Next)[0].contains("larger rates, such as 0.2 and 0.3")
        );
        let record = settled(Factor::LearningRate, "0.01, 0.1, 1", &[0.9, 0.97, 0.6]);
        assert!(sentences(&record, InsightKind::Next)[0].contains("such as 0.032 and 0.32"));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn figures_average_over_seeds() {
        let mut record = study(Factor::BatchSize, "16, 32", 2);
        finish(&mut record, 0, 0.945, &SETTLED);
        finish(&mut record, 1, 0.965, &SETTLED);
        let row = &read_study(&record).figures[0];
        assert!((row.final_accuracy.unwrap() - 0.955).abs() < 1e-12);
        assert!((row.final_deviation.unwrap() - 0.02 / 2.0_f64.sqrt()).abs() < 1e-12);
        // In steps of 0.02 from 0.865 and 0.885: 0.90 is passed in epochs 3 and 2.
        assert_eq!(row.epochs_to_90, Some(2.5));
        assert_eq!(row.epochs_to_95, None);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn figures_read_well() {
        assert_eq!(thousands(8400.0), "8,400");
        assert_eq!(thousands(1_234_567.0), "1,234,567");
        assert_eq!(significant(0.0316), "0.032");
        assert_eq!(significant(0.08), "0.08");
        assert_eq!(significant(1.5), "1.5");
        assert_eq!(significant(12.34), "12");
        assert_eq!(significant(1234.5), "1,235");
    }
}
