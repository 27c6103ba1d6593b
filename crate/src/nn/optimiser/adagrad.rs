//! Adagrad (Duchi et al. 2011) as `torch.optim.Adagrad` has it at its defaults, ε = 1e-10,
//! no decay of the rate: `v ← v + g²; p ← p − learning_rate·g / (√v + ε)`.

use super::{MAX_SLOTS, Values, decayed};
use crate::config::Rule;

const EPSILON: f32 = 1e-10;

#[inline(always)]
pub fn moved<V: Values>(
    rule: &Rule,
    parameter: V,
    gradient: V,
    [square, _]: &mut [V; MAX_SLOTS],
) -> V {
    let gradient = decayed(rule, &parameter, gradient);
    *square = square
        .clone()
        .plus(1.0, gradient.clone().product(gradient.clone()));
    let root = square.clone().root().plus_number(EPSILON);
    parameter.plus(-rule.learning_rate, gradient.quotient(root))
}

/// The same formula in WebGPU's kernels.
#[cfg(feature = "webgpu")]
pub(super) mod on_device {
    use cubecl::prelude::*;

    use super::EPSILON;
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
        let square = slots[place] + gradient * gradient;
        slots[place] = square;
        let root = square.sqrt() + Lanes::new(EPSILON);
        parameter - Lanes::new(numbers.rate) * (gradient / root)
    }
}
