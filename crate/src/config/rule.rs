//! What a step makes smaller and how it moves the parameters: loss, optimiser and bound,
//! with their numbers.

use crate::message::Optimiser;

/// An optimiser and its numbers, as torch's optimiser of that name takes them; what is not
/// here stands at torch's default. The formulas are `nn::optimiser`'s. Around it the loss
/// that it makes smaller, and the bound that the weights are held to after it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// Which formula.
    pub optimiser: Optimiser,
    /// Step size.
    pub learning_rate: f32,
    /// Share of the last step's direction that is kept; of SGD, Nesterov's variant and
    /// RMSprop alone.
    pub momentum: f32,
    /// L2 penalty added to the gradient; what AdamW shrinks the parameters by.
    pub weight_decay: f32,
    /// Share of each target that is spread over all classes.
    pub label_smoothing: f32,
    /// Longest that a hidden unit's incoming weights may be; 0 for no bound.
    pub max_norm: f32,
}

impl Rule {
    /// Plain SGD with a step size.
    pub const fn sgd(learning_rate: f32) -> Self {
        Self {
            optimiser: Optimiser::Sgd,
            learning_rate,
            momentum: 0.0,
            weight_decay: 0.0,
            label_smoothing: 0.0,
            max_norm: 0.0,
        }
    }

    /// The step that, taken from zero, leaves the gradient of the same loss itself.
    pub fn of_gradient(&self) -> Self {
        Self {
            label_smoothing: self.label_smoothing,
            ..Self::sgd(-1.0)
        }
    }

    /// Numbers that it keeps of each parameter from step to step.
    pub fn num_slots(&self) -> usize {
        let of_momentum = usize::from(self.momentum != 0.0);
        match self.optimiser {
            Optimiser::Sgd | Optimiser::Nesterov => of_momentum,
            Optimiser::Rmsprop => 1 + of_momentum,
            Optimiser::Adagrad => 1,
            Optimiser::Adam | Optimiser::Adamw => 2,
        }
    }

    /// Why a number that is set does nothing, where one does.
    pub fn note(&self) -> Option<&'static str> {
        match self.optimiser {
            Optimiser::Nesterov if self.momentum == 0.0 => {
                Some("Nesterov’s variant without momentum is plain SGD: set one, such as 0.9.")
            }
            Optimiser::Adam | Optimiser::Adamw | Optimiser::Adagrad if self.momentum != 0.0 => {
                Some("Adam, AdamW and Adagrad have averages of their own: momentum is not used.")
            }
            _ => None,
        }
    }
}
