//! A network looked into: a unit's sum, and what one batch does to the weights.

use serde::{Deserialize, Serialize};
use tsify::Tsify;

/// One product of a unit's sum.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Tsify)]
pub struct UnitTerm {
    /// Which input, from 0: a pixel, or a unit of the layer before.
    pub input: u32,
    /// Its weight.
    pub weight: f32,
    /// Its value: a normalised pixel, or an activation.
    pub value: f32,
    /// Weight × value.
    pub product: f32,
}

/// What a layer's normalisation did to a unit's sum:
/// (linear − mean) / deviation · gain + shift.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Tsify)]
pub struct UnitNorm {
    /// Over the layer.
    pub mean: f32,
    /// Over the layer, ε included.
    pub deviation: f32,
    /// The unit's own.
    pub gain: f32,
    /// The unit's own.
    pub shift: f32,
}

/// One power of e that a probability is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Tsify)]
pub struct UnitPower {
    /// A class's sum.
    pub exponent: f32,
    /// e to it.
    pub power: f64,
}

/// A class's probability as a fraction: `own` / (`greatest` + `others`).
#[derive(Debug, Clone, PartialEq, Serialize, Tsify)]
pub struct UnitPowers {
    /// e to the class's own sum.
    pub own: f64,
    /// The greatest powers of all classes, the greatest first.
    pub greatest: Vec<UnitPower>,
    /// The sum of all others.
    pub others: f64,
}

/// How an output's sum became its probability, together with the other classes'.
#[derive(Debug, Clone, PartialEq, Serialize, Tsify)]
pub struct UnitSoftmax {
    /// How many classes there are.
    pub num_classes: u32,
    /// `None` where its powers of e are too great or too small to be written.
    pub powers: Option<UnitPowers>,
}

/// How a unit came to its activation for one image.
#[derive(Debug, Clone, PartialEq, Serialize, Tsify)]
pub struct UnitSum {
    /// Its products that are greatest in size, the greatest first.
    pub terms: Vec<UnitTerm>,
    /// How many products it sums.
    pub num_terms: u32,
    /// The sum of those that are not among `terms`.
    pub rest: f32,
    /// Its bias.
    pub bias: f32,
    /// w·x + b.
    pub linear: f32,
    /// Where the layer is normalised.
    pub norm: Option<UnitNorm>,
    /// What the activation is taken of.
    pub sum: f32,
    /// What it passes on; of an output its probability.
    pub activation: f32,
    /// Of one of the last layer's, whose sums become probabilities together.
    pub softmax: Option<UnitSoftmax>,
}

/// A connection between two units of neighbouring layers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Tsify)]
pub struct UnitLink {
    /// The layer that it leads to, from 0.
    pub layer: u32,
    /// The unit of that layer.
    pub to: u32,
    /// The unit of the layer before.
    pub from: u32,
    /// Weight × activation.
    pub product: f32,
}

/// What one step did to one layer: its weights, biases, gains and shifts together.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Tsify)]
pub struct StepLayer {
    /// How many they are.
    pub num_parameters: u32,
    /// L2 norm of the gradient of the batch's mean loss.
    pub gradient_norm: f64,
    /// L2 norm before the step.
    pub weight_norm: f64,
    /// L2 norm after it.
    pub weight_norm_after: f64,
    /// L2 norm of the step, after − before.
    pub update_norm: f64,
    /// `update_norm` / `weight_norm`.
    pub update_share: f64,
}

/// How healthy one layer is on one batch of images.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Tsify)]
pub struct LayerHealth {
    /// L2 norm of its weights, biases, gains and shifts together.
    pub weight_norm: f64,
    /// L2 norm of the gradient of the batch's mean loss by them, dropout off.
    pub gradient_norm: f64,
    /// L2 norm of the update that the optimiser would make of it, over `weight_norm`.
    pub update_share: f64,
    /// Hidden units; 0 of the last layer, whose units are classes.
    pub num_units: u32,
    /// How many of them are silent on all of the images, passing nothing on: 0 itself for ReLU, less
    /// than 0.001 in size for other activations.
    pub num_silent: u32,
    /// Mean of the activations over units and images; of the last layer that of its sums,
    /// before the softmax.
    pub activation_mean: f64,
    /// Their standard deviation about it, likewise.
    pub activation_deviation: f64,
}

/// How many of some values lie where: equal bins from the least value to the greatest, the last
/// one with its upper end, as `numpy.histogram` counts.
#[derive(Debug, Clone, PartialEq, Serialize, Tsify)]
pub struct Histogram {
    /// Lower end of the first bin.
    pub low: f64,
    /// Upper end of the last one.
    pub high: f64,
    /// Values in each; those that are no number are in none.
    pub counts: Vec<u32>,
}

/// One layer measured on a batch of images, with all that its figures sum up.
#[derive(Debug, Clone, PartialEq, Serialize, Tsify)]
pub struct MeasuredLayer {
    /// Its figures.
    pub health: LayerHealth,
    /// Its weights, biases, gains and shifts.
    pub weights: Histogram,
    /// The gradient of the batch's mean loss by them.
    pub gradient: Histogram,
    /// Its activations over units and images; of the last layer its sums.
    pub activations: Histogram,
}

/// How healthy the layers of the model are that a run left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct RunHealth {
    /// Training images that they were measured on, dropout off and without distortion.
    pub num_images: u32,
    /// The first layer first; every figure is finite.
    pub layers: Vec<LayerHealth>,
}

/// Where the health of a layer deserves a word.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Tsify)]
pub struct HealthLimits {
    /// The share of the weights by which a step usually moves them.
    pub usual_update: f64,
    /// So many times more or less than that is far from usual.
    pub far_from_usual: f64,
    /// A layer of which this share of units is silent on every image is mostly silent.
    pub mostly_silent: f64,
    /// Of which this share is, passes on next to nothing.
    pub dead: f64,
    /// The gradient's norm in the first layer over that in the last, below which it vanishes
    /// on its way back.
    pub vanishing: f64,
    /// Above which it explodes.
    pub exploding: f64,
}
