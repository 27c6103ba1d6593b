// What the bench says of a run: its line, its figures, what those are of, and its ticks.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULTS } from "../../www/base/settings.js";
import { idle_run } from "../../www/app/state.js";
import { difference_text, other_settings } from "../../www/features/run/difference.js";
import {
  is_tuned,
  model_text,
  result_figures,
  fault_remark,
  status_text,
  stopped_within,
} from "../../www/features/run/text.js";
import { done_parts } from "../../www/features/run/ticks.js";
import { other_network } from "../../www/features/network/shape.js";
import { offline_words } from "../../www/app/offline_words.js";

/** @param {number} epoch */
const record = (epoch) => ({
  epoch,
  step: epoch * 500,
  train_loss: 0.2,
  train_accuracy: 0.98,
  validation_loss: 0.2,
  validation_accuracy: 0.9713,
  elapsed_secs: epoch,
  train_secs: epoch,
});

/** @param {object} [change] @returns {any} */
const result = (change = {}) => ({
  outcome: "finished",
  reason: "",
  backend: "ndarray",
  history: [record(1), record(2)],
  num_steps: 1000,
  num_validation: 8400,
  validation_accuracy: 0.9756,
  validation_loss: 0.1,
  interval_low: 0.972,
  interval_high: 0.979,
  best_epoch: 2,
  best_validation_accuracy: 0.9713,
  generalisation_gap: 0.01,
  elapsed_secs: 12,
  samples_per_sec: 41_000,
  weights_checksum: "00000000000000bb",
  version: "0.1.0",
  ...change,
});

/** @param {object} [change] @returns {any} */
const run = (change = {}) => ({
  ...idle_run(),
  phase: "ended",
  id: "one",
  config: { ...DEFAULTS, epochs: 2 },
  data_name: "sample.csv.gz",
  data_checksum: "aa",
  history: [record(1), record(2)],
  result: result(),
  ...change,
});

test("each phase has its words, and an end its last word", () => {
  const cases = /** @type {[object, RegExp][]} */ ([
    [{ ...idle_run() }, /^Ready\. Press Train/],
    [{ phase: "opening", result: null }, /^Opening the backend$/],
    [
      { phase: "opening", result: null, decision: { backend: "webgpu" } },
      /^webgpu · preparing the first step$/,
    ],
    [{ phase: "paused", result: null, decision: { backend: "ndarray" } }, / · paused$/],
    [{ phase: "stopping", result: null, decision: { backend: "ndarray" } }, /stopping/],
    [{}, /^ndarray · 2 of 2 epochs · 12\.0 s · validation accuracy 97\.56 % · Finished$/],
    [
      { result: null, error: "Stopped before its first step." },
      /^Stopped before its first step\. Stopped$/,
    ],
    [{ phase: "failed", result: null, error: "No adapter." }, /^No adapter\. Failed$/],
    [
      { phase: "failed", result: result({ outcome: "failed", reason: "The loss was NaN." }) },
      /The loss was NaN · Failed$/,
    ],
    [
      { phase: "interrupted", result: null, error: "The page was closed in epoch 1 of 3." },
      /^The page was closed in epoch 1 of 3\. Interrupted$/,
    ],
    [
      { phase: "interrupted", result: null, error: "The worker stopped." },
      /^The worker stopped\. Failed$/,
    ],
  ]);
  for (const [change, expected] of cases) assert.match(status_text(run(change), true), expected);
  assert.match(status_text(idle_run(), false), /^Load data first/);
});

test("what cannot be trained on is not said to be ready, and what is wrong is said once", () => {
  const split = { place: "split", found: "", expected: "", message: "split: found only 1 image" };
  const idle = idle_run();
  assert.equal(status_text(idle, true, split), "Not ready. Split: found only 1 image.");
  assert.equal(fault_remark(idle, split), "");
  assert.match(status_text(idle, false, split), /^Load data first/);
  // A run that is shown stays so; what is wrong since stands under it.
  const ended = run({});
  assert.match(status_text(ended, true, split), /Finished$/);
  assert.equal(fault_remark(ended, split), "split: found only 1 image.");
  const refused = { ...idle, phase: /** @type {const} */ ("failed"), error: `${split.message}.` };
  assert.equal(fault_remark(refused, split), "");
  const rate = { ...split, place: "Learning rate", message: "Learning rate: found “abc”" };
  assert.equal(fault_remark(ended, rate), "", "its field says it");
});

test("a run that was stopped within an epoch says which model its figure is of", () => {
  const stopped = result({ outcome: "stopped", num_steps: 1321 });
  assert.deepEqual(stopped_within(stopped), { epoch: 3, step: 1321 });
  const shown = run({ config: { ...DEFAULTS, epochs: 40 }, result: stopped });
  assert.match(
    status_text(shown, true),
    /^ndarray · stopped in epoch 3 of 40 · .* · validation accuracy 97\.56 % · Stopped$/,
  );
  assert.match(
    result_figures(shown)[0]?.aside ?? "",
    /^stopped in epoch 3, after step 1,321; epoch 2 ended at 97\.13 %\. 95 % interval 97\.20 to 97\.90 %/,
  );
  const first = result({ outcome: "stopped", num_steps: 7, history: [], best_epoch: 0 });
  assert.match(
    result_figures(run({ result: first }))[0]?.aside ?? "",
    /^stopped in epoch 1, after step 7\./,
  );
  // At an epoch's end a row of the table has it.
  assert.equal(stopped_within(result({ outcome: "stopped" })), null);
  assert.match(status_text(run({ result: result({ outcome: "stopped" }) }), true), /2 of 2 epochs/);
});

test("there are four figures at every moment", () => {
  for (const shown of [idle_run(), run({ result: null }), run()]) {
    assert.equal(result_figures(shown).length, 4);
  }
  assert.equal(result_figures(run(), true)[0]?.title, "Validation accuracy before fine-tuning");
});

const data = /** @type {any} */ ({ name: "sample.csv.gz", checksum: "aa", num_rows: 10 });
const fields = { ...DEFAULTS, epochs: 2 };

test("figures that are of what stands need no word", () => {
  assert.equal(difference_text(run(), fields, data), "");
  assert.equal(difference_text(run(), { ...fields, hidden_layers: "128 64" }, data), "");
  assert.equal(difference_text(idle_run(), DEFAULTS, data), "");
  const empty = run({ history: [], result: null, phase: "failed" });
  assert.equal(difference_text(empty, DEFAULTS, data), "", "there is no figure");
});

test("figures of other settings or data say so", () => {
  const other = { ...fields, layer_norm: true };
  assert.equal(
    difference_text(run(), other, data),
    "Trained with layer normalisation off; the settings now say layer normalisation on.",
  );
  const mnist = { ...data, name: "train.csv.gz", checksum: "bb" };
  assert.equal(
    difference_text(run(), fields, mnist),
    "Trained on sample.csv.gz; train.csv.gz is loaded now.",
  );
  assert.equal(
    difference_text(run(), { ...other, epochs: NaN }, mnist),
    "Trained on sample.csv.gz with layer normalisation off and epochs 2; train.csv.gz is loaded now, and the settings say layer normalisation on and no epochs.",
  );
  assert.match(difference_text(run(), fields, { ...data, checksum: "cc" }), /on another sample/);
  const many = { ...DEFAULTS, epochs: 5, seed: 1, momentum: 0.5, dropout: 0.1, batch_size: 8 };
  assert.match(
    difference_text(run(), many, data),
    /dropout 0, epochs 2, batch size 64 and 2 more;/,
  );
  assert.match(
    difference_text(run({ phase: "training", result: null }), other, data),
    /^Trains with/,
  );
});

test("a backend counts as another only where one is asked for that did not run", () => {
  const asked = (/** @type {any} */ backend) =>
    other_settings(run(), { ...fields, backend }).length;
  assert.deepEqual([asked("auto"), asked("ndarray"), asked("webgpu")], [0, 0, 1]);
});

/** @param {object} change @returns {any} */
const model = (change) => ({
  id: "m",
  kind: "run",
  name: "epochs 2, sample.csv.gz",
  run_id: "one",
  config: fields,
  data_checksum: "aa",
  summary: null,
  ...change,
});

test("another model than the run's is told beside the figures", () => {
  assert.equal(model_text(run(), null, ""), "");
  assert.equal(model_text(run(), model({}), ""), "");
  const tuned = model({ kind: "tuned" });
  assert.ok(is_tuned(run(), tuned));
  assert.equal(
    model_text(run(), tuned, "Validation accuracy: 97.56 % before, 97.50 % after."),
    "These figures are of the model before the fine-tuning. Validation accuracy: 97.56 % before, 97.50 % after.",
  );
  const file = model({ kind: "file", run_id: "", name: "a.bpk" });
  assert.match(model_text(run(), file, ""), /The one that reads now is another: a\.bpk\.$/);
});

test("the network's lead tells of a model that is another one", () => {
  assert.equal(other_network(null, [784, 10]), "");
  assert.equal(other_network(model({}), [784, 128, 64, 10]), "");
  assert.equal(
    other_network(model({ config: { ...fields, hidden_layers: "32" } }), [784, 128, 64, 10]),
    ". The model that reads now is 784 → 32 → 10.",
  );
  const summary = { layers: [{ num_inputs: 784, num_outputs: 16 }, { num_outputs: 10 }] };
  assert.match(other_network(model({ config: null, summary }), [784, 32, 10]), /784 → 16 → 10/);
  assert.equal(other_network(model({ config: null }), [784, 32, 10]), "");
});

test("ticks follow the state and the pad", () => {
  const state = /** @type {any} */ ({
    data: null,
    plan: null,
    plan_fault: null,
    run: idle_run(),
    model: null,
  });
  const ticked = (/** @type {any} */ now, has_ink = false) =>
    Object.entries(done_parts(now, has_ink))
      .filter(([, is_done]) => is_done)
      .map(([part]) => part)
      .join(" ");
  assert.equal(ticked(state, true), "");
  const planned = { ...state, data, plan: {} };
  assert.equal(ticked(planned), "data network");
  assert.equal(ticked({ ...planned, plan_fault: { message: "no" } }), "data");
  const trained = { ...planned, run: run(), model: model({}) };
  assert.equal(ticked(trained), "data network training curves");
  assert.equal(ticked(trained, true), "data network training curves draw");
});

test("offline, what was never used is named", () => {
  assert.equal(offline_words([], false), "This page works offline.");
  assert.equal(
    offline_words(["the report as PDF", "WebGPU"], true),
    "This page works offline. Fetched when first used: the report as PDF and WebGPU. A newer version is ready: close Inkling’s other tabs, then reload.",
  );
});

test("the gap of a run that was stopped by force says that it was not measured alike", () => {
  const gap = (/** @type {object} */ change) =>
    result_figures(run({ result: result(change) })).find(({ title }) => title === "Gap")?.aside;
  const clean = { num_images: 8400, accuracy: 0.98, loss: 0.1 };
  assert.equal(
    gap({ outcome: "stopped" }),
    "training, as it learned, above validation; stopped before its training images were measured as validation is",
  );
  assert.equal(
    gap({ outcome: "stopped", clean }),
    "training above validation, both measured alike",
  );
  assert.equal(gap({}), "training, as it learned, above validation");
});
