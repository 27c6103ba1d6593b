//! How far two values may lie apart by chance alone.

use super::statistics::{critical, mean, variance};
use super::value::Value;

/// What two values' mean accuracies may differ by though nothing sets them apart.
///
/// A run's accuracy varies at least as a proportion of its validation images
/// does, and at least as the seeds were seen to vary (a value's own deviation or
/// that of all values pooled, whichever is more). The difference of two means
/// then has to exceed the 95 % point of Student's t (of the normal distribution
/// with one seed a value), divided among all pairs of values (Bonferroni), so
/// that even the luckiest of many equal values is not called the best.
pub(super) struct Noise {
    pub(super) pooled: f64,
    pub(super) critical: f64,
}

impl Noise {
    pub(super) fn of(values: &[&Value<'_>]) -> Self {
        let spread: Vec<f64> = values
            .iter()
            .filter(|value| value.results.len() > 1)
            .map(|value| own_variance(value))
            .collect();
        let freedom: usize = values
            .iter()
            .map(|v| v.results.len().saturating_sub(1))
            .sum();
        Self {
            pooled: if spread.is_empty() {
                0.0
            } else {
                mean(&spread)
            },
            critical: critical_among(values.len(), freedom),
        }
    }

    /// Variance of one run's accuracy at a value.
    pub(super) fn variance(&self, value: &Value<'_>) -> f64 {
        let count = value.num_validation.max(1.0);
        let share = value.accuracy().unwrap_or(0.5);
        // One right and one wrong more: a share of 1 is not known without error.
        let share = (share * count + 1.0) / (count + 2.0);
        let counted = share * (1.0 - share) / count;
        let own = if value.results.len() > 1 {
            own_variance(value)
        } else {
            0.0
        };
        counted.max(self.pooled).max(own)
    }

    /// The difference that two values' means have to exceed.
    pub(super) fn between(&self, a: &Value<'_>, b: &Value<'_>) -> f64 {
        let part = |value: &Value<'_>| self.variance(value) / value.results.len().max(1) as f64;
        self.critical * (part(a) + part(b)).sqrt()
    }
}

/// The 95 % point of |t| divided among all pairs of so many values; no freedom
/// means the normal distribution.
pub(super) fn critical_among(num_values: usize, freedom: usize) -> f64 {
    let num_pairs = (num_values * num_values.saturating_sub(1) / 2).max(1) as f64;
    critical(0.05 / num_pairs, (freedom > 0).then_some(freedom as f64))
}

fn own_variance(value: &Value<'_>) -> f64 {
    variance(
        &value
            .results
            .iter()
            .map(|r| r.validation_accuracy)
            .collect::<Vec<_>>(),
    )
}

/// A difference of two accuracies beside the noise it has to exceed.
pub(super) struct Comparison {
    pub(super) difference: f64,
    pub(super) noise: f64,
}

impl Comparison {
    pub(super) fn stands_out(&self) -> bool {
        self.difference.abs() > self.noise
    }
}
