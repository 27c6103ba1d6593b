// What the list of kept runs says, and the table of those that are compared.

import assert from "node:assert/strict";
import { test } from "node:test";
import { compared } from "../../www/features/runs/compare.js";
import {
  accuracy_of,
  continue_words,
  limit_words,
  state_words,
  when_words,
} from "../../www/features/runs/words.js";
import { DEFAULTS } from "../../www/base/settings.js";
import { idle_run, initial_state } from "../../www/app/state.js";

/** @import { EpochRecord, RunResult } from "../../www/pkg/ndarray/inkling.js" */
/** @import { RunSummary } from "../../www/store/runs.js" */

/** @param {number} epoch @param {number} [accuracy] @returns {EpochRecord} */
const record = (epoch, accuracy = 0.8 + epoch / 100) => ({
  epoch,
  step: epoch * 10,
  train_loss: 1 / epoch,
  train_accuracy: accuracy + 0.02,
  validation_loss: 1.1 / epoch,
  validation_accuracy: accuracy,
  elapsed_secs: epoch,
  train_secs: epoch,
});

/** @param {Partial<RunResult>} [change] @returns {RunResult} */
const result = (change = {}) => ({
  outcome: "finished",
  reason: "",
  backend: "ndarray",
  history: [],
  num_steps: 20,
  num_validation: 8400,
  validation_accuracy: 0.82,
  validation_loss: 0.2,
  interval_low: 0.8116,
  interval_high: 0.8281,
  best_epoch: 2,
  best_validation_accuracy: 0.82,
  generalisation_gap: 0.02,
  elapsed_secs: 18.2,
  samples_per_sec: 41_234,
  weights_checksum: "",
  version: "",
  ...change,
});

/** Two epochs, finished. @param {Partial<RunSummary>} [change] @returns {RunSummary} */
const summary = (change = {}) => ({
  format_version: 2,
  id: "one",
  order: 1,
  name: "",
  note: "",
  created: "2025-11-20T10:00:00.000Z",
  is_pinned: false,
  state: "ended",
  error: "",
  has_crashed: false,
  config: { ...DEFAULTS, epochs: 2 },
  data_name: "train.csv.gz",
  data_checksum: "0123456789abcdef",
  data_rows: 42_000,
  decision: { backend: "ndarray", reason: "", device: "" },
  history: [record(1), record(2)],
  result: result(),
  tuned: null,
  evaluated: null,
  has_model: true,
  has_checkpoint: true,
  bytes: 870_000,
  ...change,
});

/** @param {Partial<import("../../www/app/state.js").PageState>} [change] */
const state = (change = {}) => ({ ...initial_state({ ...DEFAULTS }), ...change });

/** Only its checksum is asked for. @param {string} checksum */
const data_of = (checksum) =>
  /** @type {import("../../www/pkg/ndarray/inkling.js").DataSummary} */ (
    /** @type {unknown} */ ({ checksum })
  );

test("when a run was begun", () => {
  const now_ms = Date.parse("2025-11-25T12:00:00.000Z");
  const before = (/** @type {number} */ secs) =>
    when_words(new Date(now_ms - secs * 1000).toISOString(), now_ms);
  assert.equal(before(20), "just now");
  assert.equal(before(61), "1 min ago");
  assert.equal(before(59 * 60), "59 min ago");
  assert.equal(before(3 * 3600), "3 h ago");
  assert.equal(before(26 * 3600), "1 day ago");
  assert.equal(before(13 * 86_400), "13 days ago");
  assert.equal(before(14 * 86_400), "2025-11-11");
  assert.equal(before(-3600), "just now", "a clock that was set back");
  assert.equal(when_words("yesterday", now_ms), "at an unknown time");
});

test("the state of a run in words", () => {
  const here = state();
  const words = (/** @type {Partial<RunSummary>} */ change) => state_words(summary(change), here);
  const config = { ...DEFAULTS, epochs: 40 };
  assert.equal(words({}), "finished, 2 epochs");
  assert.equal(
    words({ config, result: result({ outcome: "stopped", num_steps: 24 }) }),
    "stopped in epoch 3 of 40",
  );
  assert.equal(
    words({ config, result: result({ outcome: "stopped", num_steps: 20 }) }),
    "stopped after epoch 2 of 40",
  );
  assert.equal(
    words({ state: "interrupted", config, result: null }),
    "interrupted in epoch 3 of 40",
  );
  assert.equal(
    words({ state: "failed", config, result: null, error: "No adapter." }),
    "failed in epoch 3 of 40: No adapter",
  );
  const diverged = result({ outcome: "failed", reason: "The loss became infinite." });
  assert.equal(
    words({ state: "failed", config, result: diverged }),
    "failed in epoch 3 of 40: The loss became infinite",
  );
  assert.equal(
    words({ state: "running", config, result: null }),
    "under way in another tab, in epoch 3 of 40",
  );
  const run = { ...idle_run(), id: "one" };
  assert.equal(
    state_words(summary({ state: "running", config, result: null }), state({ run })),
    "under way in epoch 3 of 40",
  );
});

test("the accuracy is the model's, else the last epoch's", () => {
  assert.equal(accuracy_of(summary({ result: result({ validation_accuracy: 0.9 }) })), 0.9);
  assert.equal(accuracy_of(summary({ result: null, history: [record(1), record(2, 0.7)] })), 0.7);
  assert.ok(Number.isNaN(accuracy_of(summary({ result: null, history: [] }))));
});

test("what can go on says from where, on what data, or why not now", () => {
  const cut = summary({ state: "interrupted", result: null, config: { ...DEFAULTS, epochs: 40 } });
  assert.equal(continue_words(summary(), state()), null, "a finished run is over");
  const on_its_data = state({ data: data_of(cut.data_checksum) });
  const ready = continue_words(cut, on_its_data);
  assert.equal(ready?.can, true);
  assert.match(ready?.sentence ?? "", /^It goes on from epoch 2 of 40, which is kept\.$/);
  const without = continue_words(cut, state({ data: data_of("other") }));
  assert.equal(without?.can, true);
  assert.match(without?.sentence ?? "", /needs train\.csv\.gz/);
  const busy = continue_words(cut, { ...on_its_data, is_study_busy: true });
  assert.equal(busy?.can, false);
  assert.match(busy?.sentence ?? "", /study/i);
});

test("the limit says what is kept and how much of it is used", () => {
  const most = { runs: 100, bytes: 500e6 };
  assert.equal(
    limit_words([], most),
    "Up to 100 runs and 500 MB of models are kept; the oldest that is not compared goes first.",
  );
  assert.match(limit_words([summary(), summary()], most), / Now: 2 runs, 1\.7 MB\.$/);
});

/** Of the charts' lines. */
const LOOKS = new Map([
  ["one", 1],
  ["two", 3],
]);

test("compared runs show the settings in which they differ, and what came of each", () => {
  const runs = [
    summary(),
    summary({
      id: "two",
      name: "with noise",
      config: { ...DEFAULTS, epochs: 2, dropout: 0.2, layer_norm: true, hidden_layers: "128,64" },
      result: null,
      decision: { backend: "webgpu", reason: "", device: "" },
      history: [record(1, 0.7), record(2, 0.7), record(3, 0.6)],
    }),
    summary({ id: "not pinned", config: { ...DEFAULTS, momentum: 0.9 } }),
  ];
  const { columns, rows, remarks } = compared(runs, ["two", "gone", "one"], LOOKS);
  assert.deepEqual(columns, [
    "Dropout",
    "Layer normalisation",
    "Backend",
    "Data",
    "Validation accuracy",
    "Best epoch",
    "Gap",
    "Epochs",
    "Time",
  ]);
  const texts = rows.map(({ name, cells }) => [
    name,
    ...cells.map(({ text, aside }) => (aside ? `${text} | ${aside}` : text)),
  ]);
  assert.deepEqual(texts, [
    [
      "with noise",
      "0.2",
      "on",
      "webgpu",
      "train.csv.gz",
      "60.00 %",
      "1 | 70.00 %",
      "+2.00 points | as it learned",
      "3 of 2",
      "3.0 s",
    ],
    [
      "epochs 2, train.csv.gz",
      "0",
      "off",
      "ndarray",
      "train.csv.gz",
      "82.00 % | 81.16 to 82.81 %",
      "2 | 82.00 %",
      "+2.00 points | as it learned",
      "2 of 2",
      "18.2 s",
    ],
  ]);
  assert.deepEqual(remarks, []);
  assert.deepEqual(
    rows.map(({ look }) => look),
    [3, 1],
  );
});

test("a run without an epoch has its row in the table all the same", () => {
  const { rows } = compared([summary({ history: [], result: null })], ["one"], LOOKS);
  assert.deepEqual(
    rows[0]?.cells.map(({ text }) => text),
    ["train.csv.gz", "–", "–", "–", "0 of 2", "–"],
  );
});

test("it is said where accuracies were not measured on the same images", () => {
  const other_data = [summary(), summary({ id: "two", data_checksum: "other" })];
  assert.match(
    compared(other_data, ["one", "two"], LOOKS).remarks.join(" "),
    /different data sets/,
  );
  const other_split = [
    summary(),
    summary({ id: "two", config: { ...DEFAULTS, epochs: 2, seed: 7, validation_share: 10 } }),
  ];
  const { remarks } = compared(other_split, ["one", "two"], LOOKS);
  assert.equal(remarks.length, 1);
  assert.match(remarks[0] ?? "", /because validation share and seed differ/);
  assert.deepEqual(compared(other_split, ["one"], LOOKS).remarks, []);
});
