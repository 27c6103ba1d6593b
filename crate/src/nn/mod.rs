//! The network: its parameters, a training step, a forward pass, on each backend.

pub mod activation;
pub mod backward;
pub mod batch;
pub mod committee;
pub mod device;
pub mod dropout;
pub mod inspect;
#[cfg(feature = "webgpu")]
pub(crate) mod lanes;
pub mod layout;
pub mod model_file;
pub mod nearest;
pub mod network;
pub mod ops;
pub mod optimiser;
pub mod plain;
mod saliency;
pub mod softmax;
pub mod survey;
pub mod weights;

/// ε of the layer normalisation, torch's default.
pub const LAYER_NORM_EPSILON: f32 = 1e-5;

/// What `torch.renorm` adds to a norm before it divides by it.
pub const RENORM_EPSILON: f32 = 1e-7;

/// What a seed is used for. Each purpose draws from a stream of its own, so
/// that one setting's change leaves the others' draws as they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Stream {
    /// Initial weights and biases.
    Weights = 1,
    /// The order of the training rows, anew each epoch.
    Shuffle = 2,
    /// Dropout masks.
    Dropout = 3,
    /// Distortions of the training images.
    Augmentation = 4,
}

/// What a batch came to.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct BatchMetrics {
    /// Sum of the samples' losses (nats): cross-entropies, in training with the step's label
    /// smoothing.
    pub loss_sum: f32,
    /// Samples whose highest logit is their label's.
    pub num_correct: u32,
}
