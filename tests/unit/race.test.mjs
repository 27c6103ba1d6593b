// Which of two backends is taken, on given figures, and what is remembered of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { RaceMemory } from "../../www/engine/race_memory.js";
import {
  are_same_losses,
  faster,
  is_in_doubt,
  shape_of,
  step_ms_of,
  verdict_of,
  verdict_words,
} from "../../www/engine/race.js";
import { small_store } from "./small_store.mjs";

/** @import { RunConfig } from "../../www/pkg/ndarray/inkling.js" */
/** @import { Verdict } from "../../www/engine/race.js" */

/** Slices of a device whose steps take so long, and so long the way there and back. */
const slices = (
  /** @type {number} */ step_ms,
  /** @type {number} */ way_ms,
  sizes = [1, 2, 4, 8],
) => sizes.map((num_steps) => ({ num_steps, ms: way_ms + num_steps * step_ms }));

/** @param {number} cpu_ms @param {number} webgpu_ms @returns {Verdict} */
const verdict = (cpu_ms, webgpu_ms, is_same = true, num_races = 1) => ({
  cpu_ms,
  webgpu_ms,
  is_same,
  num_races,
});

const near = (/** @type {number} */ found, /** @type {number} */ expected) =>
  assert.ok(Math.abs(found - expected) < 1e-9 * expected, `found ${found}, expected ${expected}`);

test("a verdict that a busy machine may have turned is in doubt, up to a third race", () => {
  assert.ok(is_in_doubt(verdict(1, 2)));
  assert.ok(is_in_doubt(verdict(2.9, 1, true, 2)));
  assert.ok(!is_in_doubt(verdict(1, 2, true, 3)));
  assert.ok(!is_in_doubt(verdict(6, 1)));
  assert.ok(!is_in_doubt(verdict(1, 2, false)), "a wrong driver stays one");
});

test("runs at once have a core each, but share the device", () => {
  assert.equal(faster(verdict(12, 4)), "webgpu");
  assert.equal(faster(verdict(12, 4), 2), "webgpu");
  assert.equal(faster(verdict(12, 4), 4), "ndarray");
});

test("a step's time is what it takes in a run's slices", () => {
  near(step_ms_of(slices(0.5, 0)), 0.5);
  // A slice of 50 ms has 24 steps of 2 ms and the way once.
  near(step_ms_of(slices(2, 1)), 2 + 1 / 24);
  // Never more than 64, which is what a device is given in one go.
  near(step_ms_of(slices(0.1, 3.2, [1, 1, 2, 4, 8, 16, 32])), 0.1 + 3.2 / 64);
  // Where the way is as long as a slice, each step goes it alone.
  near(step_ms_of(slices(0.1, 100)), 100.1);
  near(step_ms_of(slices(0.1, 100, [1])), 100.1);
});

test("noise in a step alone does not make a slow device a fast one", () => {
  // As found on a software adapter: the second slice took no longer than the first.
  near(
    step_ms_of([
      { num_steps: 1, ms: 33 },
      { num_steps: 2, ms: 33.4 },
    ]),
    16.7,
  );
  const held_up = [...slices(2, 1).slice(1), { num_steps: 1, ms: 16 }];
  near(step_ms_of(held_up), 17 / 8 / 2);
});

test("few slices, noise and a coarse clock still come to a time", () => {
  near(step_ms_of([{ num_steps: 1, ms: 356 }]), 356);
  near(
    step_ms_of([
      { num_steps: 1, ms: 9 },
      { num_steps: 1, ms: 7 },
    ]),
    7,
  );
  // The first alone was held up: the longest slices say more.
  near(
    step_ms_of([
      { num_steps: 1, ms: 0.2 },
      { num_steps: 32, ms: 16 },
    ]),
    0.5,
  );
  // Of those of about the same length the best, for nothing makes a step faster than it is.
  near(
    step_ms_of([
      { num_steps: 32, ms: 12.8 },
      { num_steps: 64, ms: 64 },
    ]),
    0.4,
  );
  assert.equal(
    step_ms_of([
      { num_steps: 1, ms: 0 },
      { num_steps: 64, ms: 0 },
    ]),
    0,
  );
  assert.ok(Number.isNaN(step_ms_of([])));
});

test("losses are compared as far as both went", () => {
  const cpu = [2.3, 2.2, 2.1].map((loss, at) => ({ step: 2 ** at, loss }));
  const other = (/** @type {number} */ by) =>
    cpu.map(({ step, loss }) => ({ step, loss: loss + by }));
  assert.ok(are_same_losses(cpu, other(9e-4)));
  assert.ok(!are_same_losses(cpu, other(3e-3)));
  assert.ok(are_same_losses(cpu, cpu.slice(0, 1)), "a slow one took fewer steps");
  assert.ok(!are_same_losses(cpu, other(NaN)));
  assert.ok(!are_same_losses(cpu, [...cpu.slice(0, 2), { step: 4, loss: Infinity }]));
  const large = [{ step: 1, loss: 4000 }];
  assert.ok(are_same_losses(large, [{ step: 1, loss: 4003 }]), "of a large one a thousandth");
  const diverged = [...cpu, { step: 8, loss: NaN }];
  assert.ok(are_same_losses(diverged, [...cpu, { step: 8, loss: 1e9 }]));
});

test("the faster one is taken, and the CPU where nothing is between them", () => {
  assert.equal(faster(verdict(0.46, 1.9)), "ndarray");
  assert.equal(faster(verdict(12, 0.5)), "webgpu");
  assert.equal(faster(verdict(1, 1)), "ndarray");
  assert.equal(faster(verdict(12, 0.5, false)), "ndarray", "a wrong one never");
  assert.equal(faster(verdict(NaN, 0.5)), "ndarray");
});

test("trials come to a verdict, scaled where the CPU's batches were smaller", () => {
  const trial = (/** @type {number} */ step_ms, loss = 2.3) => ({
    slices: slices(step_ms, 0),
    losses: [{ step: 1, loss }],
  });
  const cpu = [trial(40), trial(20)];
  const found = verdict_of({ cpu, webgpu: [trial(30, 2.5)], checked: trial(4), scale: 8 });
  assert.equal(found.is_same, true, "losses are compared on equal batches");
  near(found.cpu_ms, 160);
  near(found.webgpu_ms, 30);
  assert.equal(faster(found), "webgpu");
  const silent = { slices: slices(1, 0), losses: [] };
  assert.equal(verdict_of({ cpu, webgpu: [silent] }).is_same, false, "nothing is known of it");
  const quickest = verdict_of({ cpu: [trial(1)], webgpu: [trial(9), trial(2)] });
  assert.deepEqual([quickest.is_same, quickest.webgpu_ms], [true, 2]);
});

test("a verdict is said with both figures", () => {
  assert.equal(
    verdict_words(verdict(0.4621, 1.93)),
    "CPU (ndarray): 0.46 ms a step, WebGPU 1.9 ms.",
  );
  assert.equal(verdict_words(verdict(312, 4.04)), "WebGPU: 4 ms a step, CPU (ndarray) 310 ms.");
  assert.equal(
    verdict_words(verdict(12, 0.5, false)),
    "CPU (ndarray): 12 ms a step, WebGPU 0.5 ms. WebGPU came to other losses on the same steps.",
  );
});

const DATA = /** @type {any} */ ({ num_rows: 42_000 });

test("whatever changes a step's cost is another shape, and nothing else", () => {
  const shape = (/** @type {RunConfig} */ config, data = DATA, ink = 0.19) =>
    shape_of(config, data, ink);
  const usual = shape({});
  /** @type {RunConfig[]} */
  const others = [
    { hidden_layers: "128" },
    { batch_size: 32 },
    { optimiser: "adam" },
    { activation: "gelu" },
    { layer_norm: true },
    { dropout: 0.2 },
    { input_dropout: 0.2 },
    { augmentation: true },
    { momentum: 0.9 },
    { weight_decay: 0.1 },
    { max_norm: 2 },
    { label_smoothing: 0.1 },
    { step: "plain" },
  ];
  const shapes = others.map((config) => shape(config));
  assert.equal(new Set([usual, ...shapes]).size, others.length + 1);
  /** @type {RunConfig[]} */
  const same = [
    { hidden_layers: "128 64" },
    { seed: 7 },
    { epochs: 3 },
    { learning_rate: 0.5 },
    { learning_rate_schedule: "cosine" },
    { backend: "auto" },
    { validation_share: 10 },
  ];
  for (const config of same) assert.equal(shape(config), usual, JSON.stringify(config));
  assert.equal(shape({ momentum: 0.5 }), shape({ momentum: 0.9 }));
  assert.notEqual(shape({}, DATA, 0.6), usual, "the CPU leaves empty pixels out");
  assert.equal(
    shape({ batch_size: 512 }, { num_rows: 100 }),
    shape({ batch_size: 100 }, { num_rows: 100 }),
  );
  const task = { side: 8, classes: ["a", "b"], full_ink: 16, is_drawn: false };
  assert.notEqual(shape({}, { ...DATA, task }), usual);
});

test("verdicts are remembered for as long as the engines stay the same", async () => {
  const store = small_store();
  const memory = (engines = "a") => new RaceMemory(store, async () => engines);
  await memory().put("shape", verdict(1, 2));
  assert.deepEqual(await memory().get("shape"), verdict(1, 2));
  assert.equal(await memory().get("other"), null);
  assert.equal(await memory("b").get("shape"), null, "another engine may be faster");
  await memory("b").put("shape", verdict(2, 1));
  assert.deepEqual(await memory("b").get("shape"), verdict(2, 1));
  await memory("b").put("shape", verdict(0.5, 3));
  assert.deepEqual(
    await memory("b").get("shape"),
    verdict(0.5, 1, true, 2),
    "nothing makes a step faster than it is",
  );
  for (let at = 0; at < 60; at += 1) await memory("b").put(`shape ${at}`, verdict(1, 2));
  assert.equal(await memory("b").get("shape"), null, "the oldest goes first");
});

test("what stands there and is none of ours is not believed", async () => {
  const wrong = [
    "",
    "{",
    "null",
    "[]",
    '{"engines":"a"}',
    '{"engines":"a","verdicts":7}',
    '{"engines":"a","verdicts":[null,7,["shape"],["shape",null],["shape",{"cpu_ms":"1","webgpu_ms":1,"is_same":true}],["shape",{"cpu_ms":-1,"webgpu_ms":1,"is_same":true}],["shape",{"cpu_ms":1,"webgpu_ms":1}]]}',
  ];
  for (const text of wrong) {
    const store = small_store();
    store.set("races", text);
    const memory = new RaceMemory(store, async () => "a");
    assert.equal(await memory.get("shape"), null, text);
    await memory.put("shape", verdict(1, 2));
    assert.deepEqual(await new RaceMemory(store, async () => "a").get("shape"), verdict(1, 2));
  }
});

test("where the browser keeps nothing, the page still does", async () => {
  const memory = new RaceMemory({ get: () => null, set: () => {} }, async () => "a");
  await memory.put("shape", verdict(1, 2));
  assert.deepEqual(await memory.get("shape"), verdict(1, 2));
});
