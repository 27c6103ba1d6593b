// The card of a run: what it says, and when two runs count as the same.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  card_text,
  has_same_bits,
  is_same_task,
  promise_text,
  twin_text,
} from "../../www/features/run/card.js";
import { promised_by } from "../../www/base/promise.js";
import { DEFAULTS } from "../../www/base/settings.js";
import { config_from_query } from "../../www/base/settings_query.js";

/** @import { EndedRun } from "../../www/features/run/card.js" */

const epoch = {
  epoch: 1,
  step: 10,
  train_loss: 0.5,
  train_accuracy: 0.8,
  validation_loss: 0.4,
  validation_accuracy: 0.85,
  elapsed_secs: 1,
  train_secs: 0.9,
};

/**
 * @param {Partial<EndedRun>} [change]
 * @param {Partial<EndedRun["result"]>} [result]
 * @returns {EndedRun}
 */
function run(change = {}, result = {}) {
  return {
    config: { ...DEFAULTS },
    data_name: "train.csv",
    data_checksum: "00000000000000aa",
    ...change,
    result: {
      outcome: "finished",
      reason: "",
      backend: "ndarray",
      history: [epoch],
      num_steps: 10,
      num_validation: 20,
      validation_accuracy: 0.85,
      validation_loss: 0.4,
      interval_low: 0.8,
      interval_high: 0.9,
      best_epoch: 1,
      best_validation_accuracy: 0.85,
      generalisation_gap: -0.05,
      elapsed_secs: 1,
      samples_per_sec: 100,
      weights_checksum: "00000000000000bb",
      version: "0.1.0",
      numerics_version: 1,
      ...result,
    },
  };
}

test("a card's link brings back the settings, the backend that ran and what to expect", () => {
  const text = card_text(
    run({ config: { ...DEFAULTS, epochs: 3, hidden_layers: "32" } }),
    "https://a.example/inkling/",
  );
  const link = new URL(/^Link: (.*)$/m.exec(text)?.[1] ?? "");
  const { config, remarks } = config_from_query(link.search);
  assert.deepEqual(remarks, [], "nothing in the link is unknown to the page");
  assert.deepEqual(config, { ...DEFAULTS, epochs: 3, hidden_layers: "32", backend: "ndarray" });
  const promised = promised_by(link.search, config);
  assert.equal(promised?.data, "00000000000000aa");
  assert.equal(promised?.weights, "00000000000000bb");
  assert.match(text, /^Data: train\.csv, checksum 00000000000000aa$/m);
  assert.match(text, /^Inkling: 0\.1\.0$/m);
  assert.match(text, /^Numerics: version 1$/m);
});

test("a card says the split's own seed and what training came to, where there are any", () => {
  const plain = card_text(run(), "https://a.example/");
  assert.doesNotMatch(plain, /^(Split seed|Training):/m);
  const clean = { num_images: 8400, accuracy: 0.95, loss: 0.2 };
  const told = card_text(
    run({ config: { ...DEFAULTS, split_seed: 7 } }, { clean }),
    "https://a.example/",
  );
  assert.match(told, /^Split seed: 7$/m);
  assert.match(told, /^Training: accuracy 95\.00 %, loss 0\.2 on 8,400 images, measured as/m);
  assert.match(told, /^Link: .*split_seed=7/m);
});

test("a card of a run that was stopped by force says that training was not measured", () => {
  const stopped = { outcome: /** @type {const} */ ("stopped") };
  const told = card_text(run({}, stopped), "https://a.example/");
  assert.match(told, /^Training: not measured as validation is: the run was stopped before$/m);
  const clean = { num_images: 8400, accuracy: 0.95, loss: 0.2 };
  const measured = card_text(run({}, { ...stopped, clean }), "https://a.example/");
  assert.doesNotMatch(measured, /not measured/);
});

test("a run kept before there was a numerics version is of the first", () => {
  const old = run({}, { numerics_version: undefined });
  assert.match(card_text(old, "https://a.example/"), /^Numerics: version 1$/m);
  assert.ok(is_same_task(old, run()));
  assert.ok(!is_same_task(old, run({}, { numerics_version: 2 })));
});

test("an address with anything but two checksums promises nothing", () => {
  for (const query of ["", "?data=00000000000000aa", "?data=<b>&weights=00000000000000bb"]) {
    assert.equal(promised_by(query, { ...DEFAULTS }), null, query);
  }
});

test("a run counts as the same task only on the same data, settings, backend and bits", () => {
  assert.ok(
    is_same_task(run(), run({ config: { ...DEFAULTS, backend: "ndarray" } })),
    "auto chose",
  );
  assert.ok(!is_same_task(run(), run({ data_checksum: "00000000000000ab" })));
  assert.ok(!is_same_task(run(), run({ config: { ...DEFAULTS, seed: 43 } })));
  assert.ok(!is_same_task(run(), run({}, { backend: "webgpu" })));
  assert.ok(!is_same_task(run(), run({}, { numerics_version: 2 })));
  assert.ok(is_same_task(run(), run({}, { version: "0.2.0" })), "a release with the same bits");
  const [old, older] = ["0.1.0", "0.2.0"].map((version) => run({}, { backend: "webgpu", version }));
  assert.ok(old && older && !is_same_task(old, older), "WebGPU promises no bits to a release");
  assert.ok(!is_same_task(run(), run({}, { outcome: "stopped", num_steps: 7 })));
});

test("one bit in a loss or in the weights is not the same", () => {
  assert.ok(has_same_bits(run(), run({}, { elapsed_secs: 9 })), "time is no figure of the model");
  assert.ok(!has_same_bits(run(), run({}, { weights_checksum: "00000000000000bc" })));
  const other = { ...epoch, train_loss: 0.5 + Number.EPSILON };
  assert.ok(!has_same_bits(run(), run({}, { history: [other] })));
});

/**
 * A kept run.
 * @param {string} id
 * @param {EndedRun} ended
 * @returns {any}
 */
const kept = (id, ended) => ({ ...ended, id, created: "2025-11-25T21:00:00.000Z" });

test("a run is compared with the newest other one that was asked for the same", () => {
  const other = kept("c", run({}, { weights_checksum: "00000000000000bc" }));
  const runs = [kept("a", run()), { ...kept("b", run()), result: null }, other, kept("d", run())];
  assert.match(twin_text(run(), "a", runs), /^Not the same bits as the run of /);
  assert.match(twin_text(run(), "c", runs), /^The same as the run of .*to the last bit/);
  assert.equal(twin_text(run(), "a", [kept("a", run())]), "", "it is no twin of itself");
});

test("a link's promise is about its own settings and data only", () => {
  const config = { ...DEFAULTS, backend: /** @type {const} */ ("ndarray") };
  const link = "?backend=ndarray&data=00000000000000aa&weights=00000000000000bb";
  const promised = promised_by(link, config);
  assert.ok(promised);
  assert.match(promise_text(promised, run()), /^The same weights/);
  assert.match(promise_text(promised, run({}, { weights_checksum: "1" })), /^Not the weights/);
  assert.match(promise_text(promised, run({ data_checksum: "1" })), /trained on other data/);
  assert.equal(promise_text(promised, run({ config: { ...config, seed: 1 } })), "");
});
