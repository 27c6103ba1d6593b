//! What threads with a tile of values share.

use cubecl::prelude::*;

use super::LANES;

pub(super) use crate::nn::lanes::Lanes as Values;

/// Words likewise.
pub(super) type Words = Vector<u32, Const<LANES>>;

#[cube]
pub(super) fn zeros(#[comptime] len: usize) -> Array<Values> {
    let mut sums = Array::<Values>::new(len);
    #[unroll]
    for i in 0..len {
        sums[i] = Values::new(0.0f32);
    }
    sums
}

/// `len` vectors from `first` on.
#[cube]
pub(super) fn load(values: &[Values], first: usize, #[comptime] len: usize) -> Array<Values> {
    let mut loaded = Array::<Values>::new(len);
    #[unroll]
    for i in 0..len {
        loaded[i] = values[first + i];
    }
    loaded
}

/// Pixel `index` (0 to 3) of each word, 0 to 255.
#[cube]
pub(super) fn pixel_of_each(words: Words, #[comptime] index: usize) -> Values {
    Values::cast_from((words >> Words::new(8 * index as u32)) & Words::new(255u32))
}

/// The four pixels of a word, 0 to 255.
#[cube]
pub(super) fn pixels(word: u32) -> Values {
    let mut bytes = Words::new(word);
    #[unroll]
    for index in 0..LANES {
        bytes.insert(index, (word >> (8 * index as u32)) & 255u32);
    }
    Values::cast_from(bytes)
}

/// Adds to a tile the products of a value for each of its rows with a row.
#[cube]
pub(super) fn add_products(
    sums: &mut Array<Values>,
    by_row: Values,
    row: &Array<Values>,
    #[comptime] len: usize,
) {
    #[unroll]
    for r in 0..LANES {
        let value = Values::new(by_row.extract(r));
        #[unroll]
        for c in 0..len {
            sums[r * len + c] += value * row[c];
        }
    }
}
