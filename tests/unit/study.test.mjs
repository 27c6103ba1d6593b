// The study's pure parts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { line_plot } from "../../www/plot/drawing.js";
import { to_svg } from "../../www/plot/svg.js";
import { DEFAULTS } from "../../www/base/settings.js";
import { chosen_words } from "../../www/features/report/chosen.js";
import { id_fault, zip_name } from "../../www/base/ids.js";
import { exported, imported } from "../../www/app/study_files.js";
import { settled } from "../../www/app/study_state.js";
import { value_colours, viridis } from "../../www/plot/palette.js";
import { value_looks } from "../../www/plot/value_looks.js";
import {
  best_epoch,
  linear_ticks,
  log_ticks,
  smoothed,
  value_curve,
} from "../../www/plot/series.js";
import { held_alike, unlikeness } from "../../www/features/study/alike.js";
import { gap_note, sorted_rows } from "../../www/features/study/comparison.js";

/** @param {number} seed */
const spec = (seed, cost = 1) => ({
  value_index: seed,
  label: String(seed),
  axis: seed,
  seed,
  cost,
  config: { seed },
});
/** @param {number} count */
const runs_of = (count) =>
  Array.from({ length: count }, (_, i) => ({
    spec: spec(i),
    state: "waiting",
    reason: "",
    history: [],
    result: undefined,
  }));
test("smoothing averages neighbours and makes nothing up", () => {
  assert.deepEqual(smoothed([1, 2, 6, 4], 1), [1, 2, 6, 4]);
  assert.deepEqual(smoothed([1, 2, 6, 4], 3), [1, 3, 4, 4]);
  assert.deepEqual(smoothed([1, NaN, 3], 3), [1, NaN, 3]);
});

test("a value's curve is the mean and deviation over its seeds", () => {
  const epoch = (/** @type {number} */ value) => ({ train_loss: value });
  const curve = value_curve(
    /** @type {any} */ ([{ history: [epoch(1), epoch(2)] }, { history: [epoch(3)] }]),
    "train_loss",
  );
  assert.deepEqual(curve.mean, [2, 2]);
  assert.equal(curve.deviation[0], Math.SQRT2);
  assert.equal(curve.deviation[1], 0);
});

test("the best epoch is the first of the highest", () => {
  assert.equal(best_epoch([0.1, 0.9, 0.9, 0.2]), 2);
  assert.equal(best_epoch([NaN, 0.2]), 2);
  assert.equal(best_epoch([]), 0);
});

test("ticks are round and within the range", () => {
  assert.deepEqual(linear_ticks(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(linear_ticks(0.881, 0.97, 5), [0.9, 0.92, 0.94, 0.96]);
  assert.deepEqual(log_ticks(0.001, 0.1), [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1]);
  assert.deepEqual(log_ticks(1e-6, 1), [1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1]);
});

test("colours are matplotlib's viridis, in the values' order", () => {
  // matplotlib 3.11: [round(255 * c) for c in plt.cm.viridis(x)[:3]]
  assert.equal(viridis(0), "rgb(68, 1, 84)");
  assert.equal(viridis(1), "rgb(253, 231, 37)");
  assert.equal(viridis(0.5), "rgb(33, 145, 140)");
  assert.equal(new Set(value_colours(6, false)).size, 6);
  assert.equal(value_colours(1, true).length, 1);
});

test("of two factors a line says both, of one it says its value", () => {
  const crossed = [0, 0.2, 0.5].flatMap((dropout) =>
    [false, true].map((layer_norm) => ({ dropout, layer_norm })),
  );
  /** @param {string} factor @returns {any} */
  const plan = (factor) => ({
    factor,
    values: crossed.map(() => ({})),
    runs: crossed.map((config, value_index) => ({ value_index, config })),
  });
  const looks = value_looks(plan("dropout_layer_norm"), false);
  for (const at of [0, 2, 4]) {
    const [without, with_norm] = [looks[at], looks[at + 1]];
    assert.equal(without?.colour, with_norm?.colour);
    assert.equal(without?.marker, with_norm?.marker);
    assert.deepEqual([without?.dash, with_norm?.dash], [[], [6, 3]]);
  }
  assert.equal(new Set(looks.map(({ colour, marker }) => colour + marker)).size, 3);
  const plain = value_looks(plan("learning_rate"), false);
  assert.equal(new Set(plain.map(({ colour }) => colour)).size, 6);
  assert.equal(new Set(plain.map((look) => JSON.stringify(look))).size, 6);
});

test("the zip is named by its ids, of which none is required", () => {
  assert.equal(zip_name(["123", "abc", "X9"]), "123_abc_X9.zip");
  assert.equal(zip_name([" 123 ", "", ""]), "123.zip");
  assert.equal(zip_name(["", "1", "2"]), "1_2.zip");
  assert.equal(zip_name(["", " ", ""]), "report.zip");
  assert.equal(id_fault(" 12 ", 2), "");
  assert.equal(id_fault("12/3", 2), "Id 2: found “12/3”, expected 1 to 20 letters or digits");
  assert.throws(() => zip_name(["1", "a/b", "2"]), /Id 2: found “a\/b”/);
  assert.throws(() => zip_name(["1", "2", "x".repeat(21)]), /Id 3/);
});

test("what does not fit together in a report is said before it is made", () => {
  const study = (/** @type {string} */ name, /** @type {any} */ factor, patch = {}, sum = "a") => ({
    name,
    data: /** @type {any} */ ({ name: `${sum}.csv`, checksum: sum }),
    plan: /** @type {any} */ ({ factor, baseline: { ...DEFAULTS, ...patch } }),
  });
  assert.match(chosen_words([]).join(), /^Run a study first/);
  const rates = study("Rates", "learning_rate");
  assert.deepEqual(chosen_words([rates, study("Sizes", "batch_size", { batch_size: 7 })]), [
    "It will hold: Rates; Sizes.",
  ]);
  const [, told] = chosen_words([
    rates,
    study("Sizes", "batch_size", { epochs: 3 }),
    study("Drops", "dropout", {}, "b"),
  ]);
  assert.match(told ?? "", /^Not all of it fits Rates: Sizes is with other settings: epochs 3; /);
  assert.match(told ?? "", /Drops is on other data: b\.csv\. The report says so/);
});

test("across studies, what is alike stands once and what is not in its row", () => {
  const data = { name: "train.csv", checksum: "aa" };
  /** @param {string} id @param {string} factor @param {object} [held] @returns {any} */
  const record = (id, factor, held = {}) => ({
    id,
    data,
    plan: { factor, baseline: { ...DEFAULTS, ...held } },
  });
  const rates = record("rates", "learning_rate");
  assert.equal(
    held_alike(rates),
    "On train.csv. Where a study does not vary it: 10 epochs, learning rate 0.01, batch size 64, hidden layers 128, 64.",
  );
  const alike = [rates, record("batches", "batch_size"), record("dropout", "dropout")];
  assert.equal(unlikeness(alike).size, 0);
  const other = record("other", "batch_size", { learning_rate: 0.1, epochs: 3 });
  const elsewhere = { ...record("elsewhere", "dropout"), data: { name: "b.csv", checksum: "bb" } };
  assert.deepEqual(
    [...unlikeness([...alike, other, elsewhere])],
    [
      ["other", "with other settings: epochs 3, learning rate 0.1"],
      ["elsewhere", "on other data: b.csv"],
    ],
  );
});

test("an exported study comes back whole, numbers that are none included", () => {
  const record = /** @type {any} */ ({
    format_version: 1,
    id: "a",
    name: "n",
    plan: { values: [] },
    runs: [{ state: "diverged", history: [{ train_loss: NaN, validation_loss: Infinity }] }],
  });
  assert.deepEqual(imported(exported([record]), "s.json"), [record]);
  assert.throws(() => imported("{", "s.json"), /s.json: found no JSON/);
  assert.throws(() => imported("{}", "s.json"), /s.json: found other JSON/);
  assert.throws(
    () => imported(exported([/** @type {any} */ ({ ...record, runs: 3 })]), "s.json"),
    /s.json, study 1/,
  );
});

test("what was under way when the page closed has stopped", () => {
  const record = /** @type {any} */ ({ runs: runs_of(2) });
  record.runs[0].state = "finished";
  assert.deepEqual(
    settled(record).runs.map((run) => run.state),
    ["finished", "stopped"],
  );
});

test("rows without a figure come last, in either direction", () => {
  const rows = /** @type {any[]} */ ([
    { value_index: 0, x: 2 },
    { value_index: 1, x: undefined },
    { value_index: 2, x: 1 },
  ]);
  const column = { header: "", key: (/** @type {any} */ row) => row.x, text: () => "" };
  const order = (/** @type {boolean} */ down) =>
    sorted_rows(rows, column, down).map((row) => row.value_index);
  assert.deepEqual(order(false), [2, 0, 1]);
  assert.deepEqual(order(true), [0, 2, 1]);
});

test("a plot's words cannot become markup", () => {
  const svg = to_svg(
    line_plot({
      width: 300,
      height: 200,
      title: "<script>",
      description: '"&',
      x: { label: "x", scale: "linear" },
      y: { label: "y", scale: "log" },
      series: [
        {
          label: "</text>",
          colour: "rgb(1, 2, 3)",
          points: [
            [1, 0],
            [2, 10],
            [3, NaN],
            [4, 100],
          ],
        },
      ],
    }),
  );
  assert.ok(!svg.includes("<script>") && !svg.includes("</text></text>"));
  assert.ok(svg.includes("&lt;script&gt;") && svg.includes("<title>&quot;&amp;</title>"));
  assert.ok(!/NaN|Infinity/.test(svg), "points that a log axis cannot show are left out");
});

test("a gap that is of training as it learned says so", () => {
  const run = (/** @type {object} */ result) => /** @type {any} */ ({ state: "finished", result });
  const clean = { num_images: 10, accuracy: 0.9, loss: 0.3 };
  assert.equal(gap_note([run({ clean })]), "");
  assert.match(gap_note([run({ clean }), run({})]), /^Runs of an earlier version/);
  assert.equal(gap_note([/** @type {any} */ ({ state: "running" })]), "");
});
