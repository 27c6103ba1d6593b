// Settings from the address and back: one spelling of every key, and a sentence
// for whatever cannot be read.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  DEFAULTS,
  SETTINGS,
  config_from_query,
  config_to_query,
  parse_number,
  setting_of_error,
  short_description,
} from "../../www/base/settings.js";

test("an empty address gives the defaults and no remark", () => {
  assert.deepEqual(config_from_query(""), { config: { ...DEFAULTS }, remarks: [] });
});

test("the page's defaults are the engine's", () => {
  // Oracle: `impl Default for RunConfig`, read from the source itself.
  const source = readFileSync(new URL("../../crate/src/message/run.rs", import.meta.url), "utf8");
  const body = /impl Default for RunConfig \{[\s\S]*?Self \{([\s\S]*?)\n {8}\}/.exec(source)?.[1];
  assert.ok(body, "the defaults are found in run.rs");
  for (const [, key, raw] of body.matchAll(/(\w+): (.+),/g)) {
    const value = raw
      .replace(/\.into\(\)$/, "")
      .replace(/^"(.*)"$/, "$1")
      .replace(/^\w+::(\w+)$/, (_, name) => name.toLowerCase());
    const found = DEFAULTS[/** @type {keyof typeof DEFAULTS} */ (key)];
    const expected = typeof found === "number" ? Number(value) : value;
    assert.equal(typeof found === "boolean" ? String(found) : found, expected, key);
  }
});

test("every spelling of a key is the same key", () => {
  for (const key of ["batch_size", "batchSize", "Batch-Size", "BATCHSIZE", "batch size"]) {
    const { config, remarks } = config_from_query(`?${encodeURIComponent(key)}=128`);
    assert.equal(config.batch_size, 128, key);
    assert.deepEqual(remarks, []);
  }
});

test("all settings are read", () => {
  const { config, remarks } = config_from_query(
    "?backend=ndarray&epochs=3&batch_size=64&learning_rate=1e-2&hidden_layers=128,64&dropout=0.2" +
      "&learning_rate_schedule=cosine&layer_norm=true&seed=1&validation_share=20%25&momentum=.9&weight_decay=0.0001&augmentation=on",
  );
  assert.deepEqual(remarks, []);
  assert.deepEqual(config, {
    backend: "ndarray",
    epochs: 3,
    batch_size: 64,
    learning_rate: 0.01,
    learning_rate_schedule: "cosine",
    momentum: 0.9,
    weight_decay: 0.0001,
    seed: 1,
    validation_share: 20,
    hidden_layers: "128,64",
    dropout: 0.2,
    layer_norm: true,
    augmentation: true,
    step: "fused",
  });
});

test("what cannot be read is told and keeps its default", () => {
  const cases = [
    ["?epochs=abc", /Epochs.*“abc”.*expected a number.*stays at 10/],
    ["?epochs=", /Epochs.*“”.*expected a number/],
    ["?backend=cuda", /Backend.*“cuda”.*auto, webgpu or ndarray/],
    ["?layer_norm=maybe", /Layer normalisation.*“maybe”.*true or false.*stays at off/],
    ["?step=slow", /step.*“slow”.*fused or plain/],
    ["?colour=red", /“colour”.*no setting/],
  ];
  for (const [query, expected] of /** @type {[string, RegExp][]} */ (cases)) {
    const { config, remarks } = config_from_query(query);
    assert.equal(remarks.length, 1, query);
    assert.match(remarks[0] ?? "", expected);
    assert.deepEqual(config, { ...DEFAULTS });
  }
});

test("other switches of the page are no mistakes", () => {
  assert.deepEqual(config_from_query("?fault=trap&view=study").remarks, []);
});

test("a range is the engine's to check", () => {
  const { config, remarks } = config_from_query("?learning_rate=-1&seed=1.5");
  assert.equal(config.learning_rate, -1);
  assert.equal(config.seed, 1.5);
  assert.deepEqual(remarks, []);
});

test("settings survive the way into an address and back", () => {
  const config = {
    ...DEFAULTS,
    backend: /** @type {const} */ ("webgpu"),
    hidden_layers: "512 256, 128",
    learning_rate: 0.003,
    layer_norm: true,
    step: /** @type {const} */ ("plain"),
  };
  for (const all of [true, false]) {
    const { config: back, remarks } = config_from_query(config_to_query(config, { all }));
    assert.deepEqual(remarks, []);
    assert.deepEqual(back, { ...config, hidden_layers: all ? "512,256,128" : back.hidden_layers });
    assert.deepEqual(back.hidden_layers.split(/[\s,]+/), ["512", "256", "128"]);
  }
  assert.equal(config_to_query(DEFAULTS, { all: false }), "");
  assert.match(config_to_query(DEFAULTS), /hidden_layers=128,64/);
});

test("numbers as people type them", () => {
  for (const [text, expected] of /** @type {[string, number][]} */ ([
    ["0.01", 0.01],
    [" 20 % ", 20],
    ["1e-3", 0.001],
    [".5", 0.5],
    ["-3", -3],
    ["", NaN],
    ["0x10", NaN],
    ["1,5", NaN],
    ["Infinity", NaN],
  ])) {
    assert.equal(parse_number(text), expected, text);
  }
});

test("an engine's message names the setting it is about", () => {
  for (const { key, label } of SETTINGS) {
    assert.equal(setting_of_error(`${label.toLowerCase()}: found 0, expected more`)?.key, key);
  }
  assert.equal(setting_of_error("split: too few rows"), null);
});

test("a caption says only what differs from the defaults", () => {
  assert.equal(short_description({ ...DEFAULTS }), "default settings");
  assert.equal(
    short_description({ ...DEFAULTS, epochs: 3, layer_norm: true, backend: "ndarray" }),
    "layer normalisation, epochs 3",
  );
});

test("every setting has a sentence", () => {
  for (const { label, hint } of SETTINGS) {
    assert.match(hint, /^[A-Z].{20,}\.$/s, label);
    assert.doesNotMatch(hint, /!/, label);
  }
});
