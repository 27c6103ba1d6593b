//! A step by any rule in one pass over all parameters, once their gradient is there. The
//! formulas are [`crate::nn::optimiser`]'s; SGD's own kernels, which need no such pass, are
//! in [`super::sgd`].

use super::simd::{F32x4, LANES};
use crate::message::Optimiser;
use crate::nn::optimiser::{MAX_SLOTS, Step};

/// Moves `parameters` against their `gradient`, as long; `state` holds the rule's slots,
/// each as long again.
pub fn apply(step: Step, parameters: &mut [f32], state: &mut [f32], gradient: &[f32]) {
    let arrays = (parameters, state, gradient);
    // Each with a loop of its own, which decides nothing.
    match step.rule().optimiser {
        Optimiser::Sgd => pass(step.by(Optimiser::Sgd), arrays),
        Optimiser::Nesterov => pass(step.by(Optimiser::Nesterov), arrays),
        Optimiser::Adam => pass(step.by(Optimiser::Adam), arrays),
        Optimiser::Adamw => pass(step.by(Optimiser::Adamw), arrays),
        Optimiser::Rmsprop => pass(step.by(Optimiser::Rmsprop), arrays),
        Optimiser::Adagrad => pass(step.by(Optimiser::Adagrad), arrays),
    }
}

/// Parameters, state, gradient.
type Arrays<'a> = (&'a mut [f32], &'a mut [f32], &'a [f32]);

#[inline(always)]
fn pass(step: Step, (parameters, state, gradient): Arrays<'_>) {
    let num_slots = step.rule().num_slots();
    let (first, second) = state.split_at_mut(parameters.len().min(state.len()));
    match num_slots {
        0 => vectors(step, parameters, gradient, []),
        1 => vectors(step, parameters, gradient, [first]),
        _ => vectors(step, parameters, gradient, [first, second]),
    }
}

#[inline(always)]
fn vectors<const SLOTS: usize>(
    step: Step,
    parameters: &mut [f32],
    gradient: &[f32],
    mut kept: [&mut [f32]; SLOTS],
) {
    let num = parameters.len();
    assert!(gradient.len() == num && kept.iter().all(|slot| slot.len() == num));
    let whole = num / LANES * LANES;
    for at in (0..whole).step_by(LANES) {
        let lanes = at..at + LANES;
        let mut slots = [F32x4::splat(0.0); MAX_SLOTS];
        for (slot, kept) in slots.iter_mut().zip(&kept) {
            *slot = F32x4::load(&kept[lanes.clone()]);
        }
        let parameter = F32x4::load(&parameters[lanes.clone()]);
        let gradient = F32x4::load(&gradient[lanes.clone()]);
        let moved = step.moved(parameter, gradient, &mut slots);
        moved.store(&mut parameters[lanes.clone()]);
        for (slot, kept) in slots.into_iter().zip(&mut kept) {
            slot.store(&mut kept[lanes.clone()]);
        }
    }
    // Three at most.
    let mut rest = kept.map(|kept| &mut kept[whole..]);
    step.move_each(&mut parameters[whole..], &gradient[whole..], &mut rest);
}
