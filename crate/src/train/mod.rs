//! Training: the loop as a state machine that is pulled, and its figures.

pub mod augmentation;
mod batches;
pub mod checkpoint;
mod continuation;
pub mod evaluation;
pub mod health;
pub mod kept_epoch;
mod measured;
pub mod metrics;
pub mod one_batch;
mod outcome;
mod pace;
pub mod rate_test;
pub mod trainer;
