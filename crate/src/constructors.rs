//! Constructors of the libraries that are linked in: CubeCL's compiler registers
//! each of its operations and types by one, hundreds in all.
//!
//! Where no code calls them, wasm-ld takes the module for a command, which is
//! started once and ends: it wraps every export so that each call runs all of
//! them again. Most calls come from wasm-bindgen's glue, one for each JavaScript
//! object that is taken or dropped, and nine tenths of the time that a worker
//! spent on a WebGPU step went there. One call from here ends that.

// The symbol is the linker's own, so only an extern block can name it.
#![allow(unsafe_code)]

use std::sync::Once;

/// Runs them all, at the first call.
pub fn run() {
    static RUN: Once = Once::new();
    unsafe extern "C" {
        fn __wasm_call_ctors();
    }
    // SAFETY: it takes nothing, gives nothing, and runs once.
    RUN.call_once(|| unsafe { __wasm_call_ctors() });
}
