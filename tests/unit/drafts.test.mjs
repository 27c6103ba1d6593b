// What is typed into the list of runs: it stands while it is typed in, and gives way to what is
// kept, which may hold another tab's words beside it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { drop, leave, standing, type } from "../../www/features/runs/drafts.js";
import { stopped_clock } from "./clock.mjs";

const clock = stopped_clock();

/** A field whose texts go into a list a moment later. */
function field(listed = "") {
  const name = "note";
  drop(name);
  const state = { listed, kept: /** @type {[string, string][]} */ ([]) };
  return {
    state,
    type: (/** @type {string} */ text) =>
      type(name, state.listed, text, (...kept) => void state.kept.push(kept)),
    leave: () => leave(name, state.listed),
    shows: () => standing(name, state.listed),
  };
}

test("it is kept a moment after the last key, and stands until the list has it", async () => {
  const { state, type, leave, shows } = field("");
  type("mine");
  await clock.pass(399);
  assert.deepEqual(state.kept, []);
  await clock.pass(1);
  assert.deepEqual(state.kept, [["mine", ""]]);
  leave();
  assert.equal(shows(), "mine", "it is not listed yet");
  state.listed = "mine";
  assert.equal(shows(), "mine");
  assert.equal(state.kept.length, 1);
});

test("left after it was kept, it gives way to what the list has by then", async () => {
  const { state, type, leave, shows } = field("");
  type("mine");
  await clock.pass(400);
  state.listed = "theirs\n\nmine";
  assert.equal(shows(), "mine", "while it is typed in");
  leave();
  assert.equal(shows(), "theirs\n\nmine");
});

test("left before it was kept, it stands until that is listed", async () => {
  const { state, type, leave, shows } = field("theirs");
  type("theirs and mine");
  leave();
  assert.deepEqual(state.kept, [["theirs and mine", "theirs"]]);
  assert.equal(shows(), "theirs and mine");
  state.listed = "theirs and mine, theirs";
  assert.equal(shows(), "theirs and mine, theirs");
});
