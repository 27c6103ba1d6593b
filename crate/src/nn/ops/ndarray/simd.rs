//! Four `f32` lanes: `v128` on wasm, an array elsewhere. The only module that
//! may use `unsafe`, for the two unaligned memory instructions.
#![allow(unsafe_code)]

#[cfg(target_arch = "wasm32")]
use core::arch::wasm32 as arch;

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

    /// `self + a·b`, fused into one rounding only with relaxed SIMD.
    #[inline(always)]
    pub fn mul_add(self, a: Self, b: Self) -> Self {
        #[cfg(target_feature = "relaxed-simd")]
        return Self(arch::f32x4_relaxed_madd(a.0, b.0, self.0));
        #[cfg(not(target_feature = "relaxed-simd"))]
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
