// A run's state as columns, words and files. The figures are made up by hand.

import assert from "node:assert/strict";
import { test } from "node:test";
import { best_epoch, curve_data, describe_curve, history_csv } from "../../www/features/curves/curve_data.js";
import { curves_svg, ticks } from "../../www/features/curves/curve_files.js";
import { result_figures, status_text } from "../../www/features/run/text.js";
import { DEFAULTS } from "../../www/base/settings.js";
import { create_store, idle_run, with_progress } from "../../www/app/state.js";

/** @import { EpochRecord, Progress, RunResult } from "../../www/pkg/ndarray/inkling.js" */

/** @param {number} epoch @param {Partial<EpochRecord>} [change] @returns {EpochRecord} */
const record = (epoch, change = {}) => ({
  epoch,
  step: epoch * 10,
  train_loss: 1 / epoch,
  train_accuracy: 0.9,
  validation_loss: 1.1 / epoch,
  validation_accuracy: 0.8 + epoch / 100,
  elapsed_secs: epoch,
  train_secs: epoch,
  ...change,
});

/** @param {number} step @param {Partial<Progress>} [change] @returns {Progress} */
const progress = (step, change = {}) => ({
  epoch: Math.ceil(step / 10),
  num_epochs: 2,
  step,
  num_steps: 20,
  steps_per_epoch: 10,
  validating: false,
  train_loss: 2 - step / 100,
  train_accuracy: step / 100,
  samples_per_sec: 41_234,
  elapsed_secs: step,
  remaining_secs: 20 - step,
  ...change,
});

/** Two epochs of ten steps, as the trainer reports them. */
function run_of_two_epochs() {
  let run = { ...idle_run(), phase: /** @type {const} */ ("starting"), data_name: "a <b> & c.csv" };
  let state = /** @type {import("../../www/app/state.js").RunState} */ (run);
  for (const step of [5, 10]) state = with_progress(state, progress(step));
  state = with_progress(state, progress(10, { validating: true }));
  state = { ...state, history: [record(1)] };
  for (const step of [15, 20]) state = with_progress(state, progress(step));
  return { ...state, history: [record(1), record(2)] };
}

test("progress makes running points, broken between epochs", () => {
  const run = run_of_two_epochs();
  assert.equal(run.phase, "running");
  assert.deepEqual(
    run.running.map(({ x }) => x),
    [0.5, 1, 1, 1.5, 2],
  );
  assert.ok(Number.isNaN(run.running[2]?.train_loss), "a break where the mean starts anew");
});

test("columns share one rising axis, and an epoch's means stand at its end", () => {
  const data = curve_data(run_of_two_epochs());
  assert.ok(
    data.x.every((x, at) => at === 0 || x > (data.x[at - 1] ?? 0)),
    data.x.join(" "),
  );
  const ends = data.record.flatMap((found, at) => (found ? [data.x[at]] : []));
  assert.deepEqual(ends, [1, 2]);
  const at_one = data.x.indexOf(1);
  assert.equal(data.running_loss[at_one], 1.9, "the running mean of the epoch's last step");
  assert.equal(data.validation_loss[at_one], 1.1);
  assert.equal(data.running_loss[at_one + 1], null, "then the line breaks");
});

test("columns hold epochs that came without running points, and drop what is no number", () => {
  const data = curve_data({ running: [], history: [record(1), record(2, { train_loss: NaN })] });
  assert.deepEqual(data.x, [1, 2]);
  assert.deepEqual(data.train_loss, [1, null]);
});

test("the best epoch is the first of the highest", () => {
  assert.equal(best_epoch([]), null);
  const history = [0.9, 0.95, 0.95].map((value, at) =>
    record(at + 1, { validation_accuracy: value }),
  );
  assert.equal(best_epoch(history)?.epoch, 2);
});

test("a chart in words, and as CSV", () => {
  assert.match(describe_curve("loss", []), /no epoch/);
  assert.equal(
    describe_curve("accuracy", [record(1), record(2)]),
    "Accuracy by epoch, 2 epochs: training from 90.00 % to 90.00 %, validation from 81.00 % to 82.00 %.",
  );
  assert.equal(
    history_csv([record(1)]),
    "epoch,step,train_loss,validation_loss,train_accuracy,validation_accuracy,elapsed_secs,train_secs\n1,10,1,1.1,0.9,0.81,1,1\n",
  );
});

test("the SVG holds both charts and no markup of a file's name", () => {
  const svg = curves_svg({ ...run_of_two_epochs(), config: { ...DEFAULTS } });
  assert.match(svg, /a &lt;b&gt; &amp; c\.csv/);
  assert.match(svg, /Loss \(nats\)/);
  assert.match(svg, /best: epoch 2/);
  assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
});

test("ticks are round and within the range", () => {
  assert.deepEqual(ticks([0, 2.4], 6), [0, 0.5, 1, 1.5, 2]);
  assert.deepEqual(ticks([0.7, 1], 6), [0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1]);
  assert.deepEqual(ticks([0, 10], 12), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

/** @param {Partial<RunResult>} [change] @returns {RunResult} */
const result = (change = {}) => ({
  outcome: "finished",
  reason: "",
  backend: "ndarray",
  history: [record(1), record(2)],
  num_steps: 20,
  num_validation: 8400,
  validation_accuracy: 0.94432,
  validation_loss: 0.2,
  interval_low: 0.9392,
  interval_high: 0.9491,
  best_epoch: 2,
  best_validation_accuracy: 0.82,
  generalisation_gap: 0.08,
  elapsed_secs: 18.2,
  samples_per_sec: 41_234,
  ...change,
});

test("the state line ends with the outcome and holds accuracy and backend", () => {
  const run = { ...run_of_two_epochs(), phase: /** @type {const} */ ("ended") };
  assert.equal(
    status_text({ ...run, result: result() }, true),
    "ndarray · 2 of 2 epochs · 18.2 s · validation accuracy 94.43 % · Finished",
  );
  assert.match(status_text({ ...run, result: result({ outcome: "stopped" }) }, true), /Stopped$/);
  assert.equal(
    status_text(
      { ...run, result: result({ outcome: "failed", reason: "The loss became infinite." }) },
      true,
    ),
    "ndarray · 2 of 2 epochs · 18.2 s · validation accuracy 94.43 % · The loss became infinite · Failed",
  );
  assert.equal(status_text({ ...run, error: "No adapter." }, true), "No adapter. Failed");
});

test("the state line while it runs", () => {
  const run = run_of_two_epochs();
  assert.equal(
    status_text({ ...run, decision: { backend: "ndarray", reason: "", device: "" } }, true),
    "ndarray · epoch 2 of 2 · step 20 of 20 · 41,200 samples/s · under 1 s left",
  );
  assert.match(status_text({ ...run, phase: "paused" }, true), /paused$/);
});

test("the large figures carry the interval", () => {
  const figures = result_figures({ ...run_of_two_epochs(), result: result() });
  assert.deepEqual(figures[0], {
    title: "Validation accuracy",
    figure: "94.43 %",
    aside: "95 % interval 93.92 to 94.91 %, 8,400 images",
  });
  assert.ok(result_figures(idle_run()).every(({ figure }) => figure === "–"));
});

test("a store tells only those whose keys changed", () => {
  const store = create_store({ a: 1, b: 1 });
  /** @type {number[]} */
  const seen = [];
  store.watch(["a"], ({ a }) => seen.push(a));
  store.set({ b: 2 });
  store.set({ a: 2 });
  store.set({ a: 2 });
  assert.deepEqual(seen, [1, 2]);
});
