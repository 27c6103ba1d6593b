//! Figures of a run: sample-weighted means.

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

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

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
