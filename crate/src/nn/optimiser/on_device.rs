//! What the rules' formulas in WebGPU's kernels are told, and which of them a kernel has.
//! A device has no trait of [`super::Values`]' kind, so that each rule's file has its formula
//! twice, and `tests/equality.rs` holds the two together.

use cubecl::prelude::*;

use super::{Step, adagrad, adam, rmsprop, sgd};
use crate::config::Rule;
use crate::message::Optimiser;
use crate::nn::lanes::Lanes;

/// What of a rule stays for a run, numbers as bits: kernels are told apart by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RuleBits {
    /// Which formula.
    pub optimiser: Optimiser,
    /// Bits of the momentum.
    pub momentum: u32,
    /// Bits of the L2 penalty, or of AdamW's shrinking.
    pub weight_decay: u32,
    /// Bits of the share of each target that is spread over all classes.
    pub label_smoothing: u32,
    /// Bits of the longest that a hidden unit's incoming weights may be; 0 for no bound.
    pub max_norm: u32,
}

impl RuleBits {
    /// Of a rule.
    pub fn new(rule: &Rule) -> Self {
        Self {
            optimiser: rule.optimiser,
            momentum: rule.momentum.to_bits(),
            weight_decay: rule.weight_decay.to_bits(),
            label_smoothing: rule.label_smoothing.to_bits(),
            max_norm: rule.max_norm.to_bits(),
        }
    }
}

/// What of a rule changes from step to step.
#[derive(CubeType)]
pub struct StepNumbers {
    /// The step size.
    pub rate: f32,
    /// The step size with what makes up for the mean's beginning at zero.
    pub mean_rate: f32,
    /// What makes up for the same of the square's root.
    pub root_factor: f32,
}

impl StepNumbers {
    /// Words that a step's numbers take in a buffer.
    pub const LEN: usize = 3;

    /// Their bits, in the order of the fields.
    pub fn bits(step: &Step) -> [u32; Self::LEN] {
        let rate = step.rule.learning_rate;
        let (mean_rate, root_factor) = step.corrections.factors(rate);
        [rate, mean_rate, root_factor].map(f32::to_bits)
    }
}

/// The parameters that follow from `parameter` and its gradient; what the rule keeps of it
/// stands at `place` in `slots`, and at `second_place`, and moves on there.
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
    let second = second_place;
    if comptime!(matches!(
        rule.optimiser,
        Optimiser::Sgd | Optimiser::Nesterov
    )) {
        sgd::on_device::moved(parameter, gradient, slots, place, numbers, rule)
    } else if comptime!(rule.optimiser == Optimiser::Rmsprop) {
        rmsprop::on_device::moved(parameter, gradient, slots, place, second, numbers, rule)
    } else if comptime!(rule.optimiser == Optimiser::Adagrad) {
        adagrad::on_device::moved(parameter, gradient, slots, place, numbers, rule)
    } else {
        adam::on_device::moved(parameter, gradient, slots, place, second, numbers, rule)
    }
}

/// The gradient with the slope of the L2 penalty.
#[cube]
pub fn decayed(parameter: Lanes, gradient: Lanes, #[comptime] rule: RuleBits) -> Lanes {
    if comptime!(rule.weight_decay == 0) {
        gradient
    } else {
        gradient + Lanes::new(f32::from_bits(rule.weight_decay)) * parameter
    }
}
