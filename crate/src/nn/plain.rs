//! The network in burn's own tensor operations and autodiff, on any device:
//! the reference that every custom operation must equal.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::dropout::DropoutMask;
use super::layout::{Layer, Layout};
use super::optimiser::{MAX_SLOTS, Step};
use super::{LAYER_NORM_EPSILON, RENORM_EPSILON};
use crate::data::Normalisation;

/// Parameters and what the optimiser keeps of them, as one tensor a weight, bias, gain or
/// shift.
pub struct PlainMlp {
    device: Device,
    normalisation: Normalisation,
    parameters: Vec<Tensor<1>>,
    slots: Vec<Vec<Tensor<1>>>,
}

/// A layer's parameters in the shapes the operations want.
struct LayerTensors {
    /// `[num_inputs, num_outputs]`.
    weight: Tensor<2>,
    /// `[1, num_outputs]`, as are gain and shift.
    bias: Tensor<2>,
    norm: Option<(Tensor<2>, Tensor<2>)>,
}

impl PlainMlp {
    /// Splits flat parameters `[num_parameters]` into tensors on `device`.
    pub fn new(
        layout: &Layout,
        normalisation: Normalisation,
        parameters: &[f32],
        device: &Device,
    ) -> Self {
        let mut mlp = Self {
            device: device.clone(),
            normalisation,
            parameters: vec![],
            slots: vec![],
        };
        for layer in &layout.layers {
            let norm = layer
                .norm
                .clone()
                .into_iter()
                .flat_map(|(gain, shift)| [gain, shift]);
            for range in [layer.weight.clone(), layer.bias.clone()]
                .into_iter()
                .chain(norm)
            {
                mlp.parameters
                    .push(Tensor::from_floats(&parameters[range], device));
                mlp.slots.push(vec![]);
            }
        }
        mlp
    }

    /// All parameters, flat, `[num_parameters]`.
    pub fn parameters(&self) -> Tensor<1> {
        Tensor::cat(self.parameters.clone(), 0)
    }

    /// The optimiser's state, slot after slot, flat; none before the first step of one that
    /// has any.
    pub fn state(&self) -> Option<Tensor<1>> {
        let num_slots = self.slots.first().map_or(0, Vec::len);
        let slot = |at: usize| self.slots.iter().map(move |slots| slots[at].clone());
        let all: Vec<_> = (0..num_slots).flat_map(slot).collect();
        (!all.is_empty()).then(|| Tensor::cat(all, 0))
    }

    /// Takes an optimiser's state, `[num_parameters]` for each of its slots.
    pub fn set_state(&mut self, state: &[f32]) {
        self.slots.iter_mut().for_each(Vec::clear);
        let mut rest = state;
        while !rest.is_empty() {
            for (parameter, slots) in self.parameters.iter().zip(&mut self.slots) {
                let (own, others) = rest.split_at(parameter.dims()[0]);
                slots.push(Tensor::from_floats(own, &self.device));
                rest = others;
            }
        }
    }

    /// One step; the batch's loss sum and number of right answers come
    /// back as a tensor `[2]` that stays on the device. `pixels` is
    /// `[num_rows, num_pixels]`.
    pub fn train_step(
        &mut self,
        layout: &Layout,
        pixels: &[u8],
        labels: &[u8],
        mask: Option<&DropoutMask>,
        step: Step,
    ) -> Tensor<1> {
        let device = self.device.clone().autodiff();
        let leaves: Vec<Tensor<1>> = self
            .parameters
            .iter()
            .map(|parameter| Tensor::from_inner(parameter.clone()).require_grad())
            .collect();
        let images = self.images(layout, pixels, &device);
        let logits = forward(layout, &leaves, images, mask, &device);
        let targets = targets(labels, &device);
        let smoothing = step.rule().label_smoothing;
        let losses = losses(logits.clone(), targets.clone(), smoothing);
        let gradients = losses.clone().mean().backward();

        for (index, leaf) in leaves.iter().enumerate() {
            let Some(gradient) = leaf.grad(&gradients) else {
                continue;
            };
            let parameter = &mut self.parameters[index];
            let kept = &mut self.slots[index];
            // What a rule does not need stands for nothing and is dropped again.
            let mut slots: [Tensor<1>; MAX_SLOTS] = std::array::from_fn(|at| {
                let slot = kept.get(at).cloned();
                slot.unwrap_or_else(|| parameter.zeros_like())
            });
            *parameter = step.moved(parameter.clone(), gradient, &mut slots);
            let num_slots = step.rule().num_slots();
            *kept = slots.into_iter().take(num_slots).collect();
        }
        self.bound_norms(layout, step.rule().max_norm);
        metrics(logits.inner(), targets.inner(), losses.inner())
    }

    /// Shortens each hidden unit's incoming weights that are longer than `most`, as
    /// `torch.renorm` does; 0 bounds nothing.
    fn bound_norms(&mut self, layout: &Layout, most: f32) {
        if most == 0.0 {
            return;
        }
        let last = layout.layers.len() - 1;
        let mut place = 0;
        for layer in &layout.layers[..last] {
            let shape = [layer.num_inputs, layer.num_outputs];
            let weight = self.parameters[place].clone().reshape(shape);
            let norms = weight.clone().powi_scalar(2).sum_dim(0).sqrt();
            let is_longer = norms.clone().greater_elem(most);
            let shares = (norms + RENORM_EPSILON).recip() * most;
            let shares = shares.ones_like().mask_where(is_longer, shares);
            self.parameters[place] = (weight * shares).flatten(0, 1);
            place += if layer.norm.is_some() { 4 } else { 2 };
        }
    }

    /// Logits `[num_rows, num_classes]` of images `[num_rows, num_pixels]`, dropout off.
    pub fn logits(&self, layout: &Layout, pixels: &[u8]) -> Tensor<2> {
        let images = self.images(layout, pixels, &self.device);
        forward(layout, &self.parameters, images, None, &self.device)
    }

    /// Loss sum and number of right answers over a labelled batch, `[2]`, and which
    /// images were right, `[num_rows]` of ones and zeros.
    pub fn evaluate(
        &self,
        layout: &Layout,
        pixels: &[u8],
        labels: &[u8],
    ) -> (Tensor<1>, Tensor<1>) {
        let logits = self.logits(layout, pixels);
        let targets = targets(labels, &self.device);
        let losses = losses(logits.clone(), targets.clone(), 0.0);
        let answers = answers(logits.clone(), targets.clone());
        (metrics(logits, targets, losses), answers)
    }

    /// Normalised pixels, `[num_rows, num_pixels]`.
    fn images(&self, layout: &Layout, pixels: &[u8], device: &Device) -> Tensor<2> {
        let values = pixels.iter().map(|&pixel| self.normalisation.of(pixel));
        let values: Vec<f32> = values.collect();
        let num_pixels = layout.num_pixels();
        let shape = [pixels.len() / num_pixels, num_pixels];
        Tensor::from_data(TensorData::new(values, shape), device)
    }
}

fn targets(labels: &[u8], device: &Device) -> Tensor<2, Int> {
    let labels: Vec<i32> = labels.iter().map(|&label| label.into()).collect();
    let num_rows = labels.len();
    Tensor::from_data(TensorData::new(labels, [num_rows, 1]), device)
}

/// Cross-entropy of each row, `[num_rows, 1]`, whose target is spread over all classes by
/// `smoothing`, as torch's `CrossEntropyLoss` does.
fn losses(logits: Tensor<2>, targets: Tensor<2, Int>, smoothing: f32) -> Tensor<2> {
    let logarithms = log_softmax(logits, 1);
    let own = logarithms.clone().gather(1, targets).neg();
    if smoothing == 0.0 {
        return own;
    }
    own * (1.0 - smoothing) - logarithms.mean_dim(1) * smoothing
}

/// Whether each row's highest logit is its label's, `[num_rows]` of ones and zeros.
fn answers(logits: Tensor<2>, targets: Tensor<2, Int>) -> Tensor<1> {
    logits.argmax(1).equal(targets).float().flatten(0, 1)
}

fn metrics(logits: Tensor<2>, targets: Tensor<2, Int>, losses: Tensor<2>) -> Tensor<1> {
    let num_correct = answers(logits, targets).sum();
    Tensor::cat(vec![losses.sum(), num_correct], 0)
}

fn forward(
    layout: &Layout,
    parameters: &[Tensor<1>],
    images: Tensor<2>,
    mask: Option<&DropoutMask>,
    device: &Device,
) -> Tensor<2> {
    let mut parameters = parameters.iter().cloned();
    let mut x = images;
    if let Some(mask) = mask.filter(|mask| mask.input_probability > 0.0) {
        let keep = kept(x.dims(), |keep| mask.apply_to_inputs(0, keep), device);
        x = x * keep;
    }
    for (index, layer) in layout.layers.iter().enumerate() {
        let tensors = layer_tensors(layer, &mut parameters);
        x = x.matmul(tensors.weight) + tensors.bias;
        if index + 1 == layout.layers.len() {
            break;
        }
        if let Some((gain, shift)) = tensors.norm {
            let centred = x.clone() - x.mean_dim(1);
            let variance = centred.clone().powi_scalar(2).mean_dim(1);
            x = centred / (variance + LAYER_NORM_EPSILON).sqrt() * gain + shift;
        }
        x = layout.activation.of(x);
        if let Some(mask) = mask.filter(|mask| mask.probability > 0.0) {
            let keep = kept(x.dims(), |keep| mask.apply(index, 0, keep), device);
            x = x * keep;
        }
    }
    debug_assert_eq!(x.dims()[1], layout.num_classes());
    x
}

/// Which of some outputs dropout keeps, and by which factor.
fn kept(shape: [usize; 2], apply: impl FnOnce(&mut [f32]), device: &Device) -> Tensor<2> {
    let mut keep = vec![1.0; shape[0] * shape[1]];
    apply(&mut keep);
    Tensor::from_data(TensorData::new(keep, shape), device)
}

fn layer_tensors(layer: &Layer, parameters: &mut impl Iterator<Item = Tensor<1>>) -> LayerTensors {
    let (inputs, outputs) = (layer.num_inputs, layer.num_outputs);
    let mut next = |rows| {
        parameters
            .next()
            .expect("laid out")
            .reshape([rows, outputs])
    };
    LayerTensors {
        weight: next(inputs),
        bias: next(1),
        norm: layer.norm.is_some().then(|| (next(1), next(1))),
    }
}
