//! One whole training step, and the forward pass alone, over flat parameters whose
//! weights stand in [`super::blocks`].
//!
//! Everything is worked out in a [`Workspace`] that is allocated once a run.
//! Hidden layers are linear → (layer normalisation) → activation → (dropout); the
//! loss is the mean cross-entropy of the logits.

use super::StepContext;
use super::blocks::{Blocks, TILE_COLUMNS};
use super::gemm::{self, Left, Right, Store, TILE_ROWS};
use super::hidden::{LayerSpace, activate, normalise};
use super::sparse::{self, SparseBatch};
use super::update::{Update, UpdateSink};
use crate::data::Normalisation;
use crate::data::task::CLASSES;
use crate::math::{exp_f32, ln_f32};
use crate::message::Activation;
use crate::nn::BatchMetrics;
use crate::nn::dropout::DropoutMask;
use crate::nn::layout::{Layer, Layout};
use crate::nn::optimiser::Step;

/// Above this share of non-zero pixels the dense product is the faster one.
const MAX_SPARSE_DENSITY: f64 = 0.5;

/// A mini-batch: rows of a set of images.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// All images, `[n, num_pixels]` row-major.
    pub pixels: &'a [u8],
    /// All labels, `[n]`.
    pub labels: &'a [u8],
    /// The rows that form the batch.
    pub rows: &'a [u32],
}

impl<'a> Batch<'a> {
    fn image(&self, row: u32, num_pixels: usize) -> &'a [u8] {
        &self.pixels[row as usize * num_pixels..][..num_pixels]
    }
}

/// Activations and gradients of one batch.
#[derive(Default)]
pub struct Workspace {
    sparse: SparseBatch,
    is_sparse: bool,
    /// The batch's normalised pixels, `[num_rows, num_pixels]`, where it is not sparse.
    dense: Vec<f32>,
    layers: Vec<LayerSpace>,
    /// Gradient by a layer's linear output and by its input, `[num_rows, width]`.
    upstream: Vec<f32>,
    downstream: Vec<f32>,
    /// `upstream` and a layer's input in blocks; a strip of a product's right matrix.
    packed_upstream: Vec<f32>,
    packed_input: Vec<f32>,
    strip: Vec<f32>,
    row_sums: Vec<f32>,
    /// Column sums of the first weight, kept current by each step.
    column_sums: Vec<f32>,
    column_sums_are_current: bool,
    folded_bias: Vec<f32>,
}

impl Workspace {
    /// To be called when parameters were changed from outside.
    pub fn forget_parameters(&mut self) {
        self.column_sums_are_current = false;
    }

    /// Logits of a batch, `[num_rows, num_classes]`, with dropout as `mask` says.
    pub fn forward(
        &mut self,
        layout: &Layout,
        normalisation: Normalisation,
        parameters: &[f32],
        batch: Batch<'_>,
        mask: Option<&DropoutMask>,
    ) -> &[f32] {
        let num_rows = batch.rows.len();
        self.read_batch(batch, layout.num_pixels(), normalisation);
        self.layers
            .resize_with(layout.layers.len(), LayerSpace::default);
        for (index, layer) in layout.layers.iter().enumerate() {
            let (before, space) = self.layers.split_at_mut(index);
            let space = &mut space[0];
            let width = layer.num_outputs;
            space.output.resize(num_rows * width, 0.0);
            let weight = &parameters[layer.weight.clone()];
            let bias = &parameters[layer.bias.clone()];
            let blocks = Blocks::of_weight(index, layer);
            if index == 0 && self.is_sparse {
                self.column_sums.resize(width, 0.0);
                self.folded_bias.resize(width, 0.0);
                if !self.column_sums_are_current {
                    sparse::column_sums(weight, blocks, &mut self.column_sums);
                    self.column_sums_are_current = true;
                }
                self.sparse
                    .fold_bias(bias, &self.column_sums, &mut self.folded_bias);
                self.sparse
                    .forward(weight, &self.folded_bias, &mut space.output);
            } else {
                let input = before.last().map_or(&self.dense, |space| &space.output);
                let mut sink = Store {
                    to: &mut space.output,
                    num_columns: width,
                    bias: Some(bias),
                };
                gemm::product(
                    [num_rows, width, layer.num_inputs],
                    Left::Rows(input),
                    Right::Columns(weight, blocks),
                    &mut self.strip,
                    &mut sink,
                );
            }
            if index + 1 < layout.layers.len() {
                if let Some((gain, shift)) = &layer.norm {
                    normalise(
                        space,
                        width,
                        &parameters[gain.clone()],
                        &parameters[shift.clone()],
                    );
                }
                activate(layout.activation, space);
                if let Some(mask) = mask {
                    mask.apply(index, &mut space.output);
                }
            }
        }
        &self.layers[layout.layers.len() - 1].output
    }

    /// One step: parameters `[num_parameters]` and the optimiser's state, as long for
    /// each of its slots, move in place.
    pub fn train_step(
        &mut self,
        context: &StepContext<'_>,
        parameters: &mut [f32],
        state: &mut [f32],
    ) -> BatchMetrics {
        let StepContext {
            layout,
            normalisation,
            batch,
            mask,
            step,
        } = *context;
        let num_rows = batch.rows.len();
        self.forward(layout, normalisation, parameters, batch, mask);
        let last = layout.layers.len() - 1;
        let num_classes = layout.num_classes();
        self.upstream.resize(num_rows * num_classes, 0.0);
        let logits = &self.layers[last].output;
        let upstream = Some(&mut self.upstream[..]);
        let metrics = cross_entropy(logits, num_classes, batch, upstream, |_| {});
        let keep_scale = mask.map_or(1.0, DropoutMask::scale);

        for (index, layer) in layout.layers.iter().enumerate().rev() {
            let width = layer.num_outputs;
            if index < last {
                let space = &self.layers[index];
                if layout.activation == Activation::Relu {
                    // A unit that ReLU or dropout silenced stands at 0 and passes no
                    // gradient; one that is no number passes it, as torch's does.
                    for (gradient, &output) in self.upstream.iter_mut().zip(&space.output) {
                        *gradient = if output <= 0.0 {
                            0.0
                        } else {
                            *gradient * keep_scale
                        };
                    }
                } else {
                    if let Some(mask) = mask {
                        mask.apply(index, &mut self.upstream);
                    }
                    for (gradient, &slope) in self.upstream.iter_mut().zip(&space.slopes) {
                        *gradient *= slope;
                    }
                }
                if layer.norm.is_some() {
                    self.step_norm(index, layer, parameters, state, step);
                }
            }
            sum_rows(&self.upstream, width, &mut self.row_sums);
            if index > 0 {
                let blocks = Blocks::of_weight(index, layer);
                self.gradient_by_input(&parameters[layer.weight.clone()], blocks, num_rows);
            }
            let mut update = Update::new(parameters, state, &layer.weight, step);
            if index == 0 && self.is_sparse {
                self.sparse.index_by_pixel();
                self.sparse.backward(
                    &self.upstream,
                    &self.row_sums,
                    &mut self.packed_upstream,
                    &mut update,
                    &mut self.column_sums,
                );
            } else {
                let input = match index {
                    0 => &self.dense,
                    _ => &self.layers[index - 1].output,
                };
                let of_input = Blocks::new(num_rows, layer.num_inputs, TILE_ROWS);
                of_input.pack_into(input, &mut self.packed_input);
                let of_upstream = Blocks::new(num_rows, width, TILE_COLUMNS);
                of_upstream.pack_into(&self.upstream, &mut self.packed_upstream);
                let mut sink = UpdateSink {
                    update,
                    blocks: Blocks::of_weight(index, layer),
                };
                gemm::product(
                    [layer.num_inputs, width, num_rows],
                    Left::Columns(&self.packed_input, of_input),
                    Right::Columns(&self.packed_upstream, of_upstream),
                    &mut self.strip,
                    &mut sink,
                );
                self.column_sums_are_current &= index > 0;
            }
            Update::new(parameters, state, &layer.bias, step).apply(&self.row_sums);
            std::mem::swap(&mut self.upstream, &mut self.downstream);
        }
        metrics
    }

    fn read_batch(&mut self, batch: Batch<'_>, num_pixels: usize, normalisation: Normalisation) {
        let images = batch.rows.iter().map(|&row| batch.image(row, num_pixels));
        self.sparse.read(images, num_pixels, normalisation);
        self.is_sparse = self.sparse.density() <= MAX_SPARSE_DENSITY;
        if !self.is_sparse {
            self.dense.clear();
            for &row in batch.rows {
                let image = batch.image(row, num_pixels).iter();
                self.dense
                    .extend(image.map(|&pixel| normalisation.of(pixel)));
            }
        }
    }

    /// `downstream = upstream · Wᵀ`, before W moves.
    fn gradient_by_input(&mut self, weight: &[f32], blocks: Blocks, num_rows: usize) {
        let (inputs, outputs) = (blocks.num_rows, blocks.num_columns);
        self.downstream.resize(num_rows * inputs, 0.0);
        let mut sink = Store {
            to: &mut self.downstream,
            num_columns: inputs,
            bias: None,
        };
        gemm::product(
            [num_rows, inputs, outputs],
            Left::Rows(&self.upstream),
            Right::Rows(weight, blocks),
            &mut self.strip,
            &mut sink,
        );
    }

    /// Backward through layer normalisation (Ba et al. 2016): with x̂ the
    /// normalised row and g the gradient by it,
    /// `dz = (g − mean(g) − x̂·mean(g·x̂)) / σ`. Gain and shift move in place.
    fn step_norm(
        &mut self,
        index: usize,
        layer: &Layer,
        parameters: &mut [f32],
        state: &mut [f32],
        step: Step,
    ) {
        let Some((gain_range, shift_range)) = &layer.norm else {
            return;
        };
        let width = layer.num_outputs;
        let space = &self.layers[index];
        let mut gain_gradient = vec![0.0; width];
        let mut shift_gradient = vec![0.0; width];
        let gain = &parameters[gain_range.clone()];
        let rows = self
            .upstream
            .chunks_exact_mut(width)
            .zip(space.normalised.chunks_exact(width));
        for ((upstream, normalised), &inverse) in rows.zip(&space.inverse_deviations) {
            let (mut mean, mut product_mean) = (0.0, 0.0);
            for column in 0..width {
                gain_gradient[column] += upstream[column] * normalised[column];
                shift_gradient[column] += upstream[column];
                upstream[column] *= gain[column];
                mean += upstream[column];
                product_mean += upstream[column] * normalised[column];
            }
            mean /= width as f32;
            product_mean /= width as f32;
            for (upstream, &normalised) in upstream.iter_mut().zip(normalised) {
                *upstream = (*upstream - mean - normalised * product_mean) * inverse;
            }
        }
        for (range, gradient) in [(gain_range, &gain_gradient), (shift_range, &shift_gradient)] {
            Update::new(parameters, state, range, step).apply(gradient);
        }
    }
}

/// Sums of the columns of a `[num_rows, width]` matrix.
fn sum_rows(matrix: &[f32], width: usize, sums: &mut Vec<f32>) {
    sums.clear();
    sums.resize(width, 0.0);
    for row in matrix.chunks_exact(width) {
        for (sum, &value) in sums.iter_mut().zip(row) {
            *sum += value;
        }
    }
}

/// Sum of the cross-entropies of the logits `[num_rows, num_classes]` and the number of
/// right answers, each of which is told to `on_answer`, row by row; where asked, the
/// gradient of their mean by the logits: `(softmax − one-hot) / num_rows`.
pub fn cross_entropy(
    logits: &[f32],
    num_classes: usize,
    batch: Batch<'_>,
    mut gradient: Option<&mut [f32]>,
    mut on_answer: impl FnMut(bool),
) -> BatchMetrics {
    let mut metrics = BatchMetrics::default();
    let scale = 1.0 / batch.rows.len() as f32;
    // As long as any task needs; a row's own powers stand at its head.
    let mut powers = [0.0; *CLASSES.end()];
    let powers = &mut powers[..num_classes];
    for (i, (logits, &row)) in logits.chunks_exact(num_classes).zip(batch.rows).enumerate() {
        let label = usize::from(batch.labels[row as usize]);
        let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        for (power, &logit) in powers.iter_mut().zip(logits) {
            *power = exp_f32(logit - highest);
        }
        let total: f32 = powers.iter().sum();
        metrics.loss_sum += ln_f32(total) + highest - logits[label];
        // As argmax does, the first of equal logits is the answer.
        let answer = logits.iter().position(|&logit| logit == highest);
        let is_right = answer == Some(label);
        metrics.num_correct += u32::from(is_right);
        on_answer(is_right);
        if let Some(gradient) = gradient.as_deref_mut() {
            let out = &mut gradient[i * num_classes..][..num_classes];
            for (class, out) in out.iter_mut().enumerate() {
                let target = f32::from(u8::from(class == label));
                *out = (powers[class] / total - target) * scale;
            }
        }
    }
    metrics
}
