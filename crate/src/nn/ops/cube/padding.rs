//! Where a network's parameters stand on the device: every layer's width is
//! filled up to whole vectors, so that kernels read and write nothing else.
//!
//! The filling is zeros and stays so: a unit without weights is held at 0, whatever its
//! activation makes of that, its gradient is 0, and no rule moves anything by that. What
//! leaves the device is stripped of it.

use std::ops::Range;

use super::kernels::LANES;
use crate::message::Activation;
use crate::nn::layout::{Layer, Layout};

/// A network's parameters with and without filling.
pub struct Padding {
    plain: Layout,
    filled: Layout,
}

impl Padding {
    /// Lays out a network.
    pub fn new(layout: &Layout) -> Self {
        let mut filled = layout.clone();
        let mut end = 0;
        let mut take = |count: usize| {
            let start = end;
            end += count;
            start..end
        };
        for layer in &mut filled.layers {
            let num_inputs = layer.num_inputs.next_multiple_of(LANES);
            let num_outputs = layer.num_outputs.next_multiple_of(LANES);
            *layer = Layer {
                num_inputs,
                num_outputs,
                weight: take(num_inputs * num_outputs),
                bias: take(num_outputs),
                norm: layer
                    .norm
                    .as_ref()
                    .map(|_| (take(num_outputs), take(num_outputs))),
            };
        }
        filled.num_parameters = end;
        Self {
            plain: layout.clone(),
            filled,
        }
    }

    /// The layers, as they are meant and as they are filled up.
    pub fn layers(&self) -> impl Iterator<Item = (&Layer, &Layer)> {
        self.plain.layers.iter().zip(&self.filled.layers)
    }

    /// What the hidden units make of their sums.
    pub fn activation(&self) -> Activation {
        self.plain.activation
    }

    /// Parameters as they are meant.
    pub fn num_parameters(&self) -> usize {
        self.plain.num_parameters
    }

    /// Parameters as they are filled up.
    pub fn num_filled_parameters(&self) -> usize {
        self.filled.num_parameters
    }

    /// Parameters, or what an optimiser keeps of them, with the filling.
    pub fn fill(&self, plain: &[f32]) -> Vec<f32> {
        let mut filled = vec![0.0; self.filled.num_parameters];
        for (from, to) in self.rows() {
            filled[to].copy_from_slice(&plain[from]);
        }
        filled
    }

    /// The same without it.
    pub fn strip(&self, filled: &[f32]) -> Vec<f32> {
        let mut plain = vec![0.0; self.plain.num_parameters];
        for (to, from) in self.rows() {
            plain[to].copy_from_slice(&filled[from]);
        }
        plain
    }

    /// Where each row of values stands without and with the filling.
    fn rows(&self) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
        self.layers().flat_map(|(plain, filled)| {
            let weight = (0..plain.num_inputs).map(|input| {
                (
                    plain.weight.start + input * plain.num_outputs,
                    filled.weight.start + input * filled.num_outputs,
                )
            });
            let bias = std::iter::once((plain.bias.start, filled.bias.start));
            let norm = plain.norm.iter().zip(&filled.norm);
            let norm = norm.flat_map(|((gain, shift), (filled_gain, filled_shift))| {
                [
                    (gain.start, filled_gain.start),
                    (shift.start, filled_shift.start),
                ]
            });
            let width = plain.num_outputs;
            weight
                .chain(bias)
                .chain(norm)
                .map(move |(from, to)| (from..from + width, to..to + width))
        })
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::config::NetworkPlan;

    #[wasm_bindgen_test(unsupported = test)]
    fn filling_is_zeros_and_comes_off() {
        let layout = Layout::new(&NetworkPlan {
            hidden: vec![5, 8],
            dropout: 0.0,
            layer_norm: true,
            ..NetworkPlan::default()
        });
        let plain: Vec<f32> = (1..=layout.num_parameters).map(|at| at as f32).collect();
        let padding = Padding::new(&layout);
        let filled = padding.fill(&plain);
        let num_values = filled.iter().filter(|&&value| value != 0.0).count();
        assert_eq!(num_values, plain.len());
        for (_, layer) in padding.layers() {
            assert!(layer.range().start.is_multiple_of(LANES));
            assert!(layer.num_outputs.is_multiple_of(LANES));
        }
        assert_eq!(padding.strip(&filled), plain);
    }
}
