//! Gradients by what the layers take in.

use cubecl::prelude::*;

use super::tile::{inside, zeros};
use super::{LayerShape, TILE};

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
