//! Adam (Kingma and Ba 2015) as `torch.optim.Adam` has it at its defaults, β₁ = 0.9,
//! β₂ = 0.999, ε = 1e-8, at step t:
//! `m ← β₁·m + (1 − β₁)·g; v ← β₂·v + (1 − β₂)·g²;
//! p ← p − learning_rate / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)`.

use super::{MAX_SLOTS, Values, decayed};
use crate::config::Rule;
use crate::math;

const BETAS: [f64; MAX_SLOTS] = [0.9, 0.999];
const EPSILON: f32 = 1e-8;

/// What makes up for the averages' beginning at zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Corrections {
    /// 1 / (1 − β₁ᵗ).
    mean: f64,
    /// 1 / √(1 − β₂ᵗ).
    root: f32,
}

impl Corrections {
    /// Of step `number`, from 1.
    pub fn new(number: u32) -> Self {
        let [mean, square] = BETAS.map(|beta| 1.0 - math::powi(beta, number.max(1) as i32));
        Self {
            mean: 1.0 / mean,
            root: (1.0 / square.sqrt()) as f32,
        }
    }
}

#[inline(always)]
pub fn moved<V: Values>(
    rule: &Rule,
    corrections: Corrections,
    parameter: V,
    gradient: V,
    [mean, square]: &mut [V; MAX_SLOTS],
) -> V {
    let gradient = decayed(rule, &parameter, gradient);
    let [first, second] = BETAS;
    *mean = mean
        .clone()
        .scaled(first as f32)
        .plus((1.0 - first) as f32, gradient.clone());
    *square = square
        .clone()
        .scaled(second as f32)
        .plus((1.0 - second) as f32, gradient.clone().product(gradient));
    let root = square.clone().root().scaled(corrections.root);
    let step = (f64::from(rule.learning_rate) * corrections.mean) as f32;
    parameter.plus(-step, mean.clone().quotient(root.plus_number(EPSILON)))
}
