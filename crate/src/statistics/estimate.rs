//! A mean difference and what it varies with.

use super::distribution::{critical, two_sided};
use super::moments::Spread;
use crate::math::powi;

/// What a difference of means varies with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Variance from seed to seed of one seed's difference.
    pub seed: Spread,
    /// Variance that the images leave, however many seeds there are.
    pub images: f64,
    /// What the seeds' variance is divided by.
    pub num_seeds: f64,
}

impl Estimate {
    /// Variance of the mean difference.
    pub fn variance(&self) -> f64 {
        self.seed.variance / self.num_seeds + self.images
    }

    /// Satterthwaite's degrees of freedom (1946, "An approximate distribution of estimates
    /// of variance components"), in which the images' part counts as known.
    pub fn freedom(&self) -> f64 {
        let part = self.seed.variance / self.num_seeds;
        if part > 0.0 {
            self.seed.freedom * powi(self.variance() / part, 2)
        } else {
            f64::INFINITY
        }
    }

    /// The difference that is exceeded by chance with probability `level`.
    pub fn bound(&self, level: f64) -> f64 {
        critical(level, finite(self.freedom())) * self.variance().sqrt()
    }

    /// Probability of so large a difference or a larger one by chance.
    pub fn p(&self, difference: f64) -> f64 {
        let deviation = self.variance().sqrt();
        if difference == 0.0 || deviation == 0.0 {
            return 1.0;
        }
        two_sided(difference.abs() / deviation, finite(self.freedom()))
    }
}

/// Beyond so many degrees of freedom Student's t is the normal distribution.
const MOST_FREEDOM: f64 = 1e5;

fn finite(freedom: f64) -> Option<f64> {
    (freedom < MOST_FREEDOM).then_some(freedom)
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::statistics::near;

    // scipy.stats.ttest_1samp([0.2, 0.5, 0.1, 0.4], 0): t 3.2863…, p 0.046 20…; and
    // scipy.stats.t.ppf(0.975, 3) · s / 2.
    #[wasm_bindgen_test(unsupported = test)]
    fn of_seeds_alone_it_is_the_paired_t_test() {
        let values = [0.2, 0.5, 0.1, 0.4];
        let estimate = Estimate {
            seed: Spread::of(&values),
            images: 0.0,
            num_seeds: 4.0,
        };
        near(estimate.p(0.3), 0.046205091353363266);
        near(estimate.bound(0.05), 0.2905162715754765);
        assert_eq!(estimate.p(0.0), 1.0);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn what_is_known_of_the_images_adds_degrees_of_freedom() {
        let seed = Spread {
            variance: 4.0,
            freedom: 3.0,
        };
        let of = |images| Estimate {
            seed,
            images,
            num_seeds: 4.0,
        };
        // V = 1 + 1, of which 1 is estimated with 3: 3 · (2 / 1)².
        near(of(1.0).freedom(), 12.0);
        near(of(0.0).freedom(), 3.0);
        near(of(1.0).variance(), 2.0);
    }
}
