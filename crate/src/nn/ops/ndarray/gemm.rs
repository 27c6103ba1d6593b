//! One register-tiled matrix product for every dense layer, forwards and
//! backwards: `C[m, n] = start[m, n] + Σₖ A(m, k) · B[k, n]`.
//!
//! A is read through two strides, so that its transpose costs nothing; B is
//! row-major; where C goes is the caller's business, tile row by tile row.

use super::simd::{F32x4, LANES};

/// Rows of a register tile.
const TILE_ROWS: usize = 4;

/// A matrix read as `data[row * row_stride + depth * depth_stride]`.
#[derive(Clone, Copy)]
pub struct Strided<'a> {
    pub data: &'a [f32],
    pub row_stride: usize,
    pub depth_stride: usize,
}

impl<'a> Strided<'a> {
    /// A row-major matrix of `num_columns` columns, as it stands.
    pub fn rows(data: &'a [f32], num_columns: usize) -> Self {
        Self {
            data,
            row_stride: num_columns,
            depth_stride: 1,
        }
    }

    /// The transpose of a row-major matrix of `num_columns` columns.
    pub fn columns(data: &'a [f32], num_columns: usize) -> Self {
        Self {
            data,
            row_stride: 1,
            depth_stride: num_columns,
        }
    }
}

/// Where a product goes: called once for each run of at most four columns.
pub trait Sink {
    /// The value that a sum starts from.
    fn start(&self, column: usize, len: usize) -> F32x4;
    /// Takes `len` (1 to 4) finished values of `row` from `column` on.
    fn put(&mut self, row: usize, column: usize, len: usize, value: F32x4);
}

/// Multiplies A `[num_rows, depth]` by B `[depth, num_columns]` into `sink`.
/// Every sum runs over `depth` in ascending order, whatever the tile.
#[inline]
pub fn product(
    num_rows: usize,
    num_columns: usize,
    depth: usize,
    a: Strided<'_>,
    b: &[f32],
    sink: &mut impl Sink,
) {
    let mut row = 0;
    while row + TILE_ROWS <= num_rows {
        band::<TILE_ROWS>(row, num_columns, depth, a, b, sink);
        row += TILE_ROWS;
    }
    while row < num_rows {
        band::<1>(row, num_columns, depth, a, b, sink);
        row += 1;
    }
}

/// `ROWS` rows of C, in tiles of eight columns, then four, then the rest.
#[inline(always)]
fn band<const ROWS: usize>(
    row: usize,
    num_columns: usize,
    depth: usize,
    a: Strided<'_>,
    b: &[f32],
    sink: &mut impl Sink,
) {
    let mut column = 0;
    while column + 2 * LANES <= num_columns {
        tile::<ROWS, 2>(row, column, num_columns, depth, a, b, sink);
        column += 2 * LANES;
    }
    while column + LANES <= num_columns {
        tile::<ROWS, 1>(row, column, num_columns, depth, a, b, sink);
        column += LANES;
    }
    let rest = num_columns - column;
    if rest > 0 {
        let mut sums = [sink.start(column, rest); ROWS];
        for k in 0..depth {
            let b = F32x4::load_partial(&b[k * num_columns + column..][..rest]);
            for (r, sum) in sums.iter_mut().enumerate() {
                let a = a.data[(row + r) * a.row_stride + k * a.depth_stride];
                *sum = sum.mul_add(F32x4::splat(a), b);
            }
        }
        for (r, sum) in sums.into_iter().enumerate() {
            sink.put(row + r, column, rest, sum);
        }
    }
}

#[inline(always)]
fn tile<const ROWS: usize, const VECTORS: usize>(
    row: usize,
    column: usize,
    num_columns: usize,
    depth: usize,
    a: Strided<'_>,
    b: &[f32],
    sink: &mut impl Sink,
) {
    let start: [F32x4; VECTORS] = core::array::from_fn(|v| sink.start(column + v * LANES, LANES));
    let mut sums = [start; ROWS];
    // One bounds check a row of B instead of one a vector.
    let b_rows = b[column..].chunks(num_columns);
    let a_rows: [&[f32]; ROWS] = core::array::from_fn(|r| &a.data[(row + r) * a.row_stride..]);
    for (k, b_row) in b_rows.take(depth).enumerate() {
        let b: [F32x4; VECTORS] = core::array::from_fn(|v| F32x4::load(&b_row[v * LANES..]));
        for r in 0..ROWS {
            let a = F32x4::splat(a_rows[r][k * a.depth_stride]);
            for v in 0..VECTORS {
                sums[r][v] = sums[r][v].mul_add(a, b[v]);
            }
        }
    }
    for (r, sums) in sums.into_iter().enumerate() {
        for (v, sum) in sums.into_iter().enumerate() {
            sink.put(row + r, column + v * LANES, LANES, sum);
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
    fn start(&self, column: usize, len: usize) -> F32x4 {
        match self.bias {
            Some(bias) if len == LANES => F32x4::load(&bias[column..]),
            Some(bias) => F32x4::load_partial(&bias[column..][..len]),
            None => F32x4::splat(0.0),
        }
    }

    #[inline(always)]
    fn put(&mut self, row: usize, column: usize, len: usize, value: F32x4) {
        let to = &mut self.to[row * self.num_columns + column..];
        if len == LANES {
            value.store(to);
        } else {
            value.store_partial(&mut to[..len]);
        }
    }
}

/// Writes the transpose of `from`, `[num_rows, num_columns]`, into `to`.
pub fn transpose(from: &[f32], num_rows: usize, num_columns: usize, to: &mut [f32]) {
    for (row, values) in from.chunks_exact(num_columns).take(num_rows).enumerate() {
        for (column, &value) in values.iter().enumerate() {
            to[column * num_rows + row] = value;
        }
    }
}
