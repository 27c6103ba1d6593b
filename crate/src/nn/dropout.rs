//! Dropout masks that every backend draws alike: each unit's fate depends on
//! its place alone, so a loop and a GPU thread agree without exchanging a byte.

use super::Stream;
use crate::rng::philox4x32;

/// The mask of one training step: inverted dropout (Srivastava et al. 2014), as
/// torch's: a unit is dropped with `probability`, kept ones are scaled up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DropoutMask {
    /// The run's seed.
    pub seed: u32,
    /// Steps done since the run began.
    pub step: u32,
    /// Probability that a unit is dropped, 0 to below 1.
    pub probability: f32,
}

impl DropoutMask {
    /// The factor of the kept units, 1/(1 − p).
    pub fn scale(&self) -> f32 {
        1.0 / (1.0 - self.probability)
    }

    /// Of 2²⁴ equally likely draws, those below this one drop a unit.
    pub fn threshold(&self) -> u32 {
        (self.probability * (1 << 24) as f32).round() as u32
    }

    /// Drops and scales a hidden layer's outputs, `[num_rows, width]` flat, by a
    /// product as torch's does: what is no number stays none where it is dropped.
    /// The unit at flat place i is decided by word i mod 4 of the Philox block
    /// with counter (i/4, layer, step, 0) and key (seed, stream of dropout).
    pub fn apply(&self, layer: usize, outputs: &mut [f32]) {
        let (scale, threshold) = (self.scale(), self.threshold());
        let factor = |word: u32| if word >> 8 < threshold { 0.0 } else { scale };
        let key = [self.seed, Stream::Dropout as u32];
        for (group, outputs) in outputs.chunks_mut(4).enumerate() {
            let words = philox4x32([group as u32, layer as u32, self.step, 0], key);
            for (output, word) in outputs.iter_mut().zip(words) {
                *output *= factor(word);
            }
        }
    }
}
