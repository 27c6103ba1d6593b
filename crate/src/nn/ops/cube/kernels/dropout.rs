//! The mask of dropout, drawn where it is used.

use cubecl::prelude::*;

use super::info;

/// What dropout multiplies the value at a flat place by: 0, or the factor of the kept ones.
/// `layer` is whose stream, `threshold` and `scale` as [`super::LayerShape`] has them.
#[cube]
pub(super) fn kept_share(
    batch: &[u32],
    place: u32,
    #[comptime] num_rows: usize,
    #[comptime] layer: u32,
    #[comptime] threshold: u32,
    #[comptime] scale: u32,
) -> f32 {
    let step = batch[num_rows + info::STEP];
    let seed = batch[num_rows + info::SEED];
    let mut share = f32::from_bits(scale);
    if dropout_word(place, step, seed, layer) >> 8u32 < threshold {
        share = 0.0f32;
    }
    share
}

/// Word `place mod 4` of the Philox4x32-10 block of this place; the same as
/// [`crate::rng::philox4x32`], which a test holds it to.
#[cube]
fn dropout_word(place: u32, step: u32, seed: u32, #[comptime] layer: u32) -> u32 {
    let mut a = place / 4u32;
    let mut b = layer.runtime();
    let mut c = step;
    let mut d = 0u32.runtime();
    let mut first_key = seed;
    let mut second_key = comptime!(crate::nn::Stream::Dropout as u32).runtime();
    for _ in 0..10u32 {
        let first_high = high_word(a, 0xD251u32, 0x1F53u32);
        let first_low = a * 0xD251_1F53u32;
        let second_high = high_word(c, 0xCD9Eu32, 0x8D57u32);
        let second_low = c * 0xCD9E_8D57u32;
        a = second_high ^ b ^ first_key;
        b = second_low;
        c = first_high ^ d ^ second_key;
        d = first_low;
        first_key += 0x9E37_79B9u32;
        second_key += 0xBB67_AE85u32;
    }
    let lane = place % 4u32;
    let mut word = a;
    if lane == 1u32 {
        word = b;
    }
    if lane == 2u32 {
        word = c;
    }
    if lane == 3u32 {
        word = d;
    }
    word
}

/// Upper word of `a · (high·2¹⁶ + low)`: CubeCL's own `mul_hi` does not compile
/// for WGSL, which has no 64-bit integers.
#[cube]
fn high_word(a: u32, high: u32, low: u32) -> u32 {
    let a_low = a & 0xFFFFu32;
    let a_high = a >> 16u32;
    let middle = a_high * low + ((a_low * low) >> 16u32);
    let other = a_low * high + (middle & 0xFFFFu32);
    a_high * high + (middle >> 16u32) + (other >> 16u32)
}
