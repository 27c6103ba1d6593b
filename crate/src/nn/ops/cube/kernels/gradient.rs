//! Gradients by what the layers take in.

use cubecl::prelude::*;

use super::tile::Values;
use super::{LANES, LayerShape, TILE_VECTORS, tile_vectors};

/// The gradient by a layer's input, through the dropout and the activation before
/// it, to where that input's layer stands. One thread a tile of inputs.
#[cube(launch_unchecked)]
pub fn backward(
    parameters: &[Values],
    outputs: &[Values],
    slopes: &[Values],
    upstream: &mut [Values],
    #[comptime] shape: LayerShape,
) {
    let width = comptime!(shape.input_vectors());
    let columns = comptime!(tile_vectors(width, TILE_VECTORS));
    let tiles = comptime!(width / columns);
    let depth = comptime!(shape.output_vectors());
    let position = ABSOLUTE_POS;
    if position < tiles * comptime!(shape.row_tiles()) {
        let first_row = position / tiles * LANES;
        let first_column = position % tiles * columns;
        let gradient = shape.output / LANES + first_row * depth;
        let weight = shape.weight / LANES + first_column * LANES * depth;
        // A scalar each, since rows of weights are read along the units.
        let mut sums = Array::<f32>::new(comptime!(LANES * columns * LANES));
        #[unroll]
        for i in 0..LANES * columns * LANES {
            sums[i] = 0.0f32;
        }
        for n in 0..depth {
            let mut weights = Array::<Values>::new(comptime!(columns * LANES));
            #[unroll]
            for k in 0..columns * LANES {
                weights[k] = parameters[weight + k * depth + n];
            }
            #[unroll]
            for r in 0..LANES {
                let gradients = upstream[gradient + r * depth + n];
                #[unroll]
                for k in 0..columns * LANES {
                    sums[r * columns * LANES + k] += gradients.dot(weights[k]);
                }
            }
        }
        #[unroll]
        for r in 0..LANES {
            #[unroll]
            for c in 0..columns {
                let mut gradients = Values::new(0.0f32);
                #[unroll]
                for lane in 0..LANES {
                    gradients.insert(lane, sums[(r * columns + c) * LANES + lane]);
                }
                let place = shape.input / LANES + (first_row + r) * width + first_column + c;
                if comptime!(shape.keeps_slopes()) {
                    upstream[place] = gradients * slopes[place];
                } else {
                    let zero = Values::new(0.0f32);
                    upstream[place] = select_many(
                        outputs[place].greater_than(&zero),
                        gradients * Values::new(f32::from_bits(shape.keep_scale)),
                        zero,
                    );
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
        let width = shape.num_units as f32;
        let start = shape.output + row * shape.num_outputs;
        let mut mean = 0.0f32;
        let mut product_mean = 0.0f32;
        for column in 0..shape.num_units {
            let gradient = upstream[start + column];
            by_output[start + column] = gradient;
            let gradient = gradient * parameters[shape.gain + column];
            mean += gradient;
            product_mean += gradient * normalised[start + column];
        }
        mean /= width;
        product_mean /= width;
        let inverse = inverse_deviations[shape.index * shape.batch_size + row];
        for column in 0..shape.num_units {
            let gradient = by_output[start + column] * parameters[shape.gain + column];
            upstream[start + column] =
                (gradient - mean - normalised[start + column] * product_mean) * inverse;
        }
    }
}
