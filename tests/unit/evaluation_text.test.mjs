// What the evaluation's status says, and of what: never figures of another model or set.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULTS } from "../../www/base/settings.js";
import { create_store, initial_state } from "../../www/app/state.js";
import { TestLooks, num_looks } from "../../www/app/test_looks.js";
import { evaluation_text, gallery_text } from "../../www/features/evaluation/text.js";
import { small_store } from "./small_store.mjs";

const figures = {
  accuracy: 0.811,
  num_rows: 240,
  num_correct: 195,
  interval_low: 0.75,
  interval_high: 0.86,
  loss: 0.5,
};

/** @param {object} [change] @returns {any} */
const state = (change = {}) => ({
  ...initial_state({ ...DEFAULTS }),
  data: { name: "train.csv", checksum: "aa", num_rows: 1200, has_labels: true },
  model: { id: "m", kind: "run", name: "", run_id: "one", data_checksum: "aa", summary: null },
  evaluation: { model_id: "m", set_id: "validation aa", about: "Validation part", figures },
  ...change,
});

test("figures stand only where they are of the model and the images that stand", () => {
  assert.match(
    evaluation_text(state()),
    /^Validation part · accuracy 81\.10 % · 240 images, 45 wrong · 95 % interval 75\.00 to 86\.00 % · loss 0\.5000$/,
  );
  const other_data = { name: "b.csv", checksum: "bb", num_rows: 9, has_labels: true };
  const cases = /** @type {[object, RegExp][]} */ ([
    [
      { data: other_data },
      /^The last figures were of “Validation part” and are not shown\. The data has changed since this model was trained/,
    ],
    [
      { model: { ...state().model, id: "n" } },
      /^The last figures were of “Validation part” with the model before and are not shown\. Press Evaluate/,
    ],
    [{ test: other_data }, /^The last figures were of “Validation part” and are not shown\. Press/],
    [{ data: null, evaluation: null }, /^Load data or a test CSV to evaluate it\.$/],
    [{ evaluation: null }, /^Press Evaluate/],
  ]);
  for (const [change, expected] of cases) {
    const text = evaluation_text(state(change));
    assert.match(text, expected);
    assert.doesNotMatch(text, /accuracy [\d.]+ %/);
  }
});

test("a test set that several models have read is said to be", () => {
  const storage = small_store();
  const store = create_store(initial_state({ ...DEFAULTS }));
  const looks = new TestLooks(store, storage);
  const text = () => {
    const { test, evaluation, ...rest } = state();
    const set = { name: "test.csv", checksum: "tt", num_rows: 240, has_labels: true };
    return evaluation_text({
      ...rest,
      test: set,
      evaluation: { ...evaluation, set_id: "test tt", about: "test.csv" },
      looks: store.get().looks,
    });
  };
  looks.add("test tt", "m");
  looks.add("test tt", "m");
  looks.add("test uu", "n");
  assert.doesNotMatch(text(), /models/, "one model may read it as often as it likes");
  looks.add("test tt", "n");
  assert.match(text(), / · 2 models have read this test set: choose between them by/);
  // Another tab, or the same one after a reload.
  const later = create_store(initial_state({ ...DEFAULTS }));
  new TestLooks(later, storage).add("test tt", "o");
  assert.equal(num_looks(later.get(), "test tt"), 3);
  looks.add("test tt", "p");
  assert.equal(num_looks(store.get(), "test tt"), 4);
  for (const text of ["{", "3", '{"test tt": 3}', "null"]) {
    storage.set("test looks", text);
    new TestLooks(store, storage);
    assert.equal(num_looks(store.get(), "test tt"), 0);
  }
});

test("what is under way comes first, then what went wrong, then the run", () => {
  const run = { ...initial_state({ ...DEFAULTS }).run, phase: "training" };
  assert.equal(evaluation_text(state({ evaluating: "Reading a.bpk" })), "Reading a.bpk");
  assert.equal(evaluation_text(state({ evaluation_told: "a.bpk: no", run })), "a.bpk: no");
  assert.match(evaluation_text(state({ run })), /^A run is under way/);
  assert.match(evaluation_text(state({ model: null })), /^Train first/);
});

test("a model that is not the run's is called by what it is", () => {
  const summary = {
    layers: [{ num_inputs: 784, num_outputs: 32 }, { num_outputs: 10 }],
    layer_norm: true,
  };
  const file = { ...state().model, id: "f", kind: "file", name: "a.bpk", summary };
  assert.match(
    evaluation_text(state({ model: file, evaluation: null })),
    /^The model of the file a\.bpk, 784 → 32 → 10 with layer normalisation, is loaded\. Press/,
  );
  const tuned = { ...file, kind: "tuned" };
  assert.match(evaluation_text(state({ model: tuned })), /This is the fine-tuned model\./);
});

test("the gallery says what it shows", () => {
  assert.equal(
    gallery_text(null, 24, 45),
    "Wrong, and most sure of it: 24 of 45 images. Press one to see why it reads so.",
  );
  assert.equal(
    gallery_text({ truth: 3, said: 3 }, 1, 1),
    "Rightly read as 3: 1 image. Press one to see why it reads so.",
  );
  assert.equal(gallery_text({ truth: 4, said: 9 }, 0, 0), "4 read as 9: 0 images");
});
