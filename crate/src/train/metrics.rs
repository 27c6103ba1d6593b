//! Figures of a run: sample-weighted means and what can be said of them.

use crate::nn::BatchMetrics;

/// Sums over batches, from which means are taken.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Totals {
    /// Sum of the samples' losses (nats).
    pub loss_sum: f64,
    /// Samples that were right.
    pub num_correct: u64,
    /// Samples counted.
    pub num_samples: u64,
}

impl Totals {
    /// Counts one batch of `num_samples`.
    pub fn add(&mut self, metrics: BatchMetrics, num_samples: usize) {
        self.loss_sum += f64::from(metrics.loss_sum);
        self.num_correct += u64::from(metrics.num_correct);
        self.num_samples += num_samples as u64;
    }

    /// Mean loss over the samples (nats); `NaN` before the first.
    pub fn loss(&self) -> f64 {
        self.loss_sum / self.num_samples as f64
    }

    /// Share of the samples that were right, 0 to 1; `NaN` before the first.
    pub fn accuracy(&self) -> f64 {
        self.num_correct as f64 / self.num_samples as f64
    }
}

/// z of a two-sided 95 % interval.
const Z_95: f64 = 1.959_963_984_540_054;

/// The 95 % Wilson score interval of an accuracy (Wilson 1927): where the true
/// accuracy plausibly lies, given `accuracy` on `num_samples` samples.
pub fn wilson_interval(accuracy: f64, num_samples: u64) -> (f64, f64) {
    if num_samples == 0 {
        return (0.0, 1.0);
    }
    let n = num_samples as f64;
    let z2 = Z_95 * Z_95;
    let centre = (accuracy + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let spread =
        Z_95 / (1.0 + z2 / n) * (accuracy * (1.0 - accuracy) / n + z2 / (4.0 * n * n)).sqrt();
    ((centre - spread).max(0.0), (centre + spread).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn wilson_equals_statsmodels() {
        // statsmodels.stats.proportion.proportion_confint(k, n, 0.05, "wilson")
        let (low, high) = wilson_interval(81.0 / 263.0, 263);
        assert!(
            (low - 0.255_288_5).abs() < 1e-6 && (high - 0.366_209_6).abs() < 1e-6,
            "{low} {high}"
        );
        let (low, high) = wilson_interval(1.0, 10);
        assert!(
            (low - 0.722_467_2).abs() < 1e-6 && (high - 1.0).abs() < 1e-12,
            "{low} {high}"
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_mean_weighs_samples_not_batches() {
        let mut totals = Totals::default();
        totals.add(
            BatchMetrics {
                loss_sum: 6.0,
                num_correct: 3,
            },
            3,
        );
        totals.add(
            BatchMetrics {
                loss_sum: 0.0,
                num_correct: 0,
            },
            1,
        );
        assert_eq!((totals.loss(), totals.accuracy()), (1.5, 0.75));
    }
}
