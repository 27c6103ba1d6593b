//! Where chance comes from: images, seeds, the swing of the last epoch, and choosing what
//! came out highest.

use crate::message::{Insight, InsightKind};
use crate::statistics::moments::{Spread, mean};
use crate::statistics::proportion::wilson;
use crate::statistics::selection::{mean_maximum, optimism};

use super::{Reader, number};
use crate::study::noise::{Comparison, Noise};
use crate::study::pairing::varies_images;
use crate::study::value::Value;
use crate::study::words::{capitalised, list, percent, points, thousands};

/// How sentences begin that explain what is the same in all studies of a kind, such as what
/// ± means: whoever reads one after the other needs each once.
pub(in crate::study) const EXPLANATIONS: [&str; 8] = [
    "The noise (±) is what ",
    "A value's own interval says ",
    "What another seed would change ",
    "Only images that chose nothing",
    "Both were measured on the finished model",
    "One epoch's swing would not count",
    "The same chances were weighed.",
    "The rule is a starting point",
];

impl<'a> Reader<'_, 'a> {
    /// What each source of chance comes to in this study.
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
            "{} validation images place an accuracy of {} between {} and {} (95 % Wilson interval): \
             so far other images would move it, and they would move all values much alike.",
            thousands(count),
            percent(accuracy),
            percent(low),
            percent(high)
        );
        let seen: Vec<Spread> = ranked.iter().map(|value| spread(value)).collect();
        let seen = Spread::pooled(&seen);
        if seen.freedom > 0.0 {
            let deviation = seen.variance.sqrt();
            numbers.push(number("deviation over seeds (points)", 100.0 * deviation));
            sentence += &format!(
                " From seed to seed the same settings varied by {} (standard deviation{}).",
                points(deviation),
                if self.record.plan.vary_split {
                    ", the split varying with the seed"
                } else {
                    ", all on one split"
                }
            );
        } else if ranked.iter().all(|value| value.results.len() == 1) {
            sentence += " What another seed would change comes on top; one seed a value cannot \
                         show it.";
        }
        if noise.swing.freedom > 0.0 {
            let swing = noise.swing.variance.sqrt();
            numbers.push(number("swing of an epoch (points)", 100.0 * swing));
            sentence += &format!(
                " From epoch to epoch the accuracy swung around its trend by {} at the end: a last \
                 epoch can be that lucky.",
                points(swing)
            );
        }
        if ranked.len() > 1 {
            let num_pairs = ranked.len() * (ranked.len() - 1) / 2;
            numbers.push(number("pairs of values compared", num_pairs as f64));
            sentence += " The noise (±) is what a difference has to exceed so that in 95 of 100 \
                         studies of equal values none is called different by chance.";
        }
        sentence += " ";
        sentence += self.interval_note(best);
        insights.push(Insight {
            kind: InsightKind::Noise,
            sentence,
            numbers,
        });
    }

    /// What varies in the intervals of the comparison.
    fn interval_note(&self, value: &Value<'_>) -> &'static str {
        if value.samples.len() == 1 {
            "A value's own interval says where the mean of many such runs would lie, with other \
             seeds and other images."
        } else if varies_images(&value.samples) {
            "A value's own interval says where the mean of many such runs would lie, each with its \
             own seed and split."
        } else {
            "A value's own interval says where the mean of many more seeds would lie on this split; \
             its images do not vary in it."
        }
    }

    /// Values of which the last epoch alone decides.
    pub(super) fn swing(&self, ranked: &[&Value<'a>], noise: &Noise, insights: &mut Vec<Insight>) {
        let [best, rest @ ..] = ranked else { return };
        let withheld: Vec<(&Value<'a>, Comparison)> = rest
            .iter()
            .filter_map(|value| Some((*value, noise.compare(best, value)?)))
            .filter(|(_, comparison)| comparison.exceeds_noise() && comparison.is_swing())
            .collect();
        if withheld.is_empty() {
            return;
        }
        let items: Vec<String> = withheld
            .iter()
            .map(|(value, found)| {
                format!(
                    "{} ({} behind {} at the end, {} an epoch earlier)",
                    self.tag(value),
                    points(found.difference),
                    self.tag(best),
                    points(found.before.unwrap_or_default())
                )
            })
            .collect();
        insights.push(Insight {
            kind: InsightKind::Swing,
            sentence: format!(
                "Nothing is claimed of {}: the last epoch alone decides. Had the runs ended one \
                 epoch earlier, less than half of the difference would have been there.",
                list(&items)
            ),
            numbers: withheld
                .iter()
                .map(|(value, found)| {
                    number(
                        format!("{} behind an epoch earlier (points)", self.tag(value)),
                        100.0 * found.before.unwrap_or_default(),
                    )
                })
                .collect(),
        });
    }

    /// What was chosen because it came out highest, and by how much that flatters it.
    pub(super) fn selection(
        &self,
        ranked: &[&Value<'a>],
        noise: &Noise,
        insights: &mut Vec<Insight>,
    ) {
        let Some(best) = ranked.first() else { return };
        let mut numbers = Vec::new();
        let mut parts = Vec::new();
        let beside: Vec<Comparison> = ranked[1..]
            .iter()
            .filter_map(|value| noise.compare(best, value))
            .filter(|comparison| !comparison.stands_out())
            .collect();
        if !beside.is_empty() {
            let variances: Vec<f64> = beside.iter().map(|c| c.typical_variance).collect();
            let most = optimism(beside.len() + 1, mean(&variances));
            numbers.push(number(
                "optimism of the highest value (points)",
                100.0 * most,
            ));
            parts.push(format!(
                "{} is the highest of {} figures that cannot be told apart, so a part of it is luck: \
                 on average up to {} by other seeds and images.",
                percent(best.accuracy().unwrap_or_default()),
                beside.len() + 1,
                points(most)
            ));
        }
        let num_epochs = best.curve(|epoch| epoch.validation_accuracy).len();
        if num_epochs > 1 && noise.swing.variance > 0.0 {
            // Of the epochs whose swing was seen; those before lie lower anyway.
            let num_late = (num_epochs / 2).max(3).min(num_epochs);
            let most = mean_maximum(num_late) * noise.swing.variance.sqrt();
            numbers.push(number("optimism of the best epoch (points)", 100.0 * most));
            let flatters = format!(
                "the highest of {num_epochs} epochs, chosen on the images that measure it, and \
                 flatters a run by up to {} on average",
                points(most)
            );
            let keeps_best = best
                .results
                .iter()
                .any(|result| result.kept_epoch.is_some());
            parts.push(if keeps_best {
                format!("Each run keeps the model of its best epoch: its accuracy is {flatters}.")
            } else {
                format!("Best accuracy is {flatters}; values are compared by their final accuracy.")
            });
        }
        if parts.is_empty() {
            return;
        }
        parts.push(
            "Only images that chose nothing, a test set looked at once, are free of that.".into(),
        );
        insights.push(Insight {
            kind: InsightKind::Selection,
            sentence: capitalised(&parts.join(" ")),
            numbers,
        });
    }
}

/// Variance of a value's accuracy over its seeds.
fn spread(value: &Value<'_>) -> Spread {
    let own: Vec<f64> = value.samples.iter().map(|sample| sample.accuracy).collect();
    Spread::of(&own)
}
