//! From pixels to the loss and its gradient by the logits.
// A device has functions of its own: `crate::math` is for the CPU.
#![allow(clippy::disallowed_methods)]

use cubecl::prelude::*;

use super::dropout::kept_share;
use super::tile::{Values, Words, add_products, load, pixel_of_each, zeros};
use super::{LANES, LayerShape, PARTS, TILE_VECTORS, cursor, info, tile_vectors};
use crate::nn::LAYER_NORM_EPSILON;
use crate::nn::activation::on_device as activation;

/// Sums of the first layer's weights over its inputs, in [`PARTS`] parts: what
/// an empty pixel adds to a unit is the same for all, −mean/std times a weight.
/// One thread a vector of columns of a part.
// The branches look the same, but one of them alone is compiled.
#[allow(clippy::if_same_then_else)]
#[cube(launch_unchecked)]
pub fn sum_weights(parameters: &[Values], outputs: &mut [Values], #[comptime] shape: LayerShape) {
    let width = comptime!(shape.output_vectors());
    let position = ABSOLUTE_POS;
    if position < PARTS * width {
        let depth = comptime!(shape.num_inputs);
        let part = comptime!(depth.div_ceil(PARTS));
        let first = position / width * part;
        let column = position % width;
        let start = shape.weight / LANES + first * width + column;
        let mut sum = Values::new(0.0f32);
        for row in 0..part {
            if comptime!(depth.is_multiple_of(PARTS)) {
                sum += parameters[start + row * width];
            } else if first + row < depth {
                sum += parameters[start + row * width];
            }
        }
        outputs[shape.sums / LANES + position] = sum;
    }
}

/// A linear layer on the batch's pixels and, without layer normalisation,
/// activation and dropout. One thread a tile of outputs. Words that are zero in all
/// rows of the tile are passed over: normalising, as (x/255 − mean)/std, is
/// folded out into a factor and the sums of [`sum_weights`].
#[cube(launch_unchecked)]
pub fn linear_pixels(
    batch_pixels: &[Words],
    batch: &[u32],
    parameters: &[Values],
    outputs: &mut [Values],
    slopes: &mut [Values],
    #[comptime] shape: LayerShape,
) {
    let width = comptime!(shape.output_vectors());
    let columns = comptime!(tile_vectors(width, TILE_VECTORS));
    let tiles = comptime!(width / columns);
    let row_tiles = comptime!(shape.row_tiles());
    let pixel_words = comptime!(shape.image.words());
    let position = ABSOLUTE_POS;
    if position < tiles * row_tiles {
        let row_tile = position / tiles;
        let first_column = position % tiles * columns;
        let mut sums = zeros(comptime!(LANES * columns));
        for part in 0..comptime!(shape.image.masks()) {
            let masks = batch_pixels[(pixel_words + part) * row_tiles + row_tile];
            let mut words = 0u32;
            #[unroll]
            for r in 0..LANES {
                words |= masks.extract(r);
            }
            while words != 0u32 {
                let word = part * 32 + words.trailing_zeros() as usize;
                words &= words - 1u32;
                let four = batch_pixels[word * row_tiles + row_tile];
                #[unroll]
                for p in 0..4usize {
                    let weight = shape.weight / LANES + (word * 4 + p) * width + first_column;
                    let weights = load(parameters, weight, columns);
                    add_products(&mut sums, pixel_of_each(four, p), &weights, columns);
                }
            }
        }
        #[unroll]
        for c in 0..columns {
            let column = first_column + c;
            let mut total = Values::new(0.0f32);
            #[unroll]
            for part in 0..PARTS {
                total += outputs[shape.sums / LANES + part * width + column];
            }
            let start = parameters[shape.bias / LANES + column]
                - total * Values::new(f32::from_bits(shape.image.offset));
            #[unroll]
            for r in 0..LANES {
                sums[r * columns + c] =
                    sums[r * columns + c] * Values::new(f32::from_bits(shape.image.scale)) + start;
            }
        }
        finish_tile(
            &sums,
            batch,
            outputs,
            slopes,
            row_tile,
            first_column,
            columns,
            shape,
        );
    }
}

/// A linear layer on the outputs of the one before; otherwise as [`linear_pixels`].
#[cube(launch_unchecked)]
pub fn linear(
    batch: &[u32],
    parameters: &[Values],
    outputs: &mut [Values],
    slopes: &mut [Values],
    #[comptime] shape: LayerShape,
) {
    let width = comptime!(shape.output_vectors());
    let columns = comptime!(tile_vectors(width, TILE_VECTORS));
    let tiles = comptime!(width / columns);
    let depth = comptime!(shape.input_vectors());
    let position = ABSOLUTE_POS;
    if position < tiles * comptime!(shape.row_tiles()) {
        let row_tile = position / tiles;
        let first_column = position % tiles * columns;
        let input = shape.input / LANES + row_tile * LANES * depth;
        let mut sums = Array::<Values>::new(comptime!(LANES * columns));
        #[unroll]
        for c in 0..columns {
            let bias = parameters[shape.bias / LANES + first_column + c];
            #[unroll]
            for r in 0..LANES {
                sums[r * columns + c] = bias;
            }
        }
        for k in 0..depth {
            let mut inputs = Array::<Values>::new(LANES);
            #[unroll]
            for r in 0..LANES {
                inputs[r] = outputs[input + r * depth + k];
            }
            #[unroll]
            for lane in 0..LANES {
                let weight = shape.weight / LANES + (k * LANES + lane) * width + first_column;
                let weights = load(parameters, weight, columns);
                #[unroll]
                for r in 0..LANES {
                    let x = Values::new(inputs[r].extract(lane));
                    #[unroll]
                    for c in 0..columns {
                        sums[r * columns + c] += x * weights[c];
                    }
                }
            }
        }
        finish_tile(
            &sums,
            batch,
            outputs,
            slopes,
            row_tile,
            first_column,
            columns,
            shape,
        );
    }
}

/// Writes a tile's outputs.
// A tile's place has two parts, and what it writes two buffers.
#[allow(clippy::too_many_arguments)]
#[cube]
fn finish_tile(
    sums: &Array<Values>,
    batch: &[u32],
    outputs: &mut [Values],
    slopes: &mut [Values],
    row_tile: usize,
    first_column: usize,
    #[comptime] columns: usize,
    #[comptime] shape: LayerShape,
) {
    #[unroll]
    for r in 0..LANES {
        #[unroll]
        for c in 0..columns {
            let row = row_tile * LANES + r;
            let column = first_column + c;
            let place = shape.output / LANES + row * comptime!(shape.output_vectors()) + column;
            let mut values = sums[r * columns + c];
            if comptime!(!shape.has_norm && !shape.keeps_slopes()) {
                // Not max(), which may take NaN for 0 and hide that a run diverged.
                let zero = Values::new(0.0f32);
                values = select_many(values.less_than(&zero), zero, values);
                if comptime!(shape.drop_threshold > 0) {
                    #[unroll]
                    for lane in 0..LANES {
                        let share = unit_share(batch, row, column * LANES + lane, shape);
                        values.insert(lane, values.extract(lane) * share);
                    }
                }
            }
            if comptime!(!shape.has_norm && shape.keeps_slopes()) {
                let mut back = Values::new(0.0f32);
                #[unroll]
                for lane in 0..LANES {
                    let unit = column * LANES + lane;
                    let reading = activate(values.extract(lane), batch, row, unit, shape);
                    values.insert(lane, reading.value);
                    back.insert(lane, reading.slope);
                    // What fills up the width stays 0 where an activation of 0 is not.
                    if comptime!(shape.is_filled_up()) {
                        if unit >= shape.num_units {
                            values.insert(lane, 0.0f32);
                            back.insert(lane, 0.0f32);
                        }
                    }
                }
                slopes[place] = back;
            }
            outputs[place] = values;
        }
    }
}

/// An activation with dropout: what goes on, and what the gradient is multiplied by.
#[cube]
fn activate(
    sum: f32,
    batch: &[u32],
    row: usize,
    unit: usize,
    #[comptime] shape: LayerShape,
) -> activation::Reading {
    let reading = activation::at(sum, shape.activation);
    if comptime!(shape.drop_threshold > 0) {
        let share = unit_share(batch, row, unit, shape);
        activation::Reading {
            value: reading.value * share,
            slope: reading.slope * share,
        }
    } else {
        reading
    }
}

/// What dropout multiplies a hidden unit by.
#[cube]
fn unit_share(batch: &[u32], row: usize, unit: usize, #[comptime] shape: LayerShape) -> f32 {
    kept_share(
        batch,
        (row * shape.num_units + unit) as u32,
        comptime!(shape.num_rows),
        comptime!(shape.index as u32),
        comptime!(shape.drop_threshold),
        comptime!(shape.keep_scale),
    )
}

/// Layer normalisation with activation and dropout, in place. One thread a row.
#[cube(launch_unchecked)]
pub fn normalise(
    batch: &[u32],
    parameters: &[f32],
    outputs: &mut [f32],
    normalised: &mut [f32],
    inverse_deviations: &mut [f32],
    slopes: &mut [f32],
    #[comptime] shape: LayerShape,
) {
    let row = ABSOLUTE_POS;
    if row < shape.batch_size {
        let width = shape.num_units as f32;
        let start = shape.output + row * shape.num_outputs;
        let mut mean = 0.0f32;
        for column in 0..shape.num_units {
            mean += outputs[start + column];
        }
        mean /= width;
        let mut variance = 0.0f32;
        for column in 0..shape.num_units {
            let centred = outputs[start + column] - mean;
            variance += centred * centred;
        }
        let inverse = 1.0f32 / (variance / width + LAYER_NORM_EPSILON).sqrt();
        inverse_deviations[shape.index * shape.batch_size + row] = inverse;
        for column in 0..shape.num_units {
            let value = (outputs[start + column] - mean) * inverse;
            normalised[start + column] = value;
            let sum = value * parameters[shape.gain + column] + parameters[shape.shift + column];
            let reading = activate(sum, batch, row, column, shape);
            outputs[start + column] = reading.value;
            if comptime!(shape.keeps_slopes()) {
                slopes[start + column] = reading.slope;
            }
        }
    }
}

/// The last layer, its softmax, the cross-entropy, and the gradient of the
/// batch's mean loss by the logits, with a share of each target, of these bits, spread over
/// all classes; moves the cursor on. One thread a row.
#[cube(launch_unchecked)]
pub fn output_and_loss(
    batch: &[u32],
    parameters: &[Values],
    outputs: &mut [Values],
    upstream: &mut [Values],
    metrics: &mut [f32],
    cursor: &mut [u32],
    #[comptime] shape: LayerShape,
    #[comptime] label_smoothing: u32,
) {
    let width = comptime!(shape.output_vectors());
    let depth = comptime!(shape.input_vectors());
    let num_classes = comptime!(shape.num_units);
    let row = ABSOLUTE_POS;
    if row < shape.num_rows {
        let mut sums = load(parameters, (shape.bias / LANES).runtime(), width);
        for k in 0..depth {
            let inputs = outputs[shape.input / LANES + row * depth + k];
            #[unroll]
            for lane in 0..LANES {
                let x = Values::new(inputs.extract(lane));
                #[unroll]
                for c in 0..width {
                    sums[c] +=
                        x * parameters[shape.weight / LANES + (k * LANES + lane) * width + c];
                }
            }
        }
        let place = shape.output / LANES + row * width;
        let mut logits = Array::<f32>::new(num_classes);
        #[unroll]
        for class in 0..num_classes {
            logits[class] = sums[class / LANES].extract(class % LANES);
        }
        let label = batch[row];
        let mut highest = logits[0];
        let mut answer = 0u32;
        let mut own = logits[0];
        let mut logit_sum = 0.0f32;
        #[unroll]
        for class in 0..num_classes {
            logit_sum += logits[class];
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
        for class in 0..num_classes {
            logits[class] = (logits[class] - highest).exp();
            total += logits[class];
        }
        let num_rows = batch[shape.num_rows + info::NUM_ROWS] as usize;
        let slot = batch[shape.num_rows + info::SLOT] as usize;
        let smoothing = f32::from_bits(label_smoothing);
        let mut scale = 0.0f32;
        let mut loss = 0.0f32;
        let mut is_correct = 0.0f32;
        if row < num_rows {
            scale = 1.0f32 / num_rows as f32;
            let log_total = total.ln() + highest;
            loss = log_total - own;
            if comptime!(label_smoothing != 0) {
                let mean = logit_sum / num_classes as f32;
                loss = loss * (1.0f32 - smoothing) + (log_total - mean) * smoothing;
            }
            if answer == label {
                is_correct = 1.0f32;
            }
        }
        let metric = (slot * shape.num_rows + row) * 2;
        metrics[metric] = loss;
        metrics[metric + 1] = is_correct;
        #[unroll]
        for c in 0..width {
            outputs[place + c] = sums[c];
            let mut gradients = Values::new(0.0f32);
            #[unroll]
            for lane in 0..LANES {
                let class = comptime!(c * LANES + lane);
                if comptime!(class < num_classes) {
                    let mut target = smoothing / num_classes as f32;
                    if label == class as u32 {
                        target += 1.0f32 - smoothing;
                    }
                    gradients.insert(lane, (logits[class] / total - target) * scale);
                }
            }
            upstream[place + c] = gradients;
        }
        if row == 0 {
            cursor[cursor::FIRST_ROW] += shape.batch_size as u32;
            cursor[cursor::STEP] += 1u32;
            cursor[cursor::SLOT] += 1u32;
        }
    }
}
