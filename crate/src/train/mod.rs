//! Training: the loop as a state machine that is pulled, and its figures.

pub mod augmentation;
pub mod checkpoint;
pub mod evaluation;
pub mod metrics;
pub mod trainer;
