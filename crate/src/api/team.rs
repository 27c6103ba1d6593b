//! The threads that share the work of a run, in the artifact that has shared memory.

use wasm_bindgen::prelude::*;

use crate::team;

/// Makes the calling worker a member of its memory's team; it hears no message any more.
#[wasm_bindgen]
pub fn join_team() {
    team::join();
}

/// How many share the work of a run, who asks included.
#[wasm_bindgen]
pub fn team_size() -> usize {
    team::size()
}
