// One of a study's charts: a line for each value, told apart by colour, dash and marker,
// a band for its seeds, a ring at its best epoch. Knows neither study nor page.

import "../../base/locale.js";
import uPlot from "../../vendor/uplot.mjs";
import { css_value } from "../../ui/dom.js";
import { fill_marker, line_style, marked_places } from "../../plot/line_styles.js";
import { log_range } from "../../plot/log_scale.js";
import { with_alpha } from "../../plot/palette.js";

/** @import { Figure } from "../../plot/series.js" */
/** @import { SeriesKind, ValueCurves } from "./value_curves.js" */

const FADED = 0.16;
const FONT = "11px system-ui, sans-serif";

/**
 * @typedef {object} ChartLook
 * @property {Figure} figure
 * @property {boolean} is_loss
 * @property {boolean} is_log
 * @property {number} width in pixels
 * @property {number} height in pixels
 * @property {number} num_epochs
 * @property {SeriesKind[]} kinds of each value's series
 * @property {(value: number) => string} colour of a value
 * @property {(value: number) => boolean} is_faded
 * @property {() => ValueCurves[]} values as they stand when it is drawn
 * @property {(at: number | null) => void} on_hover index of the epoch pointed at
 * @property {(value: number | null) => void} on_highlight
 */

/**
 * @param {ChartLook} look
 * @param {(number | null)[][]} columns
 * @param {HTMLElement} place
 */
export function curve_chart(look, columns, place) {
  const { width, height, num_epochs, is_loss, is_log, kinds } = look;
  const values = look.values();
  const soft = css_value("--soft");
  const grid_colour = css_value("--grid");
  /** @type {uPlot.Scale} */
  const y =
    values.length === 0
      ? { range: is_loss ? [0, 2.5] : [0, 100] }
      : is_log
        ? { distr: 3, range: (_, low, high) => log_range(low, high) }
        : {};
  return new uPlot(
    {
      width,
      height,
      ...lines(look, values.length, soft),
      legend: { show: false },
      scales: { x: { time: false, range: [1, Math.max(2, num_epochs)] }, y },
      axes: [
        {
          label: "epoch",
          labelSize: 16,
          labelFont: FONT,
          labelGap: 0,
          stroke: soft,
          font: FONT,
          grid: { show: false },
          ticks: { stroke: grid_colour, size: 4 },
          size: 24,
          gap: 2,
          // Epochs are whole.
          incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500],
        },
        {
          stroke: soft,
          font: FONT,
          grid: { stroke: grid_colour, width: 1 },
          ticks: { show: false },
          size: 48,
          gap: 4,
          values: (_, ticks) =>
            ticks.map((tick) => (tick === null ? "" : String(Number(tick.toPrecision(6))))),
        },
      ],
      cursor: {
        sync: { key: "inkling-study" },
        focus: { prox: 16 },
        drag: { x: false, y: false },
        points: { show: false },
      },
      hooks: {
        setCursor: [
          ({ cursor: { left, idx } }) =>
            look.on_hover(left !== undefined && left >= 0 ? (idx ?? null) : null),
        ],
        setSeries: [
          (_, at) => {
            if (at === null) look.on_highlight(null);
            else if (at > 0) look.on_highlight(Math.floor((at - 1) / kinds.length));
          },
        ],
        draw: [(u) => draw_markers(u, look)],
      },
    },
    /** @type {uPlot.AlignedData} */ (/** @type {unknown} */ (columns)),
    place,
  );
}

/**
 * The series and bands of all values.
 * @param {ChartLook} look
 * @param {number} num_values
 * @param {string} soft
 * @returns {{ series: uPlot.Series[], bands: uPlot.Band[] }}
 */
function lines({ kinds, colour, is_faded }, num_values, soft) {
  /** @type {uPlot.Series[]} */
  const series = num_values > 0 ? [{}] : [{}, {}];
  /** @type {uPlot.Band[]} */
  const bands = [];
  for (let index = 0; index < num_values; index += 1) {
    const alpha = (/** @type {number} */ full) =>
      with_alpha(colour(index) || soft, is_faded(index) ? Math.min(full, FADED) : full);
    const { dash } = line_style(index);
    for (const kind of kinds) {
      const is_edge = kind === "high" || kind === "low";
      const is_pale = kind === "raw" && kinds.includes("smooth");
      series.push({
        stroke: () => (is_edge ? "transparent" : alpha(is_pale ? 0.45 : 1)),
        width: is_pale ? 1 : kind === "smooth" ? 2.6 : 1.8,
        ...(dash.length > 0 && !is_pale ? { dash } : {}),
        points: { show: false },
        spanGaps: false,
      });
    }
    if (kinds.includes("high")) {
      const first = 1 + index * kinds.length;
      bands.push({
        series: [first + kinds.indexOf("high"), first + kinds.indexOf("low")],
        fill: () => alpha(0.16),
      });
    }
  }
  return { series, bands };
}

/**
 * Markers along each value's line, and a ring at its best epoch.
 * @param {uPlot} u
 * @param {ChartLook} look
 */
function draw_markers(u, { figure, is_loss, is_log, values, colour, is_faded }) {
  const { ctx } = u;
  const ratio = devicePixelRatio || 1;
  const scale = is_loss ? 1 : 100;
  ctx.save();
  values().forEach(({ curves, best }, index) => {
    const { mean } = curves[figure];
    const stroke = with_alpha(colour(index) || "rgb(0, 0, 0)", is_faded(index) ? FADED : 1);
    ctx.fillStyle = ctx.strokeStyle = stroke;
    ctx.lineWidth = 2 * ratio;
    const place = (/** @type {number} */ at) => {
      const value = mean[at];
      if (value === undefined || !Number.isFinite(value) || (is_log && value <= 0)) return null;
      return { x: u.valToPos(at + 1, "x", true), y: u.valToPos(value * scale, "y", true) };
    };
    for (const at of marked_places(mean.length, index)) {
      const there = place(at);
      if (there) fill_marker(ctx, line_style(index).marker, there.x, there.y, 3 * ratio);
    }
    const ring = figure.startsWith("validation") ? place(best - 1) : null;
    if (!ring) return;
    ctx.beginPath();
    ctx.arc(ring.x, ring.y, 6 * ratio, 0, 2 * Math.PI);
    ctx.stroke();
  });
  ctx.restore();
}
