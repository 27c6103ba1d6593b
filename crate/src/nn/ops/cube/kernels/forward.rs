//! From pixels to the loss and its gradient by the logits.

use cubecl::prelude::*;

use super::dropout::dropout_word;
use super::tile::{inside, pixel, zeros};
use super::{LayerShape, MASKS, PARTS, TILE, WORDS, cursor, info};
use crate::data::{NUM_CLASSES, NUM_PIXELS, PIXEL_MEAN, PIXEL_STD};
use crate::nn::LAYER_NORM_EPSILON;

/// Sums of the first layer's weights over its inputs, in [`PARTS`] parts: what
/// an empty pixel adds to a unit is the same for all, −mean/std times a weight.
/// One thread a column of a part.
#[cube(launch_unchecked)]
pub fn sum_weights(parameters: &[f32], outputs: &mut [f32], #[comptime] shape: LayerShape) {
    let position = ABSOLUTE_POS;
    if position < PARTS * shape.num_outputs {
        let first = position / shape.num_outputs * (NUM_PIXELS / PARTS);
        let column = position % shape.num_outputs;
        let start = shape.weight + first * shape.num_outputs + column;
        let mut sum = 0.0f32;
        for row in 0..NUM_PIXELS / PARTS {
            sum += parameters[start + row * shape.num_outputs];
        }
        outputs[shape.sums + position] = sum;
    }
}

/// A linear layer on the batch's pixels and, without layer normalisation,
/// ReLU and dropout. One thread a tile of outputs. Words that are zero in all
/// rows of the tile are passed over: normalising, as (x/255 − mean)/std, is
/// folded out into a factor and the sums of [`sum_weights`].
#[cube(launch_unchecked)]
pub fn linear_pixels(
    batch_pixels: &[u32],
    batch: &[u32],
    parameters: &[f32],
    outputs: &mut [f32],
    #[comptime] shape: LayerShape,
) {
    let tiles = shape.num_outputs.div_ceil(TILE);
    let position = ABSOLUTE_POS;
    if position < tiles * shape.batch_size.div_ceil(TILE) {
        let first_row = position / tiles * TILE;
        let first_column = position % tiles * TILE;
        let mut sums = zeros(comptime!(TILE * TILE));
        for part in 0..MASKS {
            let mut words = 0u32;
            #[unroll]
            for r in 0..TILE {
                let row = inside(first_row + r, shape.batch_size);
                words |= batch_pixels[(WORDS + part) * shape.batch_size + row];
            }
            while words != 0u32 {
                let word = part * 32 + words.trailing_zeros() as usize;
                words &= words - 1u32;
                let mut pixels = Array::<u32>::new(TILE);
                #[unroll]
                for r in 0..TILE {
                    let row = inside(first_row + r, shape.batch_size);
                    pixels[r] = batch_pixels[word * shape.batch_size + row];
                }
                #[unroll]
                for p in 0..4usize {
                    let weight = shape.weight + (word * 4 + p) * shape.num_outputs;
                    let mut weights = Array::<f32>::new(TILE);
                    #[unroll]
                    for c in 0..TILE {
                        weights[c] =
                            parameters[weight + inside(first_column + c, shape.num_outputs)];
                    }
                    #[unroll]
                    for r in 0..TILE {
                        let x = pixel(pixels[r], p);
                        #[unroll]
                        for c in 0..TILE {
                            sums[r * TILE + c] += x * weights[c];
                        }
                    }
                }
            }
        }
        #[unroll]
        for c in 0..TILE {
            let column = inside(first_column + c, shape.num_outputs);
            let mut total = 0.0f32;
            #[unroll]
            for part in 0..PARTS {
                total += outputs[shape.sums + part * shape.num_outputs + column];
            }
            let start = parameters[shape.bias + column] - total * comptime!(PIXEL_MEAN / PIXEL_STD);
            #[unroll]
            for r in 0..TILE {
                sums[r * TILE + c] =
                    sums[r * TILE + c] * comptime!(1.0 / (255.0 * PIXEL_STD)) + start;
            }
        }
        finish_tile(&sums, batch, outputs, first_row, first_column, shape);
    }
}

/// A linear layer on the outputs of the one before; otherwise as [`linear_pixels`].
#[cube(launch_unchecked)]
pub fn linear(
    batch: &[u32],
    parameters: &[f32],
    outputs: &mut [f32],
    #[comptime] shape: LayerShape,
) {
    let tiles = shape.num_outputs.div_ceil(TILE);
    let position = ABSOLUTE_POS;
    if position < tiles * shape.batch_size.div_ceil(TILE) {
        let first_row = position / tiles * TILE;
        let first_column = position % tiles * TILE;
        let mut sums = start_from_bias(parameters, first_column, shape);
        for k in 0..shape.num_inputs {
            let weight = shape.weight + k * shape.num_outputs;
            let mut weights = Array::<f32>::new(TILE);
            #[unroll]
            for c in 0..TILE {
                weights[c] = parameters[weight + inside(first_column + c, shape.num_outputs)];
            }
            #[unroll]
            for r in 0..TILE {
                let row = inside(first_row + r, shape.batch_size);
                let x = outputs[shape.input + row * shape.num_inputs + k];
                #[unroll]
                for c in 0..TILE {
                    sums[r * TILE + c] += x * weights[c];
                }
            }
        }
        finish_tile(&sums, batch, outputs, first_row, first_column, shape);
    }
}

/// A tile of sums that begin with the bias of their columns.
#[cube]
fn start_from_bias(
    parameters: &[f32],
    first_column: usize,
    #[comptime] shape: LayerShape,
) -> Array<f32> {
    let mut sums = Array::<f32>::new(TILE * TILE);
    #[unroll]
    for c in 0..TILE {
        let bias = parameters[shape.bias + inside(first_column + c, shape.num_outputs)];
        #[unroll]
        for r in 0..TILE {
            sums[r * TILE + c] = bias;
        }
    }
    sums
}

/// Writes a tile's outputs, those inside the matrix.
#[cube]
fn finish_tile(
    sums: &Array<f32>,
    batch: &[u32],
    outputs: &mut [f32],
    first_row: usize,
    first_column: usize,
    #[comptime] shape: LayerShape,
) {
    #[unroll]
    for r in 0..TILE {
        #[unroll]
        for c in 0..TILE {
            let row = first_row + r;
            let column = first_column + c;
            if row < shape.batch_size && column < shape.num_outputs {
                let mut value = sums[r * TILE + c];
                if comptime!(!shape.has_norm) {
                    value = activate(value, batch, row, column, shape);
                }
                outputs[shape.output + row * shape.num_outputs + column] = value;
            }
        }
    }
}

/// ReLU and dropout of a hidden unit.
#[cube]
fn activate(
    value: f32,
    batch: &[u32],
    row: usize,
    column: usize,
    #[comptime] shape: LayerShape,
) -> f32 {
    let mut value = value;
    if value < 0.0f32 {
        value = 0.0f32;
    }
    if comptime!(shape.drop_threshold > 0) {
        let place = (row * shape.num_outputs + column) as u32;
        let step = batch[shape.batch_size + info::STEP];
        let seed = batch[shape.batch_size + info::SEED];
        let word = dropout_word(place, step, seed, comptime!(shape.index as u32));
        if word >> 8u32 < shape.drop_threshold {
            value = 0.0f32;
        }
        value *= f32::from_bits(shape.keep_scale);
    }
    value
}

/// Layer normalisation with ReLU and dropout, in place. One thread a row.
#[cube(launch_unchecked)]
pub fn normalise(
    batch: &[u32],
    parameters: &[f32],
    outputs: &mut [f32],
    normalised: &mut [f32],
    inverse_deviations: &mut [f32],
    #[comptime] shape: LayerShape,
) {
    let row = ABSOLUTE_POS;
    if row < shape.batch_size {
        let width = shape.num_outputs as f32;
        let start = shape.output + row * shape.num_outputs;
        let mut mean = 0.0f32;
        for column in 0..shape.num_outputs {
            mean += outputs[start + column];
        }
        mean /= width;
        let mut variance = 0.0f32;
        for column in 0..shape.num_outputs {
            let centred = outputs[start + column] - mean;
            variance += centred * centred;
        }
        let inverse = 1.0f32 / (variance / width + LAYER_NORM_EPSILON).sqrt();
        inverse_deviations[shape.index * shape.batch_size + row] = inverse;
        for column in 0..shape.num_outputs {
            let value = (outputs[start + column] - mean) * inverse;
            normalised[start + column] = value;
            let value = value * parameters[shape.gain + column] + parameters[shape.shift + column];
            outputs[start + column] = activate(value, batch, row, column, shape);
        }
    }
}

/// The last layer, its softmax, the cross-entropy, and the gradient of the
/// batch's mean loss by the logits; moves the cursor on. One thread a row.
#[cube(launch_unchecked)]
pub fn output_and_loss(
    batch: &[u32],
    parameters: &[f32],
    outputs: &mut [f32],
    upstream: &mut [f32],
    metrics: &mut [f32],
    cursor: &mut [u32],
    #[comptime] shape: LayerShape,
) {
    let row = ABSOLUTE_POS;
    if row < shape.batch_size {
        let start = shape.output + row * NUM_CLASSES;
        let mut logits = Array::<f32>::new(NUM_CLASSES);
        #[unroll]
        for class in 0..NUM_CLASSES {
            logits[class] = parameters[shape.bias + class];
        }
        for k in 0..shape.num_inputs {
            let x = outputs[shape.input + row * shape.num_inputs + k];
            #[unroll]
            for class in 0..NUM_CLASSES {
                logits[class] += x * parameters[shape.weight + k * NUM_CLASSES + class];
            }
        }
        let label = batch[row];
        let mut highest = logits[0];
        let mut answer = 0u32;
        let mut own = logits[0];
        #[unroll]
        for class in 0..NUM_CLASSES {
            outputs[start + class] = logits[class];
            if logits[class] > highest {
                highest = logits[class];
                answer = class as u32;
            }
            if label == class as u32 {
                own = logits[class];
            }
        }
        let mut total = 0.0f32;
        #[unroll]
        for class in 0..NUM_CLASSES {
            logits[class] = (logits[class] - highest).exp();
            total += logits[class];
        }
        let num_rows = batch[shape.batch_size + info::NUM_ROWS] as usize;
        let slot = batch[shape.batch_size + info::SLOT] as usize;
        let place = (slot * shape.batch_size + row) * 2;
        let mut scale = 0.0f32;
        let mut loss = 0.0f32;
        let mut is_correct = 0.0f32;
        if row < num_rows {
            scale = 1.0f32 / num_rows as f32;
            loss = total.ln() + highest - own;
            if answer == label {
                is_correct = 1.0f32;
            }
        }
        metrics[place] = loss;
        metrics[place + 1] = is_correct;
        #[unroll]
        for class in 0..NUM_CLASSES {
            let mut target = 0.0f32;
            if label == class as u32 {
                target = 1.0f32;
            }
            upstream[start + class] = (logits[class] / total - target) * scale;
        }
        if row == 0 {
            cursor[cursor::FIRST_ROW] += shape.batch_size as u32;
            cursor[cursor::STEP] += 1u32;
            cursor[cursor::SLOT] += 1u32;
        }
    }
}
