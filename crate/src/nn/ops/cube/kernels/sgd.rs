//! Gradients by the parameters, and SGD with them.

use cubecl::prelude::*;

use super::tile::{Values, add_products, load, pixels, zeros};
use super::{LANES, LayerShape, PIXEL_TILE_VECTORS, SgdBits, TILE_VECTORS, cursor, tile_vectors};

/// Gradient of the first layer's bias, and SGD with it; kept for
/// [`update_pixels`], too. One thread a vector of columns.
#[cube(launch_unchecked)]
pub fn update_first_bias(
    upstream: &mut [Values],
    cursor: &[u32],
    parameters: &mut [Values],
    velocities: &mut [Values],
    #[comptime] shape: LayerShape,
    #[comptime] sgd: SgdBits,
) {
    let column = ABSOLUTE_POS;
    if column < comptime!(shape.output_vectors()) {
        let sum = sum_rows(&*upstream, column, shape);
        upstream[shape.sums / LANES + column] = sum;
        let rate = f32::from_bits(cursor[cursor::LEARNING_RATE]);
        let place = shape.bias / LANES + column;
        move_parameters(parameters, velocities, place, sum, rate, sgd);
    }
}

/// Gradient of the first layer's weight, and SGD with it. One thread four
/// pixels by a few vectors of columns; it visits the rows where one of them is
/// inked.
// The outer condition is the compiler's, the inner one a thread's.
#[allow(clippy::collapsible_if)]
#[cube(launch_unchecked)]
pub fn update_pixels(
    batch_pixels: &[u32],
    upstream: &[Values],
    cursor: &[u32],
    parameters: &mut [Values],
    velocities: &mut [Values],
    #[comptime] shape: LayerShape,
    #[comptime] sgd: SgdBits,
) {
    let width = comptime!(shape.output_vectors());
    let columns = comptime!(tile_vectors(width, PIXEL_TILE_VECTORS));
    let tiles = comptime!(width / columns);
    let groups = comptime!(shape.num_rows.div_ceil(32));
    let pixel_words = comptime!(shape.image.words());
    let behind_images = comptime!(shape.image.all_words() * shape.num_rows);
    let position = ABSOLUTE_POS;
    if position < tiles * pixel_words {
        let word = position / tiles;
        let first_column = position % tiles * columns;
        let mut sums = zeros(comptime!(4 * columns));
        for group in 0..groups {
            let mut rows = batch_pixels[behind_images + word * groups + group];
            while rows != 0u32 {
                let row = group * 32 + rows.trailing_zeros() as usize;
                rows &= rows - 1u32;
                let four = batch_pixels[word * shape.num_rows + row];
                let gradients = load(
                    upstream,
                    shape.output / LANES + row * width + first_column,
                    columns,
                );
                add_products(&mut sums, pixels(four), &gradients, columns);
            }
        }
        let rate = f32::from_bits(cursor[cursor::LEARNING_RATE]);
        #[unroll]
        for c in 0..columns {
            let column = first_column + c;
            let empty = upstream[shape.sums / LANES + column]
                * Values::new(f32::from_bits(shape.image.offset));
            #[unroll]
            for p in 0..4usize {
                let mut empty = empty;
                // What fills up the last word is no empty pixel: its weights stay 0.
                if comptime!(shape.image.is_filled_up()) {
                    if word * 4 + p >= shape.image.num_pixels {
                        empty = Values::new(0.0f32);
                    }
                }
                let place = shape.weight / LANES + (word * 4 + p) * width + column;
                let gradient =
                    sums[p * columns + c] * Values::new(f32::from_bits(shape.image.scale)) - empty;
                move_parameters(parameters, velocities, place, gradient, rate, sgd);
            }
        }
    }
}

/// Gradient of another layer's weight and bias, and SGD with it. One thread a
/// tile of the weight; those behind them have a vector of the bias each.
#[cube(launch_unchecked)]
pub fn update(
    outputs: &[Values],
    upstream: &[Values],
    cursor: &[u32],
    parameters: &mut [Values],
    velocities: &mut [Values],
    #[comptime] shape: LayerShape,
    #[comptime] sgd: SgdBits,
) {
    let width = comptime!(shape.output_vectors());
    let columns = comptime!(tile_vectors(width, TILE_VECTORS));
    let tiles = comptime!(width / columns);
    let depth = comptime!(shape.input_vectors());
    let position = ABSOLUTE_POS;
    let rate = f32::from_bits(cursor[cursor::LEARNING_RATE]);
    if position < tiles * depth {
        let input_tile = position / tiles;
        let first_column = position % tiles * columns;
        let mut sums = zeros(comptime!(LANES * columns));
        for row in 0..shape.num_rows {
            let gradients = load(
                upstream,
                shape.output / LANES + row * width + first_column,
                columns,
            );
            let inputs = outputs[shape.input / LANES + row * depth + input_tile];
            add_products(&mut sums, inputs, &gradients, columns);
        }
        #[unroll]
        for k in 0..LANES {
            #[unroll]
            for c in 0..columns {
                let place =
                    shape.weight / LANES + (input_tile * LANES + k) * width + first_column + c;
                let gradient = sums[k * columns + c];
                move_parameters(parameters, velocities, place, gradient, rate, sgd);
            }
        }
    } else if position < tiles * depth + width {
        let column = position - tiles * depth;
        let sum = sum_rows(upstream, column, shape);
        let place = shape.bias / LANES + column;
        move_parameters(parameters, velocities, place, sum, rate, sgd);
    }
}

/// Gradient of a layer normalisation's gain and shift, and SGD with it. One
/// thread a vector of columns.
#[cube(launch_unchecked)]
pub fn update_norm(
    normalised: &[Values],
    by_output: &[Values],
    cursor: &[u32],
    parameters: &mut [Values],
    velocities: &mut [Values],
    #[comptime] shape: LayerShape,
    #[comptime] sgd: SgdBits,
) {
    let width = comptime!(shape.output_vectors());
    let column = ABSOLUTE_POS;
    if column < width {
        let mut gain = Values::new(0.0f32);
        let mut shift = Values::new(0.0f32);
        for row in 0..shape.batch_size {
            let place = shape.output / LANES + row * width + column;
            gain += by_output[place] * normalised[place];
            shift += by_output[place];
        }
        let rate = f32::from_bits(cursor[cursor::LEARNING_RATE]);
        let place = shape.gain / LANES + column;
        move_parameters(parameters, velocities, place, gain, rate, sgd);
        let place = shape.shift / LANES + column;
        move_parameters(parameters, velocities, place, shift, rate, sgd);
    }
}

/// Sum over the rows of a layer's upstream gradient: the gradient by its bias.
#[cube]
fn sum_rows(upstream: &[Values], column: usize, #[comptime] shape: LayerShape) -> Values {
    let mut sum = Values::new(0.0f32);
    for row in 0..shape.num_rows {
        sum += upstream[shape.output / LANES + row * comptime!(shape.output_vectors()) + column];
    }
    sum
}

/// SGD on a vector of parameters; see [`crate::nn::optimiser`].
#[cube]
fn move_parameters(
    parameters: &mut [Values],
    velocities: &mut [Values],
    place: usize,
    gradient: Values,
    rate: f32,
    #[comptime] sgd: SgdBits,
) {
    let parameter = parameters[place];
    let mut direction = gradient + Values::new(f32::from_bits(sgd.weight_decay)) * parameter;
    if comptime!(sgd.momentum != 0) {
        direction += Values::new(f32::from_bits(sgd.momentum)) * velocities[place];
        velocities[place] = direction;
    }
    parameters[place] = parameter - Values::new(rate) * direction;
}
