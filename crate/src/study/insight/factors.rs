//! What each factor asks of its own: updates and time of a batch, the effect of
//! a switch, the price of size.

use crate::message::{Factor, Insight, InsightKind};

use super::{Reader, number};
use crate::study::cost::num_parameters;
use crate::study::noise::{Comparison, Noise};
use crate::study::value::Value;
use crate::study::words::{
    capitalised, counted, percent, points, seconds, significant, task_of, thousands,
};

impl<'a> Reader<'_, 'a> {
    pub(super) fn batch_size(&self, noise: &Noise, insights: &mut Vec<Insight>) {
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
                .and_then(|(a, b)| noise.compare(a, b)),
        ) else {
            return;
        };
        let (Some(many), Some(few)) = (small.epoch_steps(), large.epoch_steps()) else {
            return;
        };
        let verdict = if !comparison.stands_out() {
            format!("and the final accuracy {}", against_noise(&comparison))
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
                 epoch and batches of {} only {} times, {verdict}. {}",
                small.label,
                thousands(many),
                large.label,
                thousands(few),
                self.weighed(&comparison)
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

    /// The fastest and the slowest value. What is called a difference exceeds how unevenly
    /// the very same work was timed: epochs of one run are equal but for the machine. A run
    /// that is over before the machine has warmed up says nothing of its value.
    pub(super) fn speed(&self, values: &[&Value<'a>], insights: &mut Vec<Insight>) {
        let mut timed: Vec<(&Value<'a>, f64)> = values
            .iter()
            .filter_map(|value| Some((*value, value.epoch_secs()?)))
            .collect();
        timed.sort_by(|a, b| a.1.total_cmp(&b.1));
        let [(fast, least), .., (slow, most)] = &timed[..] else {
            return;
        };
        let spreads = timed.iter().map(|(value, _)| value.timing_spread());
        let spread = spreads.fold(1.0, f64::max);
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
        } else if timed
            .iter()
            .any(|(value, _)| value.shortest_run_secs() < LEAST_TIMED_SECS)
        {
            format!(
                "An epoch's training took {} s to {} s, too short a time to compare: runs of less \
                 than {LEAST_TIMED_SECS} s are timed by what else the machine does.{beside}",
                seconds(*least),
                seconds(*most)
            )
        } else if most / least < spread {
            format!(
                "An epoch's training took {} s to {} s, a difference that is not the values': \
                 epochs of one and the same run were timed up to {} times apart.{beside}",
                seconds(*least),
                seconds(*most),
                significant(spread)
            )
        } else {
            format!(
                "An epoch's training took {} s at {} and {} s at {}, {} times as long; epochs of one \
                 run were timed at most {} times apart.{beside}",
                seconds(*least),
                self.tag(fast),
                seconds(*most),
                self.tag(slow),
                significant(most / least),
                significant(spread)
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
    pub(super) fn effect(
        &self,
        with: &Value<'a>,
        without: &Value<'a>,
        noise: &Noise,
    ) -> Option<Vec<Insight>> {
        let comparison = noise.compare(with, without)?;
        let mut verdict = against_noise(&comparison);
        if !comparison.stands_out() {
            verdict += ": no effect on the final accuracy can be claimed";
        }
        let mut insights = vec![Insight {
            kind: InsightKind::Effect,
            sentence: format!(
                "With {} the final accuracy is {}, with {} {}: it {verdict}. {}",
                self.subject(with),
                percent(with.accuracy()?),
                self.subject(without),
                percent(without.accuracy()?),
                self.weighed(&comparison)
            ),
            numbers: vec![
                number("difference (points)", 100.0 * comparison.difference),
                number("noise (points)", 100.0 * comparison.noise),
            ],
        }];
        insights.extend(self.gap_change(with, without, noise));
        if let (Some(a), Some(b)) = (with.epochs_to(0.90), without.epochs_to(0.90))
            && a != b
        {
            insights.push(Insight {
                kind: InsightKind::Effect,
                sentence: format!(
                    "90 % validation accuracy was reached after {} with {} and after {} with {}.",
                    counted(a, "epoch"),
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

    /// What the most of it does against the least.
    pub(super) fn regulariser(&self, noise: &Noise, insights: &mut Vec<Insight>) {
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

    pub(super) fn layer_norm(&self, noise: &Noise, insights: &mut Vec<Insight>) {
        let finished: Vec<&Value<'a>> = self
            .values
            .iter()
            .filter(|v| v.accuracy().is_some())
            .collect();
        let [off, on] = &finished[..] else { return };
        insights.extend(self.effect(on, off, noise).unwrap_or_default());
        self.speed(&finished, insights);
    }

    /// What a comparison at one rate leaves open.
    pub(super) fn at_one_rate(&self, insights: &mut Vec<Insight>) {
        let rate = self.record.plan.baseline.learning_rate;
        let open = match self.factor {
            Factor::Momentum => {
                "With a momentum of m a step comes to about 1/(1 − m) times its length, so the \
                 best rate falls as it rises: these figures compare them at this rate and not at \
                 their best."
            }
            Factor::Schedule => {
                "A schedule that ends low bears a higher rate than one that stays, so these \
                 figures compare them at this rate and not at their best."
            }
            _ => {
                "Each optimiser has a best rate of its own, Adam and RMSprop often a tenth of \
                 SGD’s or less, so these figures compare them at this rate and not at their best."
            }
        };
        let finished: Vec<&Value<'a>> = self.finished();
        if finished.len() > 1 {
            insights.push(Insight {
                kind: InsightKind::Held,
                sentence: format!("All ran at a learning rate of {rate}. {open}"),
                numbers: vec![number("learning rate of all runs", rate)],
            });
        }
        self.speed(&finished, insights);
    }

    /// What values cost; their order is the ranking's.
    pub(super) fn costs(&self, insights: &mut Vec<Insight>) {
        self.speed(&self.finished(), insights);
    }

    pub(super) fn finished(&self) -> Vec<&Value<'a>> {
        let values = self.values.iter();
        values.filter(|value| value.accuracy().is_some()).collect()
    }

    pub(super) fn size(&self, noise: &Noise, insights: &mut Vec<Insight>) {
        let task = task_of(&self.record.data);
        let mut sized: Vec<(&Value<'a>, f64)> = self
            .values
            .iter()
            .filter(|value| value.accuracy().is_some())
            .filter_map(|value| {
                Some((
                    value,
                    num_parameters(&value.runs.first()?.spec.config, &task)?,
                ))
            })
            .collect();
        sized.sort_by(|a, b| a.1.total_cmp(&b.1));
        let [(small, few), .., (large, many)] = &sized[..] else {
            return;
        };
        let Some(comparison) = noise.compare(large, small) else {
            return;
        };
        let verdict = against_noise(&comparison);
        insights.push(Insight {
            kind: InsightKind::Size,
            sentence: format!(
                "{} has {} parameters, {} times those of {} ({}); its final accuracy {verdict}. {}",
                capitalised(&self.subject(large)),
                thousands(*many),
                significant(many / few),
                self.tag(small),
                thousands(*few),
                self.weighed(&comparison)
            ),
            numbers: sized
                .iter()
                .map(|(value, count)| number(format!("parameters of {}", self.tag(value)), *count))
                .collect(),
        });
        let finished: Vec<&Value<'a>> = sized.iter().map(|(value, _)| *value).collect();
        self.speed(&finished, insights);
    }
}

/// Times that differ by less are called the same: they were taken in a browser.
const TIME_NOISE: f64 = 0.10;
/// A browser compiles a worker's code anew while it is used, for some tenths of a second: shorter
/// runs are timed by that.
const LEAST_TIMED_SECS: f64 = 1.0;

/// How a figure compares with another, beside the noise: the rest of a sentence.
pub(super) fn against_noise(comparison: &Comparison) -> String {
    let difference = points(comparison.difference.abs());
    let noise = points(comparison.noise);
    if !comparison.exceeds_noise() {
        return format!("differs by {difference}, inside the noise (±{noise})");
    }
    if comparison.is_swing() {
        return format!(
            "differs by {difference}, more than the noise (±{noise}), but the last epoch alone \
             makes it so"
        );
    }
    let way = if comparison.difference > 0.0 {
        "higher"
    } else {
        "lower"
    };
    format!("is {difference} {way}, more than the noise (±{noise})")
}
