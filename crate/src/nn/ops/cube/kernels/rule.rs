//! Gradients by the parameters, and the rule with them.

use cubecl::prelude::*;

use super::tile::{Values, add_products, load, pixels, zeros};
use super::{LANES, LayerShape, PIXEL_TILE_VECTORS, TILE_VECTORS, cursor, tile_vectors};
use crate::nn::RENORM_EPSILON;
use crate::nn::optimiser::on_device::{RuleBits, StepNumbers, moved};

/// Gradient of the first layer's bias, and the rule with it; kept for
/// [`update_pixels`], too. One thread a vector of columns.
#[cube(launch_unchecked)]
pub fn update_first_bias(
    upstream: &mut [Values],
    cursor: &[u32],
    parameters: &mut [Values],
    slots: &mut [Values],
    #[comptime] shape: LayerShape,
    #[comptime] rule: RuleBits,
) {
    let column = ABSOLUTE_POS;
    if column < comptime!(shape.output_vectors()) {
        let sum = sum_rows(&*upstream, column, shape);
        upstream[shape.sums / LANES + column] = sum;
        let numbers = step_numbers(cursor);
        let place = shape.bias / LANES + column;
        move_parameters(parameters, slots, place, sum, &numbers, shape, rule);
    }
}

/// Gradient of the first layer's weight, and the rule with it. One thread four
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
    slots: &mut [Values],
    #[comptime] shape: LayerShape,
    #[comptime] rule: RuleBits,
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
        let numbers = step_numbers(cursor);
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
                move_parameters(parameters, slots, place, gradient, &numbers, shape, rule);
            }
        }
    }
}

/// Gradient of another layer's weight and bias, and the rule with it. One thread a
/// tile of the weight; those behind them have a vector of the bias each.
#[cube(launch_unchecked)]
pub fn update(
    outputs: &[Values],
    upstream: &[Values],
    cursor: &[u32],
    parameters: &mut [Values],
    slots: &mut [Values],
    #[comptime] shape: LayerShape,
    #[comptime] rule: RuleBits,
) {
    let width = comptime!(shape.output_vectors());
    let columns = comptime!(tile_vectors(width, TILE_VECTORS));
    let tiles = comptime!(width / columns);
    let depth = comptime!(shape.input_vectors());
    let position = ABSOLUTE_POS;
    let numbers = step_numbers(cursor);
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
                move_parameters(parameters, slots, place, gradient, &numbers, shape, rule);
            }
        }
    } else if position < tiles * depth + width {
        let column = position - tiles * depth;
        let sum = sum_rows(upstream, column, shape);
        let place = shape.bias / LANES + column;
        move_parameters(parameters, slots, place, sum, &numbers, shape, rule);
    }
}

/// Gradient of a layer normalisation's gain and shift, and the rule with it. One
/// thread a vector of columns.
#[cube(launch_unchecked)]
pub fn update_norm(
    normalised: &[Values],
    by_output: &[Values],
    cursor: &[u32],
    parameters: &mut [Values],
    slots: &mut [Values],
    #[comptime] shape: LayerShape,
    #[comptime] rule: RuleBits,
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
        let numbers = step_numbers(cursor);
        let place = shape.gain / LANES + column;
        move_parameters(parameters, slots, place, gain, &numbers, shape, rule);
        let place = shape.shift / LANES + column;
        move_parameters(parameters, slots, place, shift, &numbers, shape, rule);
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

/// What of the rule goes with this batch: the cursor has moved on since the loss.
#[cube]
fn step_numbers(cursor: &[u32]) -> StepNumbers {
    let slot = cursor[cursor::SLOT] as usize - 1;
    let first = cursor::NUMBERS + slot * comptime!(StepNumbers::LEN);
    StepNumbers {
        rate: f32::from_bits(cursor[first]),
        mean_rate: f32::from_bits(cursor[first + 1]),
        root_factor: f32::from_bits(cursor[first + 2]),
    }
}

/// The rule on a vector of parameters.
#[cube]
fn move_parameters(
    parameters: &mut [Values],
    slots: &mut [Values],
    place: usize,
    gradient: Values,
    numbers: &StepNumbers,
    #[comptime] shape: LayerShape,
    #[comptime] rule: RuleBits,
) {
    let second_place = place + comptime!(shape.num_parameters / LANES);
    parameters[place] = moved(
        parameters[place],
        gradient,
        slots,
        place,
        second_place,
        numbers,
        rule,
    );
}

/// Shortens each hidden unit's incoming weights that are longer than `most`, of these bits,
/// as `torch.renorm` does. One thread a vector of columns.
#[cube(launch_unchecked)]
pub fn bound_norms(
    parameters: &mut [Values],
    #[comptime] shape: LayerShape,
    #[comptime] most: u32,
) {
    let width = comptime!(shape.output_vectors());
    let column = ABSOLUTE_POS;
    if column < width {
        let first = shape.weight / LANES + column;
        let mut squares = Values::new(0.0f32);
        for row in 0..shape.num_inputs {
            let weight = parameters[first + row * width];
            squares += weight * weight;
        }
        let norms = squares.sqrt();
        let most = Values::new(f32::from_bits(most));
        let shares = select_many(
            norms.greater_than(&most),
            most / (norms + Values::new(RENORM_EPSILON)),
            Values::new(1.0f32),
        );
        for row in 0..shape.num_inputs {
            parameters[first + row * width] *= shares;
        }
    }
}
