//! A network looked into: what each unit makes of an image, number by number.
//!
//! Computed plainly from the flat parameters, a copy of them as they stood at one moment:
//! no kernel of any backend is asked, so that the same numbers come of the same weights
//! wherever these were trained. `tests/inside.rs` holds them to PyTorch's.

use super::LAYER_NORM_EPSILON;
use super::backward::Keep;
use super::layout::{Layer, Layout};
use super::softmax::{highest, softmax};
use crate::data::Normalisation;
use crate::error::{Error, Result};
use crate::math;
use crate::message::Activation;
use crate::order::in_order;

/// Parameters that are copied to be looked into, at most: 64 MB.
pub const MAX_PARAMETERS: usize = 16_000_000;

/// Of an activation that is never quite 0, what is as good as silence.
const NEARLY_SILENT: f32 = 1e-3;

/// Whether a hidden unit passes nothing on, or next to nothing where its activation knows no
/// nothing.
pub(crate) fn is_silent(activation: Activation, passed_on: f32) -> bool {
    match activation {
        Activation::Relu => passed_on == 0.0,
        _ => passed_on.abs() < NEARLY_SILENT,
    }
}

/// What one layer made of an image.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerReading {
    /// w·x + b, `[num_outputs]`.
    pub linear: Vec<f32>,
    /// Mean and deviation over the layer that its normalisation took out, where it has one.
    pub norm: Option<(f32, f32)>,
    /// What the activation is taken of: `linear`, normalised where there is a normalisation.
    pub sums: Vec<f32>,
    /// What the layer passes on, `[num_outputs]`; of the last one its probabilities.
    pub activations: Vec<f32>,
}

/// One product of a unit's sum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Term {
    /// Which input, from 0: a pixel, or a unit of the layer before.
    pub input: usize,
    /// Its weight.
    pub weight: f32,
    /// Its value.
    pub value: f32,
}

impl Term {
    /// Weight × value.
    pub fn product(&self) -> f32 {
        self.weight * self.value
    }
}

/// A connection between two units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// The layer that it leads to, from 0.
    pub layer: usize,
    /// The unit of that layer.
    pub to: usize,
    /// The unit of the layer before.
    pub from: usize,
    /// Weight × activation.
    pub product: f32,
}

/// A network's parameters as they stood at one moment.
#[derive(Debug, Clone)]
pub struct Snapshot {
    layout: Layout,
    normalisation: Normalisation,
    parameters: Vec<f32>,
}

impl Snapshot {
    /// Takes parameters `[layout.num_parameters]`.
    ///
    /// # Errors
    /// When they are more than [`MAX_PARAMETERS`], or not as many as the network has.
    pub fn new(layout: Layout, normalisation: Normalisation, parameters: Vec<f32>) -> Result<Self> {
        check_size(&layout)?;
        if parameters.len() != layout.num_parameters {
            let found = parameters.len().to_string();
            let expected = format!("{}, as the network has", layout.num_parameters);
            return Err(Error::data("parameters of the model", found, expected));
        }
        Ok(Self {
            layout,
            normalisation,
            parameters,
        })
    }

    /// Where the parameters stand.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// `[layout.num_parameters]`.
    pub fn parameters(&self) -> &[f32] {
        &self.parameters
    }

    /// What every layer makes of an image `[num_pixels]`, the first layer first. Dropout is
    /// off.
    ///
    /// # Errors
    /// When the image has another size.
    pub fn forward(&self, image: &[u8]) -> Result<Vec<LayerReading>> {
        self.forward_dropped(image, &Keep::default())
    }

    /// The same under dropout's mask.
    pub(crate) fn forward_dropped(&self, image: &[u8], keep: &Keep) -> Result<Vec<LayerReading>> {
        let num_pixels = self.layout.num_pixels();
        if image.len() != num_pixels {
            let found = format!("{} bytes", image.len());
            return Err(Error::data("image", found, num_pixels.to_string()));
        }
        let num_layers = self.layout.layers.len();
        let mut readings: Vec<LayerReading> = Vec::with_capacity(num_layers);
        for (index, layer) in self.layout.layers.iter().enumerate() {
            let pixels;
            let inputs = match readings.last() {
                Some(before) => &before.activations,
                None => {
                    pixels = self.pixels(image, keep);
                    &pixels
                }
            };
            let mut reading = self.read_layer(layer, inputs, index + 1 == num_layers);
            if let Some(keep) = keep.hidden.get(index) {
                let activations = reading.activations.iter_mut().zip(keep);
                activations.for_each(|(value, keep)| *value *= keep);
            }
            readings.push(reading);
        }
        Ok(readings)
    }

    /// Normalised pixels, `[num_pixels]`, under dropout's mask.
    pub(super) fn pixels(&self, image: &[u8], keep: &Keep) -> Vec<f32> {
        let values = image.iter().map(|&pixel| self.normalisation.of(pixel));
        let mut values: Vec<f32> = values.collect();
        let kept = values.iter_mut().zip(&keep.inputs);
        kept.for_each(|(value, keep)| *value *= keep);
        values
    }

    fn read_layer(&self, layer: &Layer, inputs: &[f32], is_last: bool) -> LayerReading {
        let mut linear = self.parameters[layer.bias.clone()].to_vec();
        let weights = &self.parameters[layer.weight.clone()];
        for (&value, weights) in inputs.iter().zip(weights.chunks_exact(layer.num_outputs)) {
            // Half of the units of a hidden layer are usually silent.
            if value == 0.0 {
                continue;
            }
            for (sum, weight) in linear.iter_mut().zip(weights) {
                *sum += value * weight;
            }
        }
        let norm = layer.norm.as_ref().map(|_| moments(&linear));
        let sums = match (&layer.norm, norm) {
            (Some((gain, shift)), Some((mean, deviation))) => {
                let gains = &self.parameters[gain.clone()];
                let shifts = &self.parameters[shift.clone()];
                let parts = linear.iter().zip(gains.iter().zip(shifts));
                parts
                    .map(|(sum, (gain, shift))| (sum - mean) / deviation * gain + shift)
                    .collect()
            }
            _ => linear.clone(),
        };
        let activations = if is_last {
            softmax(&sums)
        } else {
            let activation = self.layout.activation;
            sums.iter().map(|&sum| activation.at(sum).0).collect()
        };
        LayerReading {
            linear,
            norm,
            sums,
            activations,
        }
    }

    /// The weights by which a unit takes its inputs, `[num_inputs]`.
    ///
    /// # Errors
    /// When there is no such unit.
    pub fn weights_of(&self, layer: usize, unit: usize) -> Result<Vec<f32>> {
        let layer = self.layer(layer, unit)?;
        let column = self.parameters[layer.weight.clone()].iter();
        Ok(column
            .skip(unit)
            .step_by(layer.num_outputs)
            .copied()
            .collect())
    }

    /// A unit's bias and, where the layer is normalised, its gain and shift.
    ///
    /// # Errors
    /// When there is no such unit.
    pub fn bias_of(&self, layer: usize, unit: usize) -> Result<(f32, Option<(f32, f32)>)> {
        let layer = self.layer(layer, unit)?;
        let at = |start: usize| self.parameters[start + unit];
        let norm = layer.norm.as_ref();
        let norm = norm.map(|(gain, shift)| (at(gain.start), at(shift.start)));
        Ok((at(layer.bias.start), norm))
    }

    fn layer(&self, layer: usize, unit: usize) -> Result<&Layer> {
        let found = self.layout.layers.get(layer);
        found
            .filter(|layer| unit < layer.num_outputs)
            .ok_or_else(|| {
                let found = format!("unit {} of layer {}", unit + 1, layer + 1);
                Error::data("unit", found, "one of the network's")
            })
    }

    /// The products of a unit's sum, w·x, the greatest in size first.
    ///
    /// # Errors
    /// When there is no such unit, or the image has another size.
    pub fn terms(
        &self,
        layer: usize,
        unit: usize,
        image: &[u8],
        readings: &[LayerReading],
    ) -> Result<Vec<Term>> {
        let weights = self.weights_of(layer, unit)?;
        let pixels;
        let inputs = match layer.checked_sub(1) {
            Some(before) => &readings[before].activations,
            None => {
                pixels = self.pixels(image, &Keep::default());
                &pixels
            }
        };
        let parts = weights.iter().zip(inputs).enumerate();
        let terms: Vec<Term> = parts
            .map(|(input, (&weight, &value))| Term {
                input,
                weight,
                value,
            })
            .collect();
        Ok(in_order(&terms, |a, b| {
            b.product().abs().total_cmp(&a.product().abs())
        }))
    }

    /// The strongest connections to the class that is read: from its `num_paths` strongest
    /// units, each followed back along its own strongest one, and no connection more than
    /// once: so no layer has more of them than the last one. Only what speaks for a unit
    /// counts, weight × activation above 0. The first layer's inputs are pixels and have none.
    pub fn paths(&self, readings: &[LayerReading], num_paths: usize) -> Vec<Link> {
        let Some(last) = readings.last() else {
            return vec![];
        };
        let outputs = last.activations.iter().enumerate();
        let read = outputs.max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)));
        let mut units: Vec<usize> = read.map(|(unit, _)| unit).into_iter().collect();
        let mut links = vec![];
        for layer in (1..readings.len()).rev() {
            let is_last = layer + 1 == readings.len();
            let count = if is_last { num_paths } else { 1 };
            let mut before = vec![];
            for &to in &units {
                let found = self.links_to(layer, to, &readings[layer - 1], count);
                before.extend(found.iter().map(|link| link.from));
                links.extend(found);
            }
            units = in_order(&before, |a: &usize, b| a.cmp(b));
            units.dedup();
        }
        links
    }

    fn links_to(&self, layer: usize, to: usize, before: &LayerReading, count: usize) -> Vec<Link> {
        let place = &self.layout.layers[layer];
        let weights = &self.parameters[place.weight.clone()];
        let of = |(from, activation): (usize, &f32)| Link {
            layer,
            to,
            from,
            product: weights[from * place.num_outputs + to] * activation,
        };
        let mut links: Vec<Link> = before.activations.iter().enumerate().map(of).collect();
        links.retain(|link| link.product > 0.0);
        links = in_order(&links, |a, b| {
            b.product.total_cmp(&a.product).then(a.from.cmp(&b.from))
        });
        links.truncate(count);
        links
    }

    /// The cross-entropy (nats) of each image `[n, num_pixels]` under its label `[n]`,
    /// dropout off.
    ///
    /// # Errors
    /// When an image is not whole.
    pub fn losses(&self, images: &[u8], labels: &[u8]) -> Result<Vec<f64>> {
        let images = images.chunks(self.layout.num_pixels());
        let pairs = images.zip(labels);
        pairs
            .map(|(image, &label)| {
                let readings = self.forward(image)?;
                let logits = &readings[readings.len() - 1].sums;
                let highest = f64::from(highest(logits));
                let powers = logits
                    .iter()
                    .map(|&logit| math::exp(f64::from(logit) - highest));
                let total: f64 = powers.sum();
                Ok(math::ln(total) + highest - f64::from(logits[usize::from(label)]))
            })
            .collect()
    }
}

/// Refuses a network whose parameters are too many to be copied.
///
/// # Errors
/// When they are more than [`MAX_PARAMETERS`].
pub fn check_size(layout: &Layout) -> Result<()> {
    if layout.num_parameters <= MAX_PARAMETERS {
        return Ok(());
    }
    let found = format!("{} parameters", layout.num_parameters);
    let expected = format!("at most {MAX_PARAMETERS} to look inside");
    Err(Error::data("network", found, expected))
}

/// Mean and deviation, ε under the root, as layer normalisation takes them (Ba, Kiros and
/// Hinton 2016; biased, as torch's).
fn moments(values: &[f32]) -> (f32, f32) {
    let count = values.len() as f32;
    let mean = values.iter().sum::<f32>() / count;
    let squares = values.iter().map(|value| (value - mean) * (value - mean));
    let variance = squares.sum::<f32>() / count;
    (mean, (variance + LAYER_NORM_EPSILON).sqrt())
}
