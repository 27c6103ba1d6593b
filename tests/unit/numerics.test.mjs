// The bits that settings and data give, by the engine that ships: those of the fixture,
// which native builds are held to as well (crate/tests/numerics.rs).

import assert from "node:assert/strict";
import { test } from "node:test";
import { open_engine } from "./letters_set.mjs";
import { fixture, outcome_of, sets_of } from "./numerics_cases.mjs";

const wasm = await open_engine();
const { cases, numerics_version } = fixture();
const sets = sets_of(wasm);

for (const { name, expected, ...case_ } of cases) {
  test(`the bits of numerics version ${numerics_version}: ${name}`, async () => {
    const found = await outcome_of(wasm, sets, case_);
    // A change of bits is a decision: it raises the version, and writes the fixture anew.
    assert.deepEqual(found, { ...expected, numerics_version });
  });
}
