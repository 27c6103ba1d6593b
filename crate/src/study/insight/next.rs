//! What to try next.

use crate::message::{Factor, Insight, InsightKind, InsightNumber};

use super::{Reader, number};
use crate::study::noise::Noise;
use crate::study::value::{Value, still_falling};
use crate::study::words::{capitalised, list, points, share, significant};

/// A gap that is surely below this leaves dropout little to do.
const LITTLE_GAP: f64 = 0.01;

/// Seeds a value that a study may have.
const MOST_SEEDS: usize = 10;

impl<'a> Reader<'_, 'a> {
    pub(super) fn next(&self, ranked: &[&Value<'a>], noise: &Noise, insights: &mut Vec<Insight>) {
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
                (Some(lower), Some(upper)) => {
                    let above = if upper.num_diverged > 0 {
                        // Half way to where it diverged may diverge, too.
                        significant((2.0 * best.axis).min((best.axis * upper.axis).sqrt()))
                    } else {
                        middle(upper)
                    };
                    // Between rates that lie this close there is none that is worth a run.
                    let is_tried =
                        |rate: &String| self.values.iter().any(|v| significant(v.axis) == *rate);
                    let mut rates = vec![middle(lower), above];
                    rates.retain(|rate| !is_tried(rate));
                    if !rates.is_empty() {
                        push(
                            format!(
                                "To try next: rates around the highest accuracy, such as {}.",
                                list(&rates)
                            ),
                            vec![number("rate with the highest accuracy", best.axis)],
                        );
                    }
                }
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
                let gap = without.and_then(|value| noise.gap(value));
                if let Some((gap, _)) = gap.filter(|(gap, bound)| gap + bound < LITTLE_GAP) {
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
            Factor::Optimiser => push(
                format!(
                    "To try next: a study of the learning rate with each of the best optimisers, \
                     {} first.",
                    best.label
                ),
                Vec::new(),
            ),
            Factor::Momentum | Factor::Schedule => push(
                format!(
                    "To try next: a study of the learning rate with {}.",
                    self.subject(best)
                ),
                Vec::new(),
            ),
            Factor::TwoFactors => {
                if let Some(sentence) = self.beyond_the_grid(best) {
                    push(sentence, Vec::new());
                }
            }
            Factor::HiddenLayers
            | Factor::DropoutLayerNorm
            | Factor::Activation
            | Factor::Initialisation
            | Factor::WeightDecay
            | Factor::InputDropout
            | Factor::MaxNorm
            | Factor::LabelSmoothing => {}
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
            && let Some(comparison) = noise.compare(best, second)
            && !comparison.stands_out()
            && comparison.difference > 0.0
        {
            let now = comparison.num_seeds.max(1);
            let needed = comparison
                .seeds_needed(MOST_SEEDS)
                .map(|seeds| seeds.max(now + 1))
                .filter(|&seeds| seeds <= MOST_SEEDS);
            push(
                if let Some(needed) = needed {
                    format!(
                        "To separate {} from {} you need about {needed} seeds a value (found then \
                         with 80 % probability), if the difference and its spread stay what they \
                         are.",
                        self.tag(best),
                        self.tag(second)
                    )
                } else {
                    format!(
                        "The difference between {} and {} is too small for this data: to separate \
                         them would take more than {MOST_SEEDS} seeds a value.",
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

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use crate::message::Factor;
    use crate::study::insight::read_study;
    use crate::study::testing::settled;

    fn next_rates(values: &str) -> Option<String> {
        let record = settled(Factor::LearningRate, values, &[0.95, 0.97, 0.96]);
        let insights = read_study(&record).insights.into_iter();
        let mut sentences = insights.map(|one| one.sentence);
        sentences.find(|sentence| sentence.starts_with("To try next: rates around"))
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn rates_that_were_tried_are_not_proposed() {
        let told = next_rates("0.01, 0.1, 0.3").unwrap();
        assert!(told.ends_with("such as 0.032 and 0.17."), "{told}");
        let told = next_rates("0.01, 0.1, 0.1001").unwrap();
        assert!(told.ends_with("such as 0.032."), "{told}");
        assert_eq!(next_rates("0.0999, 0.1, 0.1001"), None);
    }
}
