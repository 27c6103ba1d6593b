//! Inkling's engine: everything numeric, building natively and to WebAssembly.
//!
//! Three types to know: [`data::Dataset`] holds checked images,
//! [`config::Plan`] holds checked settings, and [`train::trainer::Trainer`]
//! takes both and is pulled, slice by slice, until the run has ended.

pub mod api;
#[cfg(any(feature = "cli", feature = "studies"))]
pub mod assignment;
#[cfg(any(feature = "cli", feature = "studies"))]
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod config;
#[cfg(all(feature = "webgpu", target_arch = "wasm32"))]
mod constructors;
pub mod data;
pub mod error;
pub mod math;
mod memory;
pub mod message;
pub mod nn;
mod order;
pub mod rng;
pub mod statistics;
pub mod study;
pub mod team;
pub mod train;

// In a browser the unit tests run where the engine does.
#[cfg(all(test, target_arch = "wasm32"))]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);
