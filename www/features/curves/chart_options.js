// How the two charts look to uPlot: scales, axes, and the line of each column.

import { draw_marks } from "./chart_marks.js";
import { y_range } from "./curve_data.js";
import { is_dark } from "../../plot/pin_mark.js";
import { look_at, pin_colour } from "../../plot/pins.js";
import { css_value } from "../../ui/dom.js";

/** @import uPlot from "../../vendor/uplot.mjs" */
/** @import { RunState } from "../../app/state.js" */
/** @import { CurveData, Kind } from "./curve_data.js" */
/** @import { PinnedRun } from "./pinned.js" */

/** Room for the names at the lines' ends, CSS pixels. */
const END_LABELS = 66;
const Y_AXIS = 52;

/**
 * Where a chart reads what it draws.
 * @typedef {object} ChartSource
 * @property {() => number} num_epochs
 * @property {() => RunState} run
 * @property {() => CurveData} data
 * @property {(at: number | null) => void} hover
 */

/**
 * @param {Kind} kind
 * @param {boolean} is_log
 * @param {{ width: number, height: number }} size
 * @param {ChartSource} source
 * @returns {uPlot.Options}
 */
export function chart_options(kind, is_log, size, source) {
  const train = css_value("--train");
  const valid = css_value("--valid");
  const soft = css_value("--soft");
  const paper = css_value("--paper");
  const grid = { stroke: css_value("--grid"), width: 1 };
  const font = `12px ${getComputedStyle(document.body).fontFamily}`;
  const axis = { stroke: soft, font, grid, ticks: { show: false } };
  const look = { train, valid, soft, font };
  return {
    ...size,
    legend: { show: false },
    padding: [8, END_LABELS, 0, 0],
    cursor: {
      sync: { key: "inkling-curves", setSeries: false },
      drag: { x: false, y: false },
      points: { size: 7, width: 2, fill: paper },
      y: false,
    },
    scales: {
      x: { time: false, range: () => [0, source.num_epochs()] },
      y: {
        distr: is_log ? 3 : 1,
        range: (_, low, high) => y_range(kind, source.data(), is_log, low, high),
      },
    },
    axes: [
      {
        ...axis,
        size: 24,
        gap: 4,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500],
        space: 44,
        values: (_, splits) => splits.map((value) => `${value}`),
      },
      {
        ...axis,
        size: Y_AXIS,
        gap: 6,
        space: 32,
        values: (_, splits) =>
          splits.map((value) =>
            value == null ? "" : kind === "loss" ? plain(value) : plain(value * 100),
          ),
      },
    ],
    series: [
      {},
      { stroke: css_value("--faint-train"), width: 1, points: { show: false } },
      { stroke: train, width: 2, spanGaps: true, points: { show: true, size: 4, fill: train } },
      {
        stroke: valid,
        width: 2,
        dash: [6, 4],
        spanGaps: true,
        points: { show: true, size: 7, width: 2, fill: paper, stroke: valid },
      },
      // Takes its room on the axis here; its marker is drawn apart.
      { stroke: valid, paths: () => null, points: { show: false } },
      ...source.data().pinned.flatMap(pinned_series),
      // Training images measured as validation is: thin, in training's colour.
      { stroke: train, width: 1, dash: [2, 2], spanGaps: true, points: { show: false } },
    ],
    hooks: {
      draw: [(u) => draw_marks(u, kind, source, look)],
      setCursor: [(u) => source.hover((u.cursor.left ?? -1) >= 0 ? (u.cursor.idx ?? null) : null)],
    },
  };
}

/**
 * Training thin and dotted, validation with the dash that its marker belongs to.
 * @param {PinnedRun} run
 * @returns {uPlot.Series[]}
 */
function pinned_series({ look }) {
  const stroke = pin_colour(look, is_dark());
  const line = { stroke, spanGaps: true, points: { show: false } };
  return [
    { ...line, width: 1, dash: [1, 3] },
    { ...line, width: 1.5, dash: [...look_at(look).dash] },
  ];
}

/** A round tick without trailing noise. @param {number} value */
function plain(value) {
  return value >= 1e4 ? value.toExponential(0) : `${Number(value.toPrecision(6))}`;
}
