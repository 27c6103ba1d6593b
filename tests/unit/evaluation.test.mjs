// The controller of evaluations: what changes while something is being kept is not
// overwritten by what was asked for before.

import assert from "node:assert/strict";
import { test } from "node:test";
import { EvaluationController } from "../../www/app/evaluation.js";
// Fetched with the first test set; here it is there, so that moments are enough.
import "../../www/app/test_picker.js";
import { create_store, initial_state } from "../../www/app/state.js";
import { DEFAULTS } from "../../www/base/settings.js";

const moments = async () => {
  for (let at = 0; at < 12; at += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** A set of two labelled images. @param {string} checksum */
const set_of = (checksum) => ({
  summary: { name: `${checksum}.csv`, num_rows: 2, has_labels: true, checksum },
  blob: new Blob([new Uint8Array(2 * 784), new Uint8Array([1, 2])]),
});

/** @param {{ put?: Promise<boolean>, kept?: Promise<void> }} [waits] */
function bench({ put = Promise.resolve(true), kept = Promise.resolve() } = {}) {
  const store = create_store(initial_state({ ...DEFAULTS }));
  /** What happens while a model's file is read. */
  let meanwhile = async () => {};
  /** @type {Map<string, unknown>} */
  const notes = new Map();
  const evaluation = new EvaluationController(
    /** @type {any} */ ({
      store,
      engine: {
        read_files: async (/** @type {File[]} */ [file]) => set_of(file?.name ?? ""),
        predict_pixels: async (/** @type {string} */ _, /** @type {Uint8Array} */ pixels) =>
          new Float32Array((10 * pixels.length) / 784),
        evaluate: async () => ({ accuracy: 0.5 }),
        load_model: async (
          /** @type {string} */ _,
          /** @type {File} */ __,
          /** @type {() => void} */ refuse,
        ) => {
          await meanwhile();
          refuse();
          return { layers: [] };
        },
        set_model_source: () => {},
      },
      data_sets: { put: () => put },
      notes: {
        set: async (/** @type {string} */ name, /** @type {unknown} */ value) =>
          notes.set(name, value),
      },
      announce: () => {},
      on_evaluated: () => kept,
    }),
  );
  const while_reading = (/** @type {() => Promise<void>} */ happens) => (meanwhile = happens);
  return { store, notes, evaluation, while_reading };
}

const model = (/** @type {string} */ id) =>
  /** @type {any} */ ({ id, kind: "run", name: "", run_id: id, data_checksum: "d", summary: null });

test("a test set that is taken away while it is still being written stays away", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  /** @type {(is_kept: boolean) => void} */
  let written = () => {};
  const put = new Promise((resolve) => (written = resolve));
  const { store, notes, evaluation } = bench({ put: /** @type {Promise<boolean>} */ (put) });
  const picked = evaluation.pick_test([new File([], "a")]);
  await moments();
  assert.equal(store.get().test, null, "it waits until it is kept");
  t.mock.timers.tick(10_000);
  await picked;
  assert.equal(store.get().test?.checksum, "a", "but no longer than a person would");
  await evaluation.drop_test();
  written(true);
  await moments();
  assert.equal(notes.get("test"), "", "a reload brings none back");
});

test("a test set is noted once it is written", async () => {
  const { notes, evaluation } = bench();
  await evaluation.pick_test([new File([], "a")]);
  assert.equal(notes.get("test"), "a");
});

test("figures of a model that has gone are not put over what stands", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  /** @type {() => void} */
  let written = () => {};
  const kept = new Promise((resolve) => (written = () => resolve(undefined)));
  const { store, evaluation } = bench({ kept: /** @type {Promise<void>} */ (kept) });
  await evaluation.pick_test([new File([], "a")]);
  store.set({ model: model("first") });
  const asked = evaluation.evaluate();
  await moments();
  // Another run is opened meanwhile, with the evaluation that it had.
  const its = /** @type {any} */ ({ model_id: "second", set_id: "test a", figures: {} });
  store.set({ model: model("second"), evaluation: its });
  written();
  await asked;
  assert.equal(store.get().evaluation, its);
  assert.match(store.get().evaluation_told, /changed meanwhile/);
});

test("a run that begins while a model's file is read keeps its place", async () => {
  const { store, evaluation, while_reading } = bench();
  while_reading(async () => store.set({ run: { ...store.get().run, phase: "opening" } }));
  await evaluation.load_model(new File([], "f.safetensors"));
  assert.equal(store.get().model, null);
  assert.match(store.get().evaluation_told, /^A run is under way, so f\.safetensors was not read/);
  store.set({ run: { ...store.get().run, phase: "idle" } });
  while_reading(async () => {});
  await evaluation.load_model(new File([], "f.safetensors"));
  assert.equal(store.get().model?.name, "f.safetensors");
});
