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

    /// What a step of `learning_rate` multiplies the mean by, and the square's root.
    #[inline(always)]
    pub fn factors(&self, learning_rate: f32) -> (f32, f32) {
        let mean = (f64::from(learning_rate) * self.mean) as f32;
        (mean, self.root)
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
    let (mean_rate, root_factor) = corrections.factors(rule.learning_rate);
    let root = square.clone().root().scaled(root_factor);
    parameter.plus(-mean_rate, mean.clone().quotient(root.plus_number(EPSILON)))
}

/// The same formula in WebGPU's kernels.
#[cfg(feature = "webgpu")]
pub(super) mod on_device {
    use cubecl::prelude::*;

    use super::{BETAS, EPSILON};
    use crate::message::Optimiser;
    use crate::nn::lanes::Lanes;
    use crate::nn::optimiser::on_device::{RuleBits, StepNumbers, decayed};

    /// As `optimiser::on_device::moved`; AdamW's shrinking is in it.
    #[cube]
    pub fn moved(
        parameter: Lanes,
        gradient: Lanes,
        slots: &mut [Lanes],
        place: usize,
        second_place: usize,
        numbers: &StepNumbers,
        #[comptime] rule: RuleBits,
    ) -> Lanes {
        let mut parameter = parameter;
        let mut gradient = gradient;
        if comptime!(rule.optimiser == Optimiser::Adamw) {
            // Shrunk before the step, and the gradient knows nothing of it.
            let kept = 1.0f32 - numbers.rate * f32::from_bits(rule.weight_decay);
            parameter *= Lanes::new(kept);
        } else {
            gradient = decayed(parameter, gradient, rule);
        }
        let mean = slots[place] * Lanes::new(comptime!(BETAS[0] as f32))
            + gradient * Lanes::new(comptime!((1.0 - BETAS[0]) as f32));
        slots[place] = mean;
        let square = slots[second_place] * Lanes::new(comptime!(BETAS[1] as f32))
            + gradient * gradient * Lanes::new(comptime!((1.0 - BETAS[1]) as f32));
        slots[second_place] = square;
        let root = square.sqrt() * Lanes::new(numbers.root_factor) + Lanes::new(EPSILON);
        parameter - Lanes::new(numbers.mean_rate) * (mean / root)
    }
}
