//! What a step does to the parameters: each optimiser's formula once, over whatever holds
//! the numbers: the CPU's kernels give vectors that are still in registers, the plain
//! network whole tensors. WebGPU's kernels are of another language, whose formula stands
//! below the other in each rule's file.

mod adagrad;
mod adam;
#[cfg(feature = "webgpu")]
pub(crate) mod on_device;
mod rmsprop;
mod sgd;
mod values;

pub use values::Values;

use crate::config::Rule;
use crate::message::Optimiser;

/// Most numbers that a rule keeps of a parameter: see [`Rule::num_slots`].
pub const MAX_SLOTS: usize = 2;

/// A rule at one step of a run: what depends on the step alone is worked out once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    rule: Rule,
    corrections: adam::Corrections,
}

impl Step {
    /// The rule at step `number`, counted from 1 since its slots were empty.
    pub fn new(rule: Rule, number: u32) -> Self {
        Self {
            rule,
            corrections: adam::Corrections::new(number),
        }
    }

    /// The rule and its numbers.
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    /// The same step, of a rule that the compiler is to know.
    #[inline(always)]
    pub fn by(self, optimiser: Optimiser) -> Self {
        let rule = Rule {
            optimiser,
            ..self.rule
        };
        Self { rule, ..self }
    }

    /// The parameters that follow from `parameter`, its gradient and what the rule keeps
    /// of it, which moves on in place: the first [`Rule::num_slots`] of `slots`, zeros at
    /// first; the others are left alone.
    #[inline(always)]
    pub fn moved<V: Values>(&self, parameter: V, gradient: V, slots: &mut [V; MAX_SLOTS]) -> V {
        let rule = &self.rule;
        match rule.optimiser {
            Optimiser::Sgd => sgd::moved(rule, false, parameter, gradient, slots),
            Optimiser::Nesterov => sgd::moved(rule, true, parameter, gradient, slots),
            Optimiser::Adam => adam::moved(rule, self.corrections, parameter, gradient, slots),
            Optimiser::Adamw => {
                // Shrunk before the step, and the gradient knows nothing of it.
                let kept = 1.0 - rule.learning_rate * rule.weight_decay;
                let rule = &Rule {
                    weight_decay: 0.0,
                    ..*rule
                };
                let shrunk = parameter.scaled(kept);
                adam::moved(rule, self.corrections, shrunk, gradient, slots)
            }
            Optimiser::Rmsprop => rmsprop::moved(rule, parameter, gradient, slots),
            Optimiser::Adagrad => adagrad::moved(rule, parameter, gradient, slots),
        }
    }
}

impl Step {
    /// Moves parameters one by one against their gradient, as long; `kept` holds what the
    /// rule keeps of them, as long each, in as many slots as it has.
    ///
    /// # Panics
    /// Where one is shorter than the parameters.
    pub fn move_each(&self, parameters: &mut [f32], gradient: &[f32], kept: &mut [&mut [f32]]) {
        for (at, parameter) in parameters.iter_mut().enumerate() {
            let mut slots = [0.0; MAX_SLOTS];
            for (slot, kept) in slots.iter_mut().zip(&*kept) {
                *slot = kept[at];
            }
            *parameter = self.moved(*parameter, gradient[at], &mut slots);
            for (slot, kept) in slots.into_iter().zip(&mut *kept) {
                kept[at] = slot;
            }
        }
    }
}

/// The gradient with the slope of the L2 penalty: `g + weight_decay·p`.
#[inline(always)]
fn decayed<V: Values>(rule: &Rule, parameter: &V, gradient: V) -> V {
    if rule.weight_decay == 0.0 {
        return gradient;
    }
    gradient.plus(rule.weight_decay, parameter.clone())
}

impl Optimiser {
    /// The class of `torch.optim` that has the same formula.
    pub fn torch_name(self) -> &'static str {
        match self {
            Self::Sgd | Self::Nesterov => "SGD",
            Self::Adam => "Adam",
            Self::Adamw => "AdamW",
            Self::Rmsprop => "RMSprop",
            Self::Adagrad => "Adagrad",
        }
    }

    /// Its name as it is written among words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Nesterov => "Nesterov",
            other => other.torch_name(),
        }
    }

    /// Its name in settings and addresses.
    pub fn key(self) -> &'static str {
        match self {
            Self::Sgd => "sgd",
            Self::Nesterov => "nesterov",
            Self::Adam => "adam",
            Self::Adamw => "adamw",
            Self::Rmsprop => "rmsprop",
            Self::Adagrad => "adagrad",
        }
    }

    /// In the order in which they are offered.
    pub const ALL: [Self; 6] = [
        Self::Sgd,
        Self::Nesterov,
        Self::Adam,
        Self::Adamw,
        Self::Rmsprop,
        Self::Adagrad,
    ];
}
