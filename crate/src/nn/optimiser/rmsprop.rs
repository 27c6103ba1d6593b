//! RMSprop (Hinton 2012) as `torch.optim.RMSprop` has it at its defaults, α = 0.99,
//! ε = 1e-8, not centred: `v ← α·v + (1 − α)·g²; d = g / (√v + ε)`, with momentum
//! `b ← momentum·b + d; d = b`, and `p ← p − learning_rate·d`.

use super::{MAX_SLOTS, Values, decayed};
use crate::config::Rule;

const ALPHA: f64 = 0.99;
const EPSILON: f32 = 1e-8;

#[inline(always)]
pub fn moved<V: Values>(
    rule: &Rule,
    parameter: V,
    gradient: V,
    [square, velocity]: &mut [V; MAX_SLOTS],
) -> V {
    let gradient = decayed(rule, &parameter, gradient);
    *square = square.clone().scaled(ALPHA as f32).plus(
        (1.0 - ALPHA) as f32,
        gradient.clone().product(gradient.clone()),
    );
    let root = square.clone().root().plus_number(EPSILON);
    let mut direction = gradient.quotient(root);
    if rule.momentum != 0.0 {
        direction = direction.plus(rule.momentum, velocity.clone());
        *velocity = direction.clone();
    }
    parameter.plus(-rule.learning_rate, direction)
}

/// The same formula in WebGPU's kernels.
#[cfg(feature = "webgpu")]
pub(super) mod on_device {
    use cubecl::prelude::*;

    use super::{ALPHA, EPSILON};
    use crate::nn::lanes::Lanes;
    use crate::nn::optimiser::on_device::{RuleBits, StepNumbers, decayed};

    /// As `optimiser::on_device::moved`.
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
        let gradient = decayed(parameter, gradient, rule);
        let square = slots[place] * Lanes::new(comptime!(ALPHA as f32))
            + gradient * gradient * Lanes::new(comptime!((1.0 - ALPHA) as f32));
        slots[place] = square;
        let step = gradient / (square.sqrt() + Lanes::new(EPSILON));
        let mut direction = step;
        if comptime!(rule.momentum != 0) {
            let momentum = Lanes::new(f32::from_bits(rule.momentum));
            let velocity = step + momentum * slots[second_place];
            slots[second_place] = velocity;
            direction = velocity;
        }
        parameter - Lanes::new(numbers.rate) * direction
    }
}
