//! One register-tiled matrix product for every dense layer, forwards and
//! backwards: `C[m, n] = start[n] + Σₖ A(m, k) · B[k, n]`.
//!
//! Strips of B's columns outside, bands of A's rows inside: a strip is read where it
//! lies together, else packed once, and stays in the first cache while every band
//! passes over it. Where C goes is the caller's business, tile row by tile row.

#[cfg(test)]
mod tests;

use super::blocks::{Blocks, TILE_COLUMNS};
use super::simd::{F32x4, LANES, add_products, transposed};

/// Rows of a register tile.
pub const TILE_ROWS: usize = 4;

/// The left matrix, `[num_rows, depth]`.
#[derive(Clone, Copy)]
pub enum Left<'a> {
    /// Row-major.
    Rows(&'a [f32]),
    /// The transpose of a matrix in blocks of [`TILE_ROWS`] columns.
    Columns(&'a [f32], Blocks),
}

/// The right matrix, `[depth, num_columns]`.
#[derive(Clone, Copy)]
pub enum Right<'a> {
    /// In blocks.
    Columns(&'a [f32], Blocks),
    /// The transpose of a matrix in blocks of [`TILE_COLUMNS`] columns.
    Rows(&'a [f32], Blocks),
}

/// Where a product goes.
pub trait Sink {
    /// Where the element of row 0 and this column goes, and what lies from there to the
    /// next row's; the columns up to the next multiple of [`TILE_COLUMNS`] lie beside it.
    fn place(&self, column: usize) -> (usize, usize);
    /// The values that the sums of `len` columns (1 to 4) start from.
    fn start(&self, column: usize, len: usize) -> F32x4;
    /// Takes `len` finished values of a row, whose place is `at`; what is beyond them in
    /// the vectors is nothing.
    fn put<const VECTORS: usize>(&mut self, at: usize, len: usize, values: [F32x4; VECTORS]);
}

/// Multiplies A `[num_rows, depth]` by B `[depth, num_columns]` into `sink`.
/// Every sum runs over `depth` in ascending order, whatever the tile. `packed` is
/// room for a strip.
#[inline]
pub fn product(
    [num_rows, num_columns, depth]: [usize; 3],
    a: Left<'_>,
    b: Right<'_>,
    packed: &mut Vec<f32>,
    sink: &mut impl Sink,
) {
    for column in (0..num_columns).step_by(TILE_COLUMNS) {
        let width = TILE_COLUMNS.min(num_columns - column);
        let strip = Strip::of(b, column, width, depth, packed);
        if width > LANES {
            strip.times::<2>(num_rows, a, sink);
        } else {
            strip.times::<1>(num_rows, a, sink);
        }
    }
}

/// Some columns of B, whole vectors of them.
struct Strip<'a> {
    values: &'a [f32],
    row_stride: usize,
    column: usize,
    /// How many columns there are; what a vector holds beyond them goes nowhere.
    width: usize,
    depth: usize,
}

impl<'a> Strip<'a> {
    fn of(
        b: Right<'a>,
        column: usize,
        width: usize,
        depth: usize,
        packed: &'a mut Vec<f32>,
    ) -> Self {
        let row_stride = width.next_multiple_of(LANES);
        let (values, row_stride) = match b {
            Right::Columns(values, blocks) if row_stride == width => {
                let (start, stride) = blocks.place(column);
                (&values[start..], stride)
            }
            Right::Columns(values, blocks) => {
                let (start, stride) = blocks.place(column);
                packed.resize(depth * row_stride, 0.0);
                let rows = values[start..].chunks(stride);
                for (to, from) in packed.chunks_exact_mut(row_stride).zip(rows) {
                    to[..width].copy_from_slice(&from[..width]);
                }
                (&packed[..], row_stride)
            }
            Right::Rows(values, blocks) => {
                packed.resize(depth * row_stride, 0.0);
                transpose(values, blocks, column..column + width, row_stride, packed);
                (&packed[..], row_stride)
            }
        };
        Self {
            values,
            row_stride,
            column,
            width,
            depth,
        }
    }

    #[inline(always)]
    fn times<const VECTORS: usize>(&self, num_rows: usize, a: Left<'_>, sink: &mut impl Sink) {
        let (place, stride) = sink.place(self.column);
        let mut row = 0;
        while row + TILE_ROWS <= num_rows {
            self.band::<TILE_ROWS, VECTORS>(row, a, place + row * stride, stride, sink);
            row += TILE_ROWS;
        }
        while row < num_rows {
            self.band::<1, VECTORS>(row, a, place + row * stride, stride, sink);
            row += 1;
        }
    }

    #[inline(always)]
    fn band<const ROWS: usize, const VECTORS: usize>(
        &self,
        row: usize,
        a: Left<'_>,
        place: usize,
        stride: usize,
        sink: &mut impl Sink,
    ) {
        let (a, strides) = match a {
            Left::Rows(values) => (&values[row * self.depth..], (self.depth, 1)),
            Left::Columns(values, blocks) => {
                let (start, depth_stride) = blocks.place(row);
                (&values[start..], (1, depth_stride))
            }
        };
        let start: [F32x4; VECTORS] = core::array::from_fn(|v| {
            let from = v * LANES;
            sink.start(self.column + from, LANES.min(self.width - from))
        });
        let sums = add_products(
            [start; ROWS],
            a,
            strides,
            self.values,
            self.row_stride,
            self.depth,
        );
        for (r, sums) in sums.into_iter().enumerate() {
            sink.put(place + r * stride, self.width, sums);
        }
    }
}

/// Writes some rows of a matrix in blocks of [`TILE_COLUMNS`] as columns of `to`,
/// `[num_columns of the matrix, row_stride]`.
fn transpose(
    from: &[f32],
    blocks: Blocks,
    rows: std::ops::Range<usize>,
    row_stride: usize,
    to: &mut [f32],
) {
    for columns in blocks.columns() {
        let width = columns.len();
        let start = columns.start * blocks.num_rows + rows.start * width;
        let from = &from[start..][..rows.len() * width];
        let to = &mut to[columns.start * row_stride..][..width * row_stride];
        if [rows.len(), width] == [TILE_COLUMNS; 2] {
            for (row, column) in [(0, 0), (0, LANES), (LANES, 0), (LANES, LANES)] {
                let from = &from[row * TILE_COLUMNS + column..];
                let to = &mut to[column * TILE_COLUMNS + row..];
                let rows = core::array::from_fn(|r| F32x4::load(&from[r * TILE_COLUMNS..]));
                for (c, values) in transposed(rows).into_iter().enumerate() {
                    values.store(&mut to[c * TILE_COLUMNS..]);
                }
            }
            continue;
        }
        for (column, to) in to.chunks_exact_mut(row_stride).enumerate() {
            for (row, to) in to.iter_mut().take(rows.len()).enumerate() {
                *to = from[row * width + column];
            }
        }
    }
}

/// Writes the product to a row-major matrix, starting from a bias or from 0.
pub struct Store<'a> {
    pub to: &'a mut [f32],
    pub num_columns: usize,
    pub bias: Option<&'a [f32]>,
}

impl Sink for Store<'_> {
    #[inline(always)]
    fn place(&self, column: usize) -> (usize, usize) {
        (column, self.num_columns)
    }

    #[inline(always)]
    fn start(&self, column: usize, len: usize) -> F32x4 {
        match self.bias {
            Some(bias) if len == LANES => F32x4::load(&bias[column..]),
            Some(bias) => F32x4::load_partial(&bias[column..][..len]),
            None => F32x4::splat(0.0),
        }
    }

    #[inline(always)]
    fn put<const VECTORS: usize>(&mut self, at: usize, len: usize, values: [F32x4; VECTORS]) {
        let to = &mut self.to[at..at + len];
        if len == VECTORS * LANES {
            for (v, value) in values.into_iter().enumerate() {
                value.store(&mut to[v * LANES..]);
            }
        } else {
            for (value, to) in values.into_iter().zip(to.chunks_mut(LANES)) {
                value.store_partial(to);
            }
        }
    }
}
