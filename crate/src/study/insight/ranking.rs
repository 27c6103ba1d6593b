//! Which value came out best, and whether the noise allows to say so.

use crate::message::{Insight, InsightKind, RunState, StudyRun};

use super::{Reader, number};
use crate::study::noise::{Comparison, Noise};
use crate::study::value::Value;
use crate::study::words::{capitalised, list, percent, points};

impl<'a> Reader<'_, 'a> {
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
            .filter_map(|value| Some((*value, noise.compare(best, value)?)))
            .collect();
        for (value, comparison) in &beside {
            let tag = self.tag(value);
            if let Some(found) = comparison.discordance {
                numbers.push(number(
                    format!("images that only {} reads right, not {tag}", self.tag(best)),
                    found.only_first.into(),
                ));
                numbers.push(number(
                    format!("images that only {tag} reads right, not {}", self.tag(best)),
                    found.only_second.into(),
                ));
                numbers.push(number(
                    format!("McNemar's mid-p against {tag}, other images alone"),
                    found.mid_p(),
                ));
            }
            numbers.push(number(
                format!("lead over {tag} (points)"),
                100.0 * comparison.difference,
            ));
            numbers.push(number(
                format!("noise against {tag} (points)"),
                100.0 * comparison.noise,
            ));
        }
        // Only a lead stands out here: on the seeds that both have, the one with the lower
        // mean of all its seeds may even be ahead.
        let (behind, level): (Vec<_>, Vec<_>) = beside
            .iter()
            .partition(|(_, comparison)| comparison.stands_out() && comparison.difference > 0.0);
        if let ([], Some((second, comparison))) = (&level[..], beside.first()) {
            insights.push(Insight {
                kind: InsightKind::Winner,
                sentence: format!(
                    "{} came out best: {} final validation accuracy, {}{} above {}, the next. \
                     That exceeds the noise between the two (±{}). {}",
                    capitalised(&self.subject(best)),
                    percent(best_accuracy),
                    points(comparison.difference),
                    on_shared_seeds(&[(best, second, comparison)]),
                    self.tag(second),
                    points(comparison.noise),
                    self.weighed(comparison)
                ),
                numbers,
            });
        } else {
            let names: Vec<&Value<'a>> = level.iter().map(|(value, _)| *value).collect();
            // The one that lies farthest behind, and the noise it is inside of.
            let farthest = level
                .iter()
                .map(|(_, comparison)| comparison)
                .max_by(|a, b| a.difference.total_cmp(&b.difference));
            let largest = farthest.map_or(0.0, |farthest| farthest.difference);
            let widest = level.iter().map(|(_, c)| c.noise).fold(0.0, f64::max);
            let mut sentence = if largest <= 0.0 {
                format!(
                    "No single best {}: {} and {} reached the same {}.",
                    self.one_of_them(),
                    self.tag(best),
                    self.tags(&names),
                    percent(best_accuracy)
                )
            } else {
                format!(
                    "No single best {}: {} has the highest figure ({}), but {} {} {} behind it{}, {}.",
                    self.one_of_them(),
                    self.tag(best),
                    percent(best_accuracy),
                    self.tags(&names),
                    if names.len() == 1 {
                        "lies"
                    } else {
                        "lie at most"
                    },
                    points(largest),
                    on_shared_seeds(
                        &level
                            .iter()
                            .map(|(value, comparison)| (*best, *value, comparison))
                            .collect::<Vec<_>>()
                    ),
                    if level
                        .iter()
                        .any(|(_, comparison)| comparison.exceeds_noise())
                    {
                        format!(
                            "which the noise (±{}) or the swing of the last epoch explains",
                            points(widest)
                        )
                    } else {
                        format!("inside the noise (±{})", points(widest))
                    }
                )
            };
            if let Some(farthest) = farthest {
                sentence += " ";
                sentence += &self.weighed(farthest);
            }
            if names.len() > 1 {
                sentence += &format!(
                    " These {} cannot be told from each other by this study; whichever you take, \
                     take it for another reason, such as time or size.",
                    names.len() + 1
                );
            }
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
                    "Behind {} by more than the noise: {}. The same chances were weighed, shared \
                     out among the {} pairs of values.",
                    self.tag(best),
                    list(&items),
                    ranked.len() * (ranked.len() - 1) / 2
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

/// What stands behind a difference that is not that of the table's means: values are compared
/// on the seeds that both have.
fn on_shared_seeds(pairs: &[(&Value<'_>, &Value<'_>, &Comparison)]) -> &'static str {
    let is_partial = |(a, b, comparison): &(&Value<'_>, &Value<'_>, &Comparison)| {
        comparison.num_seeds < a.results.len().max(b.results.len())
    };
    if pairs.iter().any(is_partial) {
        " on the seeds that both have"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use crate::message::{Factor, InsightKind};
    use crate::study::insight::read_study;
    use crate::study::testing::{SETTLED, finish, study};

    fn first(num_finished: usize) -> String {
        let mut record = study(Factor::LearningRate, "0.01, 0.1", 2);
        for (run, accuracy) in [0.960, 0.964, 0.963, 0.969].into_iter().enumerate() {
            if run < num_finished {
                finish(&mut record, run, accuracy, &SETTLED);
            }
        }
        let insights = read_study(&record).insights;
        assert!(matches!(
            insights[0].kind,
            InsightKind::NoWinner | InsightKind::Winner
        ));
        insights[0].sentence.clone()
    }

    // Means of 96.20 and 96.30 %, of two seeds and one: 0.10 points in the table, 0.30 on the
    // seed that both have.
    #[wasm_bindgen_test(unsupported = test)]
    fn a_difference_on_some_of_the_seeds_says_so() {
        let told = first(3);
        assert!(told.contains("0.30 points"), "{told}");
        assert!(told.contains(" on the seeds that both have"), "{told}");
        assert!(!first(4).contains("that both have"), "{}", first(4));
    }
}
