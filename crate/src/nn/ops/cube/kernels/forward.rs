//! From pixels to the outputs of the last hidden layer.

use cubecl::prelude::*;

use super::dropout::kept_share;
use super::tile::{Values, Words, add_products, load, pixel_of_each, zeros};
use super::{LANES, LayerShape, PARTS, TILE_VECTORS, tile_vectors};
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
// A tile's place has two parts, and what it writes two buffers. Of two conditions within each
// other the outer one is the compiler's.
#[allow(clippy::too_many_arguments, clippy::collapsible_if)]
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
