//! A step in place, a vector of parameters at a time, while the gradient is still in
//! registers. The formulas are [`crate::nn::optimiser`]'s.

use std::ops::Range;

use super::blocks::Blocks;
use super::gemm::Sink;
use super::simd::{F32x4, LANES};
use crate::message::Optimiser;
use crate::nn::optimiser::{MAX_SLOTS, Step};

/// A run of parameters and what moves them.
pub struct Update<'a> {
    /// Parameters, changed in place.
    pub parameters: &'a mut [f32],
    /// What the rule keeps of them, each as long; those that it does not need are empty.
    slots: [&'a mut [f32]; MAX_SLOTS],
    step: Step,
    /// Plain SGD: nothing to load but the parameters.
    is_plain: bool,
}

impl<'a> Update<'a> {
    /// Of the parameters in `range`. `state` holds the rule's slots, each as long as all
    /// `parameters`.
    pub fn new(
        parameters: &'a mut [f32],
        state: &'a mut [f32],
        range: &Range<usize>,
        step: Step,
    ) -> Self {
        let (first, second) = state.split_at_mut(parameters.len().min(state.len()));
        let rule = step.rule();
        Self {
            slots: [first, second].map(|slot| slot.get_mut(range.clone()).unwrap_or_default()),
            parameters: &mut parameters[range.clone()],
            is_plain: rule.optimiser == Optimiser::Sgd
                && rule.num_slots() == 0
                && rule.weight_decay == 0.0,
            step,
        }
    }

    /// Moves the four parameters from `at` on against their gradient and
    /// returns them.
    #[inline(always)]
    fn step(&mut self, at: usize, gradient: F32x4) -> F32x4 {
        let parameter = F32x4::load(&self.parameters[at..]);
        let mut slots = [F32x4::splat(0.0); MAX_SLOTS];
        for (slot, kept) in slots.iter_mut().zip(&self.slots) {
            if !kept.is_empty() {
                *slot = F32x4::load(&kept[at..]);
            }
        }
        let moved = self.step.moved(parameter, gradient, &mut slots);
        for (slot, kept) in slots.into_iter().zip(&mut self.slots) {
            if !kept.is_empty() {
                slot.store(&mut kept[at..]);
            }
        }
        moved.store(&mut self.parameters[at..]);
        moved
    }

    /// Moves several vectors of parameters in a row and returns them: bounds and options
    /// are looked at once.
    #[inline(always)]
    pub fn step_block<const VECTORS: usize>(
        &mut self,
        at: usize,
        gradients: [F32x4; VECTORS],
    ) -> [F32x4; VECTORS] {
        if !self.is_plain {
            return core::array::from_fn(|v| self.step(at + v * LANES, gradients[v]));
        }
        let parameters = &mut self.parameters[at..at + VECTORS * LANES];
        let rate = F32x4::splat(-self.step.rule().learning_rate);
        core::array::from_fn(|v| {
            let parameters = &mut parameters[v * LANES..];
            let moved = F32x4::load(parameters).mul_add(rate, gradients[v]);
            moved.store(parameters);
            moved
        })
    }

    /// The same for fewer than four parameters.
    #[inline(always)]
    pub fn step_partial(&mut self, at: usize, len: usize, gradient: F32x4) {
        let gradient = gradient.to_array();
        for (lane, &gradient) in gradient.iter().enumerate().take(len) {
            self.step_scalar(at + lane, gradient);
        }
    }

    #[inline(always)]
    fn step_scalar(&mut self, at: usize, gradient: f32) {
        let mut slots = [0.0; MAX_SLOTS];
        for (slot, kept) in slots.iter_mut().zip(&self.slots) {
            *slot = kept.get(at).copied().unwrap_or_default();
        }
        let parameter = &mut self.parameters[at];
        *parameter = self.step.moved(*parameter, gradient, &mut slots);
        for (slot, kept) in slots.into_iter().zip(&mut self.slots) {
            if let Some(kept) = kept.get_mut(at) {
                *kept = slot;
            }
        }
    }

    /// Moves all parameters of this run against `gradients`, as long.
    pub fn apply(&mut self, gradients: &[f32]) {
        let whole = gradients.len() / LANES * LANES;
        for at in (0..whole).step_by(LANES) {
            self.step(at, F32x4::load(&gradients[at..]));
        }
        for (at, &gradient) in gradients.iter().enumerate().skip(whole) {
            self.step_scalar(at, gradient);
        }
    }
}

/// A matrix product whose result is a weight's gradient, used up on the spot.
pub struct UpdateSink<'a> {
    pub update: Update<'a>,
    pub blocks: Blocks,
}

impl Sink for UpdateSink<'_> {
    #[inline(always)]
    fn place(&self, column: usize) -> (usize, usize) {
        self.blocks.place(column)
    }

    #[inline(always)]
    fn start(&self, _column: usize, _len: usize) -> F32x4 {
        F32x4::splat(0.0)
    }

    #[inline(always)]
    fn put<const VECTORS: usize>(&mut self, at: usize, len: usize, values: [F32x4; VECTORS]) {
        if len == VECTORS * LANES {
            self.update.step_block(at, values);
        } else {
            for (v, value) in values.into_iter().enumerate() {
                let from = v * LANES;
                let len = LANES.min(len - from);
                self.update.step_partial(at + from, len, value);
            }
        }
    }
}
