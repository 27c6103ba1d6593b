//! The engine's tests from outside, as one program: what they share is compiled once and a
//! browser is started once for all of them.

mod committee;
mod endings;
mod equality;
mod hand_in_figures;
mod hand_in_reports;
mod hostile_studies;
mod inside;
mod model_files;
mod network;
mod notebook_tables;
mod numerics;
mod parity;
mod properties;
mod real_data;
#[cfg(not(target_family = "wasm"))]
mod repeated;
mod repeated_runs;
mod sets;
#[cfg(feature = "ndarray")]
mod studies;
#[cfg(feature = "ndarray")]
mod table_files;
mod tables;
mod tasks;
mod training;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);
