//! Which value came out best, and whether the noise allows to say so.

use crate::message::{Insight, InsightKind, RunState, StudyRun};

use super::{Reader, number};
use crate::study::noise::{Comparison, Noise};
use crate::study::statistics::wilson;
use crate::study::value::Value;
use crate::study::words::{capitalised, list, percent, points, thousands};

impl<'a> Reader<'a> {
    pub(super) fn winner(&self, ranked: &[&Value<'a>], noise: &Noise, insights: &mut Vec<Insight>) {
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

    pub(super) fn noise(&self, ranked: &[&Value<'a>], noise: &Noise, insights: &mut Vec<Insight>) {
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

    pub(super) fn missing(&self, insights: &mut Vec<Insight>) {
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
}
