//! What threads with a tile of values share.

use cubecl::prelude::*;

use super::COLUMNS;

#[cube]
pub(super) fn zeros(#[comptime] len: usize) -> Array<f32> {
    let mut sums = Array::<f32>::new(len);
    #[unroll]
    for i in 0..len {
        sums[i] = 0.0f32;
    }
    sums
}

/// Pixel `index` (0 to 3) of a word, 0 to 255.
#[cube]
pub(super) fn pixel(word: u32, #[comptime] index: usize) -> f32 {
    ((word >> (8 * index as u32)) & 255u32) as f32
}

/// The last place that exists, for the threads of a tile that hang over.
#[cube]
pub(super) fn inside(place: usize, #[comptime] len: usize) -> usize {
    let mut place = place;
    // Tiles that fill the matrix hang over nowhere.
    if comptime!(!len.is_multiple_of(COLUMNS)) {
        let last = (len - 1).runtime();
        if place > last {
            place = last;
        }
    }
    place
}
