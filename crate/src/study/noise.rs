//! How far two values may lie apart by chance alone.

use super::statistics::{critical, variance};
use super::value::Value;

/// Degrees of freedom that a run's binomial variance counts as beside what the seeds
/// show. So many leave room for what was measured: over 60 seeds of five settings
/// the accuracy's variance was 1.7 to 3.1 times as large, and of the variances that a
/// scaled inverse χ² with four holds likely around it, one in six is above 2.7 times.
const BINOMIAL_FREEDOM: f64 = 4.0;

/// What two values' mean accuracies may differ by though nothing sets them apart.
///
/// A run's accuracy varies at least as a proportion of its validation images does,
/// with the binomial variance b. What the seeds show, s² with ν degrees of freedom
/// (the values' own variances, pooled by their degrees of freedom; a value's own
/// where it comes to more), is weighed against it as in a moderated variance (Smyth
/// 2004, "Linear models and empirical Bayes methods", with d₀ = [`BINOMIAL_FREEDOM`]),
/// and never falls below it:
///
/// `v = max(b, (d₀·b + ν·s²) / (d₀ + ν))`
///
/// So a second seed of one value moves the noise a little and many seeds decide it.
/// The difference V = v₁/n₁ + v₂/n₂ of two means is an estimate as far as s² is in
/// it. Its degrees of freedom are Satterthwaite's (1946, "An approximate distribution
/// of estimates of variance components"), in which b counts as known:
///
/// `V² / Σ (part of s²)²/ν`
///
/// but not fewer than the d₀ + ν of the moderated variance. Where the seeds agree, s²
/// is hardly in it, and the noise is that of one seed a value over √n.
///
/// The difference has to exceed the 95 % point of Student's t with those, divided
/// among all pairs of values (Bonferroni), so that even the luckiest of many equal
/// values is not called the best. Values are judged as if they were independent;
/// equal seeds make them alike, so that this errs towards calling nothing.
pub(super) struct Noise {
    /// Variance over seeds, pooled; 0 where no value has two.
    pub(super) pooled: f64,
    /// Degrees of freedom of that.
    freedom: f64,
    num_values: usize,
}

/// A variance seen over seeds.
#[derive(Clone, Copy)]
struct Spread {
    variance: f64,
    freedom: f64,
    is_pooled: bool,
}

impl Spread {
    /// Share that it has in a moderated variance.
    fn weight(self) -> f64 {
        self.freedom / (BINOMIAL_FREEDOM + self.freedom)
    }

    /// With the binomial variance of one run.
    fn moderated(self, binomial: f64) -> f64 {
        let weight = self.weight();
        binomial.max((1.0 - weight) * binomial + weight * self.variance)
    }
}

impl Noise {
    pub(super) fn of(values: &[&Value<'_>]) -> Self {
        let own: Vec<Spread> = values
            .iter()
            .filter_map(|value| own_spread(value))
            .collect();
        let freedom: f64 = own.iter().map(|spread| spread.freedom).sum();
        let squares = own.iter().map(|spread| spread.freedom * spread.variance);
        Self {
            pooled: if own.is_empty() {
                0.0
            } else {
                squares.sum::<f64>() / freedom
            },
            freedom,
            num_values: values.len(),
        }
    }

    /// The difference that two values' means have to exceed.
    pub(super) fn between(&self, a: &Value<'_>, b: &Value<'_>) -> f64 {
        let part = |value: &Value<'_>| {
            let binomial = binomial_variance(value);
            let pooled = Spread {
                variance: self.pooled,
                freedom: self.freedom,
                is_pooled: true,
            };
            let own = own_spread(value)
                .filter(|own| own.moderated(binomial) > pooled.moderated(binomial));
            (
                binomial,
                own.unwrap_or(pooled),
                value.results.len().max(1) as f64,
            )
        };
        self.bound([part(a), part(b)])
    }

    /// What [`Self::between`] would be with so many seeds for each value, were they to
    /// vary as those seen do.
    pub(super) fn with_seeds(&self, a: &Value<'_>, b: &Value<'_>, num_seeds: usize) -> f64 {
        let part = |value: &Value<'_>| {
            let binomial = binomial_variance(value);
            let spread = Spread {
                variance: if self.freedom > 0.0 {
                    self.pooled
                } else {
                    binomial
                },
                freedom: (self.num_values * (num_seeds - 1)) as f64,
                is_pooled: true,
            };
            (binomial, spread, num_seeds as f64)
        };
        self.bound([part(a), part(b)])
    }

    /// Of two means: the binomial variance of a run, the spread over seeds, the runs.
    fn bound(&self, parts: [(f64, Spread, f64); 2]) -> f64 {
        let total: f64 = parts
            .iter()
            .map(|(binomial, spread, runs)| spread.moderated(*binomial) / runs)
            .sum();
        let [first, second] =
            parts.map(|(_, spread, runs)| (spread.weight() * spread.variance / runs, spread));
        let square = |part: f64, freedom: f64| {
            if part > 0.0 {
                part * part / freedom
            } else {
                0.0
            }
        };
        let uncertain = if first.1.is_pooled && second.1.is_pooled {
            // One and the same estimate in both.
            square(first.0 + second.0, first.1.freedom)
        } else {
            square(first.0, first.1.freedom) + square(second.0, second.1.freedom)
        };
        let least = BINOMIAL_FREEDOM + first.1.freedom.min(second.1.freedom);
        let freedom = if uncertain > 0.0 {
            (total * total / uncertain).max(least)
        } else {
            f64::INFINITY
        };
        critical_among(self.num_values, freedom) * total.sqrt()
    }
}

/// Beyond so many degrees of freedom Student's t is the normal distribution.
const MOST_FREEDOM: f64 = 1e5;

/// The 95 % point of |t| divided among all pairs of so many values.
fn critical_among(num_values: usize, freedom: f64) -> f64 {
    let num_pairs = (num_values * num_values.saturating_sub(1) / 2).max(1) as f64;
    critical(
        0.05 / num_pairs,
        (freedom < MOST_FREEDOM).then_some(freedom),
    )
}

/// Variance of a run's accuracy as a proportion of its validation images.
fn binomial_variance(value: &Value<'_>) -> f64 {
    let count = value.num_validation.max(1.0);
    let share = value.accuracy().unwrap_or(0.5);
    // One right and one wrong more: a share of 1 is not known without error.
    let share = (share * count + 1.0) / (count + 2.0);
    share * (1.0 - share) / count
}

fn own_spread(value: &Value<'_>) -> Option<Spread> {
    let accuracies: Vec<f64> = value
        .results
        .iter()
        .map(|r| r.validation_accuracy)
        .collect();
    (accuracies.len() > 1).then(|| Spread {
        variance: variance(&accuracies),
        freedom: (accuracies.len() - 1) as f64,
        is_pooled: false,
    })
}

/// A difference of two accuracies beside the noise it has to exceed.
pub(super) struct Comparison {
    pub(super) difference: f64,
    pub(super) noise: f64,
}

impl Comparison {
    pub(super) fn stands_out(&self) -> bool {
        self.difference.abs() > self.noise
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::message::{Factor, StudyRecord};
    use crate::study::testing::{SETTLED, finish, study};
    use crate::study::value::collect;

    const VALUES: &str = "0.01, 0.02, 0.03, 0.05, 0.1, 0.2";

    /// Six values, of which `accuracies` has the finished seeds.
    fn record(accuracies: [&[f64]; 6]) -> StudyRecord {
        let mut record = study(Factor::LearningRate, VALUES, 10);
        for (value, accuracies) in accuracies.iter().enumerate() {
            for (seed, &accuracy) in accuracies.iter().enumerate() {
                finish(&mut record, 10 * value + seed, accuracy, &SETTLED);
            }
        }
        record
    }

    /// The noise between the last two values, in points.
    fn points_between(record: &StudyRecord) -> f64 {
        let values = collect(record);
        let values: Vec<&Value<'_>> = values.iter().collect();
        100.0 * Noise::of(&values).between(values[4], values[5])
    }

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 5e-4, "{found}, not {expected}");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_second_seed_of_one_value_moves_the_noise_a_little() {
        let one: &[f64] = &[0.95];
        let before = points_between(&record([one; 6]));
        // scipy: norm.ppf(1 - 0.05/30) * sqrt(2 * p * (1 - p) / 8400), p = 7981/8402.
        near(before, 0.988_1);
        // What the second seed shows, from nothing to three deviations of a run.
        let after: Vec<f64> = [0.95, 0.951, 0.953, 0.957]
            .map(|second| points_between(&record([&[0.95, second], one, one, one, one, one])))
            .into();
        assert!(after.is_sorted(), "{after:?}");
        near(after[0], before);
        assert!(after.iter().all(|noise| *noise < 3.5 * before), "{after:?}");
        assert!(after[1] < 1.1 * before, "{after:?}");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn seeds_that_agree_do_not_raise_the_bar() {
        let one = points_between(&record([&[0.95]; 6]));
        for num_seeds in 2..=10 {
            let agreeing = vec![0.95; num_seeds];
            let found = points_between(&record([&agreeing; 6]));
            near(found, one / (num_seeds as f64).sqrt());
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn variances_are_pooled_by_their_degrees_of_freedom() {
        // Variances 2e-6 with 1 and 1e-6 with 3 degrees of freedom.
        let two: &[f64] = &[0.95, 0.952];
        let half = 1.5e-6_f64.sqrt() / 2.0_f64.sqrt();
        let four: &[f64] = &[0.95 - half, 0.95 - half, 0.95 + half, 0.95 + half];
        let record = record([two, four, &[0.95], &[0.95], &[], &[]]);
        let values = collect(&record);
        let noise = Noise::of(&values.iter().collect::<Vec<_>>());
        assert!((noise.pooled - 1.25e-6).abs() < 1e-12, "{}", noise.pooled);
        assert_eq!(noise.freedom, 4.0);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn many_seeds_decide_the_noise() {
        // Half a point to either side: s² = 0.25e-4·10/9 = 2.778e-5, ν = 54, and
        // b = 5.666e-6, so v = 2.625e-5. Its own 54 degrees count 55.6 by
        // Satterthwaite, and 58 with b's: scipy's t.ppf(1 - 0.05/30, 58) = 3.061 6.
        let ten: Vec<f64> = (0..10).map(|i| 0.95 + [-0.005, 0.005][i % 2]).collect();
        let found = points_between(&record([&ten; 6]));
        near(found, 100.0 * 3.061_64 * (2.0 * 2.625e-5_f64 / 10.0).sqrt());
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_value_that_varies_more_than_the_others_keeps_its_own_spread() {
        let steady = vec![0.95; 10];
        let wild: Vec<f64> = (0..10).map(|i| 0.95 + [-0.02, 0.02][i % 2]).collect();
        let with_wild = record([&steady, &steady, &steady, &steady, &steady, &wild]);
        let values = collect(&with_wild);
        let values: Vec<&Value<'_>> = values.iter().collect();
        let noise = Noise::of(&values);
        let (among_steady, with) = (
            noise.between(values[0], values[1]),
            noise.between(values[0], values[5]),
        );
        assert!(with > 1.5 * among_steady, "{with} {among_steady}");
    }

    /// Made-up studies of six equal values, normal with three times the binomial
    /// variance, as real seeds have it, of which half is common to all values of a
    /// seed, less than was measured.
    #[wasm_bindgen_test(unsupported = test)]
    fn equal_values_are_seldom_told_apart_at_any_moment_of_a_study() {
        let mut state = 1_u64;
        let mut normal = || {
            let mut uniform = || {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                ((state >> 33) as f64 + 0.5) / (1_u64 << 31) as f64
            };
            let (a, b) = (uniform(), uniform());
            (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
        };
        let deviation = (1.5 * 0.95 * 0.05 / 8400.0_f64).sqrt();
        const NUM_STUDIES: usize = 400;
        let mut claims = [0; 4];
        let mut widest = 0.0_f64;
        for _ in 0..NUM_STUDIES {
            let common: Vec<f64> = (0..5).map(|_| 0.95 + deviation * normal()).collect();
            let drawn: Vec<Vec<f64>> = (0..6)
                .map(|_| {
                    common
                        .iter()
                        .map(|seed| seed + deviation * normal())
                        .collect()
                })
                .collect();
            for (at, seeds) in [[2, 1, 1, 1, 1, 1], [2; 6], [3; 6], [5; 6]]
                .iter()
                .enumerate()
            {
                let record = record(std::array::from_fn(|value| &drawn[value][..seeds[value]]));
                let values = collect(&record);
                let values: Vec<&Value<'_>> = values.iter().collect();
                let noise = Noise::of(&values);
                let best = values
                    .iter()
                    .max_by(|a, b| a.accuracy().unwrap().total_cmp(&b.accuracy().unwrap()))
                    .unwrap();
                let differs = |value: &&Value<'_>| {
                    let bound = noise.between(best, value);
                    widest = widest.max(bound);
                    best.accuracy().unwrap() - value.accuracy().unwrap() > bound
                };
                claims[at] += usize::from(values.iter().any(differs));
            }
        }
        let share = |claims: usize| claims as f64 / NUM_STUDIES as f64;
        // One second seed leaves what is said of one seed a value, about one in seven
        // here, and from the second seed on the limit holds.
        assert!(share(claims[0]) < 0.12, "{claims:?}");
        assert!(
            claims[1..].iter().all(|&claims| share(claims) < 0.05),
            "{claims:?}"
        );
        assert!(widest < 0.08, "{widest}");
    }
}
