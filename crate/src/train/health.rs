//! How healthy each layer of a network is, on one batch of images: how large its weights, its
//! gradient and the next update are, how much of it is silent, and how its activations lie.
//! `tests/inside.rs` holds the figures to PyTorch's.

use super::one_batch::{OneBatch, Stepped};
use crate::config::Plan;
use crate::data::Normalisation;
use crate::error::Result;
use crate::message::LayerHealth;
use crate::nn::inspect::is_silent;
use crate::nn::optimiser::Step;

/// What is being measured: its images are taken in one after the other.
pub struct Health {
    one: OneBatch,
    /// The first layer first.
    layers: Vec<Seen>,
}

/// What was seen of a layer.
#[derive(Default)]
struct Seen {
    /// Whether each unit has been silent so far; of the last layer none is told.
    silent: Vec<bool>,
    count: f64,
    sum: f64,
    squares: f64,
}

impl Health {
    /// As [`OneBatch::new`] takes them, by the rule that the next step is measured by.
    ///
    /// # Errors
    /// As there.
    pub fn new(
        plan: &Plan,
        normalisation: Normalisation,
        rule: Step,
        num_images: usize,
        parameters: Vec<f32>,
        state: Vec<f32>,
    ) -> Result<Self> {
        let start = Some(parameters);
        let one = OneBatch::by_rule(plan, normalisation, (rule, 0), num_images, start, state)?;
        let layers = &one.snapshot().layout().layers;
        let (_, hidden) = layers.split_last().expect("a network has a last layer");
        let hidden = hidden.iter().map(|layer| Seen {
            silent: vec![true; layer.num_outputs],
            ..Seen::default()
        });
        let layers = hidden.chain([Seen::default()]).collect();
        Ok(Self { one, layers })
    }

    /// Takes in the next images `[n, num_pixels]` with their labels `[n]`.
    ///
    /// # Errors
    /// As [`OneBatch::take`].
    pub fn take(&mut self, images: &[u8], labels: &[u8]) -> Result<()> {
        let layout = self.one.snapshot().layout();
        let (num_pixels, activation) = (layout.num_pixels(), layout.activation);
        for (image, &label) in images.chunks(num_pixels).zip(labels) {
            for (seen, reading) in self.layers.iter_mut().zip(self.one.take_one(image, label)?) {
                let is_last = seen.silent.is_empty();
                let values = if is_last {
                    &reading.sums
                } else {
                    &reading.activations
                };
                for &value in values {
                    let value = f64::from(value);
                    seen.count += 1.0;
                    seen.sum += value;
                    seen.squares += value * value;
                }
                for (silent, &value) in seen.silent.iter_mut().zip(values) {
                    *silent &= is_silent(activation, value);
                }
            }
        }
        Ok(())
    }

    /// The figures, the first layer first.
    ///
    /// # Errors
    /// When images are missing.
    pub fn finish(self) -> Result<Vec<LayerHealth>> {
        let Stepped { layers, .. } = self.one.finish()?;
        let pairs = layers.iter().zip(&self.layers);
        Ok(pairs
            .map(|(step, seen)| {
                let mean = seen.sum / seen.count;
                let num_silent = seen.silent.iter().filter(|&&silent| silent).count();
                let width = seen.silent.len();
                LayerHealth {
                    weight_norm: step.weight_norm,
                    gradient_norm: step.gradient_norm,
                    update_share: step.update_share,
                    num_units: width as u32,
                    num_silent: num_silent as u32,
                    activation_mean: mean,
                    // Rounding may leave a constant's variance a little below 0.
                    activation_deviation: (seen.squares / seen.count - mean * mean).max(0.0).sqrt(),
                }
            })
            .collect())
    }
}
