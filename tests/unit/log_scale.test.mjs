// The ends of a logarithmic axis, against the very function of uPlot that lays its ticks.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { log_range } from "../../www/plot/log_scale.js";

const SEED = Number(process.env.INKLING_FUZZ_SEED ?? 1);
/** More ticks than the widest range can have: 60 powers of ten. */
const MOST_TICKS = 1000;

/** uPlot does not export it, so it is taken out of its text, with an end to its loop. */
async function log_axis_splits() {
  const path = new URL("../../node_modules/uplot/dist/uPlot.esm.js", import.meta.url);
  const text = readFileSync(path, "utf8");
  const from = text.indexOf("function logAxisSplits(");
  const push = text.indexOf("splits.push(split);", from);
  assert.ok(from > 0 && push > from, "uPlot lays its ticks as it did");
  const limit = `if (splits.length > ${MOST_TICKS}) throw new RangeError("it never ends");`;
  const bounded = `${text.slice(0, push)}${limit}${text.slice(push)}\nexport { logAxisSplits };`;
  const { logAxisSplits } = await import(`data:text/javascript,${encodeURIComponent(bounded)}`);
  const u = { axes: [{ scale: "y" }], scales: { y: { log: 10 } } };
  return (/** @type {number} */ low, /** @type {number} */ high) =>
    /** @type {number[]} */ (logAxisSplits(u, 0, low, high, 0, 0));
}

/** Shares from 0 to 1; mulberry32. @param {number} seed */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
}

test("ticks of a logarithmic axis end, whatever the data", async (t) => {
  const splits = await log_axis_splits();
  // What the charts gave before: this is the fault that the function is for.
  assert.throws(() => splits(0.0112 * 0.85, 0.3), /it never ends/);
  t.diagnostic(`seed ${SEED}`);
  const draw = generator(SEED);
  for (let index = 0; index < 200_000; index += 1) {
    // Half of them near what losses are, half of them anywhere.
    const low = 10 ** (index % 2 ? 4 * draw() - 4 : 38 * draw() - 19);
    const high = low * 10 ** ((index % 3 ? 3 : 12) * draw() ** 3);
    const [from, to] = log_range(low, high);
    const found = `${low} to ${high} becomes ${from} to ${to}`;
    assert.ok(from <= low && to >= high, found);
    let ticks;
    try {
      ticks = splits(from, to);
    } catch (error) {
      throw new Error(found, { cause: error });
    }
    assert.ok(ticks.length >= 2, found);
    // Without much room that shows nothing.
    assert.ok(low / from < 2.3, found);
  }
});

test("the ends are round below and hold what no axis could", () => {
  assert.deepEqual(log_range(0.0112, 0.3), [0.01, 0.33]);
  assert.deepEqual(log_range(0.5, 0.5), [0.4, 0.55]);
  assert.deepEqual(log_range(0.021, 0.021), [0.01, 0.021 * 1.1]);
  assert.deepEqual(log_range(null, null), [0.05, 3]);
  assert.deepEqual(log_range(0, 1), [0.05, 3]);
  assert.deepEqual(log_range(NaN, NaN), [0.05, 3]);
  assert.deepEqual(log_range(1, Infinity), [0.05, 3]);
  assert.deepEqual(log_range(1e-40, 1), [1e-20, 1.1]);
  assert.equal(log_range(1e33, 1e34)[0], 1e30);
});
