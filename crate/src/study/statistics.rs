//! The statistics behind the insights: intervals and tests, no words.
//!
//! Expected numbers in the tests are from SciPy 1.17 and statsmodels' formulas.

/// The 97.5 % point of the normal distribution.
pub(super) const Z_95: f64 = 1.959_963_984_540_054;

/// The 95 % Wilson score interval of a proportion `share` (0 to 1) seen in
/// `count` trials (Wilson 1927).
pub(super) fn wilson(share: f64, count: f64) -> (f64, f64) {
    if count <= 0.0 {
        return (0.0, 1.0);
    }
    let z2 = Z_95 * Z_95;
    let centre = share + z2 / (2.0 * count);
    let half = Z_95 * (share * (1.0 - share) / count + z2 / (4.0 * count * count)).sqrt();
    let scale = 1.0 + z2 / count;
    (
        ((centre - half) / scale).max(0.0),
        ((centre + half) / scale).min(1.0),
    )
}

/// Mean of a non-empty slice.
pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Sample variance (n − 1) of at least two values.
pub(super) fn variance(values: &[f64]) -> f64 {
    let centre = mean(values);
    values.iter().map(|x| (x - centre).powi(2)).sum::<f64>() / (values.len() - 1) as f64
}

/// The value that |t| exceeds with probability `p` under Student's t with
/// `freedom` degrees of freedom; none of them means the normal distribution.
pub(super) fn critical(p: f64, freedom: Option<f64>) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while two_sided(high, freedom) > p && high < 1e9 {
        high *= 2.0;
    }
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if two_sided(middle, freedom) > p {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// Probability that |t| is at least `t`.
fn two_sided(t: f64, freedom: Option<f64>) -> f64 {
    match freedom {
        // The normal distribution is that of chi-square with one degree.
        None => 1.0 - lower_gamma(0.5, 0.5 * t * t),
        Some(freedom) => incomplete_beta(freedom / (freedom + t * t), 0.5 * freedom, 0.5),
    }
}

/// ln Γ(x) for x > 0, Lanczos' approximation (g = 7, nine terms).
fn ln_gamma(x: f64) -> f64 {
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
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * t.ln() - t + sum.ln()
}

/// Regularised lower incomplete gamma function, by its series.
fn lower_gamma(a: f64, x: f64) -> f64 {
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
    (sum * (a * x.ln() - x - ln_gamma(a)).exp()).min(1.0)
}

/// Regularised incomplete beta function, by its continued fraction (Lentz).
fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front =
        (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (1.0 - x).ln()).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(x, a, b) / a
    } else {
        1.0 - front * beta_fraction(1.0 - x, b, a) / b
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
    fn wilson_equals_scipys() {
        // scipy.stats.binomtest(K, N).proportion_ci(method="wilson")
        let (low, high) = wilson(7938.0 / 8400.0, 8400.0);
        near(low, 0.9399181101295665);
        near(high, 0.9496750642101482);
        let (low, high) = wilson(190.0 / 200.0, 200.0);
        near(low, 0.910421851861224);
        near(high, 0.9726173543992361);
        let (low, high) = wilson(200.0 / 200.0, 200.0);
        near(low, 0.9811546736227335);
        near(high, 1.0);
        let (low, high) = wilson(0.0 / 50.0, 50.0);
        near(low, 0.0);
        near(high, 0.07134759913335872);
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
    fn variance_divides_by_one_less() {
        near(variance(&[1.0, 2.0, 4.0]), 7.0 / 3.0);
    }
}
