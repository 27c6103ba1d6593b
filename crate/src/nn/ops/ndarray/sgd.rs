//! SGD in place, a vector of parameters at a time, while the gradient is still
//! in registers. The formula is torch's; see
//! [`crate::nn::optimiser`].

use super::blocks::Blocks;
use super::gemm::Sink;
use super::simd::{F32x4, LANES};
use crate::config::Rule;

/// A run of parameters and what moves them.
pub struct Update<'a> {
    /// Parameters, changed in place.
    pub parameters: &'a mut [f32],
    /// Their velocities, as long; empty without momentum.
    pub velocities: &'a mut [f32],
    pub rule: Rule,
}

impl<'a> Update<'a> {
    pub fn new(parameters: &'a mut [f32], velocities: &'a mut [f32], rule: Rule) -> Self {
        Self {
            parameters,
            velocities,
            rule,
        }
    }

    /// Moves the four parameters from `at` on against their gradient and
    /// returns them.
    #[inline(always)]
    pub fn step(&mut self, at: usize, gradient: F32x4) -> F32x4 {
        let parameter = F32x4::load(&self.parameters[at..]);
        let mut direction = gradient;
        if self.rule.weight_decay != 0.0 {
            direction = direction.mul_add(F32x4::splat(self.rule.weight_decay), parameter);
        }
        if !self.velocities.is_empty() {
            let velocity = F32x4::load(&self.velocities[at..]);
            direction = direction.mul_add(F32x4::splat(self.rule.momentum), velocity);
            direction.store(&mut self.velocities[at..]);
        }
        let moved = parameter.mul_add(F32x4::splat(-self.rule.learning_rate), direction);
        moved.store(&mut self.parameters[at..]);
        moved
    }

    /// [`Self::step`] for several vectors of parameters in a row: bounds and
    /// options are looked at once.
    #[inline(always)]
    pub fn step_block<const VECTORS: usize>(
        &mut self,
        at: usize,
        gradients: [F32x4; VECTORS],
    ) -> [F32x4; VECTORS] {
        if self.rule.weight_decay != 0.0 || !self.velocities.is_empty() {
            return core::array::from_fn(|v| self.step(at + v * LANES, gradients[v]));
        }
        let parameters = &mut self.parameters[at..at + VECTORS * LANES];
        let rate = F32x4::splat(-self.rule.learning_rate);
        core::array::from_fn(|v| {
            let parameters = &mut parameters[v * LANES..];
            let moved = F32x4::load(parameters).mul_add(rate, gradients[v]);
            moved.store(parameters);
            moved
        })
    }

    /// [`Self::step`] for fewer than four parameters.
    #[inline(always)]
    pub fn step_partial(&mut self, at: usize, len: usize, gradient: F32x4) {
        let gradient = gradient.to_array();
        for (lane, &gradient) in gradient.iter().enumerate().take(len) {
            self.step_scalar(at + lane, gradient);
        }
    }

    #[inline(always)]
    fn step_scalar(&mut self, at: usize, gradient: f32) {
        let parameter = self.parameters[at];
        let mut direction = gradient + self.rule.weight_decay * parameter;
        if let Some(velocity) = self.velocities.get_mut(at) {
            direction += self.rule.momentum * *velocity;
            *velocity = direction;
        }
        self.parameters[at] = parameter - self.rule.learning_rate * direction;
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
