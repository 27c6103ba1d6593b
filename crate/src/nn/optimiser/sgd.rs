//! Stochastic gradient descent as `torch.optim.SGD` has it, without dampening:
//! `g ← g + weight_decay·p; v ← g + momentum·v; p ← p − learning_rate·v`, and with
//! Nesterov's look ahead (Sutskever et al. 2013) `p ← p − learning_rate·(g + momentum·v)`.

use super::{MAX_SLOTS, Values, decayed};
use crate::config::Rule;

/// The parameters that follow; `slots` as [`super::Step::moved`] takes them.
#[inline(always)]
pub fn moved<V: Values>(
    rule: &Rule,
    is_nesterov: bool,
    parameter: V,
    gradient: V,
    [velocity, _]: &mut [V; MAX_SLOTS],
) -> V {
    let mut direction = decayed(rule, &parameter, gradient);
    if rule.momentum != 0.0 {
        let gradient = direction.clone();
        direction = direction.plus(rule.momentum, velocity.clone());
        *velocity = direction.clone();
        if is_nesterov {
            direction = gradient.plus(rule.momentum, direction);
        }
    }
    parameter.plus(-rule.learning_rate, direction)
}

/// The same formula in WebGPU's kernels.
#[cfg(feature = "webgpu")]
pub(super) mod on_device {
    use cubecl::prelude::*;

    use crate::message::Optimiser;
    use crate::nn::lanes::Lanes;
    use crate::nn::optimiser::on_device::{RuleBits, StepNumbers, decayed};

    /// As `optimiser::on_device::moved`; it keeps nothing in a second slot.
    #[cube]
    pub fn moved(
        parameter: Lanes,
        gradient: Lanes,
        slots: &mut [Lanes],
        place: usize,
        numbers: &StepNumbers,
        #[comptime] rule: RuleBits,
    ) -> Lanes {
        let gradient = decayed(parameter, gradient, rule);
        let mut direction = gradient;
        if comptime!(rule.momentum != 0) {
            let momentum = Lanes::new(f32::from_bits(rule.momentum));
            let velocity = gradient + momentum * slots[place];
            slots[place] = velocity;
            direction = velocity;
            if comptime!(rule.optimiser == Optimiser::Nesterov) {
                direction = gradient + momentum * velocity;
            }
        }
        parameter - Lanes::new(numbers.rate) * direction
    }
}
