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
