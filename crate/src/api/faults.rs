//! Faults, for the page's query flag `fault`: each really happens.

use wasm_bindgen::prelude::*;

/// Traps, as a bug would.
#[wasm_bindgen]
pub fn fault_trap() {
    panic!("a trap was asked for by the address");
}

/// Takes memory until there is none left, and traps.
#[wasm_bindgen]
pub fn fault_out_of_memory() {
    let mut held: Vec<Vec<u8>> = Vec::new();
    loop {
        held.push(std::hint::black_box(Vec::with_capacity(64 << 20)));
    }
}
