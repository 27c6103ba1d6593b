// The drawings of a report: axes that tell good accuracies apart, every run's curves, a
// baseline that is one.

import { MNIST_TASK } from "../../www/base/task.js";
import assert from "node:assert/strict";
import { inflateSync } from "node:zlib";
import { test } from "node:test";
import { baseline_of, is_same } from "../../www/app/baseline.js";
import { DEFAULTS } from "../../www/base/settings.js";
import { accuracy_plot } from "../../www/plot/accuracy_plot.js";
import { legend_rows } from "../../www/plot/arrange.js";
import { scale_of } from "../../www/plot/axes.js";
import { accuracy_axis, epoch_axis, run_curves } from "../../www/plot/curve_plots.js";
import { line_plot } from "../../www/plot/drawing.js";
import { first_of_each } from "../../www/plot/digits_plot.js";
import { ink_png } from "../../www/plot/ink_png.js";
import { network_plot } from "../../www/plot/network_plot.js";
import { log_sentence, study_plots } from "../../www/plot/study_plots.js";

/** @param {number[]} values */
const axis_of = (values) =>
  accuracy_axis([{ label: "", colour: "", points: values.map((value, at) => [at, value]) }]);

test("a panel above another shows its lowest figure whole", () => {
  const size = 11;
  const { height, marks } = line_plot({
    width: 300,
    height: 120,
    title: "",
    description: "",
    x: { label: "", scale: "linear", ticks: [] },
    y: { label: "loss", scale: "linear", low: 0, high: 2 },
    series: [
      {
        label: "",
        colour: "#000",
        points: [
          [1, 2],
          [2, 1],
        ],
      },
    ],
    size,
  });
  const figure = marks.find((mark) => mark.kind === "text" && mark.text === "0");
  assert.ok(figure?.kind === "text" && figure.y <= height, "its foot is not cut off");
});

test("epochs are told by round numbers, as many as there is room for", () => {
  assert.deepEqual(epoch_axis(10).ticks, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.deepEqual(epoch_axis(10, 5).ticks, [2, 4, 6, 8, 10]);
  assert.deepEqual(epoch_axis(40, 5).ticks, [10, 20, 30, 40]);
  assert.deepEqual(epoch_axis(121).ticks, [20, 40, 60, 80, 100, 120]);
  assert.deepEqual(epoch_axis(200, 3).ticks, [100, 200]);
  assert.deepEqual(epoch_axis(1).ticks, [1]);
});

test("accuracies that lie far apart stand by the logarithm of their errors", () => {
  const wide = axis_of([0.4, 0.97, 0.98]);
  assert.equal(wide.scale, "error");
  assert.match(wide.label, /log/);
  const { place, ticks } = scale_of(wide, []);
  // A tenth of the error is the same distance anywhere.
  const step = place(0.95) - place(0.5);
  assert.ok(Math.abs(place(0.98) - place(0.8) - step) < 1e-9);
  assert.ok(place(0.98) - place(0.97) > 0.1, "the best two are told apart");
  assert.ok(ticks.every((tick) => place(tick) >= 0 && place(tick) <= 1));
  assert.deepEqual(ticks, [0.5, 0.8, 0.9, 0.95, 0.97, 0.98]);
  assert.equal(axis_of([0.96, 0.97, 0.98]).scale, "linear");
  // No error at all, and no figure at all, have a place too.
  assert.ok(Number.isFinite(scale_of(axis_of([0.1, 1]), []).place(1)));
  assert.equal(axis_of([NaN]).scale, "linear");
});

test("an axis without figures and words leaves its room to the lines", () => {
  /** @param {string} label @param {number[]} ticks */
  const bottom_of = (label, ticks) => {
    const { marks } = line_plot({
      width: 110,
      height: 52,
      title: "",
      description: "",
      x: { label, scale: "linear", low: 1, high: 10, ticks },
      y: { label: "loss", scale: "linear", low: 0, high: 1 },
      series: [],
      size: 8,
    });
    return Math.max(...marks.map((mark) => (mark.kind === "line" ? mark.y1 : 0)));
  };
  assert.ok(bottom_of("", []) >= 48, "three quarters of the panel and more are lines");
  assert.ok(bottom_of("epoch", [1, 10]) < 30);
  // Figures without words take less than both.
  assert.ok(bottom_of("", [1, 10]) > bottom_of("epoch", [1, 10]));
});

test("a picture of few pixels is a PNG that gives them back", () => {
  const levels = Uint8Array.of(0, 255, 7, 128, 1, 254);
  const png = Buffer.from(ink_png(3, 2, levels));
  assert.equal(png.toString("latin1", 1, 4), "PNG");
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [3, 2]);
  const length = png.readUInt32BE(33);
  const rows = inflateSync(png.subarray(41, 41 + length));
  assert.deepEqual([...rows], [0, 255, 0, 248, 0, 127, 254, 1]);
  // Python: zlib.crc32(b"IEND") == 0xae426082
  assert.equal(png.readUInt32BE(png.length - 4), 0xae426082);
});

test("the network is drawn with its widths and what follows a hidden layer", () => {
  const { marks } = network_plot(
    { ...DEFAULTS, hidden_layers: "128, 64", layer_norm: true, dropout: 0.2 },
    660,
    MNIST_TASK,
  );
  const words = marks.flatMap((mark) => (mark.kind === "text" ? [mark.text] : []));
  for (const expected of ["784 pixels", "128 units", "64 units", "10 digits"]) {
    assert.ok(words.includes(expected), expected);
  }
  assert.ok(words.includes("linear, LayerNorm, ReLU, dropout 0.2"));
});

test("the grid of two settings has a cell a pair, the first down and the second across", () => {
  const labels = ["0.01 × 16", "0.01 × 64", "0.01 × 256", "0.1 × 16", "0.1 × 64", "0.1 × 256"];
  const record = /** @type {any} */ ({
    plan: {
      factor: "two_factors",
      crossed: ["learning_rate", "batch_size"],
      factor_name: "learning rate × batch size",
      values: labels.map((label, axis) => ({ label, axis })),
      seeds: [42],
    },
  });
  // One pair has no figure yet.
  const accuracies = [0.94, 0.9, 0.8, 0.97, undefined, 0.95];
  const figures = /** @type {any} */ (
    accuracies.map((final_accuracy, value_index) => ({
      value_index,
      label: labels[value_index],
      final_accuracy,
    }))
  );
  const { marks, description } = accuracy_plot(record, figures, { width: 640, height: 200 });
  const words = marks.flatMap((mark) => (mark.kind === "text" ? [mark] : []));
  const at = (/** @type {string} */ text) => {
    const found = words.find((mark) => mark.text === text);
    assert.ok(found, text);
    return found;
  };
  assert.match(description, /0\.1 × 16 97\.00 %/);
  assert.ok(at("0.01").y < at("0.1").y && at("16").x < at("64").x && at("64").x < at("256").x);
  assert.ok(Math.abs(at("97.00 %").x - at("16").x) < 1, "in its own column");
  assert.ok(Math.abs(at("97.00 %").y - at("0.1").y) < 1, "in its own row");
  assert.ok(Math.abs(at("80.00 %").x - at("256").x) < 1);
  // Paper and five cells; the highest alone is framed.
  assert.equal(marks.filter((mark) => mark.kind === "rect").length, 1 + 5);
  const frames = marks.flatMap((mark) => (mark.kind === "path" ? [mark] : []));
  assert.equal(frames.length, 1);
  assert.ok((frames[0]?.points[0]?.[0] ?? NaN) < at("16").x);
});

test("a caption says which axes are logarithmic, and of no others", () => {
  const history = (/** @type {number[]} */ accuracies) =>
    accuracies.map((share, at) => ({
      epoch: at + 1,
      train_loss: 1 - share,
      validation_loss: 1 - share,
      train_accuracy: share,
      validation_accuracy: share,
    }));
  const captions = (/** @type {number[]} */ accuracies) => {
    const last = accuracies.at(-1) ?? NaN;
    const record = /** @type {any} */ ({
      plan: {
        factor: "dropout",
        factor_name: "dropout",
        axis_scale: "linear",
        values: [
          { label: "0", axis: 0 },
          { label: "0.5", axis: 0.5 },
        ],
        seeds: [42],
      },
      runs: [0, 1].map((value_index) => ({
        spec: { value_index, label: String(value_index / 2), seed: 42 },
        state: "finished",
        history: history(accuracies),
        result: { validation_accuracy: last },
      })),
    });
    const figures = /** @type {any} */ (
      [accuracies[0], last].map((final_accuracy, value_index) => ({
        value_index,
        label: String(value_index / 2),
        axis: value_index / 2,
        final_accuracy,
        interval_low: final_accuracy,
        interval_high: final_accuracy,
      }))
    );
    const plots = study_plots(record, figures, "1-dropout");
    return [
      ...plots.map(({ caption }) => caption),
      log_sentence(run_curves(/** @type {any} */ (history(accuracies)), 660, "")),
    ];
  };
  const logs = captions([0.4, 0.9, 0.98]);
  assert.equal(logs.length, 4);
  for (const caption of logs) {
    assert.match(caption, /distances from 100 % are on a logarithmic scale/i, caption);
  }
  assert.match(logs[2] ?? "", /losses and distances/, "the small ones, too");
  for (const caption of captions([0.95, 0.96])) assert.doesNotMatch(caption, /logarithm/);
});

test("no line of a legend is alone on a row that its name could have had", () => {
  const series = ["0, off", "0, on", "0.2, off", "0.2, on", "0.5, off", "0.5, on"].map((label) => ({
    label,
    colour: "#000",
    points: [],
  }));
  const rows_of = (/** @type {string} */ name) => {
    const { marks } = legend_rows(name, series, 660);
    const words = marks.flatMap((mark) => (mark.kind === "text" ? [mark] : []));
    const rows = [...new Set(words.map(({ y }) => y))];
    return rows.map((row) => words.filter(({ y }) => y === row).length);
  };
  assert.deepEqual(rows_of("dropout and layer normalisation"), [1, 6]);
  assert.deepEqual(rows_of("dropout"), [7]);
});

test("an image of each digit is found where there is one", () => {
  assert.deepEqual(first_of_each(Uint8Array.of(1, 0, 1, 9)), [1, 0, 3]);
});

test("only a run of a study's own settings and data is its baseline", () => {
  const looks = { "test b": ["1@9", "2@9"] };
  const config = { ...DEFAULTS };
  const data = { checksum: "a" };
  const record = /** @type {any} */ ({ data, plan: { baseline: config } });
  const run = {
    id: "1",
    config: { ...config, backend: "webgpu", hidden_layers: "128,64" },
    data_checksum: "a",
    result: { outcome: "finished", history: [{}] },
    tuned: null,
    evaluated: { about: "test.csv", set_id: "test b", figures: { accuracy: 0.9 } },
  };
  const found = (/** @type {any} */ patch = {}, /** @type {any} */ page = {}) =>
    baseline_of(
      { runs: [{ ...run, ...patch }], model: null, test: null, data: null, looks, ...page },
      [record],
    );
  assert.equal(found()?.data, data);
  assert.deepEqual(found()?.evaluation, {
    is_test: true,
    about: "test.csv",
    figures: { accuracy: 0.9 },
    num_looks: 2,
    readings: null,
  });
  assert.equal(found({ tuned: {} })?.evaluation, null, "another model was evaluated");
  for (const patch of [
    { data_checksum: "b" },
    { result: null },
    { result: { ...run.result, outcome: "stopped" } },
    { config: { ...config, learning_rate: 0.5 } },
  ]) {
    assert.equal(found(patch), null, JSON.stringify(patch));
  }
  const evaluation = { model_id: "1@9", set_id: "test b", about: "b", figures: {} };
  const bench = {
    model: { id: "1@9", kind: "run", run_id: "1" },
    test: { checksum: "b", has_labels: true },
    evaluation,
  };
  assert.equal(found({}, bench)?.evaluation?.readings, evaluation);
  assert.equal(found({ evaluated: null }, bench)?.evaluation?.about, "b", "not yet kept");
  assert.equal(found({ id: "2" }, bench)?.evaluation?.readings, null);
  assert.ok(is_same({ ...config, split_seed: config.seed }, config), "the seed's own split");
  assert.ok(!is_same({ ...config, split_seed: 1 }, config));
});
