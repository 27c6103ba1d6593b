//! Distributions: Student's t and the normal, and the functions that they need.

use crate::math::{exp, ln};

/// The value that |t| exceeds with probability `p` under Student's t with
/// `freedom` degrees of freedom; none of them means the normal distribution.
pub fn critical(p: f64, freedom: Option<f64>) -> f64 {
    let tails = Tails::new(freedom);
    let (mut low, mut high) = (0.0, 1.0);
    while tails.beyond(high) > p && high < 1e9 {
        high *= 2.0;
    }
    loop {
        let middle = 0.5 * (low + high);
        // Neighbours: no number lies between them.
        if middle <= low || middle >= high {
            break;
        }
        if tails.beyond(middle) > p {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// Probability that |t| is at least `t`, which is not negative.
pub fn two_sided(t: f64, freedom: Option<f64>) -> f64 {
    Tails::new(freedom).beyond(t)
}

/// Both tails of a distribution, and what is the same for all of its values.
enum Tails {
    Normal { ln_gamma: f64 },
    Student { freedom: f64, beta: Beta },
}

impl Tails {
    fn new(freedom: Option<f64>) -> Self {
        match freedom {
            None => Self::Normal {
                ln_gamma: ln_gamma(0.5),
            },
            Some(freedom) => Self::Student {
                freedom,
                beta: Beta::new(0.5 * freedom, 0.5),
            },
        }
    }

    fn beyond(&self, t: f64) -> f64 {
        match self {
            // The normal distribution is that of chi-square with one degree.
            Self::Normal { ln_gamma } => 1.0 - lower_gamma(0.5, 0.5 * t * t, *ln_gamma),
            Self::Student { freedom, beta } => beta.below(freedom / (freedom + t * t)),
        }
    }
}

/// Probability that the ratio of two sample variances of one variance is below `ratio`,
/// with so many degrees of freedom above and below: the F distribution.
pub fn ratio_below(ratio: f64, above: f64, below: f64) -> f64 {
    let part = above * ratio.max(0.0);
    Beta::new(0.5 * above, 0.5 * below).below(part / (part + below))
}

/// Probability that a standard normal is below `x`.
pub fn normal_below(x: f64) -> f64 {
    let outside = 0.5 * two_sided(x.abs(), None);
    if x > 0.0 { 1.0 - outside } else { outside }
}

/// ln Γ(x) for x > 0, Lanczos' approximation (g = 7, nine terms).
pub(super) fn ln_gamma(x: f64) -> f64 {
    const TERMS: [f64; 8] = [
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    let x = x - 1.0;
    let mut sum = 0.999_999_999_999_809_9;
    for (index, term) in TERMS.iter().enumerate() {
        sum += term / (x + index as f64 + 1.0);
    }
    let t = x + 7.5;
    0.5 * ln(2.0 * std::f64::consts::PI) + (x + 0.5) * ln(t) - t + ln(sum)
}

/// Regularised lower incomplete gamma function, by its series; with ln Γ(a).
fn lower_gamma(a: f64, x: f64, ln_gamma: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x > 300.0 {
        return 1.0;
    }
    let mut term = 1.0 / a;
    let mut sum = term;
    let mut n = a;
    while term.abs() > sum.abs() * 1e-16 {
        n += 1.0;
        term *= x / n;
        sum += term;
    }
    (sum * exp(a * ln(x) - x - ln_gamma)).min(1.0)
}

/// Regularised incomplete beta function, by its continued fraction (Lentz).
struct Beta {
    a: f64,
    b: f64,
    /// ln 1 / B(a, b).
    scale: f64,
}

impl Beta {
    fn new(a: f64, b: f64) -> Self {
        let scale = ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b);
        Self { a, b, scale }
    }

    fn below(&self, x: f64) -> f64 {
        let Self { a, b, scale } = *self;
        if x <= 0.0 {
            return 0.0;
        }
        if x >= 1.0 {
            return 1.0;
        }
        let front = exp(scale + a * ln(x) + b * ln(1.0 - x));
        if x < (a + 1.0) / (a + b + 2.0) {
            front * beta_fraction(x, a, b) / a
        } else {
            1.0 - front * beta_fraction(1.0 - x, b, a) / b
        }
    }
}

fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    let guard = |v: f64| if v.abs() < 1e-300 { 1e-300 } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / guard(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for m in 1..=500 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / guard(1.0 + even * d);
        c = guard(1.0 + even / c);
        fraction *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / guard(1.0 + odd * d);
        c = guard(1.0 + odd / c);
        let step = d * c;
        fraction *= step;
        if (step - 1.0).abs() < 1e-15 {
            break;
        }
    }
    fraction
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    fn near(found: f64, expected: f64) {
        assert!(
            (found - expected).abs() <= 1e-9 * expected.abs().max(1.0),
            "{found} {expected}"
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn critical_values_equal_scipys() {
        // scipy.stats.norm.ppf(1 - p / 2), scipy.stats.t.ppf(1 - p / 2, freedom)
        near(critical(0.05, None), 1.959963984540054);
        near(critical(0.01, None), 2.5758293035489004);
        near(critical(0.005, None), 2.807033768343811);
        near(critical(0.05, Some(1.0)), 12.706204736174694);
        near(critical(0.05, Some(2.0)), 4.302652729749462);
        near(critical(0.01, Some(6.0)), 3.7074280213248065);
        near(critical(0.05, Some(12.0)), 2.1788128296672284);
        near(critical(0.0025, Some(54.0)), 3.1716083702402047);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn probabilities_equal_scipys() {
        // scipy.stats.norm.cdf(x), 2 * scipy.stats.t.sf(t, freedom)
        near(normal_below(-1.5), 0.066_807_201_268_858_07);
        near(normal_below(0.0), 0.5);
        near(normal_below(2.25), 0.987_775_527_344_955_3);
        near(two_sided(2.5, Some(7.0)), 0.040_992_218_585_382_56);
        near(two_sided(3.1, None), 0.001_935_206_426_502_213_5);
    }
}
