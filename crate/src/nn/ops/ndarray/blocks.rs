//! How the CPU keeps a matrix that a product reads column by column: in blocks of
//! neighbouring columns, one after the other, each row-major.
//!
//! A row of a wide matrix is long: what a product needs of its rows for some columns
//! lies kilobytes apart, in the same few sets of the caches. In blocks it lies together.
//! Only this folder sees them: parameters are put in order at its door.

use std::ops::Range;

use super::simd::{F32x4, LANES};
use crate::nn::layout::{Layer, Layout};

/// Columns of a block of the first layer's weight, whose rows are added up for one
/// image after the other: eight vectors of sums.
pub const FIRST_LAYER: usize = 32;

/// Columns of a block of every other layer's weight: those of a register tile.
pub const TILE_COLUMNS: usize = 8;

/// Rows that are read together while a matrix is brought into blocks: as many streams.
const BAND: usize = 8;

/// A matrix in blocks of columns; the last one may be narrower.
#[derive(Debug, Clone, Copy)]
pub struct Blocks {
    /// Rows of the matrix and of each block.
    pub num_rows: usize,
    /// Columns of the matrix.
    pub num_columns: usize,
    /// Columns of a block.
    pub block: usize,
}

impl Blocks {
    /// Those of a matrix `[num_rows, num_columns]`, `block` columns each.
    pub fn new(num_rows: usize, num_columns: usize, block: usize) -> Self {
        Self {
            num_rows,
            num_columns,
            block,
        }
    }

    /// Those of a layer's weight, by the layer's place in the network.
    pub fn of_weight(index: usize, layer: &Layer) -> Self {
        let block = if index == 0 {
            FIRST_LAYER
        } else {
            TILE_COLUMNS
        };
        Self::new(layer.num_inputs, layer.num_outputs, block)
    }

    /// The columns of each block.
    pub fn columns(self) -> impl Iterator<Item = Range<usize>> {
        let end = self.num_columns;
        (0..end)
            .step_by(self.block)
            .map(move |start| start..end.min(start + self.block))
    }

    /// Where the element of row 0 and this column stands, and what lies from there to
    /// the next row's.
    #[inline(always)]
    pub fn place(self, column: usize) -> (usize, usize) {
        let first = column / self.block * self.block;
        let stride = self.block.min(self.num_columns - first);
        (first * self.num_rows + column - first, stride)
    }

    /// Brings a row-major matrix into blocks.
    pub fn pack(self, from: &[f32], to: &mut [f32]) {
        self.pack_columns(from, self.num_columns, 0, to);
    }

    /// Brings columns of a row-major matrix of rows as long as `row_len` into blocks, from
    /// column `first` on.
    fn pack_columns(self, from: &[f32], row_len: usize, first: usize, to: &mut [f32]) {
        let bands = from.chunks(BAND * row_len);
        for (first_row, rows) in (0..).step_by(BAND).zip(bands) {
            for columns in self.columns() {
                let width = columns.len();
                let start = columns.start * self.num_rows + first_row * width;
                let to = &mut to[start..][..rows.len() / row_len * width];
                let columns = first + columns.start..first + columns.end;
                let rows = rows.chunks_exact(row_len);
                let rows = rows.map(|row| &row[columns.clone()]);
                // A copy of unknown length is a call; these are a few instructions.
                match width {
                    4 => copy_rows::<4>(rows, to),
                    8 => copy_rows::<8>(rows, to),
                    32 => copy_rows::<32>(rows, to),
                    _ => to
                        .chunks_exact_mut(width)
                        .zip(rows)
                        .for_each(|(to, from)| to.copy_from_slice(from)),
                }
            }
        }
    }

    /// [`Self::pack_columns`] into a buffer that is made long enough.
    pub fn pack_into(self, from: &[f32], row_len: usize, first: usize, to: &mut Vec<f32>) {
        to.resize(self.num_rows * self.num_columns, 0.0);
        self.pack_columns(from, row_len, first, to);
    }

    /// Brings a matrix in blocks back into rows.
    fn unpack(self, from: &[f32], to: &mut [f32]) {
        for columns in self.columns() {
            let width = columns.len();
            let block = &from[columns.start * self.num_rows..][..width * self.num_rows];
            let rows = to.chunks_exact_mut(self.num_columns);
            for (from, to) in block.chunks_exact(width).zip(rows) {
                to[columns.clone()].copy_from_slice(from);
            }
        }
    }
}

#[inline(always)]
fn copy_rows<'a, const WIDTH: usize>(from: impl Iterator<Item = &'a [f32]>, to: &mut [f32]) {
    let (to, _) = to.as_chunks_mut::<WIDTH>();
    for (to, from) in to.iter_mut().zip(from) {
        for at in (0..WIDTH).step_by(LANES) {
            F32x4::load(&from[at..]).store(&mut to[at..]);
        }
    }
}

/// Parameters, or an optimiser's state, as long for each of its slots, as this folder
/// keeps them: weights in blocks, everything in its layer's place.
pub fn to_blocks(layout: &Layout, flat: &[f32]) -> Vec<f32> {
    with_weights(layout, flat, Blocks::pack)
}

/// The same as everyone else sees them.
pub fn from_blocks(layout: &Layout, blocked: &[f32]) -> Vec<f32> {
    with_weights(layout, blocked, Blocks::unpack)
}

fn with_weights(layout: &Layout, from: &[f32], order: fn(Blocks, &[f32], &mut [f32])) -> Vec<f32> {
    let mut to = from.to_vec();
    let slots = from.chunks_exact(layout.num_parameters);
    for (from, to) in slots.zip(to.chunks_exact_mut(layout.num_parameters)) {
        for (index, layer) in layout.layers.iter().enumerate() {
            let weight = layer.weight.clone();
            order(
                Blocks::of_weight(index, layer),
                &from[weight.clone()],
                &mut to[weight],
            );
        }
    }
    to
}
