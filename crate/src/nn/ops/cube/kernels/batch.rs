//! A batch taken out of the data set.

use cubecl::prelude::*;

use super::dropout::kept_share;
use super::tile::{Values, pixels};
use super::{ImageShape, LANES, LayerShape, NO_LABEL, cursor, info};

/// Copies the batch that the cursor points at, word by word of its images
/// (`[all_words, num_rows]`), and behind it, for each word of pixels, bits
/// that say in which rows it is not zero. Rows past the batch's end are empty.
/// One thread a word of 32 rows.
#[cube(launch_unchecked)]
pub fn gather(
    images: &[u32],
    labels: &[u32],
    order: &[u32],
    cursor: &[u32],
    batch_pixels: &mut [u32],
    batch: &mut [u32],
    #[comptime] batch_size: usize,
    #[comptime] num_rows: usize,
    #[comptime] image: ImageShape,
) {
    let image_words = comptime!(image.all_words());
    let pixel_words = comptime!(image.words());
    let position = ABSOLUTE_POS;
    let groups = num_rows.div_ceil(32);
    if position < image_words * groups {
        let word = position % image_words;
        let group = position / image_words;
        let first = cursor[cursor::FIRST_ROW] as usize;
        let mut count = cursor[cursor::NUM_ROWS] as usize - first;
        if count > batch_size {
            count = batch_size.runtime();
        }
        let mut inked = 0u32;
        for bit in 0..32u32 {
            let row = group * 32 + bit as usize;
            if row < num_rows {
                let mut value = 0u32;
                let mut label = NO_LABEL.runtime();
                if row < count {
                    let source = order[first + row] as usize;
                    value = images[source * image_words + word];
                    if word == 0 {
                        label = labels[source];
                    }
                }
                batch_pixels[word * num_rows + row] = value;
                if value != 0u32 {
                    inked |= 1u32 << bit;
                }
                if word == 0 {
                    batch[row] = label;
                }
            }
        }
        if word < pixel_words {
            batch_pixels[image_words * num_rows + word * groups + group] = inked;
        }
        if position == 0 {
            batch[num_rows + info::NUM_ROWS] = count as u32;
            batch[num_rows + info::STEP] = cursor[cursor::STEP];
            batch[num_rows + info::SLOT] = cursor[cursor::SLOT];
            batch[num_rows + info::SEED] = cursor[cursor::SEED];
        }
    }
}

/// The batch's pixels, normalised and with dropout, to where the first layer's input
/// stands. One thread a word of a row.
#[cube(launch_unchecked)]
pub fn drop_pixels(
    batch_pixels: &[u32],
    batch: &[u32],
    outputs: &mut [Values],
    #[comptime] shape: LayerShape,
) {
    let words = comptime!(shape.image.words());
    let position = ABSOLUTE_POS;
    if position < words * comptime!(shape.num_rows) {
        let word = position / shape.num_rows;
        let row = position % shape.num_rows;
        let four = pixels(batch_pixels[word * shape.num_rows + row]);
        let four = four * Values::new(f32::from_bits(shape.image.scale))
            - Values::new(f32::from_bits(shape.image.offset));
        let mut kept = Values::new(0.0f32);
        #[unroll]
        for p in 0..LANES {
            let pixel = word * LANES + p;
            // What fills up the last word is no pixel.
            if pixel < shape.image.num_pixels {
                let share = kept_share(
                    batch,
                    (row * shape.image.num_pixels + pixel) as u32,
                    comptime!(shape.num_rows),
                    comptime!(crate::nn::dropout::INPUTS),
                    comptime!(shape.input_drop_threshold),
                    comptime!(shape.input_keep_scale),
                );
                kept.insert(p, four.extract(p) * share);
            }
        }
        outputs[shape.input / LANES + row * words + word] = kept;
    }
}
