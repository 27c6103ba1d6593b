//! The threads that share the work of a run, in the artifact that has shared memory.

use wasm_bindgen::prelude::*;

use crate::team;

/// Makes the calling worker a member of its memory's team; it hears no message any more.
#[wasm_bindgen]
pub fn join_team() {
    team::join();
}

/// Has the leader's work fail, for a member that trapped within it.
#[wasm_bindgen]
pub fn give_up_team() {
    team::give_up();
}

/// The memory that the team shares: what a member is begun with.
#[wasm_bindgen]
pub fn team_memory() -> JsValue {
    wasm_bindgen::memory()
}

/// How many share the work of a run, who asks included.
#[wasm_bindgen]
pub fn team_size() -> usize {
    team::size()
}
