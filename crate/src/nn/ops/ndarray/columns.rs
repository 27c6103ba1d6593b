//! The second half of a step: every parameter moves, column by column of its layer.

use std::ops::Range;

use super::blocks::{Blocks, TILE_COLUMNS};
use super::gemm::{self, Left, Right, TILE_ROWS};
use super::hidden::LayerSpace;
use super::sgd::{Update, UpdateSink};
use super::shares::{shares, take};
use super::sparse::{self, SparseBatch};
use crate::config::Rule;
use crate::nn::layout::Layout;

/// What all columns have in common.
pub struct Found<'a> {
    pub layout: &'a Layout,
    pub rule: Rule,
    /// The batch where it is sparse.
    pub sparse: Option<&'a [&'a SparseBatch]>,
    /// The normalised pixels, `[num_rows, num_pixels]`, where it is not.
    pub dense: &'a [f32],
    /// What the rows came to, by layer.
    pub layers: &'a [LayerSpace],
    pub num_rows: usize,
}

/// Room that one share of the columns needs for itself.
#[derive(Default)]
pub struct ColumnsSpace {
    /// A layer's input, and its gradient's own columns, in blocks.
    packed_input: Vec<f32>,
    packed_upstream: Vec<f32>,
    strip: Vec<f32>,
    sums: Vec<f32>,
}

/// Some columns of each layer.
pub struct Columns<'a> {
    pub space: &'a mut ColumnsSpace,
    layers: Vec<LayerColumns<'a>>,
    /// Sums of the first weight's own columns.
    column_sums: &'a mut [f32],
}

/// Those of one layer: what moves and its velocities, none without momentum.
struct LayerColumns<'a> {
    columns: Range<usize>,
    weight: [&'a mut [f32]; 2],
    bias: [&'a mut [f32]; 2],
    norm: Option<[[&'a mut [f32]; 2]; 2]>,
}

/// Parts everything that moves by columns: `moved` `[num_parameters]`, `velocities` as long
/// or empty, `column_sums` as long as the first layer is wide. One share for each space.
pub fn part<'a>(
    layout: &Layout,
    spaces: &'a mut [ColumnsSpace],
    mut moved: &'a mut [f32],
    mut velocities: &'a mut [f32],
    mut column_sums: &'a mut [f32],
) -> Vec<Columns<'a>> {
    let num = spaces.len();
    let first = &layout.layers[0];
    let mut all: Vec<Columns<'a>> = spaces
        .iter_mut()
        .zip(shares(
            first.num_outputs,
            Blocks::of_weight(0, first).block,
            num,
        ))
        .map(|(space, columns)| Columns {
            space,
            layers: Vec::with_capacity(layout.layers.len()),
            column_sums: take(&mut column_sums, columns.len()),
        })
        .collect();
    let mut both = |len| [take(&mut moved, len), take(&mut velocities, len)];
    for (index, layer) in layout.layers.iter().enumerate() {
        let shares = shares(
            layer.num_outputs,
            Blocks::of_weight(index, layer).block,
            num,
        );
        // In the order of the flat buffer: weight, bias, gain, shift.
        for (of, columns) in all.iter_mut().zip(shares.clone()) {
            of.layers.push(LayerColumns {
                weight: both(columns.len() * layer.num_inputs),
                bias: Default::default(),
                norm: None,
                columns,
            });
        }
        for (of, columns) in all.iter_mut().zip(shares.clone()) {
            of.layers[index].bias = both(columns.len());
        }
        if layer.norm.is_some() {
            for (of, columns) in all.iter_mut().zip(shares.clone()) {
                of.layers[index].norm = Some([both(columns.len()), Default::default()]);
            }
            for (of, columns) in all.iter_mut().zip(shares) {
                if let Some([_, shift]) = &mut of.layers[index].norm {
                    *shift = both(columns.len());
                }
            }
        }
    }
    all
}

impl Columns<'_> {
    /// Moves these columns against their gradient.
    pub fn update(&mut self, found: &Found<'_>) {
        for index in (0..self.layers.len()).rev() {
            if !self.layers[index].columns.is_empty() {
                self.update_norm(index, found);
                self.update_linear(index, found);
            }
        }
    }

    fn update_linear(&mut self, index: usize, found: &Found<'_>) {
        let layer = &found.layout.layers[index];
        let space = &mut *self.space;
        let LayerColumns {
            columns,
            weight: [weight, velocities],
            bias,
            ..
        } = &mut self.layers[index];
        let upstream = found.layers[index].upstream();
        sum_rows(
            upstream,
            layer.num_outputs,
            columns.clone(),
            &mut space.sums,
        );
        let mut update = Update::new(weight, velocities, found.rule);
        let block = Blocks::of_weight(index, layer).block;
        let is_sparse = index == 0 && found.sparse.is_some();
        let of_upstream = Blocks::new(
            found.num_rows,
            columns.len(),
            if is_sparse { block } else { TILE_COLUMNS },
        );
        of_upstream.pack_into(
            upstream,
            layer.num_outputs,
            columns.start,
            &mut space.packed_upstream,
        );
        if let (true, Some(batch)) = (is_sparse, found.sparse) {
            sparse::backward(
                batch,
                &space.packed_upstream,
                &space.sums,
                &mut update,
                self.column_sums,
            );
        } else {
            let input = match index {
                0 => found.dense,
                _ => found.layers[index - 1].output(),
            };
            let of_input = Blocks::new(found.num_rows, layer.num_inputs, TILE_ROWS);
            of_input.pack_into(input, layer.num_inputs, 0, &mut space.packed_input);
            let mut sink = UpdateSink {
                update,
                blocks: Blocks::new(layer.num_inputs, columns.len(), block),
            };
            gemm::product(
                [layer.num_inputs, columns.len(), found.num_rows],
                Left::Columns(&space.packed_input, of_input),
                Right::Columns(&space.packed_upstream, of_upstream),
                &mut space.strip,
                &mut sink,
            );
        }
        let [bias, velocities] = bias;
        Update::new(bias, velocities, found.rule).apply(&space.sums);
    }

    fn update_norm(&mut self, index: usize, found: &Found<'_>) {
        let LayerColumns {
            columns,
            norm: Some([gain, shift]),
            ..
        } = &mut self.layers[index]
        else {
            return;
        };
        let width = found.layout.layers[index].num_outputs;
        let [mut of_gain, mut of_shift] = [(); 2].map(|()| vec![0.0; columns.len()]);
        let space = &found.layers[index];
        let rows = space
            .norm_upstream()
            .chunks_exact(width)
            .zip(space.normalised().chunks_exact(width));
        for (upstream, normalised) in rows {
            let upstream = &upstream[columns.clone()];
            let normalised = &normalised[columns.clone()];
            for column in 0..columns.len() {
                of_gain[column] += upstream[column] * normalised[column];
                of_shift[column] += upstream[column];
            }
        }
        for ([moved, velocities], gradient) in [(gain, of_gain), (shift, of_shift)] {
            Update::new(moved, velocities, found.rule).apply(&gradient);
        }
    }
}

/// Sums of some columns of a `[num_rows, width]` matrix.
fn sum_rows(matrix: &[f32], width: usize, columns: Range<usize>, sums: &mut Vec<f32>) {
    sums.clear();
    sums.resize(columns.len(), 0.0);
    for row in matrix.chunks_exact(width) {
        for (sum, &value) in sums.iter_mut().zip(&row[columns.clone()]) {
            *sum += value;
        }
    }
}
