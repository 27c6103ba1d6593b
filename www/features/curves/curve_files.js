// The two charts of the bench as one drawing for files, always in light colours for paper.

import { chart_columns, curve_data, last_epoch, y_range } from "./curve_data.js";
import { describe_curve } from "./curve_words.js";
import { short_description } from "../../base/settings.js";
import * as format from "../../base/format.js";
import { legend_rows, stacked } from "../../plot/arrange.js";
import { PRINT, line_plot, text } from "../../plot/drawing.js";
import { look_at, pin_colour } from "../../plot/pins.js";
import { best_record, linear_ticks } from "../../plot/series.js";

/** @import { RunState } from "../../app/state.js" */
/** @import { Drawing, Series } from "../../plot/drawing.js" */
/** @import { Column, CurveData, Kind } from "./curve_data.js" */
/** @import { PinnedRun } from "./pinned.js" */

/**
 * What the charts show.
 * @typedef {object} Shown
 * @property {RunState} run
 * @property {readonly PinnedRun[]} pinned with lines of their own
 * @property {boolean} is_log the losses, not the accuracies
 */

const [WIDTH, HEAD, PANEL, SIZE] = [960, 40, 330, 12];

/** Training's colour as it is where it shines through: the running mean's. */
const FAINT_TRAIN = "#a8c2ed";

/**
 * @param {Shown} shown
 * @returns {Drawing}
 */
export function curves_drawing({ run, pinned, is_log }) {
  const data = curve_data(run, pinned);
  const result = run.result
    ? ` · validation accuracy ${format.percent(run.result.validation_accuracy)}`
    : "";
  const title = run.config
    ? `${run.data_name} · ${short_description(run.config)}${result}`
    : "Runs compared";
  const kinds = /** @type {Kind[]} */ (["loss", "accuracy"]);
  const described = kinds.map((kind) => describe_curve(kind, run.history, data.stopped, pinned));
  const loss = series_of("loss", data, is_log);
  const charts = [
    chart(loss, "loss", data, run, is_log),
    chart(series_of("accuracy", data, false), "accuracy", data, run, false),
  ];
  const legend = legend_rows(
    "",
    loss.filter(({ label }) => label),
    WIDTH,
  );
  return stacked([head(title), ...charts, legend], [`${title}.`, ...described].join(" "));
}

/** @param {string} title @returns {Drawing} */
function head(title) {
  return {
    width: WIDTH,
    height: HEAD,
    description: "",
    marks: [
      { kind: "rect", x: 0, y: 0, width: WIDTH, height: HEAD, fill: PRINT.paper },
      text(14, 26, title, SIZE + 1, PRINT.ink, "start", true),
    ],
  };
}

/**
 * @param {Series[]} series
 * @param {Kind} kind
 * @param {CurveData} data
 * @param {RunState} run
 * @param {boolean} is_log
 * @returns {Drawing}
 */
function chart(series, kind, data, run, is_log) {
  const values = series.flatMap(({ points }) => points.map(([, value]) => value));
  const drawn = values.filter(Number.isFinite);
  const [least, most] = [drawn.reduce(smaller, Infinity), drawn.reduce(larger, -Infinity)];
  const [low, high] = y_range(
    kind,
    data,
    is_log,
    drawn.length ? least : null,
    drawn.length ? most : null,
  );
  const num_epochs = last_epoch(run, data.pinned, 1);
  const best = best_record(run.history);
  const is_loss = kind === "loss";
  return line_plot({
    width: WIDTH,
    height: PANEL,
    size: SIZE,
    title: is_loss ? "Loss" : "Accuracy",
    description: "",
    x: {
      label: "epoch",
      scale: "linear",
      low: 0,
      high: num_epochs,
      ticks: linear_ticks(0, num_epochs, 12).filter(Number.isInteger),
    },
    y: {
      label: is_loss ? (is_log ? "loss (nats, log)" : "loss (nats)") : "accuracy",
      scale: is_log ? "log" : "linear",
      low,
      high,
      ...(is_loss ? {} : { format: (value) => `${Number((value * 100).toFixed(2))} %` }),
    },
    // The running mean's first steps may lie below a chart of accuracies.
    series: series.map((one) => ({ ...one, points: from(one.points, low) })),
    rules: best ? [{ x: best.epoch, label: is_loss ? "" : `best: epoch ${best.epoch}` }] : [],
    has_legend: false,
  });
}

/** @param {number} a @param {number} b */
const smaller = (a, b) => Math.min(a, b);
/** @param {number} a @param {number} b */
const larger = (a, b) => Math.max(a, b);

/**
 * The lines of one chart, the thickest last.
 * @param {Kind} kind
 * @param {CurveData} data
 * @param {boolean} is_log
 * @returns {Series[]}
 */
function series_of(kind, data, is_log) {
  const columns = chart_columns(kind, data, is_log);
  const [x = [], running = [], train = [], valid = [], stopped = [], ...beside] = columns;
  const clean = beside.at(-1) ?? [];
  const spanning = (/** @type {Column} */ column) => points_of(x, column, true);
  const pinned = data.pinned.flatMap(({ name, look }, at) => {
    const colour = pin_colour(look, false);
    const { dash, shape } = look_at(look);
    return [
      {
        label: "",
        colour,
        points: spanning(beside[2 * at] ?? []),
        dash: [1, 3],
        width: 1,
      },
      {
        label: name,
        colour,
        points: spanning(beside[2 * at + 1] ?? []),
        dash: [...dash],
        width: 1.5,
        marker: shape,
      },
    ];
  });
  const { train: blue, valid: orange } = PRINT;
  /** @type {Series[]} */
  const own = [
    {
      label: "training, running mean",
      colour: FAINT_TRAIN,
      points: points_of(x, running, false),
      width: 1,
    },
    { label: "training", colour: blue, points: spanning(train), width: 2 },
    {
      label: "training, measured as validation is",
      colour: blue,
      points: spanning(clean),
      dash: [2, 2],
      width: 1,
    },
    {
      label: "validation",
      colour: orange,
      points: spanning(valid),
      dash: [6, 4],
      width: 2,
      marker: "circle",
    },
    {
      label: "stopped here",
      colour: orange,
      points: spanning(stopped),
      width: 0,
      marker: "square",
    },
  ];
  return [...pinned, ...own.filter(({ points }) => points.length > 0)];
}

/**
 * @param {Column} x
 * @param {Column} column
 * @param {boolean} spans whether a line goes on behind what cannot be drawn
 * @returns {[number, number][]}
 */
function points_of(x, column, spans) {
  return column.flatMap((value, at) => {
    if (typeof value === "number") return [[x[at] ?? NaN, value]];
    return value === null && !spans ? [[x[at] ?? NaN, NaN]] : [];
  });
}

/**
 * What of a line lies at or above a value, with the places where it comes and goes.
 * @param {[number, number][]} points
 * @param {number} low
 * @returns {[number, number][]}
 */
function from(points, low) {
  return points.flatMap(([x, y], at) => {
    const before = points[at - 1];
    /** @type {[number, number][]} */
    const crossing = [];
    if (before && before[1] < low !== y < low) {
      const share = (low - before[1]) / (y - before[1]);
      crossing.push([before[0] + share * (x - before[0]), low]);
    }
    return [...crossing, [x, y < low ? NaN : y]];
  });
}
