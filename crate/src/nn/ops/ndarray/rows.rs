//! The first half of a step: what can be worked out row by row, while no parameter moves.

use super::blocks::Blocks;
use super::gemm::{self, Left, Right, Store};
use super::hidden::LayerRows;
use super::loss::cross_entropy;
use super::sparse::SparseBatch;
use super::step::Batch;
use crate::data::Normalisation;
use crate::message::Activation;
use crate::nn::BatchMetrics;
use crate::nn::dropout::DropoutMask;
use crate::nn::layout::Layout;

/// What all rows have in common.
pub struct Given<'a> {
    pub layout: &'a Layout,
    pub normalisation: Normalisation,
    /// `[num_parameters]`, weights in blocks.
    pub parameters: &'a [f32],
    /// Units and pixels to drop, if any.
    pub mask: Option<&'a DropoutMask>,
    /// The first layer's bias for pixels as [`SparseBatch`] has them, where it is used.
    pub folded_bias: Option<&'a [f32]>,
    /// Rows of the whole batch.
    pub num_rows: usize,
}

/// Room that one share of the rows needs for itself.
#[derive(Default)]
pub struct RowsSpace {
    /// The non-zero pixels.
    pub sparse: SparseBatch,
    /// A strip of a product's right matrix.
    strip: Vec<f32>,
    /// Each row's loss.
    losses: Vec<f32>,
    num_correct: u32,
}

impl RowsSpace {
    /// Adds what [`Rows::backward`] found of the loss, row by row.
    pub fn add_to(&self, metrics: &mut BatchMetrics) {
        for loss in &self.losses {
            metrics.loss_sum += loss;
        }
        metrics.num_correct += self.num_correct;
    }
}

/// Some rows of a batch.
pub struct Rows<'a> {
    pub space: &'a mut RowsSpace,
    /// These rows.
    pub batch: Batch<'a>,
    /// Where in the batch the first of them stands, a multiple of four.
    pub first_row: usize,
    /// Room for their normalised pixels, `[num_rows, num_pixels]`; none where
    /// [`Self::read_sparse`] has read them.
    pub dense: &'a mut [f32],
    /// By layer.
    pub layers: Vec<LayerRows<'a>>,
}

impl Rows<'_> {
    fn num_rows(&self) -> usize {
        self.batch.rows.len()
    }

    /// Finds the pixels that are not zero.
    pub fn read_sparse(&mut self, num_pixels: usize, normalisation: Normalisation) {
        let rows = self.batch.rows.iter();
        let images = rows.map(|&row| self.batch.image(row, num_pixels));
        self.space
            .sparse
            .read(self.first_row, images, num_pixels, normalisation);
    }

    fn read_dense(&mut self, given: &Given<'_>) {
        let num_pixels = given.layout.num_pixels();
        for (&row, out) in (self.batch.rows.iter()).zip(self.dense.chunks_exact_mut(num_pixels)) {
            for (out, &pixel) in out.iter_mut().zip(self.batch.image(row, num_pixels)) {
                *out = given.normalisation.of(pixel);
            }
        }
        if let Some(mask) = given.mask {
            mask.apply_to_inputs(self.first_row * num_pixels, self.dense);
        }
    }

    /// Leaves each layer's output, dropout as the mask says.
    pub fn forward(&mut self, given: &Given<'_>) {
        let layout = given.layout;
        let num_rows = self.num_rows();
        if given.folded_bias.is_none() {
            self.read_dense(given);
        }
        for (index, layer) in layout.layers.iter().enumerate() {
            let (before, rest) = self.layers.split_at_mut(index);
            let rows = &mut rest[0];
            let width = layer.num_outputs;
            let weight = &given.parameters[layer.weight.clone()];
            if let (0, Some(folded_bias)) = (index, given.folded_bias) {
                self.space.sparse.forward(weight, folded_bias, rows.output);
            } else {
                let input = before.last().map_or(&*self.dense, |rows| &*rows.output);
                let mut sink = Store {
                    to: rows.output,
                    num_columns: width,
                    bias: Some(&given.parameters[layer.bias.clone()]),
                };
                gemm::product(
                    [num_rows, width, layer.num_inputs],
                    Left::Rows(input),
                    Right::Columns(weight, Blocks::of_weight(index, layer)),
                    &mut self.space.strip,
                    &mut sink,
                );
            }
            if index + 1 == layout.layers.len() {
                return;
            }
            if let Some((gain, shift)) = &layer.norm {
                let [gain, shift] = [gain, shift].map(|range| &given.parameters[range.clone()]);
                rows.normalise(width, gain, shift);
            }
            rows.activate(layout.activation);
            if let Some(mask) = given.mask {
                mask.apply(index, self.first_row * width, rows.output);
            }
        }
    }

    /// Leaves each layer's gradient by its linear output, from the mean loss of the whole
    /// batch, whose targets are smoothed by `smoothing`.
    pub fn backward(&mut self, given: &Given<'_>, smoothing: f32) {
        let layout = given.layout;
        let num_rows = self.num_rows();
        let RowsSpace {
            losses,
            num_correct,
            strip,
            ..
        } = &mut *self.space;
        losses.clear();
        *num_correct = 0;
        let Some(last) = self.layers.last_mut() else {
            return;
        };
        cross_entropy(
            last.output,
            layout.num_classes(),
            smoothing,
            self.batch,
            Some((&mut *last.upstream, given.num_rows)),
            |loss, is_right| {
                losses.push(loss);
                *num_correct += u32::from(is_right);
            },
        );
        for (index, layer) in layout.layers.iter().enumerate().skip(1).rev() {
            let (below, above) = self.layers.split_at_mut(index);
            let rows = &mut below[index - 1];
            let width = layer.num_inputs;
            // By this layer's input, which is the output of the one below.
            let mut sink = Store {
                to: rows.upstream,
                num_columns: width,
                bias: None,
            };
            gemm::product(
                [num_rows, width, layer.num_outputs],
                Left::Rows(above[0].upstream),
                Right::Rows(
                    &given.parameters[layer.weight.clone()],
                    Blocks::of_weight(index, layer),
                ),
                strip,
                &mut sink,
            );
            pass_back(rows, given, index - 1, self.first_row * width);
            if let Some((gain, _)) = &layout.layers[index - 1].norm {
                rows.normalise_backward(width, &given.parameters[gain.clone()]);
            }
        }
    }
}

/// The gradient by a hidden layer's output becomes that by what it was activated from.
fn pass_back(rows: &mut LayerRows<'_>, given: &Given<'_>, index: usize, first: usize) {
    if given.layout.activation == Activation::Relu {
        let keep_scale = given.mask.map_or(1.0, DropoutMask::scale);
        // A unit that ReLU or dropout silenced stands at 0 and passes no gradient; one that
        // is no number passes it, as torch's does.
        for (gradient, &output) in rows.upstream.iter_mut().zip(&*rows.output) {
            *gradient = if output <= 0.0 {
                0.0
            } else {
                *gradient * keep_scale
            };
        }
    } else {
        if let Some(mask) = given.mask {
            mask.apply(index, first, rows.upstream);
        }
        for (gradient, &slope) in rows.upstream.iter_mut().zip(&*rows.slopes) {
            *gradient *= slope;
        }
    }
}
