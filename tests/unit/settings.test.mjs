// Settings from the address and back: one spelling of every key, and a sentence
// for whatever cannot be read.

import assert from "node:assert/strict";
import { test } from "node:test";
import { read_number } from "../../www/base/number.js";
import {
  DEFAULTS,
  SETTINGS,
  differing_settings,
  setting_of_fault,
  short_description,
  words_of,
} from "../../www/base/settings.js";
import {
  config_from_query,
  config_to_query,
  names_settings,
} from "../../www/base/settings_query.js";
import { promise_query, promised_by } from "../../www/base/promise.js";
import { search_of } from "../../www/features/settings/address.js";
import { reading_words, typed_number, with_label } from "../../www/features/settings/typed.js";

test("an empty address gives the defaults and no remark", () => {
  assert.deepEqual(config_from_query(""), { config: { ...DEFAULTS }, remarks: [] });
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
      "&learning_rate_schedule=one_cycle&layer_norm=true&seed=1&validation_share=20%25&momentum=.9&weight_decay=0.0001&augmentation=on&split_seed=7&clean_curve=1" +
      "&optimiser=adamw&activation=leaky_relu&initialisation=kaiming-normal&input_dropout=20%25" +
      "&max_norm=3&label_smoothing=0,1&patience=4&keep_best=yes",
  );
  assert.deepEqual(remarks, []);
  assert.deepEqual(config, {
    backend: "ndarray",
    epochs: 3,
    batch_size: 64,
    optimiser: "adamw",
    learning_rate: 0.01,
    learning_rate_schedule: "one_cycle",
    momentum: 0.9,
    weight_decay: 0.0001,
    max_norm: 3,
    label_smoothing: 0.1,
    patience: 4,
    keep_best: true,
    seed: 1,
    split_seed: 7,
    validation_share: 20,
    hidden_layers: "128,64",
    activation: "leaky_relu",
    initialisation: "kaiming_normal",
    dropout: 0.2,
    input_dropout: 0.2,
    layer_norm: true,
    augmentation: true,
    clean_curve: true,
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

test("a split seed that is not given is the seed's own", () => {
  assert.equal(config_from_query("?seed=7").config.split_seed, undefined);
  assert.deepEqual(config_from_query("?seed=7&split_seed=").remarks, []);
  assert.doesNotMatch(config_to_query({ ...DEFAULTS, seed: 7 }), /split_seed/);
  assert.match(config_to_query({ ...DEFAULTS, split_seed: 3 }), /&split_seed=3&/);
  const field = setting("split_seed");
  assert.deepEqual(typed_number(field, " "), { value: undefined, fault: null });
  assert.deepEqual(typed_number(field, "3"), { value: 3, fault: null });
  assert.match(typed_number(field, "x").fault?.message ?? "", /^Split seed: found “x”/);
  assert.equal(words_of(field, DEFAULTS), "split seed as the seed");
  assert.equal(short_description({ ...DEFAULTS, split_seed: 3 }), "split seed 3");
  const same = { ...DEFAULTS, split_seed: DEFAULTS.seed };
  assert.deepEqual(differing_settings(DEFAULTS, same), [], "the same split, said or not");
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

test("three hundred unknown names are one remark, and many bad values another", () => {
  const names = Array.from({ length: 300 }, (_, at) => `name${at}=1`).join("&");
  const values = Array.from({ length: 9 }, () => "epochs=x").join("&");
  const { remarks } = config_from_query(`?${names}&${values}`);
  assert.equal(remarks.length, 2);
  assert.match(
    remarks[0] ?? "",
    /^The address sets Epochs.* 6 more of its values cannot be read\.$/,
  );
  assert.equal(
    remarks[1],
    "The address holds “name0”, “name1”, “name2” and 297 more, which are no settings; they are ignored.",
  );
});

test("a number too large for any machine is no number", () => {
  const { config, remarks } = config_from_query(`?epochs=${"9".repeat(400)}`);
  assert.equal(config.epochs, DEFAULTS.epochs);
  assert.match(
    remarks[0] ?? "",
    /^The address sets Epochs to “9{40}…”; expected a number that is not as large/,
  );
});

test("an address may write decimals with a comma", () => {
  const { config, remarks } = config_from_query("?learning_rate=0,05&dropout=20%25");
  assert.equal(config.learning_rate, 0.05);
  assert.equal(config.dropout, 0.2);
  assert.deepEqual(remarks, []);
});

const whole = { is_whole: true };
const percentage = /** @type {const} */ ({ percent: "percentage" });
const fraction = /** @type {const} */ ({ percent: "fraction" });

test("numbers as people type them", () => {
  for (const [text, kind, expected] of /** @type {[string, object, number][]} */ ([
    ["0.01", {}, 0.01],
    ["0,01", {}, 0.01],
    ["0,05", {}, 0.05],
    [",5", {}, 0.5],
    ["0,500", {}, 0.5],
    ["1,5e-3", {}, 0.0015],
    ["1e-3", {}, 0.001],
    [".5", {}, 0.5],
    ["-3", {}, -3],
    ["\u22123", {}, -3],
    ["1.500", {}, 1.5],
    ["1 000", whole, 1000],
    ["1\u202f000\u2009000", whole, 1_000_000],
    ["1 000,5", {}, 1000.5],
    [" 20 % ", percentage, 20],
    ["20\u00a0%", percentage, 20],
    ["0.5 %", percentage, 0.005],
    ["20 %", fraction, 0.2],
    ["12,3%", fraction, 0.123],
  ])) {
    assert.deepEqual(read_number(text, kind), { value: expected, expected: "" }, text);
  }
});

test("what can be read in two ways, or in none, is refused with what would be right", () => {
  for (const [text, kind, expected] of /** @type {[string, object, RegExp][]} */ ([
    ["1,000", whole, /^1000 or 1, for its comma can mean either$/],
    ["1.000", whole, /^1000 or 1, for its point can mean either$/],
    ["1,500", {}, /^1500 or 1\.5, for its comma can mean either$/],
    ["1,000.5", {}, /one decimal point or comma/],
    ["1.000,5", {}, /one decimal point or comma/],
    ["1,000,000", whole, /one decimal point or comma/],
    ["10 00", whole, /^a number such as 10$/],
    ["1 0000", whole, /^a number such as 10$/],
    ["20 %", whole, /without a percent sign$/],
    ["0x10", {}, /^a number such as 0\.05$/],
    ["Infinity", {}, /^a number/],
    ["9".repeat(400), {}, /not as large$/],
    ["1e-400", {}, /not as small$/],
    ["five", {}, /^a number/],
  ])) {
    const { value, expected: told } = read_number(text, kind);
    assert.ok(Number.isNaN(value), text);
    assert.match(told, expected, text);
  }
  // Nothing is written: the engine has the words for it.
  assert.deepEqual(read_number("  "), { value: NaN, expected: "" });
});

/** @param {string} key */
const setting = (key) => /** @type {any} */ (SETTINGS.find((one) => one.key === key));

test("a field says what it found, and what it read where that is written otherwise", () => {
  assert.equal(
    typed_number(setting("epochs"), "1,000").fault?.message,
    "Epochs: found “1,000”, expected 1000 or 1, for its comma can mean either",
  );
  assert.deepEqual(typed_number(setting("epochs"), ""), { value: NaN, fault: null });
  assert.equal(reading_words("0,05", 0.05), "0,05 is read as 0.05.");
  assert.equal(reading_words("20 %", 0.2), "20 % is read as 0.2.");
  assert.equal(reading_words("0.050", 0.05), "", "every program reads that so");
  const fault = { place: "momentum", found: "nothing", expected: "a number", message: "" };
  assert.equal(
    with_label("Momentum", fault)?.message,
    "Momentum: found nothing, expected a number",
  );
});

test("an emptied field stands in no address and no caption", () => {
  const config = { ...DEFAULTS, momentum: NaN, epochs: Infinity, seed: 7 };
  assert.equal(short_description(config), "seed 7");
  assert.equal(config_to_query(config, { all: false }), "?seed=7");
  assert.doesNotMatch(config_to_query(config), /NaN|Infinity|momentum|epochs/);
  assert.equal(words_of(setting("momentum"), config), "no momentum");
});

test("settings that differ, in words", () => {
  const other = { ...DEFAULTS, hidden_layers: "32, 16", layer_norm: true };
  assert.deepEqual(
    differing_settings(DEFAULTS, other).map((one) => words_of(one, other)),
    ["hidden layers 32,16", "layer normalisation on"],
  );
  assert.deepEqual(differing_settings(DEFAULTS, { ...DEFAULTS, hidden_layers: "128 64" }), []);
  assert.equal(words_of(setting("learning_rate_schedule"), DEFAULTS), "schedule fixed");
});

test("an address that sets something is told from one that does not", () => {
  for (const query of ["", "?fault=trap&view=study", "?data=00000000000000aa", "?colour=red"]) {
    assert.equal(names_settings(query), false, query);
  }
  for (const query of ["?epochs=10", "?batchSize=x", "?step=plain"]) {
    assert.equal(names_settings(query), true, query);
  }
});

test("the address keeps a card's promise while the settings are those", () => {
  const promise = "data=00000000000000aa&weights=00000000000000bb";
  const query = `${config_to_query({ ...DEFAULTS, epochs: 3 })}&${promise}`;
  const { config } = config_from_query(query);
  const promised = promised_by(query, config);
  assert.equal(search_of(config, promised, query), `?epochs=3&${promise}`);
  // A reload reads the same promise.
  const after = search_of(config, promised, query);
  assert.deepEqual(promised_by(after, config_from_query(after).config), promised);
  assert.equal(search_of({ ...config, seed: 1 }, promised, after), "?epochs=3&seed=1");
  assert.equal(promise_query(null, config), "");
});

test("what other parts read stays in the address, and nothing else", () => {
  assert.equal(search_of(DEFAULTS, null, "?fault=trap%403&epochs=3&colour=red"), "?fault=trap%403");
  assert.equal(search_of(DEFAULTS, null, ""), "");
});

test("a fault names the setting it is about", () => {
  for (const { key, label } of SETTINGS) {
    const place = label.toLowerCase();
    assert.equal(setting_of_fault({ place, message: "" })?.key, key);
    assert.equal(
      setting_of_fault({ place: "", message: `${place}: found 0, expected 1` })?.key,
      key,
    );
  }
  assert.equal(setting_of_fault({ place: "split", message: "split: too few rows" }), null);
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
