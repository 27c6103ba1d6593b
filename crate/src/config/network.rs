//! The shape of a network: what its settings and its data's task make of it.

use crate::data::Task;
use crate::message::{Activation, Initialisation};

/// A multilayer perceptron's shape.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkPlan {
    /// Pixels of an image, which are its inputs.
    pub num_pixels: usize,
    /// Classes, which are its outputs.
    pub num_classes: usize,
    /// Widths of the hidden layers, input side first.
    pub hidden: Vec<usize>,
    /// What each hidden unit makes of its sum.
    pub activation: Activation,
    /// How the first weights are drawn.
    pub initialisation: Initialisation,
    /// Probability that a hidden unit is dropped in training.
    pub dropout: f32,
    /// The same of a normalised pixel.
    pub input_dropout: f32,
    /// Layer normalisation between each hidden linear layer and its activation.
    pub layer_norm: bool,
}

impl NetworkPlan {
    /// Widths from the pixels to the classes, such as `[784, …hidden, 10]`.
    pub fn widths(&self) -> Vec<usize> {
        let hidden = self.hidden.iter().copied();
        std::iter::once(self.num_pixels)
            .chain(hidden)
            .chain([self.num_classes])
            .collect()
    }

    /// Whether its ends are MNIST's.
    pub fn widths_are_mnists(&self) -> bool {
        (self.num_pixels, self.num_classes) == (784, 10)
    }

    /// The same hidden layers between the pixels and the classes of a task.
    pub fn for_task(self, task: &Task) -> Self {
        Self {
            num_pixels: task.num_pixels(),
            num_classes: task.num_classes(),
            ..self
        }
    }
}

/// MNIST's pixels and classes, and no hidden layer yet.
impl Default for NetworkPlan {
    fn default() -> Self {
        let task = Task::mnist();
        Self {
            num_pixels: task.num_pixels(),
            num_classes: task.num_classes(),
            hidden: vec![],
            activation: Activation::Relu,
            initialisation: Initialisation::Torch,
            dropout: 0.0,
            input_dropout: 0.0,
            layer_norm: false,
        }
    }
}
