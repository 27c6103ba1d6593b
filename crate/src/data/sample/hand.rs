//! The hand: every random choice of the generator goes through here.

use crate::rng::RandomState;

/// A seeded source of choices.
pub(super) struct Hand {
    generator: RandomState,
}

impl Hand {
    pub(super) fn new(seed: u32) -> Self {
        Self {
            generator: RandomState::new(seed),
        }
    }

    /// Evenly from 0 to 1, 1 excluded, in steps that `f32` holds exactly.
    pub(super) fn unit(&mut self) -> f32 {
        (self.generator.next_u32() >> 8) as f32 / 16_777_216.0
    }

    /// Evenly from `low` to `high`.
    pub(super) fn within(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// Around 0 with this standard deviation, bell-shaped, never beyond
    /// 3.5 deviations: the sum of four even draws (Irwin-Hall).
    pub(super) fn bell(&mut self, deviation: f32) -> f32 {
        const SQRT_3: f32 = 1.732_050_8;
        let sum = self.unit() + self.unit() + self.unit() + self.unit();
        (sum - 2.0) * SQRT_3 * deviation
    }

    /// True with this probability.
    pub(super) fn chance(&mut self, probability: f32) -> bool {
        self.unit() < probability
    }

    /// A whole number below `bound` (at most ten here, so the bias of the
    /// multiplication is below 1e-6).
    pub(super) fn below(&mut self, bound: usize) -> usize {
        ((self.unit() * bound as f32) as usize).min(bound - 1)
    }
}
