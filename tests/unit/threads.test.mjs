// How many threads share a run, by the machine and the address.

import assert from "node:assert/strict";
import { test } from "node:test";
import { threads_for } from "../../www/engine/threads.js";

/** @param {number} hardwareConcurrency */
const isolated = (hardwareConcurrency) => ({
  crossOriginIsolated: true,
  navigator: { hardwareConcurrency },
});

test("a run is shared by all cores but the page's, four at most, where memory can be", () => {
  for (const [cores, threads] of /** @type {const} */ ([
    [1, 1],
    [2, 1],
    [3, 2],
    [4, 3],
    [5, 4],
    [16, 4],
  ])) {
    assert.equal(threads_for("", isolated(cores)), threads);
    assert.equal(threads_for("", { ...isolated(cores), crossOriginIsolated: false }), 1);
  }
  assert.equal(threads_for("", {}), 1);
  assert.equal(threads_for("", { crossOriginIsolated: true }), 1);
});

test("the address says otherwise, never more than there are", () => {
  for (const [asked, threads] of /** @type {const} */ ([
    ["1", 1],
    ["2", 2],
    ["3", 3],
    ["9", 4],
    ["0", 4],
    ["-1", 4],
    ["two", 4],
    ["1.5", 4],
    ["1e9", 4],
  ])) {
    assert.equal(threads_for(asked, isolated(8)), threads, asked);
  }
  assert.equal(threads_for("4", isolated(2)), 2);
});
