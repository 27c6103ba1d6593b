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
