// A run's state as columns, words and files. The figures are made up by hand.
// Over 400 lines: one run made up by hand, seen from every side.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { curves_csv } from "../../www/features/curves/curve_csv.js";
import {
  chart_columns,
  curve_data,
  last_epoch,
  stopped_point,
  y_range,
} from "../../www/features/curves/curve_data.js";
import {
  describe_curve,
  pinned_text,
  readout_text,
  training_note,
} from "../../www/features/curves/curve_words.js";
import { curves_drawing } from "../../www/features/curves/curve_files.js";
import { beside, pinned_runs } from "../../www/features/curves/pinned.js";
import { result_figures, status_text } from "../../www/features/run/text.js";
import { LOOKS, looks_of, marker_path, pin_colour } from "../../www/plot/pins.js";
import { DEFAULTS } from "../../www/base/settings.js";
import { best_record } from "../../www/plot/series.js";
import { to_svg } from "../../www/plot/svg.js";
import { create_store, idle_run, with_progress } from "../../www/app/state.js";

/** @import { EpochRecord, Progress, RunResult } from "../../www/pkg/ndarray/inkling.js" */
/** @import { RunState } from "../../www/app/state.js" */
/** @import { PinnedRun } from "../../www/features/curves/pinned.js" */
/** @import { Shown } from "../../www/features/curves/curve_files.js" */

/** @param {Shown} shown */
const curves_svg = (shown) => to_svg(curves_drawing(shown));

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
  /** @type {RunState} */
  let state = { ...idle_run(), phase: "opening", data_name: "a <b> & c.csv" };
  for (const step of [5, 10]) state = with_progress(state, progress(step));
  state = with_progress(state, progress(10, { validating: true }));
  state = { ...state, history: [record(1)] };
  for (const step of [15, 20]) state = with_progress(state, progress(step));
  return { ...state, history: [record(1), record(2)] };
}

test("progress makes running points, broken between epochs", () => {
  const run = run_of_two_epochs();
  assert.equal(run.phase, "training");
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
  assert.equal(best_record([]), null);
  const history = [0.9, 0.95, 0.95].map((value, at) =>
    record(at + 1, { validation_accuracy: value }),
  );
  assert.equal(best_record(history)?.epoch, 2);
});

test("a chart in words, and as CSV", () => {
  assert.match(describe_curve("loss", []), /no epoch/);
  assert.equal(
    describe_curve("accuracy", [record(1), record(2)]),
    "Accuracy by epoch, 2 epochs: training from 90.00 % to 90.00 %, validation from 81.00 % to 82.00 %.",
  );
  assert.equal(
    curves_csv({ run: { ...idle_run(), history: [record(1)] }, pinned: [] }),
    "epoch,step,train_loss,validation_loss,train_accuracy,validation_accuracy,elapsed_secs,train_secs\n1,10,1,1.1,0.9,0.81,1,1\n",
  );
});

test("training images measured as validation is are a third line, told and written", () => {
  const clean = { clean_loss: 0.25, clean_accuracy: 0.95 };
  const history = [record(1), record(2, clean)];
  const data = curve_data({ running: [], history });
  assert.deepEqual(chart_columns("accuracy", data, false).at(-1), [undefined, 0.95]);
  assert.deepEqual(chart_columns("loss", data, true).at(-1), [undefined, 0.25]);
  assert.match(readout_text("accuracy", data, 1), /training 90\.00 % · measured clean 95\.00 % · /);
  assert.doesNotMatch(readout_text("accuracy", data, 0), /clean/);
  const run = { ...idle_run(), history };
  const [head, first, second] = curves_csv({ run, pinned: [] }).split("\n");
  assert.match(head ?? "", /,train_secs,clean_loss,clean_accuracy$/);
  assert.match(first ?? "", /,1,,$/);
  assert.match(second ?? "", /,2,0\.25,0\.95$/);
  assert.match(training_note(run), /may lie below validation.*The thin line/);
  // Without the line it is explained where it can be seen, once the run is over.
  const below = [record(1, { train_accuracy: 0.5 })];
  assert.equal(training_note({ history: below, result: null }), "");
  const result = /** @type {any} */ ({ outcome: "finished" });
  assert.match(training_note({ history: below, result }), /may lie below validation/);
  assert.doesNotMatch(training_note({ history: below, result }), /thin line/);
  assert.equal(training_note({ history: [record(1)], result }), "");
  assert.equal(training_note(idle_run()), "");
});

test("the SVG holds both charts and no markup of a file's name", () => {
  const run = { ...run_of_two_epochs(), config: { ...DEFAULTS } };
  const svg = curves_svg({ run, pinned: [], is_log: false });
  assert.match(svg, /a &lt;b&gt; &amp; c\.csv/);
  assert.match(svg, /loss \(nats\)/);
  assert.match(svg, /best: epoch 2/);
  assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
});

test("a running mean that comes from below a chart is drawn from the chart's foot on", () => {
  // 5 and 10 % in an epoch whose means are 60 %: the axis begins at 55 %.
  const history = [record(1, { train_accuracy: 0.6, validation_accuracy: 0.6 })];
  let run = /** @type {RunState} */ ({ ...idle_run(), phase: "opening" });
  for (const step of [2, 4, 8]) {
    run = with_progress(run, progress(step, { train_accuracy: step / 10 }));
  }
  const { marks } = curves_drawing({ run: { ...run, history }, pinned: [], is_log: false });
  const faint = marks.flatMap((mark) =>
    mark.kind === "path" && mark.stroke === "#a8c2ed" ? [mark.points] : [],
  );
  const [foot, top] = faint.at(-1) ?? [];
  assert.equal(faint.at(-1)?.length, 2, "the first two means lie below");
  const axes = marks.flatMap((mark) => (mark.kind === "line" && mark.y1 === mark.y2 ? [mark] : []));
  assert.ok(axes.some(({ y1 }) => y1 === foot?.[1]) && (top?.[1] ?? NaN) < (foot?.[1] ?? NaN));
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

/** Stopped at step 14 of epochs of ten. @returns {RunState} */
function stopped_run() {
  let state = run_of_two_epochs();
  state = { ...state, running: state.running.filter(({ step }) => step < 14) };
  const history = [record(1)];
  return {
    ...with_progress({ ...state, history }, progress(14)),
    phase: "ended",
    history,
    result: result({ outcome: "stopped", num_steps: 14, history, validation_accuracy: 0.9756 }),
  };
}

test("a run stopped within an epoch has a row with its model's figures", () => {
  const run = stopped_run();
  const stopped = stopped_point(run);
  assert.deepEqual(stopped, {
    x: 1.4,
    step: 14,
    validation_loss: 0.2,
    validation_accuracy: 0.9756,
    elapsed_secs: 18.2,
  });
  const data = curve_data(run);
  assert.equal(data.x[data.stopped_row], 1.4);
  assert.equal(data.x.filter((x) => x === 1.4).length, 1, "the last running mean shares its row");
  assert.equal(
    readout_text("accuracy", data, null),
    "epoch 1.4 · step 14 · stopped here · validation 97.56 %",
    "what is said without a cursor is what the headline says",
  );
  assert.match(
    describe_curve("accuracy", run.history, stopped),
    /Stopped in epoch 1\.4: validation 97\.56 %/,
  );
  const [, , , , marker] = chart_columns("accuracy", data, false);
  assert.deepEqual(
    marker?.filter((value) => value !== undefined),
    [0.9756],
  );
  const csv = curves_csv({ run, pinned: [] }).trim().split("\n");
  assert.match(csv[0] ?? "", /train_secs,note$/);
  assert.match(csv[1] ?? "", /^1,10,.*,$/);
  assert.equal(csv[2], "1.4,14,,0.2,,0.9756,18.2,,stopped here");
  assert.match(curves_svg({ run, pinned: [], is_log: true }), />stopped here</);
});

test("a row tells of a stopped model only where no epoch's row does", () => {
  const run = stopped_run();
  assert.equal(stopped_point({ ...run, result: result({ outcome: "finished" }) }), null);
  const at_end = result({ outcome: "stopped", num_steps: 10 });
  assert.equal(stopped_point({ ...run, result: at_end }), null);
  assert.equal(stopped_point({ ...run, result: null }), null);
});

test("a run stopped in its first epoch is placed by its progress, or its running means", () => {
  const first = {
    ...stopped_run(),
    history: [],
    result: result({ outcome: "stopped", num_steps: 5 }),
  };
  assert.equal(stopped_point(first)?.x, 0.5);
  assert.equal(stopped_point({ ...first, progress: null })?.x, 0.5, "opened again after a reload");
  assert.equal(
    stopped_point({ ...first, progress: null, running: [] }),
    null,
    "nothing says where",
  );
});

test("a stopped run's row comes in order when its running means went further", () => {
  // A worker that was ended goes back to a checkpoint: later means are drawn already.
  const run = { ...stopped_run(), running: run_of_two_epochs().running };
  const data = curve_data(run);
  assert.ok(data.x.every((x, at) => at === 0 || x > (data.x[at - 1] ?? 0)));
  assert.equal(data.stopped_row, data.x.indexOf(1.4));
  assert.equal(data.step[data.stopped_row], 14);
});

/** @param {string} id @param {number} num_epochs @param {Partial<PinnedRun>} [change] @returns {PinnedRun} */
const pinned = (id, num_epochs, change = {}) => ({
  id,
  name: `run ${id}`,
  look: 0,
  is_shown: false,
  history: Array.from({ length: num_epochs }, (_, at) => record(at + 1)),
  ...change,
});

test("runs beside the one that is shown share its axis and break none of its lines", () => {
  const run = run_of_two_epochs();
  const others = [pinned("a", 4), pinned("b", 1, { look: 3 })];
  const data = curve_data(run, others);
  assert.ok(data.x.every((x, at) => at === 0 || x > (data.x[at - 1] ?? 0)));
  const alone = curve_data(run);
  const [x, running, train, valid, stopped, a_train, a_valid, b_train, b_valid] = chart_columns(
    "loss",
    data,
    false,
  );
  assert.ok([x, stopped, b_train].every((column) => column?.length === data.x.length));
  const values = (/** @type {(number | null | undefined)[] | undefined} */ column) =>
    column?.filter((value) => value !== undefined);
  assert.deepEqual(values(running), values(alone.running_loss), "as they are without company");
  assert.deepEqual(values(train), values(alone.train_loss));
  assert.deepEqual(values(valid), values(alone.validation_loss));
  assert.deepEqual(values(a_train), [1, 1 / 2, 1 / 3, 1 / 4]);
  assert.deepEqual(values(a_valid), [1.1, 1.1 / 2, 1.1 / 3, 1.1 / 4]);
  assert.deepEqual(values(b_valid), [1.1]);
  assert.equal(last_epoch(run, others, 1), 4, "the axis holds the longest of them");
});

test("pinned runs are drawn where there is no run to show", () => {
  const data = curve_data(idle_run(), [pinned("a", 2)]);
  assert.deepEqual(data.x, [1, 2]);
  assert.equal(readout_text("loss", data, null), "");
  assert.equal(readout_text("loss", data, 1), "epoch 2");
  assert.deepEqual(y_range("accuracy", data, false, null, null), [0.8, 1]);
  assert.doesNotMatch(
    curves_svg({ run: idle_run(), pinned: [pinned("a", 2)], is_log: true }),
    /NaN|undefined|Infinity/,
  );
});

test("a long run beside it keeps its line in the SVG: its markers are few, the last among them", () => {
  const others = [pinned("a", 200, { look: 1 })];
  const svg = curves_svg({ run: idle_run(), pinned: others, is_log: false });
  const colour = pin_colour(1, false);
  const markers = [...svg.matchAll(new RegExp(`<path d="M[^"]*Z" fill="${colour}"/>`, "g"))];
  // One in the legend, and 8 or 9 in each chart.
  assert.ok(markers.length >= 17 && markers.length <= 19, `${markers.length} markers`);
});

test("the figures of a run beside it are those of the hovered epoch", () => {
  const { history } = pinned("a", 3);
  assert.equal(
    pinned_text(history, null),
    "epoch 3: loss 0.3333 / 0.3667, accuracy 90.00 / 83.00 %",
  );
  assert.match(pinned_text(history, 0.2), /^epoch 1: loss 1\.000 \/ 1\.100/);
  assert.match(pinned_text(history, 1.6), /^epoch 2/);
  assert.equal(pinned_text(history, 7), "ended after epoch 3");
  assert.equal(pinned_text([], 7), "no epoch has finished");
});

test("the CSV of several runs names each, and no name is a formula", () => {
  const csv = curves_csv({
    run: { ...run_of_two_epochs(), name: 'my "best"' },
    pinned: [pinned("b", 1, { name: "=1+1" })],
  });
  const [head, ...rows] = csv.trim().split("\n");
  assert.match(head ?? "", /^run,epoch,step/);
  assert.deepEqual(
    rows.map((row) => row.split(",").slice(0, 2).join(",")),
    ['"my ""best""",1', '"my ""best""",2', '"\'=1+1",1'],
  );
});

test("which runs are pinned, and which of them is the one that is shown", () => {
  const summary = (/** @type {string} */ id) =>
    /** @type {import("../../www/store/runs.js").RunSummary} */ (
      /** @type {unknown} */ ({
        id,
        name: id,
        config: DEFAULTS,
        data_name: "d",
        history: [record(1)],
      })
    );
  const state = {
    pinned: ["b", "gone", "a"],
    runs: [summary("a"), summary("b")],
    run: { ...idle_run(), id: "a" },
  };
  const found = pinned_runs(state);
  assert.deepEqual(
    found.map(({ id, is_shown }) => [id, is_shown]),
    [
      ["b", false],
      ["a", true],
    ],
  );
  assert.deepEqual(
    beside(found).map(({ id }) => id),
    ["b"],
  );
});

test("eight runs have eight looks, which do not hang on their order", () => {
  const ids = Array.from({ length: 8 }, (_, at) => `${at * 7919}-run`);
  const looks = looks_of(ids);
  assert.equal(new Set(looks.values()).size, 8);
  assert.deepEqual(looks_of([...ids].reverse()), looks);
  assert.equal(looks_of([...ids, "ninth"]).size, 8);
  assert.equal(new Set(LOOKS.map(({ shape }) => shape)).size, 8, "markers differ without colour");
  assert.equal(new Set(LOOKS.map(({ dash }) => dash.join(" "))).size, 8);
  assert.equal(marker_path(1, 10, 20, 10), "M1 11L19 11L19 29L1 29Z");
});

/** Contrast of two colours such as `#16191d`, as WCAG 2.2 defines it. @param {string} one @param {string} other */
function contrast(one, other) {
  const luminance = (/** @type {string} */ colour) => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const share = parseInt(colour.slice(at, at + 2), 16) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

test("the colours of pinned runs can be read on both papers", () => {
  const css = readFileSync(new URL("../../www/styles/base.css", import.meta.url), "utf8");
  const [light = "", dark = ""] = [...css.matchAll(/--paper: (#[0-9a-f]{6})/g)].map(
    ([, colour]) => colour,
  );
  LOOKS.forEach((_, look) => {
    for (const [is_dark, paper] of /** @type {const} */ ([
      [false, light],
      [true, dark],
    ])) {
      const found = contrast(pin_colour(look, is_dark), paper);
      assert.ok(found >= 4.5, `look ${look} on ${paper}: ${found.toFixed(2)} to 1`);
    }
  });
});

/**
 * uPlot's own function that lays the ticks of a logarithmic axis, with an end to its
 * loop. It is not exported.
 */
async function log_axis_splits() {
  const text = readFileSync(new URL("../../www/vendor/uplot.mjs", import.meta.url), "utf8");
  const push = text.indexOf("splits.push(split);", text.indexOf("function logAxisSplits("));
  assert.ok(push > 0, "uPlot lays its ticks as it did");
  const end = 'if (splits.length > 1000) throw new RangeError("Invalid array length");';
  const module = `${text.slice(0, push)}${end}${text.slice(push)}\nexport { logAxisSplits };`;
  const { logAxisSplits } = await import(`data:text/javascript,${encodeURIComponent(module)}`);
  const u = { axes: [{ scale: "y" }], scales: { y: { log: 10 } } };
  return (/** @type {[number, number]} */ [low, high]) =>
    /** @type {number[]} */ (logAxisSplits(u, 0, low, high, 0, 0));
}

test("Log loss never freezes the page and never blanks the chart", async () => {
  const splits = await log_axis_splits();
  assert.throws(() => splits([0.0112 * 0.85, 2.4]), RangeError, "the fault: 0.85 times the low");
  /** @param {number[]} losses */
  const run_of = (losses) => ({
    ...idle_run(),
    history: losses.map((loss, at) => record(at + 1, { train_loss: loss, validation_loss: loss })),
  });
  const cases = {
    "the reported range": [2.4, 0.0112],
    "a zero": [1, 0],
    "zeros alone": [0, 0],
    "a negative": [1, -1],
    "no number": [NaN, 1],
    "no numbers": [NaN, Infinity],
    "one point": [0.5],
    "one value": [0.3, 0.3, 0.3],
    "no epoch": [],
    "next to nothing": [1, 1e-300],
    "a divergence": [2.3, 3e38],
  };
  for (const [name, losses] of Object.entries(cases)) {
    const run = run_of(losses);
    const data = curve_data(run);
    const [, ...columns] = chart_columns("loss", data, true);
    const drawn = columns.flat().filter((value) => typeof value === "number");
    assert.ok(
      drawn.every((value) => value > 0 && value < Infinity),
      `${name}: a logarithm has a place for each`,
    );
    const low = drawn.length > 0 ? Math.min(...drawn) : null;
    const high = drawn.length > 0 ? Math.max(...drawn) : null;
    const range = y_range("loss", data, true, low, high);
    assert.ok(range[0] > 0 && range[1] > range[0] && range[1] < Infinity, `${name}: ${range}`);
    assert.ok(splits(range).length > 0, name);
    const linear = y_range("loss", data, false, low, high);
    assert.ok(linear[1] > linear[0] && linear[1] < Infinity, `${name}: ${linear}`);
    for (const is_log of [true, false]) {
      assert.doesNotMatch(curves_svg({ run, pinned: [], is_log }), /undefined|Infinity/, name);
      assert.doesNotMatch(curves_svg({ run, pinned: [], is_log }), /"[^"]*NaN/, name);
    }
  }
  // Every low of two digits and a bit: 9.5 to 10 × 10⁻ᵏ was where it froze.
  for (let low = 1e-6; low < 10; low *= 1.003) {
    assert.ok(splits(y_range("loss", curve_data(idle_run()), true, low, low * 50)).length > 0);
  }
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
  assert.equal(
    status_text({ ...run, phase: "failed", error: "No adapter." }, true),
    "No adapter. Failed",
  );
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
