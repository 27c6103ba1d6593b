//! Where each parameter of a network stands in its one flat buffer.
//!
//! All backends keep the parameters of a network in a single rank-1 tensor:
//! SGD is then one operation over it, a checkpoint is one copy, and weights
//! cross to JavaScript as one typed array. In order, for each linear layer:
//! weight `[num_inputs, num_outputs]` row-major, bias `[num_outputs]`, and for
//! hidden layers with layer normalisation gain and shift, `[num_outputs]` each.

use std::ops::Range;

use crate::config::NetworkPlan;
use crate::message::Activation;

/// One linear layer and what follows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Inputs of each unit.
    pub num_inputs: usize,
    /// Units.
    pub num_outputs: usize,
    /// Weight, `[num_inputs, num_outputs]` row-major.
    pub weight: Range<usize>,
    /// Bias, `[num_outputs]`.
    pub bias: Range<usize>,
    /// Gain and shift of the layer normalisation, `[num_outputs]` each.
    pub norm: Option<(Range<usize>, Range<usize>)>,
}

impl Layer {
    /// The whole layer's place in the flat buffer.
    pub fn range(&self) -> Range<usize> {
        let end = self
            .norm
            .as_ref()
            .map_or(self.bias.end, |(_, shift)| shift.end);
        self.weight.start..end
    }
}

/// The places of all parameters of a network.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// The linear layers from the pixels to the classes; never empty.
    pub layers: Vec<Layer>,
    /// Length of the flat buffer.
    pub num_parameters: usize,
    /// What each hidden unit makes of its sum.
    pub activation: Activation,
    /// Probability that a hidden unit is dropped in training.
    pub dropout: f32,
}

impl Layout {
    /// Pixels of an image.
    pub fn num_pixels(&self) -> usize {
        self.layers[0].num_inputs
    }

    /// Classes told apart.
    pub fn num_classes(&self) -> usize {
        self.layers[self.layers.len() - 1].num_outputs
    }

    /// Lays out a network.
    pub fn new(plan: &NetworkPlan) -> Self {
        let mut end = 0;
        let mut take = |count: usize| {
            let start = end;
            end += count;
            start..end
        };
        let widths = plan.widths();
        let num_layers = widths.len() - 1;
        let layers = widths
            .windows(2)
            .enumerate()
            .map(|(index, pair)| {
                let (num_inputs, num_outputs) = (pair[0], pair[1]);
                let is_hidden = index + 1 < num_layers;
                Layer {
                    num_inputs,
                    num_outputs,
                    weight: take(num_inputs * num_outputs),
                    bias: take(num_outputs),
                    norm: (plan.layer_norm && is_hidden)
                        .then(|| (take(num_outputs), take(num_outputs))),
                }
            })
            .collect();
        Self {
            layers,
            num_parameters: end,
            activation: plan.activation,
            dropout: plan.dropout,
        }
    }
}
