//! What is chosen because it came out highest looks better than it is.

use std::sync::OnceLock;

use super::distribution::normal_below;
use crate::math::powf;

/// Mean of the largest of `count` independent standard normals (Tippett 1925, "On the
/// extreme individuals and the range of samples taken from a normal population"), by
/// Simpson's rule on `∫ 1 − Φ(x)ᵏ − Φ(−x)ᵏ dx` from 0 to 10.
pub fn mean_maximum(count: usize) -> f64 {
    const NUM_STEPS: usize = 400;
    let step = 10.0 / NUM_STEPS as f64;
    // The same for every count.
    static BELOW: OnceLock<Vec<f64>> = OnceLock::new();
    let below = BELOW.get_or_init(|| {
        let at = (0..=NUM_STEPS).map(|at| normal_below(at as f64 * step));
        at.collect()
    });
    let power = count as f64;
    let height = |at: usize| 1.0 - powf(below[at], power) - powf(1.0 - below[at], power);
    let inner: f64 = (1..NUM_STEPS)
        .map(|at| if at % 2 == 1 { 4.0 } else { 2.0 } * height(at))
        .sum();
    (height(0) + inner + height(NUM_STEPS)) * step / 3.0
}

/// By how much the highest of `count` figures lies above its own expectation at most, on
/// average, where the difference of two of them varies with `difference_variance` by
/// chance: the winner's curse (Cawley and Talbot 2010, "On over-fitting in model selection
/// and subsequent selection bias in performance evaluation"). It is that much where all
/// are equal in truth, and less where they are not. What is common to all figures, such as
/// hard images, selects none of them and does not count: hence the variance of a
/// difference, of which each figure's own part is half.
pub fn optimism(count: usize, difference_variance: f64) -> f64 {
    mean_maximum(count) * (0.5 * difference_variance).sqrt()
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    // scipy.integrate.quad(lambda x: x * k * norm.pdf(x) * norm.cdf(x) ** (k - 1), -10, 10)
    #[wasm_bindgen_test(unsupported = test)]
    fn mean_maxima_equal_scipys() {
        for (count, expected) in [
            (1, 0.0),
            (2, 0.564_189_583_548),
            (3, 0.846_284_375_322),
            (6, 1.267_206_360_611),
            (10, 1.538_752_730_835),
            (50, 2.249_073_629_390),
        ] {
            let found = mean_maximum(count);
            assert!((found - expected).abs() < 1e-8, "{count}: {found}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn one_figure_is_not_chosen() {
        assert!(optimism(1, 1.0).abs() < 1e-12);
    }
}
