//! How far two values may lie apart by chance alone.
//!
//! Over 400 lines: one model of chance, from what is foretold to the level, and its tests.

use super::pairing::{
    contrast_of, discordance, is_by_image, mean_before, paired, unpaired, varies_images,
};
use super::value::{Sample, Value};
use crate::math::{ln, powi};
use crate::statistics::estimate::Estimate;
use crate::statistics::mcnemar::Discordance;
use crate::statistics::moments::{Spread, mean};
use crate::statistics::multiplicity::holm_levels;
use crate::statistics::power::Effect;
use crate::statistics::prior::{
    DISAGREEMENT, ON_AVERAGE, as_far_as_it_fits, beside_known, foretold, moderated, seed_variance,
};
use crate::statistics::proportion::trial_variance;
use crate::statistics::swing::swing;

/// Probability of calling one difference or more where there is none.
pub(super) const LEVEL: f64 = 0.05;
/// Degrees of freedom that the other values' swing counts as beside a value's own.
const SHARED_SWING: f64 = 3.0;
/// A difference of which the epoch before the last had less than this share is the last
/// epoch's swing.
const KEPT_SHARE: f64 = 0.5;

/// What the accuracies of a study's values may differ by though nothing sets them apart.
///
/// Two values are compared on the seeds that both have finished, difference by difference:
/// equal seeds share split, initial weights and order, and are alike. Where it is known
/// which images each run read right, the difference is taken image by image too. So both
/// sources of chance, other seeds and other images, are in one variance; the model is that
/// of [`crate::statistics::contrast`]. What a second seed has not shown yet is foretold
/// by [`crate::statistics::prior`] and moderated by what was seen.
///
/// Where values share no seed, or images are not known (records of older versions), their
/// errors count as independent, which errs towards calling nothing.
///
/// A difference has to exceed the two-sided point of Student's t at its level by Holm among
/// all pairs of values, so that of equal values not even the luckiest is called the best;
/// and at least half of it has to have been there an epoch earlier.
pub(super) struct Noise {
    /// What is foretold of each value's seeds, by its index.
    foretold: Vec<(usize, Spread)>,
    /// Of the accuracy of every run's last epochs, pooled.
    pub(super) swing: Spread,
    /// Indices of two values, and the first against the second.
    pairs: Vec<(usize, usize, Comparison)>,
    /// Level of a pair that is not among those.
    beyond: f64,
}

/// A difference beside the noise that it has to exceed.
#[derive(Clone)]
pub(super) struct Comparison {
    pub(super) difference: f64,
    /// The 95 % bound, with its share of the pairs that are compared.
    pub(super) noise: f64,
    /// The same difference an epoch earlier, where there was one.
    pub(super) before: Option<f64>,
    /// Seeds that the values were paired by; 0 where they share none.
    pub(super) num_seeds: usize,
    /// Whether the difference was taken image by image.
    pub(super) is_by_image: bool,
    /// Whether a curve has too few epochs to show a swing.
    pub(super) is_short: bool,
    /// Who alone was right on one seed's images.
    pub(super) discordance: Option<Discordance>,
    /// What the difference varies with.
    pub(super) estimate: Estimate,
    /// Its variance, were other seeds to move the values as they do on average.
    pub(super) typical_variance: f64,
    /// The level it was tested at.
    pub(super) level: f64,
}

impl Comparison {
    /// Whether the difference exceeds the noise and is not the last epoch's alone.
    pub(super) fn stands_out(&self) -> bool {
        self.exceeds_noise() && !self.is_swing()
    }

    pub(super) fn exceeds_noise(&self) -> bool {
        self.difference.abs() > self.noise
    }

    /// Whether less than half of the difference was there an epoch earlier.
    pub(super) fn is_swing(&self) -> bool {
        let sign = self.difference.signum();
        self.before
            .is_some_and(|before| before * sign < KEPT_SHARE * self.difference.abs())
    }

    /// The same, seen from the other side.
    fn reversed(self) -> Self {
        let discordance = self.discordance.map(|found| Discordance {
            only_first: found.only_second,
            only_second: found.only_first,
        });
        Self {
            difference: -self.difference,
            before: self.before.map(|before| -before),
            discordance,
            ..self
        }
    }
}

impl Noise {
    /// Of the values that are compared with each other.
    pub(super) fn of(values: &[&Value<'_>]) -> Self {
        let own = |value: &Value<'_>| {
            let errors: Vec<Vec<f64>> = value.samples.iter().map(log_errors).collect();
            swing(errors.iter().map(Vec::as_slice))
        };
        let seen: Vec<Spread> = values.iter().map(|value| own(value)).collect();
        let all = Spread::pooled(&seen);
        let shared = Spread {
            freedom: all.freedom.min(SHARED_SWING),
            ..all
        };
        let scaled = |value: &Value<'_>, swing: Spread| Spread {
            variance: powi(error_of(value), 2) * swing.variance,
            ..swing
        };
        let mut swings = Vec::new();
        let mut of_values = Vec::new();
        for (value, own) in values.iter().zip(&seen) {
            swings.push(scaled(value, *own));
            // A curve that shows no swing is not taken for one like the others.
            let found = match own.freedom {
                0.0 => Spread::default(),
                _ => scaled(value, moderated(shared, *own)),
            };
            of_values.push((value.index, foretold_of(value, found)));
        }
        let mut noise = Self {
            foretold: of_values,
            swing: Spread::pooled(&swings),
            pairs: Vec::new(),
            beyond: LEVEL,
        };
        let mut pairs = Vec::new();
        for (at, a) in values.iter().enumerate() {
            for b in &values[at + 1..] {
                if let Some(found) = noise.weigh(&[(1.0, a), (-1.0, b)], LEVEL) {
                    pairs.push((a.index, b.index, found));
                }
            }
        }
        let found: Vec<&mut Comparison> = pairs.iter_mut().map(|(_, _, found)| found).collect();
        at_holm_levels(found);
        noise.beyond = LEVEL / (pairs.len() + 1) as f64;
        noise.pairs = pairs;
        noise
    }

    /// `a` against `b`; none where one has no accuracy.
    pub(super) fn compare(&self, a: &Value<'_>, b: &Value<'_>) -> Option<Comparison> {
        for (first, second, found) in &self.pairs {
            if (*first, *second) == (a.index, b.index) {
                return Some(found.clone());
            }
            if (*first, *second) == (b.index, a.index) {
                return Some(found.clone().reversed());
            }
        }
        self.weigh(&[(1.0, a), (-1.0, b)], self.beyond)
    }

    /// Weighted sums of the same values' accuracies, at levels by Holm among themselves.
    pub(super) fn weigh_all(
        &self,
        values: &[&Value<'_>],
        weights: &[Vec<f64>],
    ) -> Option<Vec<Comparison>> {
        let parts = |weights: &Vec<f64>| -> Vec<(f64, &Value<'_>)> {
            weights
                .iter()
                .copied()
                .zip(values.iter().copied())
                .collect()
        };
        let found: Option<Vec<Comparison>> = weights
            .iter()
            .map(|weights| self.weigh(&parts(weights), LEVEL))
            .collect();
        let mut found = found?;
        at_holm_levels(found.iter_mut().collect());
        Some(found)
    }

    /// Where the mean accuracy of many more runs of a value would lie, with 95 %: `mean ±
    /// t · √(v / n)`. What varies in it is what varied between the runs: under one split
    /// the training seed alone; with a split for each seed, or with one run, the images too.
    pub(super) fn interval(&self, value: &Value<'_>) -> Option<(f64, f64)> {
        let accuracy = value.accuracy()?;
        let own: Vec<f64> = value.samples.iter().map(|sample| sample.accuracy).collect();
        let trial = trial_variance(accuracy, value.num_validation);
        // With images of their own runs differ by all that images differ by, else by what
        // seeds read of them otherwise.
        let share = if varies_images(&value.samples) {
            1.0
        } else {
            DISAGREEMENT
        };
        let known = share * trial / value.num_validation.max(1.0);
        let foretold = self.foretold_of(value, ON_AVERAGE.sqrt());
        let seen = Spread::of(&own);
        let prior = as_far_as_it_fits(beside_known(foretold, known), seen);
        let found = moderated(prior, seen);
        let estimate = Estimate {
            // Seeds that agree by chance do not take away what images alone leave open.
            seed: Spread {
                variance: found.variance.max(known),
                ..found
            },
            images: 0.0,
            num_seeds: own.len() as f64,
        };
        let half = estimate.bound(LEVEL);
        Some(((accuracy - half).max(0.0), (accuracy + half).min(1.0)))
    }

    /// How far other seeds move a value's accuracy, weighted, before any was seen.
    pub(super) fn foretold_of(&self, value: &Value<'_>, weight: f64) -> Spread {
        let is_its = |(index, _): &&(usize, Spread)| *index == value.index;
        let known = self.foretold.iter().find(is_its);
        let found = known.map_or_else(
            || foretold_of(value, Spread::default()),
            |(_, found)| *found,
        );
        Spread {
            variance: weight * weight * found.variance,
            ..found
        }
    }

    /// A weighted sum of the values' accuracies.
    fn weigh(&self, parts: &[(f64, &Value<'_>)], level: f64) -> Option<Comparison> {
        let parts: Vec<(f64, &Value<'_>)> =
            parts.iter().copied().filter(|part| part.0 != 0.0).collect();
        for (_, value) in &parts {
            value.accuracy()?;
        }
        let foretold: Vec<Spread> = parts
            .iter()
            .map(|(weight, value)| self.foretold_of(value, *weight))
            .collect();
        let rows = paired(&parts);
        let contrast = (!rows.is_empty()).then(|| contrast_of(&parts, &rows));
        let with = |foretold: &[Spread]| match &contrast {
            None => unpaired(&parts, foretold),
            Some(contrast) => {
                let prior = seed_variance(contrast, total(foretold.iter().copied()));
                let estimate = Estimate {
                    seed: moderated(prior, contrast.seen()),
                    images: contrast.common_variance / contrast.num_images.max(1.0),
                    num_seeds: rows.len() as f64,
                };
                (contrast.mean(), estimate)
            }
        };
        let (difference, estimate) = with(&foretold);
        let on_average = |spread: &Spread| Spread {
            variance: ON_AVERAGE * spread.variance,
            ..*spread
        };
        let typical: Vec<Spread> = foretold.iter().map(on_average).collect();
        Some(Comparison {
            difference,
            noise: estimate.bound(level),
            before: mean_before(&parts, &rows),
            num_seeds: rows.len(),
            is_by_image: is_by_image(&rows),
            is_short: is_short(&parts),
            discordance: discordance(&rows),
            estimate,
            typical_variance: with(&typical).1.variance(),
            level,
        })
    }
}

/// Holds comparisons against levels by Holm among themselves.
fn at_holm_levels(mut found: Vec<&mut Comparison>) {
    let p_values: Vec<f64> = found
        .iter()
        .map(|found| found.estimate.p(found.difference))
        .collect();
    for (found, level) in found.iter_mut().zip(holm_levels(&p_values, LEVEL)) {
        found.level = level;
        found.noise = found.estimate.bound(level);
    }
}

/// The logarithm of the share of images read wrong, in the last epochs of a run by which
/// its swing is judged: half of them, three at least. Errors fall by shares of what is left,
/// so that in the logarithm a curve that climbs steadily is straight and swings alike early
/// and late.
fn log_errors(sample: &Sample) -> Vec<f64> {
    let curve = &sample.curve;
    let last = &curve[curve.len().saturating_sub((curve.len() / 2).max(3))..];
    let error = |accuracy: &f64| share_wrong(*accuracy, sample.num_images);
    last.iter().map(|accuracy| ln(error(accuracy))).collect()
}

/// Whether one of the values has curves too short to swing.
pub(super) fn is_short(parts: &[(f64, &Value<'_>)]) -> bool {
    let swings = |value: &Value<'_>| value.samples.iter().any(|sample| sample.curve.len() > 2);
    parts.iter().any(|(_, value)| !swings(value))
}

/// The share of images read wrong, half a one at least.
fn share_wrong(accuracy: f64, num_images: f64) -> f64 {
    (1.0 - accuracy).max(0.5 / num_images.max(1.0))
}

fn error_of(value: &Value<'_>) -> f64 {
    share_wrong(value.accuracy().unwrap_or(0.0), value.num_validation)
}

/// What is foretold of a value's seeds, whose curves swing so.
fn foretold_of(value: &Value<'_>, swing: Spread) -> Spread {
    let gains: Vec<f64> = value
        .samples
        .iter()
        .filter_map(|sample| match sample.curve[..] {
            [.., before, last] => Some(last - before),
            _ => None,
        })
        .collect();
    let gain = if gains.is_empty() { 0.0 } else { mean(&gains) };
    foretold(swing, error_of(value), gain)
}

/// That of a sum of values whose luck is their own.
pub(super) fn total(foretold: impl Iterator<Item = Spread>) -> Spread {
    foretold
        .reduce(|a, b| Spread {
            variance: a.variance + b.variance,
            freedom: a.freedom.min(b.freedom),
        })
        .unwrap_or_default()
}

impl Comparison {
    /// The fewest seeds a value, up to `most`, that would tell the two apart, if the
    /// difference and its spread stay what they are.
    pub(super) fn seeds_needed(&self, most: usize) -> Option<usize> {
        let effect = Effect {
            difference: self.difference,
            seed_variance: self.estimate.seed.variance,
            image_variance: self.estimate.images,
            prior_freedom: self.estimate.seed.freedom - (self.num_seeds.max(1) - 1) as f64,
        };
        effect.seeds_needed(self.level, most)
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::message::{Factor, StudyRecord};
    use crate::study::testing::{SETTLED, finish, study, wrong};
    use crate::study::value::collect;

    /// Six values, of which `accuracies` has the finished seeds.
    fn record(accuracies: [&[f64]; 6]) -> StudyRecord {
        let mut record = study(Factor::LearningRate, "0.01, 0.02, 0.03, 0.05, 0.1, 0.2", 10);
        for (value, accuracies) in accuracies.iter().enumerate() {
            for (seed, &accuracy) in accuracies.iter().enumerate() {
                finish(&mut record, 10 * value + seed, accuracy, &SETTLED);
            }
        }
        record
    }

    /// Two of the values against each other.
    fn between(record: &StudyRecord, a: usize, b: usize) -> Comparison {
        let values = collect(record);
        let noise = Noise::of(&values.iter().collect::<Vec<_>>());
        noise
            .compare(&values[a], &values[b])
            .expect("both finished")
    }

    fn points_between(record: &StudyRecord) -> f64 {
        100.0 * between(record, 4, 5).noise
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_second_seed_of_one_value_moves_the_noise_a_little() {
        let one: &[f64] = &[0.95];
        let before = points_between(&record([one; 6]));
        // scipy: t.ppf(1 - 0.05 / 30, 12) * sqrt(q / 8400 + 2 * f), q = 2 * p * (1 - p), p =
        // 7981 / 8402; f = (4 * (0.03 * e)**2 + 4 * w) / 8 + (0.45 * 0.002)**2, e = 0.05, w = e**2
        // * (log(0.05) - 2 * log(0.052) + log(0.058))**2 / 6.
        assert!((before - 1.515_2).abs() < 5e-4, "{before}");
        for second in [0.95, 0.951, 0.953, 0.957] {
            let record = record([&[0.95, second], one, one, one, one, one]);
            let after = points_between(&record);
            assert!(after < 1.1 * before && after > 0.9 * before, "{after}");
            let beside = 100.0 * between(&record, 0, 1).noise;
            assert!(beside < 1.1 * before, "{beside}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn seeds_that_agree_do_not_raise_the_bar() {
        let mut before = f64::INFINITY;
        for num_seeds in 1..=10 {
            let agreeing = vec![0.95; num_seeds];
            let found = points_between(&record([&agreeing; 6]));
            assert!(found < before, "{num_seeds}: {found}, {before}");
            before = found;
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn luck_that_a_seed_brings_to_all_values_cancels() {
        let luck = |way: f64| -> Vec<f64> {
            (0..10)
                .map(|seed| 0.95 + way * [-0.005, 0.005][seed % 2])
                .collect()
        };
        let (same, other) = (luck(1.0), luck(-1.0));
        let found = record([&same, &same, &same, &same, &same, &other]);
        let shared = between(&found, 3, 4);
        let opposed = between(&found, 3, 5);
        assert_eq!((shared.num_seeds, opposed.num_seeds), (10, 10));
        assert!(opposed.noise > 1.5 * shared.noise);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn values_are_compared_on_the_seeds_that_both_have() {
        let one: &[f64] = &[0.95];
        let found = between(&record([&[0.96, 0.90], one, one, one, one, one]), 0, 1);
        assert_eq!(found.num_seeds, 1);
        assert!((found.difference - 0.01).abs() < 1e-12);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn models_that_read_the_same_images_wrong_are_told_apart_sooner() {
        let mut alike = record([&[0.95]; 6]);
        for run in 0..6 {
            wrong(&mut alike, 10 * run, 0..300 + run);
        }
        let mut unlike = record([&[0.95]; 6]);
        for run in 0..6 {
            wrong(&mut unlike, 10 * run, 300 * run..300 * (run + 1));
        }
        // Curves that stand still: what is foretold of the seeds is the least there is.
        for run in alike.runs.iter_mut().chain(&mut unlike.runs) {
            if let Some(result) = &mut run.result {
                for epoch in &mut result.history {
                    epoch.validation_accuracy = result.validation_accuracy;
                }
            }
        }
        let (alike, unlike) = (between(&alike, 4, 5), between(&unlike, 4, 5));
        assert!(alike.is_by_image && unlike.is_by_image);
        assert!(alike.noise < 0.5 * unlike.noise);
        let found = alike.discordance.expect("one seed");
        assert_eq!((found.only_first, found.only_second), (1, 0));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_value_that_climbs_or_was_stopped_early_may_be_luckier() {
        let one: &[f64] = &[0.95];
        let settled = record([one; 6]);
        let mut climbing = settled.clone();
        let mut short = settled.clone();
        for (climbing, short) in climbing.runs.iter_mut().zip(&mut short.runs) {
            let (Some(climbing), Some(short)) = (&mut climbing.result, &mut short.result) else {
                continue;
            };
            // Straight, and from the same error's logarithm on: no swing, but 0.6 points more.
            let errors = [0.062_72, 0.056, 0.05];
            for (epoch, error) in climbing.history[2..].iter_mut().zip(errors) {
                epoch.validation_accuracy = 1.0 - error;
            }
            short.history.truncate(2);
        }
        let of = |record: &StudyRecord| between(record, 4, 5);
        let (settled, climbing, short) = (of(&settled), of(&climbing), of(&short));
        assert!(climbing.noise > 1.1 * settled.noise);
        assert!(short.noise > 2.0 * climbing.noise);
        assert!(short.is_short && !climbing.is_short);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_short_curve_among_longer_ones_is_not_taken_for_one_of_them() {
        let mut found = record([&[0.95]; 6]);
        let result = found.runs[0].result.as_mut().expect("finished");
        result.history.drain(1..);
        let (beside, others) = (between(&found, 0, 1), between(&found, 4, 5));
        assert!(beside.is_short && !others.is_short);
        assert!(beside.noise > 1.5 * others.noise);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn bits_that_contradict_the_accuracy_are_not_believed() {
        let mut found = record([&[0.95]; 6]);
        for run in 0..6 {
            wrong(&mut found, 10 * run, 0..300);
        }
        let result = found.runs[0].result.as_mut().expect("finished");
        result.validation_accuracy = 0.97;
        assert!(!between(&found, 0, 1).is_by_image);
        assert!(between(&found, 1, 2).is_by_image);
    }
}
