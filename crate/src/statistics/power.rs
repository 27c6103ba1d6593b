//! How many seeds it takes.

use super::distribution::critical;

/// Probability with which a difference that is real is to be found.
pub const POWER: f64 = 0.8;

/// A difference that was seen, and what it varies with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    /// Its size.
    pub difference: f64,
    /// Its variance from seed to seed.
    pub seed_variance: f64,
    /// What more seeds do not take away: the variance that the images leave.
    pub image_variance: f64,
    /// Degrees of freedom that the seeds' variance has before any is counted.
    pub prior_freedom: f64,
}

impl Effect {
    /// The fewest seeds a value, up to `most`, with which a difference of this size would
    /// be found with probability [`POWER`] by a two-sided test at `level`: the smallest n
    /// with `|d| ≥ (t(level, ν) + z(power)) · √V(n)` (Cohen 1988, "Statistical power
    /// analysis for the behavioral sciences", ch. 2, with a t that follows n).
    pub fn seeds_needed(self, level: f64, most: usize) -> Option<usize> {
        // 1 − power below one tail is 2·(1 − power) outside both.
        let reserve = critical(2.0 * (1.0 - POWER), None);
        let is_found = |seeds: usize| {
            let freedom = self.prior_freedom + seeds as f64 - 1.0;
            let total = self.seed_variance / seeds as f64 + self.image_variance;
            let needed = (critical(level, Some(freedom)) + reserve) * total.sqrt();
            freedom > 0.0 && self.difference.abs() >= needed
        };
        // What suffices once suffices from there on: t and the variance fall with n.
        let (mut short, mut enough) = (0, most);
        if !is_found(most) {
            return None;
        }
        while enough - short > 1 {
            let middle = (short + enough) / 2;
            if is_found(middle) {
                enough = middle;
            } else {
                short = middle;
            }
        }
        Some(enough)
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    // statsmodels.stats.power.TTestPower().solve_power(effect_size, power=0.8, alpha=0.05)
    // with the noncentral t: 7.17, 9.94 and 33.37 for effects of 1.25, 1 and 0.5 deviations.
    #[wasm_bindgen_test(unsupported = test)]
    fn seeds_are_about_those_of_statsmodels() {
        for (difference, expected) in [(1.25, 7.17), (1.0, 9.94), (0.5, 33.37)] {
            let effect = Effect {
                difference,
                seed_variance: 1.0,
                image_variance: 0.0,
                prior_freedom: 0.0,
            };
            let found = effect.seeds_needed(0.05, 100).unwrap() as f64;
            assert!((found - expected).abs() <= 1.0, "{found}, not {expected}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn seeds_do_not_take_the_images_chance_away() {
        let effect = Effect {
            difference: 1.0,
            seed_variance: 0.01,
            image_variance: 1.0,
            prior_freedom: 10.0,
        };
        assert_eq!(effect.seeds_needed(0.05, 1_000), None);
    }
}
