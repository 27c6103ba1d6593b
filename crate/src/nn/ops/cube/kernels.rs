//! The kernels of a training step: hand-fused, each a single dispatch.
//!
//! Shapes are compile-time constants of a kernel, so that nothing but the
//! dispatch itself is sent to the device each step; what changes from step to
//! step stands in the `cursor` buffer, which the device moves on by itself.
//! Threads work on register tiles of `TILE × TILE` values.

use cubecl::prelude::*;

use crate::data::{NUM_CLASSES, NUM_PIXELS, PIXEL_MEAN, PIXEL_STD};
use crate::nn::LAYER_NORM_EPSILON;

/// Side of a thread's register tile.
pub const TILE: usize = 4;
/// Four pixels of a byte each in a word.
pub const WORDS: usize = NUM_PIXELS / 4;
/// Words of bits that say which of an image's words are not zero.
pub const MASKS: usize = WORDS.div_ceil(32);
/// An image on the device: its pixels, then its bits.
pub const IMAGE_WORDS: usize = WORDS + MASKS;
/// Parts that the sums over the first layer's weights are taken in.
pub const PARTS: usize = 8;
/// Columns of a thread of [`update_pixels`].
pub const COLUMNS: usize = 8;
/// Stands for the label of a row past the batch's end.
const NO_LABEL: u32 = 255;

/// Places in the `cursor` buffer.
pub mod cursor {
    /// Row of `order` that the next batch begins with.
    pub const FIRST_ROW: usize = 0;
    /// Rows of `order`.
    pub const NUM_ROWS: usize = 1;
    /// Steps done since the run began, for dropout.
    pub const STEP: usize = 2;
    /// Batches done since the metrics were read.
    pub const SLOT: usize = 3;
    /// The run's seed, for dropout.
    pub const SEED: usize = 4;
    /// Length of the buffer.
    pub const LEN: usize = 5;
}

/// Places in the `batch` buffer behind its labels.
pub mod info {
    /// Rows that the batch really has.
    pub const NUM_ROWS: usize = 0;
    /// As in the cursor.
    pub const STEP: usize = 1;
    /// As in the cursor.
    pub const SLOT: usize = 2;
    /// As in the cursor.
    pub const SEED: usize = 3;
    /// Length of this part.
    pub const LEN: usize = 4;
}

/// A linear layer as its kernels know it; offsets are in values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LayerShape {
    /// Rows of a whole batch.
    pub batch_size: usize,
    /// Inputs of each unit.
    pub num_inputs: usize,
    /// Units.
    pub num_outputs: usize,
    /// Where weight, bias, gain and shift stand in the parameters.
    pub weight: usize,
    /// See `weight`.
    pub bias: usize,
    /// See `weight`; meaningless without layer normalisation.
    pub gain: usize,
    /// See `gain`.
    pub shift: usize,
    /// Where the layer's input stands in `outputs`; meaningless in the first.
    pub input: usize,
    /// Where its own values stand in `outputs`, `upstream` and `normalised`.
    pub output: usize,
    /// Where sums that belong to the first layer stand: of weights in
    /// `outputs`, `[PARTS, num_outputs]`, of gradients in `upstream`.
    pub sums: usize,
    /// Which layer it is, from 0.
    pub index: usize,
    /// Whether layer normalisation stands between the layer and its ReLU.
    pub has_norm: bool,
    /// Of 2²⁴ draws, those below drop a unit; 0 without dropout.
    pub drop_threshold: u32,
    /// Bits of the factor of the kept units.
    pub keep_scale: u32,
}

/// How SGD moves parameters, as bits: kernels are told apart by them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SgdBits {
    /// Bits of the step size.
    pub learning_rate: u32,
    /// Bits of the momentum.
    pub momentum: u32,
    /// Bits of the L2 penalty.
    pub weight_decay: u32,
}

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

/// The gradient by a layer's input, through the dropout and the ReLU before
/// it, to where that input's layer stands. One thread a tile of inputs.
#[cube(launch_unchecked)]
pub fn backward(
    parameters: &[f32],
    outputs: &[f32],
    upstream: &mut [f32],
    #[comptime] shape: LayerShape,
) {
    let tiles = shape.num_inputs.div_ceil(TILE);
    let position = ABSOLUTE_POS;
    if position < tiles * shape.batch_size.div_ceil(TILE) {
        let first_row = position / tiles * TILE;
        let first_column = position % tiles * TILE;
        let mut sums = zeros(comptime!(TILE * TILE));
        for n in 0..shape.num_outputs {
            let mut weights = Array::<f32>::new(TILE);
            #[unroll]
            for c in 0..TILE {
                let k = inside(first_column + c, shape.num_inputs);
                weights[c] = parameters[shape.weight + k * shape.num_outputs + n];
            }
            #[unroll]
            for r in 0..TILE {
                let row = inside(first_row + r, shape.batch_size);
                let g = upstream[shape.output + row * shape.num_outputs + n];
                #[unroll]
                for c in 0..TILE {
                    sums[r * TILE + c] += g * weights[c];
                }
            }
        }
        #[unroll]
        for r in 0..TILE {
            #[unroll]
            for c in 0..TILE {
                let row = first_row + r;
                let column = first_column + c;
                if row < shape.batch_size && column < shape.num_inputs {
                    let place = shape.input + row * shape.num_inputs + column;
                    let mut gradient = 0.0f32;
                    if outputs[place] > 0.0f32 {
                        gradient = sums[r * TILE + c] * f32::from_bits(shape.keep_scale);
                    }
                    upstream[place] = gradient;
                }
            }
        }
    }
}

/// Backward through layer normalisation, in place; the gradient by its outputs
/// is kept in `by_output` for [`update_norm`]. One thread a row.
#[cube(launch_unchecked)]
pub fn normalise_backward(
    parameters: &[f32],
    normalised: &[f32],
    inverse_deviations: &[f32],
    upstream: &mut [f32],
    by_output: &mut [f32],
    #[comptime] shape: LayerShape,
) {
    let row = ABSOLUTE_POS;
    if row < shape.batch_size {
        let width = shape.num_outputs as f32;
        let start = shape.output + row * shape.num_outputs;
        let mut mean = 0.0f32;
        let mut product_mean = 0.0f32;
        for column in 0..shape.num_outputs {
            let gradient = upstream[start + column];
            by_output[start + column] = gradient;
            let gradient = gradient * parameters[shape.gain + column];
            mean += gradient;
            product_mean += gradient * normalised[start + column];
        }
        mean /= width;
        product_mean /= width;
        let inverse = inverse_deviations[shape.index * shape.batch_size + row];
        for column in 0..shape.num_outputs {
            let gradient = by_output[start + column] * parameters[shape.gain + column];
            upstream[start + column] =
                (gradient - mean - normalised[start + column] * product_mean) * inverse;
        }
    }
}

/// Gradient of the first layer's bias, and SGD with it; kept for
/// [`update_pixels`], too. One thread a column.
#[cube(launch_unchecked)]
pub fn update_first_bias(
    upstream: &mut [f32],
    parameters: &mut [f32],
    velocities: &mut [f32],
    #[comptime] shape: LayerShape,
    #[comptime] sgd: SgdBits,
) {
    let column = ABSOLUTE_POS;
    if column < shape.num_outputs {
        let mut sum = 0.0f32;
        for row in 0..shape.batch_size {
            sum += upstream[shape.output + row * shape.num_outputs + column];
        }
        upstream[shape.sums + column] = sum;
        move_parameter(parameters, velocities, shape.bias + column, sum, sgd);
    }
}

/// Gradient of the first layer's weight, and SGD with it. One thread four
/// pixels by `COLUMNS` columns; it visits the rows where one of them is inked.
#[cube(launch_unchecked)]
pub fn update_pixels(
    batch_pixels: &[u32],
    upstream: &[f32],
    parameters: &mut [f32],
    velocities: &mut [f32],
    #[comptime] shape: LayerShape,
    #[comptime] sgd: SgdBits,
) {
    let tiles = shape.num_outputs.div_ceil(COLUMNS);
    let groups = shape.batch_size.div_ceil(32);
    let position = ABSOLUTE_POS;
    if position < tiles * WORDS {
        let word = position / tiles;
        let first_column = position % tiles * COLUMNS;
        let mut sums = zeros(comptime!(4 * COLUMNS));
        for group in 0..groups {
            let mut rows = batch_pixels[IMAGE_WORDS * shape.batch_size + word * groups + group];
            while rows != 0u32 {
                let row = group * 32 + rows.trailing_zeros() as usize;
                rows &= rows - 1u32;
                let pixels = batch_pixels[word * shape.batch_size + row];
                let mut gradients = Array::<f32>::new(COLUMNS);
                #[unroll]
                for c in 0..COLUMNS {
                    let column = inside(first_column + c, shape.num_outputs);
                    gradients[c] = upstream[shape.output + row * shape.num_outputs + column];
                }
                #[unroll]
                for p in 0..4usize {
                    let x = pixel(pixels, p);
                    #[unroll]
                    for c in 0..COLUMNS {
                        sums[p * COLUMNS + c] += x * gradients[c];
                    }
                }
            }
        }
        #[unroll]
        for c in 0..COLUMNS {
            let column = first_column + c;
            if column < shape.num_outputs {
                let empty = upstream[shape.sums + column] * comptime!(PIXEL_MEAN / PIXEL_STD);
                #[unroll]
                for p in 0..4usize {
                    let place = shape.weight + (word * 4 + p) * shape.num_outputs + column;
                    let gradient =
                        sums[p * COLUMNS + c] * comptime!(1.0 / (255.0 * PIXEL_STD)) - empty;
                    move_parameter(parameters, velocities, place, gradient, sgd);
                }
            }
        }
    }
}

/// Gradient of another layer's weight and bias, and SGD with it. One thread a
/// tile; the row behind the last input is the bias.
#[cube(launch_unchecked)]
pub fn update(
    outputs: &[f32],
    upstream: &[f32],
    parameters: &mut [f32],
    velocities: &mut [f32],
    #[comptime] shape: LayerShape,
    #[comptime] sgd: SgdBits,
) {
    let tiles = shape.num_outputs.div_ceil(TILE);
    let position = ABSOLUTE_POS;
    if position < tiles * (shape.num_inputs + 1).div_ceil(TILE) {
        let first_input = position / tiles * TILE;
        let first_column = position % tiles * TILE;
        let mut sums = zeros(comptime!(TILE * TILE));
        for row in 0..shape.batch_size {
            let mut gradients = Array::<f32>::new(TILE);
            #[unroll]
            for c in 0..TILE {
                let column = inside(first_column + c, shape.num_outputs);
                gradients[c] = upstream[shape.output + row * shape.num_outputs + column];
            }
            #[unroll]
            for k in 0..TILE {
                let mut x = 1.0f32;
                if first_input + k < shape.num_inputs {
                    x = outputs[shape.input + row * shape.num_inputs + first_input + k];
                }
                #[unroll]
                for c in 0..TILE {
                    sums[k * TILE + c] += x * gradients[c];
                }
            }
        }
        #[unroll]
        for k in 0..TILE {
            #[unroll]
            for c in 0..TILE {
                let row = first_input + k;
                let column = first_column + c;
                if row <= shape.num_inputs && column < shape.num_outputs {
                    let place = shape.weight + row * shape.num_outputs + column;
                    move_parameter(parameters, velocities, place, sums[k * TILE + c], sgd);
                }
            }
        }
    }
}

/// Gradient of a layer normalisation's gain and shift, and SGD with it. One
/// thread a column.
#[cube(launch_unchecked)]
pub fn update_norm(
    normalised: &[f32],
    by_output: &[f32],
    parameters: &mut [f32],
    velocities: &mut [f32],
    #[comptime] shape: LayerShape,
    #[comptime] sgd: SgdBits,
) {
    let column = ABSOLUTE_POS;
    if column < shape.num_outputs {
        let mut gain = 0.0f32;
        let mut shift = 0.0f32;
        for row in 0..shape.batch_size {
            let place = shape.output + row * shape.num_outputs + column;
            gain += by_output[place] * normalised[place];
            shift += by_output[place];
        }
        move_parameter(parameters, velocities, shape.gain + column, gain, sgd);
        move_parameter(parameters, velocities, shape.shift + column, shift, sgd);
    }
}

#[cube]
fn zeros(#[comptime] len: usize) -> Array<f32> {
    let mut sums = Array::<f32>::new(len);
    #[unroll]
    for i in 0..len {
        sums[i] = 0.0f32;
    }
    sums
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

/// Pixel `index` (0 to 3) of a word, 0 to 255.
#[cube]
fn pixel(word: u32, #[comptime] index: usize) -> f32 {
    ((word >> (8 * index as u32)) & 255u32) as f32
}

/// The last place that exists, for the threads of a tile that hang over.
#[cube]
fn inside(place: usize, #[comptime] len: usize) -> usize {
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

/// SGD on one parameter; see [`crate::config::Sgd`].
#[cube]
fn move_parameter(
    parameters: &mut [f32],
    velocities: &mut [f32],
    place: usize,
    gradient: f32,
    #[comptime] sgd: SgdBits,
) {
    let parameter = parameters[place];
    let mut direction = gradient + f32::from_bits(sgd.weight_decay) * parameter;
    if comptime!(sgd.momentum != 0) {
        direction += f32::from_bits(sgd.momentum) * velocities[place];
        velocities[place] = direction;
    }
    parameters[place] = parameter - f32::from_bits(sgd.learning_rate) * direction;
}
