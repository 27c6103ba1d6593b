//! The gradient of an image's loss by every parameter, derived by hand and computed plainly:
//! what a step is made of, to be looked at. `tests/inside.rs` holds it to PyTorch's autograd.

use super::inspect::{LayerReading, Snapshot};
use super::layout::Layer;
use crate::error::Result;

/// Which pixels and units dropout keeps, and by which factor: one for each of an image, or of
/// several one after the other. Empty without dropout.
#[derive(Debug, Clone, Default)]
pub struct Keep {
    /// `[num_pixels]`.
    pub inputs: Vec<f32>,
    /// `[width]` a hidden layer.
    pub hidden: Vec<Vec<f32>>,
}

impl Keep {
    /// Of image `row`, out of those of `num_images`.
    pub fn of_image(&self, row: usize, num_images: usize) -> Self {
        let of = |keep: &Vec<f32>| {
            let width = keep.len() / num_images;
            keep[row * width..(row + 1) * width].to_vec()
        };
        Self {
            inputs: of(&self.inputs),
            hidden: self.hidden.iter().map(of).collect(),
        }
    }
}

impl Snapshot {
    /// Adds `share` of the gradient of an image's cross-entropy, by its label of which
    /// `smoothing` is spread over all classes, to `gradient`, `[num_parameters]`.
    ///
    /// # Errors
    /// When the image has another size.
    pub fn add_gradient(
        &self,
        image: &[u8],
        (label, smoothing): (u8, f32),
        share: f32,
        keep: &Keep,
        gradient: &mut [f32],
    ) -> Result<()> {
        let readings = self.forward_dropped(image, keep)?;
        self.add_gradient_of(&readings, image, (label, smoothing), share, keep, gradient);
        Ok(())
    }

    /// The same where the layers have been read already.
    pub(crate) fn add_gradient_of(
        &self,
        readings: &[LayerReading],
        image: &[u8],
        (label, smoothing): (u8, f32),
        share: f32,
        keep: &Keep,
        gradient: &mut [f32],
    ) {
        let layers = &self.layout().layers;
        // Cross-entropy of a softmax, by its logits: probability − target.
        let mut delta = readings[readings.len() - 1].activations.clone();
        delta[usize::from(label)] -= 1.0 - smoothing;
        let spread = smoothing / delta.len() as f32;
        delta
            .iter_mut()
            .for_each(|value| *value = (*value - spread) * share);
        for (index, layer) in layers.iter().enumerate().rev() {
            let reading = &readings[index];
            if index + 1 < layers.len() {
                if let Some(keep) = keep.hidden.get(index) {
                    delta.iter_mut().zip(keep).for_each(|(d, keep)| *d *= keep);
                }
                let sums = delta.iter_mut().zip(&reading.sums);
                let activation = self.layout().activation;
                sums.for_each(|(d, &sum)| *d *= activation.at(sum).1);
                self.through_norm(layer, reading, &mut delta, gradient);
            }
            let biases = gradient[layer.bias.clone()].iter_mut().zip(&delta);
            biases.for_each(|(bias, d)| *bias += d);
            let pixels;
            let inputs = match index.checked_sub(1) {
                Some(before) => &readings[before].activations,
                None => {
                    pixels = self.pixels(image, keep);
                    &pixels
                }
            };
            let rows = gradient[layer.weight.clone()].chunks_exact_mut(layer.num_outputs);
            for (row, &value) in rows.zip(inputs) {
                if value != 0.0 {
                    let products = row.iter_mut().zip(&delta);
                    products.for_each(|(weight, d)| *weight += value * d);
                }
            }
            if index > 0 {
                delta = self.to_inputs(layer, &delta);
            }
        }
    }

    /// `delta` `[num_outputs]`, by a layer's sums, becomes that by its inputs, `[num_inputs]`.
    pub(super) fn to_inputs(&self, layer: &Layer, delta: &[f32]) -> Vec<f32> {
        let rows = self.parameters()[layer.weight.clone()].chunks_exact(layer.num_outputs);
        rows.map(|row| dot(row, delta)).collect()
    }

    /// Layer normalisation backwards, its own gradient added.
    fn through_norm(
        &self,
        layer: &Layer,
        reading: &LayerReading,
        delta: &mut [f32],
        gradient: &mut [f32],
    ) {
        let (Some((gain, shift)), Some((mean, deviation))) = (&layer.norm, reading.norm) else {
            return;
        };
        let normed = normed(reading, mean, deviation);
        let shifts = gradient[shift.clone()].iter_mut().zip(&*delta);
        shifts.for_each(|(shift, d)| *shift += d);
        let gains = gradient[gain.clone()].iter_mut().zip(&*delta).zip(&normed);
        gains.for_each(|((gain, d), x)| *gain += d * x);
        self.norm_to_inputs(layer, reading, delta);
    }

    /// `delta`, by what layer normalisation gave, becomes that by what it took.
    /// With x̂ = (x − mean) / deviation and g = delta · gain,
    /// (g − mean(g) − x̂ · mean(g · x̂)) / deviation. Nothing where there is none.
    pub(super) fn norm_to_inputs(&self, layer: &Layer, reading: &LayerReading, delta: &mut [f32]) {
        let (Some((gain, _)), Some((mean, deviation))) = (&layer.norm, reading.norm) else {
            return;
        };
        let normed = normed(reading, mean, deviation);
        let gains = &self.parameters()[gain.clone()];
        delta.iter_mut().zip(gains).for_each(|(d, gain)| *d *= gain);
        let count = delta.len() as f32;
        let mean_delta = delta.iter().sum::<f32>() / count;
        let mean_product = dot(delta, &normed) / count;
        let pairs = delta.iter_mut().zip(&normed);
        pairs.for_each(|(d, x)| *d = (*d - mean_delta - x * mean_product) / deviation);
    }
}

fn normed(reading: &LayerReading, mean: f32, deviation: f32) -> Vec<f32> {
    let linear = reading.linear.iter();
    linear.map(|value| (value - mean) / deviation).collect()
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
