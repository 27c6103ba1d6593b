//! Dropout masks that every backend draws alike: each unit's fate depends on
//! its place alone, so a loop and a GPU thread agree without exchanging a byte.

use super::Stream;
use crate::config::NetworkPlan;
use crate::rng::philox4x32;

/// The mask of one training step: inverted dropout (Srivastava et al. 2014), as
/// torch's: a unit is dropped with `probability`, kept ones are scaled up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DropoutMask {
    /// The run's seed.
    pub seed: u32,
    /// Steps done since the run began.
    pub step: u32,
    /// Probability that a hidden unit is dropped, 0 to below 1.
    pub probability: f32,
    /// The same of a normalised pixel.
    pub input_probability: f32,
}

/// Where a hidden layer's place stands in the counter of its draws, the pixels have this.
pub(super) const INPUTS: u32 = u32::MAX;

impl DropoutMask {
    /// Of a run's step; none where nothing is dropped.
    pub fn of(network: &NetworkPlan, seed: u32, step: u32) -> Option<Self> {
        let (probability, input_probability) = (network.dropout, network.input_dropout);
        (probability > 0.0 || input_probability > 0.0).then_some(Self {
            seed,
            step,
            probability,
            input_probability,
        })
    }

    /// The factor of the kept hidden units, 1/(1 − p).
    pub fn scale(&self) -> f32 {
        1.0 / (1.0 - self.probability)
    }

    /// Of 2²⁴ equally likely draws, those below this one drop a hidden unit.
    pub fn threshold(&self) -> u32 {
        threshold(self.probability)
    }

    /// [`Self::scale`] of the pixels.
    pub fn input_scale(&self) -> f32 {
        1.0 / (1.0 - self.input_probability)
    }

    /// [`Self::threshold`] of the pixels.
    pub fn input_threshold(&self) -> u32 {
        threshold(self.input_probability)
    }

    /// Drops and scales a hidden layer's outputs, `[num_rows, width]` flat, by a
    /// product as torch's does: what is no number stays none where it is dropped.
    /// The unit at flat place i is decided by word i mod 4 of the Philox block
    /// with counter (i/4, layer, step, 0) and key (seed, stream of dropout).
    ///
    /// `first` is the flat place of the first output, a multiple of 4.
    pub fn apply(&self, layer: usize, first: usize, outputs: &mut [f32]) {
        self.drop(layer as u32, self.probability, first, outputs);
    }

    /// The same of the pixels that go into the first layer, `[num_rows, num_pixels]` flat,
    /// normalised: one that is dropped stands at 0, which is the mean.
    pub fn apply_to_inputs(&self, first: usize, pixels: &mut [f32]) {
        self.drop(INPUTS, self.input_probability, first, pixels);
    }

    fn drop(&self, layer: u32, probability: f32, first: usize, outputs: &mut [f32]) {
        if probability == 0.0 {
            return;
        }
        let (scale, threshold) = (1.0 / (1.0 - probability), threshold(probability));
        let factor = |word: u32| if word >> 8 < threshold { 0.0 } else { scale };
        let key = [self.seed, Stream::Dropout as u32];
        for (group, outputs) in (first / 4..).zip(outputs.chunks_mut(4)) {
            let words = philox4x32([group as u32, layer, self.step, 0], key);
            for (output, word) in outputs.iter_mut().zip(words) {
                *output *= factor(word);
            }
        }
    }
}

fn threshold(probability: f32) -> u32 {
    (probability * (1 << 24) as f32).round() as u32
}
