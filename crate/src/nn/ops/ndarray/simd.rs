//! Four `f32` lanes, `v128` on wasm and an array elsewhere, and the two inner
//! loops over them. May use `unsafe`, for the unaligned memory instructions, and so that an inner loop checks its bounds once.
#![allow(unsafe_code)]

#[cfg(target_arch = "wasm32")]
use core::arch::wasm32 as arch;

use crate::nn::optimiser::Values;

/// Number of lanes.
pub const LANES: usize = 4;

/// Four `f32` values worked on at once.
#[derive(Debug, Clone, Copy)]
pub struct F32x4(
    #[cfg(target_arch = "wasm32")] arch::v128,
    #[cfg(not(target_arch = "wasm32"))] [f32; LANES],
);

#[cfg(target_arch = "wasm32")]
impl F32x4 {
    #[inline(always)]
    pub fn splat(value: f32) -> Self {
        Self(arch::f32x4_splat(value))
    }

    /// The first four values; panics where there are fewer.
    #[inline(always)]
    pub fn load(from: &[f32]) -> Self {
        let from: &[f32; LANES] = from[..LANES].try_into().expect("four lanes");
        // SAFETY: `from` is a live reference to 16 bytes; wasm loads need no alignment.
        Self(unsafe { arch::v128_load(from.as_ptr().cast()) })
    }

    /// Writes the first four values; panics where there are fewer.
    #[inline(always)]
    pub fn store(self, to: &mut [f32]) {
        let to: &mut [f32; LANES] = (&mut to[..LANES]).try_into().expect("four lanes");
        // SAFETY: `to` is a live exclusive reference to 16 bytes; no alignment needed.
        unsafe { arch::v128_store(to.as_mut_ptr().cast(), self.0) }
    }

    /// `self + a·b`, the product rounded before the sum.
    #[inline(always)]
    pub fn mul_add(self, a: Self, b: Self) -> Self {
        Self(arch::f32x4_add(self.0, arch::f32x4_mul(a.0, b.0)))
    }

    #[inline(always)]
    pub fn to_array(self) -> [f32; LANES] {
        let mut out = [0.0; LANES];
        self.store(&mut out);
        out
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl F32x4 {
    #[inline(always)]
    pub fn splat(value: f32) -> Self {
        Self([value; LANES])
    }

    /// The first four values; panics where there are fewer.
    #[inline(always)]
    pub fn load(from: &[f32]) -> Self {
        Self(from[..LANES].try_into().expect("four lanes"))
    }

    /// Writes the first four values; panics where there are fewer.
    #[inline(always)]
    pub fn store(self, to: &mut [f32]) {
        to[..LANES].copy_from_slice(&self.0);
    }

    /// `self + a·b`, rounded twice.
    #[inline(always)]
    pub fn mul_add(self, a: Self, b: Self) -> Self {
        Self(core::array::from_fn(|lane| {
            self.0[lane] + a.0[lane] * b.0[lane]
        }))
    }

    #[inline(always)]
    pub fn to_array(self) -> [f32; LANES] {
        self.0
    }
}

impl F32x4 {
    /// The values there are, at most four, and zeros.
    #[inline(always)]
    pub fn load_partial(from: &[f32]) -> Self {
        let mut lanes = [0.0; LANES];
        lanes[..from.len()].copy_from_slice(from);
        Self::load(&lanes)
    }

    /// Writes as many lanes as `to` has room for, at most four.
    #[inline(always)]
    pub fn store_partial(self, to: &mut [f32]) {
        to.copy_from_slice(&self.to_array()[..to.len()]);
    }
}

impl Values for F32x4 {
    #[inline(always)]
    fn plus(self, factor: f32, other: Self) -> Self {
        self.mul_add(Self::splat(factor), other)
    }

    #[inline(always)]
    fn scaled(self, factor: f32) -> Self {
        self.product(Self::splat(factor))
    }

    #[inline(always)]
    fn plus_number(self, number: f32) -> Self {
        let number = Self::splat(number);
        #[cfg(target_arch = "wasm32")]
        return Self(arch::f32x4_add(self.0, number.0));
        #[cfg(not(target_arch = "wasm32"))]
        Self(core::array::from_fn(|lane| self.0[lane] + number.0[lane]))
    }

    #[inline(always)]
    fn product(self, other: Self) -> Self {
        #[cfg(target_arch = "wasm32")]
        return Self(arch::f32x4_mul(self.0, other.0));
        #[cfg(not(target_arch = "wasm32"))]
        Self(core::array::from_fn(|lane| self.0[lane] * other.0[lane]))
    }

    #[inline(always)]
    fn quotient(self, other: Self) -> Self {
        #[cfg(target_arch = "wasm32")]
        return Self(arch::f32x4_div(self.0, other.0));
        #[cfg(not(target_arch = "wasm32"))]
        Self(core::array::from_fn(|lane| self.0[lane] / other.0[lane]))
    }

    #[inline(always)]
    fn root(self) -> Self {
        #[cfg(target_arch = "wasm32")]
        return Self(arch::f32x4_sqrt(self.0));
        #[cfg(not(target_arch = "wasm32"))]
        Self(self.0.map(f32::sqrt))
    }
}

/// Four rows of four values as four columns.
#[inline(always)]
pub fn transposed([a, b, c, d]: [F32x4; LANES]) -> [F32x4; LANES] {
    #[cfg(target_arch = "wasm32")]
    {
        let (ab, cd) = (
            arch::i32x4_shuffle::<0, 4, 1, 5>(a.0, b.0),
            arch::i32x4_shuffle::<0, 4, 1, 5>(c.0, d.0),
        );
        let (ab_high, cd_high) = (
            arch::i32x4_shuffle::<2, 6, 3, 7>(a.0, b.0),
            arch::i32x4_shuffle::<2, 6, 3, 7>(c.0, d.0),
        );
        [
            F32x4(arch::i64x2_shuffle::<0, 2>(ab, cd)),
            F32x4(arch::i64x2_shuffle::<1, 3>(ab, cd)),
            F32x4(arch::i64x2_shuffle::<0, 2>(ab_high, cd_high)),
            F32x4(arch::i64x2_shuffle::<1, 3>(ab_high, cd_high)),
        ]
    }
    #[cfg(not(target_arch = "wasm32"))]
    core::array::from_fn(|lane| F32x4([a.0[lane], b.0[lane], c.0[lane], d.0[lane]]))
}

/// A factor and the row of a matrix that it multiplies.
#[derive(Clone, Copy, Default)]
pub struct Entry {
    pub row: u32,
    pub value: f32,
}

/// The next values at a place that the caller has checked.
///
/// # Safety
/// Four `f32` must stand at `from`.
#[inline(always)]
unsafe fn load_at(from: *const f32) -> F32x4 {
    #[cfg(target_arch = "wasm32")]
    // SAFETY: the caller's promise; wasm loads need no alignment.
    return F32x4(unsafe { arch::v128_load(from.cast()) });
    #[cfg(not(target_arch = "wasm32"))]
    // SAFETY: the caller's promise.
    F32x4(unsafe { from.cast::<[f32; LANES]>().read_unaligned() })
}

/// `sums[v] + Σ value · rows[row, column + 4v ..][..4]` over entries in order;
/// `rows` is row-major of `num_columns` columns. Panics where an entry's row is
/// not there.
#[inline(always)]
pub fn add_rows<const VECTORS: usize>(
    mut sums: [F32x4; VECTORS],
    entries: &[Entry],
    rows: &[f32],
    num_columns: usize,
    column: usize,
) -> [F32x4; VECTORS] {
    if entries.is_empty() {
        return sums;
    }
    let rows = &rows[column..];
    let last = rows.len() - VECTORS * LANES;
    assert!(last < rows.len());
    for entry in entries {
        let at = entry.row as usize * num_columns;
        assert!(at <= last);
        let value = F32x4::splat(entry.value);
        for (v, sum) in sums.iter_mut().enumerate() {
            // SAFETY: at + 4v + 4 <= last + VECTORS * LANES = rows.len(). Two additions,
            // so that the second becomes part of the load instruction.
            let row = unsafe { load_at(rows.as_ptr().add(at).add(v * LANES)) };
            *sum = sum.mul_add(value, row);
        }
    }
    sums
}

/// `sums[r][v] + Σₖ a[r·row_stride + k·depth_stride] · b[k·num_columns + 4v ..][..4]`
/// over k in ascending order. Panics where either matrix ends early.
#[inline(always)]
pub fn add_products<const ROWS: usize, const VECTORS: usize>(
    mut sums: [[F32x4; VECTORS]; ROWS],
    a: &[f32],
    (row_stride, depth_stride): (usize, usize),
    b: &[f32],
    num_columns: usize,
    depth: usize,
) -> [[F32x4; VECTORS]; ROWS] {
    let Some(last) = depth.checked_sub(1) else {
        return sums;
    };
    // In u64, where no shape that fits into memory overflows.
    let end = |terms: [(usize, usize); 2]| -> u64 {
        terms.iter().map(|&(x, y)| x as u64 * y as u64).sum()
    };
    assert!(end([(ROWS - 1, row_stride), (last, depth_stride)]) < a.len() as u64);
    assert!(end([(last, num_columns), (VECTORS, LANES)]) <= b.len() as u64);
    for k in 0..depth {
        let b: [F32x4; VECTORS] = core::array::from_fn(|v| {
            // SAFETY: k <= last, so this is within what was asserted of b.
            unsafe { load_at(b.as_ptr().add(k * num_columns).add(v * LANES)) }
        });
        for (r, sums) in sums.iter_mut().enumerate() {
            // SAFETY: r < ROWS and k <= last, within what was asserted of a.
            let a = unsafe { *a.as_ptr().add(r * row_stride + k * depth_stride) };
            let a = F32x4::splat(a);
            for (sum, &b) in sums.iter_mut().zip(&b) {
                *sum = sum.mul_add(a, b);
            }
        }
    }
    sums
}
