//! Softmax: logits z become probabilities, exp(zᵢ) / Σⱼ exp(zⱼ).

use crate::math;
use crate::order::in_order;

/// The probabilities of logits, `[num_classes]` each.
pub fn softmax(logits: &[f32]) -> Vec<f32> {
    let highest = highest(logits);
    let powers = logits.iter().map(|logit| math::exp_f32(logit - highest));
    let powers: Vec<f32> = powers.collect();
    let total: f32 = powers.iter().sum();
    powers.iter().map(|power| power / total).collect()
}

/// The greatest of some logits, −∞ of none.
pub fn highest(logits: &[f32]) -> f32 {
    logits.iter().copied().fold(f32::NEG_INFINITY, f32::max)
}

/// The fraction that a probability is, written out: `own` / (`greatest` + `others`).
#[derive(Debug, Clone, PartialEq)]
pub struct Powers {
    /// exp(zᵢ) of the class in question.
    pub own: f64,
    /// zⱼ and exp(zⱼ) of the greatest of all classes, the greatest first.
    pub greatest: Vec<(f32, f64)>,
    /// The sum of all others' powers.
    pub others: f64,
}

impl Powers {
    /// Of one class of `logits`, `num_shown` of all at most standing by themselves; powers
    /// too small for a number stand by the others. `None` where the fraction cannot be
    /// written: its own power is 0, or a power or their sum is no finite number.
    pub fn of(logits: &[f32], class: usize, num_shown: usize) -> Option<Self> {
        let powers = logits.iter().map(|&z| (z, math::exp(f64::from(z))));
        let powers: Vec<(f32, f64)> = powers.collect();
        let own = powers[class].1;
        let total: f64 = powers.iter().map(|(_, power)| power).sum();
        if !total.is_finite() || own == 0.0 {
            return None;
        }
        let mut greatest = in_order(&powers, |a, b| b.0.total_cmp(&a.0));
        let num_positive = greatest.iter().take_while(|(_, power)| *power > 0.0);
        let num_shown = num_positive.count().min(num_shown);
        let others = greatest.drain(num_shown..).map(|(_, power)| power).sum();
        Some(Self {
            own,
            greatest,
            others,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_near(found: f64, expected: f64) {
        let bound = 1e-12 * expected.abs().max(1e-300);
        assert!((found - expected).abs() <= bound, "{found}, {expected}");
    }

    #[test]
    fn a_probability_is_its_own_power_over_all() {
        // Python: [math.exp(z) for z in [-1, 4, 0, 1, -0.5]].
        let logits = [-1.0, 4.0, 0.0, 1.0, -0.5];
        let powers = Powers::of(&logits, 0, 3).unwrap();
        assert_near(powers.own, 0.36787944117144233);
        let shown: Vec<f32> = powers.greatest.iter().map(|(z, _)| *z).collect();
        assert_eq!(shown, [4.0, 1.0, 0.0]);
        assert_near(powers.greatest[0].1, 54.598150033144236);
        assert_near(powers.others, 0.36787944117144233 + 0.6065306597126334);
        let total = powers.greatest.iter().map(|(_, power)| power).sum::<f64>() + powers.others;
        let probability = f64::from(softmax(&logits)[0]);
        assert!((powers.own / total - probability).abs() < 1e-7);
    }

    #[test]
    fn fewer_classes_than_are_shown_leave_no_others() {
        let powers = Powers::of(&[1.0, 1.0], 1, 3).unwrap();
        assert_eq!((powers.greatest.len(), powers.others), (2, 0.0));
    }

    #[test]
    fn powers_too_small_for_a_number_stand_by_the_others() {
        let powers = Powers::of(&[40.0, -800.0, -900.0], 0, 3).unwrap();
        assert_eq!((powers.greatest.len(), powers.others), (1, 0.0));
    }

    #[test]
    fn what_cannot_be_written_is_not() {
        for logits in [
            [900.0, 1.0],
            [-800.0, 0.0],
            [f32::NAN, 0.0],
            [0.0, f32::NAN],
        ] {
            assert_eq!(Powers::of(&logits, 0, 3), None, "{logits:?}");
        }
    }
}
