// Runs as a file: what goes out comes back, and what is hostile is refused with its place.

import assert from "node:assert/strict";
import { test } from "node:test";
import { run_text, runs_file, runs_from_json } from "../../www/app/runs_file.js";
import { DEFAULTS } from "../../www/base/settings.js";

const epoch = {
  epoch: 1,
  step: 10,
  train_loss: 1.5,
  train_accuracy: 0.5,
  validation_loss: Number.NaN,
  validation_accuracy: 0.25,
  elapsed_secs: 1,
  train_secs: 0.9,
};

/** @returns {import("../../www/app/runs_file.js").WholeRun} */
const whole = () => ({
  record: {
    format_version: 2,
    id: "one",
    order: 3,
    name: "my run",
    note: "",
    created: "2026-11-25T12:00:00.000Z",
    is_pinned: true,
    state: "interrupted",
    error: "",
    has_crashed: false,
    config: { ...DEFAULTS },
    data_name: "bars.csv",
    data_checksum: "0123456789abcdef",
    data_rows: 200,
    decision: null,
    history: [epoch],
    running: [{ x: 0.5, step: 5, train_loss: Infinity, train_accuracy: 0.1 }],
    result: null,
    tuned: null,
    evaluated: null,
  },
  bytes: { model: undefined, checkpoint: Uint8Array.from({ length: 70_000 }, (_, at) => at % 251) },
});

/** @param {import("../../www/app/runs_file.js").WholeRun[]} runs */
const file_text = (runs) => runs_file(runs.map(run_text)).text();

test("what goes out comes back, numbers that are none too", async () => {
  const [back] = await runs_from_json(await file_text([whole()]));
  assert.deepEqual(back?.record, { ...whole().record, is_pinned: false });
  assert.deepEqual(back?.bytes.checkpoint, whole().bytes.checkpoint);
});

test("a result goes out and comes back with all that it keeps", async () => {
  const result = /** @type {import("../../www/pkg/ndarray/inkling.js").RunResult} */ ({
    outcome: "failed",
    reason: "At step 7 (epoch 1) the loss was infinite.",
    failure: { kind: "infinite", epoch: 1, step: 7 },
    backend: "ndarray",
    history: [{ ...epoch, clean_loss: 0.5, clean_accuracy: 0.25 }],
    num_steps: 7,
    num_validation: 3,
    validation_accuracy: 1 / 3,
    validation_loss: 1,
    interval_low: 0,
    interval_high: 1,
    best_epoch: 1,
    best_validation_accuracy: 0.25,
    generalisation_gap: 0,
    elapsed_secs: 1,
    samples_per_sec: 2,
    weights_checksum: "0123456789abcdef",
    version: "0.1.0",
    numerics_version: 2,
    correct: "AQ==",
    clean: { num_images: 3, accuracy: 1 / 3, loss: 1 },
  });
  const one = whole();
  one.record = { ...one.record, state: "failed", result };
  one.record.config = { ...DEFAULTS, split_seed: 7 };
  const [back] = await runs_from_json(await file_text([one]));
  assert.deepEqual(back?.record.result, result);
  assert.equal(back?.record.config.split_seed, 7);
  // What an older page wrote has none of these.
  const { failure: _, clean: __, correct: ___, numerics_version: ____, ...older } = result;
  one.record = { ...one.record, result: /** @type {any} */ (older) };
  const [old] = await runs_from_json(await file_text([one]));
  assert.deepEqual(old?.record.result, { ...older, correct: "", numerics_version: 1 });
  one.record = { ...one.record, result: { ...result, numerics_version: 0.5 } };
  await assert.rejects(
    runs_from_json(await file_text([one])),
    /result, numerics_version: found 0.5, expected a whole number from 1/,
  );
  one.record = { ...one.record, result };
  const text = (await file_text([one])).replace('"split_seed":7', '"split_seed":"7"');
  await assert.rejects(runs_from_json(text), /config, split_seed: found "7", expected a number/);
});

test("the oldest comes first, in whatever order the file has them", async () => {
  const newer = whole();
  newer.record = { ...newer.record, id: "two", order: 9 };
  const ids = (await runs_from_json(await file_text([newer, whole()]))).map(
    ({ record }) => record.id,
  );
  assert.deepEqual(ids, ["one", "two"]);
});

/** @param {(run: any) => void} spoil */
async function spoilt(spoil) {
  const file = JSON.parse(await file_text([whole()]));
  spoil(file.runs[0]);
  return runs_from_json(JSON.stringify(file));
}

test("a hostile file is refused with place, found and expected", async () => {
  await assert.rejects(runs_from_json("{"), /the file: found text that is no JSON, expected/);
  await assert.rejects(runs_from_json('{"format":"other"}'), /found "other"|found the format/);
  const cases = /** @type {[(run: any) => void, RegExp][]} */ ([
    [(run) => delete run.record, /run 1: found undefined, expected its fields/],
    [(run) => (run.record.state = "running"), /run 1, state: found "running", expected ended/],
    [(run) => (run.record.state = "ended"), /run 1, result: found nothing/],
    [
      (run) => (run.record.config.epochs = "9"),
      /run 1, config, epochs: found "9", expected a number/,
    ],
    [(run) => (run.record.data_checksum = "<b>"), /data_checksum: found "<b>", expected 16 hex/],
    [(run) => (run.record.history[0].step = null), /epoch 1, step: found null, expected a number/],
    [(run) => (run.record.history = Array(2000).fill({})), /2000 entries, expected at most 1000/],
    [(run) => (run.record.created = "now"), /created: found "now", expected a date/],
    [(run) => (run.checkpoint = "*"), /checkpoint: found text that is no base64/],
    [(run) => (run.record.name = "x".repeat(999)), /name: found 999 characters, expected at most/],
  ]);
  for (const [spoil, expected] of cases) await assert.rejects(spoilt(spoil), expected);
});

test("what a file adds to a run's fields is left behind", async () => {
  const file = JSON.parse(await file_text([whole()]));
  file.runs[0].record.__extra = "<script>";
  file.runs[0].record.config.constructor = "x";
  const [back] = await runs_from_json(JSON.stringify(file));
  assert.ok(back && !Object.hasOwn(back.record, "__extra"));
  assert.ok(!Object.hasOwn(back.record.config, "constructor"));
});
