//! Several tests at once.

/// The level that each of several p-values has to be below, so that of all true null
/// hypotheses one or more are rejected with probability `level` at most, however the tests
/// depend on each other: Holm's step-down procedure (Holm 1979, "A simple sequentially
/// rejective multiple test procedure"). The smallest p has to be below `level` / k, the
/// next below `level` / (k − 1) and so on; from the first that is not, none is rejected,
/// and all have that one's level.
pub fn holm_levels(p_values: &[f64], level: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut levels = vec![level; p_values.len()];
    let mut failed = None;
    for (done, &at) in order.iter().enumerate() {
        let own = level / (p_values.len() - done) as f64;
        levels[at] = failed.unwrap_or(own);
        // A p-value that is no number rejects nothing.
        if failed.is_none() && (p_values[at].is_nan() || p_values[at] > own) {
            failed = Some(own);
        }
    }
    levels
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    // statsmodels.stats.multitest.multipletests(p, 0.05, method="holm")[0]
    #[wasm_bindgen_test(unsupported = test)]
    fn rejections_equal_statsmodels() {
        for (p_values, expected) in [
            ([0.01, 0.04, 0.03, 0.005], [true, false, false, true]),
            ([0.012, 0.02, 0.03, 0.04], [true, false, false, false]),
            ([0.012, 0.016, 0.024, 0.04], [true; 4]),
            ([0.013, 0.001, 0.024, 0.06], [true, true, true, false]),
            ([0.02, 0.02, 0.02, 0.02], [false; 4]),
        ] {
            let levels = holm_levels(&p_values, 0.05);
            let found: Vec<bool> = (0..4).map(|at| p_values[at] <= levels[at]).collect();
            assert_eq!(found, expected, "{p_values:?}, {levels:?}");
        }
        assert_eq!(holm_levels(&[], 0.05), Vec::<f64>::new());
    }
}
