//! Gradients by the parameters, and SGD with them.

use cubecl::prelude::*;

use super::tile::{inside, pixel, zeros};
use super::{COLUMNS, IMAGE_WORDS, LayerShape, SgdBits, TILE, WORDS, cursor};
use crate::data::{PIXEL_MEAN, PIXEL_STD};

/// Gradient of the first layer's bias, and SGD with it; kept for
/// [`update_pixels`], too. One thread a column.
#[cube(launch_unchecked)]
pub fn update_first_bias(
    upstream: &mut [f32],
    cursor: &[u32],
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
        let rate = f32::from_bits(cursor[cursor::LEARNING_RATE]);
        move_parameter(parameters, velocities, shape.bias + column, sum, rate, sgd);
    }
}

/// Gradient of the first layer's weight, and SGD with it. One thread four
/// pixels by `COLUMNS` columns; it visits the rows where one of them is inked.
#[cube(launch_unchecked)]
pub fn update_pixels(
    batch_pixels: &[u32],
    upstream: &[f32],
    cursor: &[u32],
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
        let rate = f32::from_bits(cursor[cursor::LEARNING_RATE]);
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
                    move_parameter(parameters, velocities, place, gradient, rate, sgd);
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
    cursor: &[u32],
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
        let rate = f32::from_bits(cursor[cursor::LEARNING_RATE]);
        #[unroll]
        for k in 0..TILE {
            #[unroll]
            for c in 0..TILE {
                let row = first_input + k;
                let column = first_column + c;
                if row <= shape.num_inputs && column < shape.num_outputs {
                    let place = shape.weight + row * shape.num_outputs + column;
                    move_parameter(parameters, velocities, place, sums[k * TILE + c], rate, sgd);
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
    cursor: &[u32],
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
        let rate = f32::from_bits(cursor[cursor::LEARNING_RATE]);
        move_parameter(parameters, velocities, shape.gain + column, gain, rate, sgd);
        move_parameter(
            parameters,
            velocities,
            shape.shift + column,
            shift,
            rate,
            sgd,
        );
    }
}

/// SGD on one parameter; see [`crate::config::Sgd`].
#[cube]
fn move_parameter(
    parameters: &mut [f32],
    velocities: &mut [f32],
    place: usize,
    gradient: f32,
    rate: f32,
    #[comptime] sgd: SgdBits,
) {
    let parameter = parameters[place];
    let mut direction = gradient + f32::from_bits(sgd.weight_decay) * parameter;
    if comptime!(sgd.momentum != 0) {
        direction += f32::from_bits(sgd.momentum) * velocities[place];
        velocities[place] = direction;
    }
    parameters[place] = parameter - rate * direction;
}
