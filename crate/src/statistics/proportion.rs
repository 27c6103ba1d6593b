//! A proportion of independent trials.

/// The 97.5 % point of the normal distribution.
const Z_95: f64 = 1.959_963_984_540_054;

/// The 95 % Wilson score interval of a proportion `share` (0 to 1) seen in `count` trials
/// (Wilson 1927, "Probable inference, the law of succession, and statistical inference").
/// What varies in it is which images were drawn, and nothing else.
pub fn wilson(share: f64, count: f64) -> (f64, f64) {
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

/// Variance of one trial's 0 or 1, given the `share` of ones among `count`. One of
/// either more is counted (Agresti and Coull 1998, "Approximate is better than exact"):
/// a share of 1 is not known without error.
pub fn trial_variance(share: f64, count: f64) -> f64 {
    let share = (share * count + 1.0) / (count + 2.0);
    share * (1.0 - share)
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::statistics::near;

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
        let (low, high) = wilson(81.0 / 263.0, 263.0);
        assert!((low - 0.255_288_5).abs() < 1e-6 && (high - 0.366_209_6).abs() < 1e-6);
        assert_eq!(wilson(0.5, 0.0), (0.0, 1.0));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_share_of_one_has_a_variance() {
        assert_eq!(trial_variance(1.0, 98.0), 0.99 * (1.0 - 0.99));
        near(trial_variance(0.5, 1e12), 0.25);
    }
}
