//! What a hidden layer makes of its sums: layer normalisation, then the activation.

use crate::message::Activation;
use crate::nn::LAYER_NORM_EPSILON;

/// What a step keeps of a layer.
#[derive(Default)]
pub struct LayerSpace {
    /// What the next layer reads; logits in the last layer. `[num_rows, width]`.
    pub output: Vec<f32>,
    /// Normalised values before gain and shift, `[num_rows, width]`.
    pub normalised: Vec<f32>,
    /// 1/σ of each row.
    pub inverse_deviations: Vec<f32>,
    /// The activation's slopes, `[num_rows, width]`; of ReLU the output tells them.
    pub slopes: Vec<f32>,
}

/// Layer normalisation over each row with biased variance, as torch's.
pub fn normalise(space: &mut LayerSpace, width: usize, gain: &[f32], shift: &[f32]) {
    space.normalised.resize(space.output.len(), 0.0);
    space.inverse_deviations.clear();
    let rows = space
        .output
        .chunks_exact_mut(width)
        .zip(space.normalised.chunks_exact_mut(width));
    for (output, normalised) in rows {
        let mean = output.iter().sum::<f32>() / width as f32;
        let variance = output.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / width as f32;
        let inverse = 1.0 / (variance + LAYER_NORM_EPSILON).sqrt();
        space.inverse_deviations.push(inverse);
        for column in 0..width {
            normalised[column] = (output[column] - mean) * inverse;
            output[column] = normalised[column] * gain[column] + shift[column];
        }
    }
}

/// A hidden layer's sums become its activations; ReLU's slopes are not kept.
pub fn activate(activation: Activation, space: &mut LayerSpace) {
    if activation == Activation::Relu {
        for value in &mut space.output {
            *value = relu(*value);
        }
        return;
    }
    space.slopes.resize(space.output.len(), 0.0);
    for (value, slope) in space.output.iter_mut().zip(&mut space.slopes) {
        (*value, *slope) = activation.at(*value);
    }
}

/// The value where it is above 0, else 0; what is no number stays none. `max`,
/// and a comparison the other way round, would take that for 0 and hide that a run
/// diverged. A comparison and a mask, in four lanes at once.
fn relu(value: f32) -> f32 {
    if value <= 0.0 { 0.0 } else { value }
}

#[cfg(test)]
mod tests {
    use super::relu;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn relu_keeps_every_bit_of_a_number_and_what_is_none() {
        // Every sign and exponent, with mantissas spread over their range.
        for bits in (0..=u32::MAX).step_by(4_093) {
            let value = f32::from_bits(bits);
            let found = relu(value);
            if value.is_nan() {
                assert!(found.is_nan(), "{bits:08x}");
            } else {
                let expected = if value > 0.0 { value } else { 0.0 };
                assert_eq!(found.to_bits(), expected.to_bits(), "{bits:08x}");
            }
        }
        assert_eq!(relu(-0.0).to_bits(), 0);
        assert_eq!(relu(f32::INFINITY), f32::INFINITY);
        assert_eq!(relu(f32::NEG_INFINITY), 0.0);
        assert!(relu(f32::NAN).is_nan() && relu(-f32::NAN).is_nan());
    }
}
