//! Two models on the same images.

use super::distribution::ln_gamma;
use crate::math::exp;

/// How often each of two models alone was right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Discordance {
    /// Images that only the first reads right.
    pub only_first: u32,
    /// Images that only the second reads right.
    pub only_second: u32,
}

impl Discordance {
    /// Of right (`true`) and wrong on the same images in the same order.
    pub fn of(first: &[bool], second: &[bool]) -> Self {
        let mut found = Self::default();
        for pair in first.iter().zip(second) {
            found.only_first += u32::from(pair == (&true, &false));
            found.only_second += u32::from(pair == (&false, &true));
        }
        found
    }

    /// Probability of so uneven a split or a more uneven one, were either model as
    /// likely to be the one that is right: McNemar's test, exact (McNemar 1947, "Note on
    /// the sampling error of the difference between correlated proportions").
    pub fn exact(self) -> f64 {
        (2.0 * self.below()).min(1.0)
    }

    /// The same with half the weight of the split that was seen: McNemar's mid-p, which
    /// keeps its level on average where the exact test stays below it (Fagerland, Lydersen
    /// and Laake 2013, "The McNemar test for binary matched-pairs data").
    pub fn mid_p(self) -> f64 {
        (2.0 * self.below() - self.point(self.only_first.min(self.only_second))).min(1.0)
    }

    /// P(X ≤ the smaller count), X binomial of the discordant images at 1/2.
    fn below(self) -> f64 {
        (0..=self.only_first.min(self.only_second))
            .map(|count| self.point(count))
            .sum()
    }

    fn point(self, count: u32) -> f64 {
        let total = f64::from(self.only_first + self.only_second);
        let count = f64::from(count);
        let ways = ln_gamma(total + 1.0) - ln_gamma(count + 1.0) - ln_gamma(total - count + 1.0);
        exp(ways - total * std::f64::consts::LN_2)
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::statistics::near;

    // statsmodels.stats.contingency_tables.mcnemar([[0, b], [c, 0]], exact=True), and
    // that less scipy.stats.binom.pmf(min(b, c), b + c, 0.5); 1 at most.
    #[wasm_bindgen_test(unsupported = test)]
    fn p_equals_statsmodels() {
        for (only_first, only_second, exact, mid_p) in MCNEMAR {
            let found = Discordance {
                only_first,
                only_second,
            };
            near(found.exact(), exact);
            near(found.mid_p(), mid_p);
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn only_images_on_which_they_differ_count() {
        let found = Discordance::of(&[true, true, false, false], &[true, false, true, false]);
        let (only_first, only_second) = (1, 1);
        assert_eq!(
            found,
            Discordance {
                only_first,
                only_second
            }
        );
    }

    const MCNEMAR: [(u32, u32, f64, f64); 5] = [
        (3, 9, 0.145_996_093_75, 0.092_285_156_25),
        (10, 10, 1.0, 1.0),
        (0, 4, 0.125, 0.062_5),
        (
            180,
            130,
            0.005_301_755_406_832_022,
            0.004_502_363_055_215_096,
        ),
        (40, 41, 1.0, 0.912_156_607_552_604_7),
    ];
}
