//! What a hidden layer makes of its sums: (layer normalisation) → activation → (dropout).

use std::ops::Range;

use super::shares::take;
use crate::message::Activation;
use crate::nn::LAYER_NORM_EPSILON;
use crate::nn::layout::Layer;

/// What a step keeps of a layer: of all rows of a batch, each `[num_rows, width]` but for one
/// value a row.
#[derive(Default)]
pub struct LayerSpace {
    output: Vec<f32>,
    normalised: Vec<f32>,
    inverse_deviations: Vec<f32>,
    slopes: Vec<f32>,
    upstream: Vec<f32>,
    norm_upstream: Vec<f32>,
}

/// The same of some rows.
pub struct LayerRows<'a> {
    /// What the next layer reads; logits in the last layer.
    pub output: &'a mut [f32],
    /// Normalised values before gain and shift; empty without layer normalisation.
    pub normalised: &'a mut [f32],
    /// 1/σ of each row; empty without layer normalisation.
    pub inverse_deviations: &'a mut [f32],
    /// The activation's slopes; empty for ReLU, of which the output tells them.
    pub slopes: &'a mut [f32],
    /// The gradient by the linear output.
    pub upstream: &'a mut [f32],
    /// The gradient by what layer normalisation came to; empty without it.
    pub norm_upstream: &'a mut [f32],
}

impl LayerSpace {
    /// Makes room for so many rows of a layer.
    pub fn resize(&mut self, num_rows: usize, layer: &Layer, activation: Option<Activation>) {
        let len = num_rows * layer.num_outputs;
        let norm_len = if layer.norm.is_some() { len } else { 0 };
        let has_slopes = activation.is_some_and(|activation| activation != Activation::Relu);
        self.output.resize(len, 0.0);
        self.normalised.resize(norm_len, 0.0);
        self.inverse_deviations
            .resize(norm_len / layer.num_outputs, 0.0);
        self.slopes.resize(if has_slopes { len } else { 0 }, 0.0);
        self.upstream.resize(len, 0.0);
        self.norm_upstream.resize(norm_len, 0.0);
    }

    /// Parts it by rows; `shares` follow each other from 0 to the last row.
    pub fn rows(
        &mut self,
        width: usize,
        shares: impl Iterator<Item = Range<usize>>,
    ) -> impl Iterator<Item = LayerRows<'_>> {
        let mut rest = [
            &mut self.output[..],
            &mut self.normalised[..],
            &mut self.slopes[..],
            &mut self.upstream[..],
            &mut self.norm_upstream[..],
        ];
        let mut deviations = &mut self.inverse_deviations[..];
        shares.map(move |rows| {
            let [output, normalised, slopes, upstream, norm_upstream] =
                rest.each_mut().map(|rest| take(rest, rows.len() * width));
            LayerRows {
                output,
                normalised,
                inverse_deviations: take(&mut deviations, rows.len()),
                slopes,
                upstream,
                norm_upstream,
            }
        })
    }

    /// What the next layer reads, of all rows.
    pub fn output(&self) -> &[f32] {
        &self.output
    }

    /// Normalised values before gain and shift, of all rows.
    pub fn normalised(&self) -> &[f32] {
        &self.normalised
    }

    /// The gradient by the linear output, of all rows.
    pub fn upstream(&self) -> &[f32] {
        &self.upstream
    }

    /// The gradient by what layer normalisation came to, of all rows.
    pub fn norm_upstream(&self) -> &[f32] {
        &self.norm_upstream
    }
}

impl LayerRows<'_> {
    /// Layer normalisation over each row with biased variance, as torch's.
    #[inline(always)]
    pub fn normalise(&mut self, width: usize, gain: &[f32], shift: &[f32]) {
        let rows = self
            .output
            .chunks_exact_mut(width)
            .zip(self.normalised.chunks_exact_mut(width));
        for ((output, normalised), kept) in rows.zip(&mut *self.inverse_deviations) {
            let mean = output.iter().sum::<f32>() / width as f32;
            let variance =
                output.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / width as f32;
            let inverse = 1.0 / (variance + LAYER_NORM_EPSILON).sqrt();
            *kept = inverse;
            for column in 0..width {
                normalised[column] = (output[column] - mean) * inverse;
                output[column] = normalised[column] * gain[column] + shift[column];
            }
        }
    }

    /// Backward through it (Ba et al. 2016): with x̂ the normalised row and g the gradient
    /// by it, `dz = (g − mean(g) − x̂·mean(g·x̂)) / σ`.
    #[inline(always)]
    pub fn normalise_backward(&mut self, width: usize, gain: &[f32]) {
        self.norm_upstream.copy_from_slice(self.upstream);
        let rows = self
            .upstream
            .chunks_exact_mut(width)
            .zip(self.normalised.chunks_exact(width));
        for ((upstream, normalised), &inverse) in rows.zip(&*self.inverse_deviations) {
            let (mut mean, mut product_mean) = (0.0, 0.0);
            for column in 0..width {
                upstream[column] *= gain[column];
                mean += upstream[column];
                product_mean += upstream[column] * normalised[column];
            }
            mean /= width as f32;
            product_mean /= width as f32;
            for (upstream, &normalised) in upstream.iter_mut().zip(normalised) {
                *upstream = (*upstream - mean - normalised * product_mean) * inverse;
            }
        }
    }

    /// The sums become what the activation makes of them, and its slopes are kept.
    pub fn activate(&mut self, activation: Activation) {
        if activation == Activation::Relu {
            for value in &mut *self.output {
                *value = relu(*value);
            }
        } else {
            self.activate_by_any(activation);
        }
    }

    #[inline(never)]
    fn activate_by_any(&mut self, activation: Activation) {
        for (value, slope) in self.output.iter_mut().zip(&mut *self.slopes) {
            (*value, *slope) = activation.at(*value);
        }
    }
}

/// The value where it is above 0, else 0; what is no number stays none. `max`,
/// and a comparison the other way round, would take that for 0 and hide that a run
/// diverged. A comparison and a mask, in four lanes at once.
#[inline(always)]
pub fn relu(value: f32) -> f32 {
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
