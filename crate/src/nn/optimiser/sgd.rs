//! Stochastic gradient descent as `torch.optim.SGD` has it, without dampening:
//! `g ← g + weight_decay·p; v ← g + momentum·v; p ← p − learning_rate·v`, and with
//! Nesterov's look ahead (Sutskever et al. 2013) `p ← p − learning_rate·(g + momentum·v)`.

use super::{MAX_SLOTS, Values, decayed};
use crate::config::Rule;

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
