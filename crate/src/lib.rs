//! Inkling's engine: everything numeric, building natively and to WebAssembly.
//!
//! Three types to know: [`data::Dataset`] holds checked images,
//! [`config::Plan`] holds checked settings, and [`train::trainer::Trainer`]
//! takes both and is pulled, slice by slice, until the run has ended.

pub mod api;
pub mod config;
pub mod data;
pub mod error;
pub mod message;
pub mod nn;
pub mod rng;
pub mod study;
pub mod train;
