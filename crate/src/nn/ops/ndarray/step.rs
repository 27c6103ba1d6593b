//! One whole training step, and the forward pass alone, over flat parameters whose
//! weights stand in [`super::blocks`].
//!
//! Everything is worked out in a [`Workspace`] that is allocated once a run. Hidden layers
//! are as [`super::hidden`] has them; the loss is the mean cross-entropy of the logits.

use super::StepContext;
use super::blocks::{Blocks, TILE_COLUMNS};
use super::gemm::{self, Left, Right, Store, TILE_ROWS};
use super::hidden::{LayerSpace, activate, normalise, relu};
use super::loss::cross_entropy;
use super::norms;
use super::sgd::{Update, UpdateSink};
use super::sparse::{self, SparseBatch};
use super::update;
use crate::config::Rule;
use crate::data::Normalisation;
use crate::message::{Activation, Optimiser};
use crate::nn::BatchMetrics;
use crate::nn::dropout::DropoutMask;
use crate::nn::layout::{Layer, Layout};

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
    /// The whole gradient, where a rule wants it in one piece.
    gradient: Vec<f32>,
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
        self.read_batch(batch, layout.num_pixels(), normalisation, mask);
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
                if layout.activation == Activation::Relu {
                    for value in &mut space.output {
                        *value = relu(*value);
                    }
                } else {
                    activate(layout.activation, space);
                }
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
        let rule = *context.step.rule();
        let metrics = if rule.optimiser == Optimiser::Sgd {
            self.step_sgd(context, parameters, state, None, rule)
        } else {
            self.step_by_any(context, parameters, state)
        };
        if rule.max_norm > 0.0 {
            norms::bound(context.layout, rule.max_norm, parameters);
            self.column_sums_are_current = false;
        }
        metrics
    }

    /// The same by any rule: first its gradient, then a pass over all parameters.
    #[inline(never)]
    fn step_by_any(
        &mut self,
        context: &StepContext<'_>,
        parameters: &mut [f32],
        state: &mut [f32],
    ) -> BatchMetrics {
        let mut gradient = std::mem::take(&mut self.gradient);
        gradient.clear();
        gradient.resize(parameters.len(), 0.0);
        let whole = context.step.rule().of_gradient();
        let metrics = self.step_sgd(context, parameters, &mut [], Some(&mut gradient), whole);
        update::apply(context.step, parameters, state, &gradient);
        self.gradient = gradient;
        self.column_sums_are_current = false;
        metrics
    }

    /// A step of SGD: `target`, as long as the parameters, moves in their place where there
    /// is one.
    fn step_sgd(
        &mut self,
        context: &StepContext<'_>,
        parameters: &mut [f32],
        velocities: &mut [f32],
        mut target: Option<&mut [f32]>,
        rule: Rule,
    ) -> BatchMetrics {
        let StepContext {
            layout,
            normalisation,
            batch,
            mask,
            ..
        } = *context;
        let num_rows = batch.rows.len();
        self.forward(layout, normalisation, parameters, batch, mask);
        let last = layout.layers.len() - 1;
        let num_classes = layout.num_classes();
        self.upstream.resize(num_rows * num_classes, 0.0);
        let logits = &self.layers[last].output;
        let upstream = Some(&mut self.upstream[..]);
        let smoothing = rule.label_smoothing;
        let metrics = cross_entropy(logits, num_classes, smoothing, batch, upstream, |_| {});
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
                    self.step_norm(
                        index,
                        layer,
                        parameters,
                        velocities,
                        target.as_deref_mut(),
                        rule,
                    );
                }
            }
            sum_rows(&self.upstream, width, &mut self.row_sums);
            if index > 0 {
                let blocks = Blocks::of_weight(index, layer);
                self.gradient_by_input(&parameters[layer.weight.clone()], blocks, num_rows);
            }
            let moved = target.as_deref_mut().unwrap_or(parameters);
            let velocity = run(velocities, layer.weight.clone());
            let mut update = Update::new(&mut moved[layer.weight.clone()], velocity, rule);
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
            let moved = target.as_deref_mut().unwrap_or(parameters);
            let velocity = run(velocities, layer.bias.clone());
            Update::new(&mut moved[layer.bias.clone()], velocity, rule).apply(&self.row_sums);
            std::mem::swap(&mut self.upstream, &mut self.downstream);
        }
        metrics
    }

    fn read_batch(
        &mut self,
        batch: Batch<'_>,
        num_pixels: usize,
        normalisation: Normalisation,
        mask: Option<&DropoutMask>,
    ) {
        // Dropped pixels stand at the mean, which is no empty pixel's.
        let dropped = mask.filter(|mask| mask.input_probability > 0.0);
        self.is_sparse = dropped.is_none() && {
            let images = batch.rows.iter().map(|&row| batch.image(row, num_pixels));
            self.sparse.read(images, num_pixels, normalisation);
            self.sparse.density() <= MAX_SPARSE_DENSITY
        };
        if !self.is_sparse {
            self.dense.clear();
            for &row in batch.rows {
                let image = batch.image(row, num_pixels).iter();
                self.dense
                    .extend(image.map(|&pixel| normalisation.of(pixel)));
            }
            if let Some(mask) = dropped {
                mask.apply_to_inputs(&mut self.dense);
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
        velocities: &mut [f32],
        target: Option<&mut [f32]>,
        rule: Rule,
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
        let moved = target.unwrap_or(parameters);
        for (range, gradient) in [(gain_range, &gain_gradient), (shift_range, &shift_gradient)] {
            let velocity = run(velocities, range.clone());
            Update::new(&mut moved[range.clone()], velocity, rule).apply(gradient);
        }
    }
}

/// A range of the velocities, or nothing without momentum.
fn run(velocities: &mut [f32], range: std::ops::Range<usize>) -> &mut [f32] {
    velocities.get_mut(range).unwrap_or_default()
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
