//! A batch taken out of the data set.

use cubecl::prelude::*;

use super::{IMAGE_WORDS, NO_LABEL, WORDS, cursor, info};

/// Copies the batch that the cursor points at, word by word of its images
/// (`[IMAGE_WORDS, batch_size]`), and behind it, for each word of pixels, bits
/// that say in which rows it is not zero. One thread a word of 32 rows.
#[cube(launch_unchecked)]
pub fn gather(
    images: &[u32],
    labels: &[u32],
    order: &[u32],
    cursor: &[u32],
    batch_pixels: &mut [u32],
    batch: &mut [u32],
    #[comptime] batch_size: usize,
) {
    let position = ABSOLUTE_POS;
    let groups = batch_size.div_ceil(32);
    if position < IMAGE_WORDS * groups {
        let word = position % IMAGE_WORDS;
        let group = position / IMAGE_WORDS;
        let first = cursor[cursor::FIRST_ROW] as usize;
        let num_rows = cursor[cursor::NUM_ROWS] as usize;
        let mut rows = 0u32;
        for bit in 0..32u32 {
            let row = group * 32 + bit as usize;
            if row < batch_size {
                let mut value = 0u32;
                let mut label = NO_LABEL.runtime();
                if first + row < num_rows {
                    let source = order[first + row] as usize;
                    value = images[source * IMAGE_WORDS + word];
                    label = labels[source];
                }
                batch_pixels[word * batch_size + row] = value;
                if value != 0u32 {
                    rows |= 1u32 << bit;
                }
                if word == 0 {
                    batch[row] = label;
                }
            }
        }
        if word < WORDS {
            batch_pixels[IMAGE_WORDS * batch_size + word * groups + group] = rows;
        }
        if position == 0 {
            let mut count = num_rows - first;
            if count > batch_size {
                count = batch_size.runtime();
            }
            batch[batch_size + info::NUM_ROWS] = count as u32;
            batch[batch_size + info::STEP] = cursor[cursor::STEP];
            batch[batch_size + info::SLOT] = cursor[cursor::SLOT];
            batch[batch_size + info::SEED] = cursor[cursor::SEED];
        }
    }
}
