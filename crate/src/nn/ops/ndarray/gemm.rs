//! One register-tiled matrix product for every dense layer, forwards and
//! backwards: `C[m, n] = start[m, n] + Σₖ A(m, k) · B[k, n]`.
//!
//! A is read through two strides, so that its transpose costs nothing; B is
//! row-major; where C goes is the caller's business, tile row by tile row.

use super::simd::{F32x4, LANES, add_products};

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
    if rest > 0 && num_columns >= LANES {
        // The last four columns once more, of which only the rest is new.
        let last = num_columns - LANES;
        let sums = sums::<ROWS, 1>(row, last, num_columns, depth, a, b, sink);
        for (r, [sum]) in sums.into_iter().enumerate() {
            let mut lanes = sum.to_array();
            lanes.rotate_left(LANES - rest);
            sink.put(row + r, column, rest, F32x4::load(&lanes));
        }
    } else if rest > 0 {
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
    let sums = sums::<ROWS, VECTORS>(row, column, num_columns, depth, a, b, sink);
    for (r, sums) in sums.into_iter().enumerate() {
        for (v, sum) in sums.into_iter().enumerate() {
            sink.put(row + r, column + v * LANES, LANES, sum);
        }
    }
}

#[inline(always)]
fn sums<const ROWS: usize, const VECTORS: usize>(
    row: usize,
    column: usize,
    num_columns: usize,
    depth: usize,
    a: Strided<'_>,
    b: &[f32],
    sink: &impl Sink,
) -> [[F32x4; VECTORS]; ROWS] {
    let start = core::array::from_fn(|v| sink.start(column + v * LANES, LANES));
    add_products(
        [start; ROWS],
        &a.data[row * a.row_stride..],
        (a.row_stride, a.depth_stride),
        &b[column..],
        num_columns,
        depth,
    )
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

/// Writes the transpose of `from`, `[num_rows, num_columns]`, into `to`. Four
/// rows at a time, so that what is written lies together.
pub fn transpose(from: &[f32], num_rows: usize, num_columns: usize, to: &mut [f32]) {
    for (band, rows) in from.chunks(4 * num_columns).enumerate() {
        let row = band * 4;
        if let Some((rows, [])) = rows.split_at_checked(4 * num_columns) {
            let (top, bottom) = rows.split_at(2 * num_columns);
            let (first, second) = top.split_at(num_columns);
            let (third, fourth) = bottom.split_at(num_columns);
            let columns = to.chunks_exact_mut(num_rows).zip(first).zip(second);
            for (((to, &a), &b), (&c, &d)) in columns.zip(third.iter().zip(fourth)) {
                to[row..row + 4].copy_from_slice(&[a, b, c, d]);
            }
        } else {
            for (r, values) in rows.chunks_exact(num_columns).enumerate() {
                for (column, &value) in values.iter().enumerate() {
                    to[column * num_rows + row + r] = value;
                }
            }
        }
    }
}
