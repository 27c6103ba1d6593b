//! What the shapes of the curves say: divergence, chance level, still falling,
//! oscillation, overfitting.

use crate::message::{Factor, Insight, InsightKind, RunState};

use super::{Reader, number};
use crate::study::noise::Noise;
use crate::study::value::{
    SWING, Value, at_chance, chance_level, overfitting, still_falling, swings,
};
use crate::study::words::{capitalised, list, percent, share, significant, task_of, thousands};

impl<'a> Reader<'_, 'a> {
    pub(super) fn divergence(&self, insights: &mut Vec<Insight>) {
        let learned = |value: &&Value<'_>| {
            value.num_diverged == 0 && value.accuracy().is_some() && !at_chance(self.record, value)
        };
        let diverged: Vec<&Value<'a>> = self.values.iter().filter(|v| v.num_diverged > 0).collect();
        if let Some(first) = diverged.first() {
            let earliest = first
                .runs
                .iter()
                .filter(|run| run.state == RunState::Diverged)
                .filter_map(|run| Some(run.result.as_ref()?.num_steps))
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
            sentence += self.under_seeds();
            insights.push(Insight {
                kind: InsightKind::Divergence,
                sentence,
                numbers,
            });
        }

        for value in self.values.iter().filter(|value| value.num_stuck > 0) {
            insights.push(Insight {
                kind: InsightKind::Divergence,
                sentence: format!(
                    "{} stayed at the chance level ({}) in {} of {} runs, while the others reached \
                     {}. A mean of the two says nothing, so it is not ranked; whether a run gets \
                     away is chance of the seed.",
                    capitalised(&self.subject(value)),
                    percent(chance_level(self.record)),
                    value.num_stuck,
                    value.runs.len(),
                    percent(value.accuracy().unwrap_or_default())
                ),
                numbers: vec![number(
                    format!("runs at the chance level at {}", self.tag(value)),
                    value.num_stuck as f64,
                )],
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
             commonest {}.",
            self.tags(&stuck),
            percent(chance),
            task_of(&self.record.data).class_noun()
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
        sentence += self.under_seeds();
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

    /// What chance there is in whether a run learns at all.
    fn under_seeds(&self) -> &'static str {
        if self.record.plan.seeds.len() == 1 {
            " No noise was weighed: so it went with this one seed, and another may fare otherwise."
        } else {
            " No noise was weighed: so it went with these seeds, and others may fare otherwise."
        }
    }

    /// Still falling, up and down, rising again: what the curves' shapes say.
    pub(super) fn learning_curves(
        &self,
        ranked: &[&Value<'a>],
        noise: &Noise,
        insights: &mut Vec<Insight>,
    ) {
        let Some(best) = ranked.first() else { return };
        let learned = || self.values.iter().filter(|v| !at_chance(self.record, v));

        if self.factor == Factor::LearningRate {
            let too_low: Vec<(&Value<'a>, f64)> = learned()
                .filter(|value| value.axis < best.axis)
                .filter(|value| noise.compare(best, value).is_some_and(|c| c.stands_out()))
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
                    "Overfitting at {}: the validation loss rose again and stayed higher for two \
                     epochs or more, while the training loss went on falling. One epoch's swing \
                     would not count.",
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
    pub(super) fn rate_scaling(&self, ranked: &[&Value<'a>], insights: &mut Vec<Insight>) {
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
}
