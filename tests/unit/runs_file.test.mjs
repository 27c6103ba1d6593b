// Runs as a file: what goes out comes back, and what is hostile is refused with its place.

import assert from "node:assert/strict";
import { test } from "node:test";
import { runs_from_json, runs_to_json } from "../../www/app/runs_file.js";
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

test("what goes out comes back, numbers that are none too", () => {
  const [back] = runs_from_json(runs_to_json([whole()]));
  assert.deepEqual(back?.record, { ...whole().record, is_pinned: false });
  assert.deepEqual(back?.bytes.checkpoint, whole().bytes.checkpoint);
});

test("the oldest comes first, in whatever order the file has them", () => {
  const newer = whole();
  newer.record = { ...newer.record, id: "two", order: 9 };
  const ids = runs_from_json(runs_to_json([newer, whole()])).map(({ record }) => record.id);
  assert.deepEqual(ids, ["one", "two"]);
});

/** @param {(run: any) => void} spoil */
function spoilt(spoil) {
  const file = JSON.parse(runs_to_json([whole()]));
  spoil(file.runs[0]);
  return () => runs_from_json(JSON.stringify(file));
}

test("a hostile file is refused with place, found and expected", () => {
  assert.throws(() => runs_from_json("{"), /the file: found text that is no JSON, expected/);
  assert.throws(() => runs_from_json('{"format":"other"}'), /found "other"|found the format/);
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
  for (const [spoil, expected] of cases) assert.throws(spoilt(spoil), expected);
});

test("what a file adds to a run's fields is left behind", () => {
  const file = JSON.parse(runs_to_json([whole()]));
  file.runs[0].record.__extra = "<script>";
  file.runs[0].record.config.constructor = "x";
  const [back] = runs_from_json(JSON.stringify(file));
  assert.ok(back && !Object.hasOwn(back.record, "__extra"));
  assert.ok(!Object.hasOwn(back.record.config, "constructor"));
});
