//! From a file, or from a pad, to images that a network can be trained on.

pub mod csv;
pub mod dataset;
pub mod distort;
pub mod idx;
pub mod ink;
pub mod pen;
pub mod reader;
pub mod sample;
pub mod split;
mod store;
pub mod task;

pub use dataset::{Dataset, NUM_CLASSES, NUM_PIXELS};
pub use task::{Normalisation, Task};
