//! From a file, or from a pad, to images that a network can be trained on.

pub mod change;
pub mod csv;
pub mod dataset;
pub mod distort;
pub mod findings;
pub mod idx;
pub mod ink;
mod labels;
pub mod npy;
pub mod part;
pub mod pen;
pub mod question;
pub mod reader;
pub mod sample;
mod scale;
pub mod split;
mod store;
pub mod task;

pub use dataset::{Dataset, NUM_CLASSES, NUM_PIXELS};
pub use task::{Normalisation, Task};

/// Mean of MNIST's training pixels, as a share of full ink.
pub const PIXEL_MEAN: f32 = 0.1307;
/// Their standard deviation.
pub const PIXEL_STD: f32 = 0.3081;

/// A pixel as the network sees it: (x/255 − 0.1307) / 0.3081.
pub fn normalised(pixel: u8) -> f32 {
    (f32::from(pixel) / 255.0 - PIXEL_MEAN) / PIXEL_STD
}
