// One of a study's charts: a line for each value, told apart by colour, dash and marker,
// a band for its seeds, a ring at its best epoch. Knows neither study nor page.

import "../../base/locale.js";
import uPlot from "../../vendor/uplot.mjs";
import { css_value } from "../../ui/dom.js";
import { fill_marker, marked_places } from "../../plot/line_styles.js";
import { log_range } from "../../plot/log_scale.js";
import { with_alpha } from "../../plot/palette.js";

/** @import { Figure } from "../../plot/series.js" */
/** @import { ValueLook } from "../../plot/value_looks.js" */
/** @import { SeriesKind, ValueCurves } from "./value_curves.js" */

const FADED = 0.16;
const FONT = "11px system-ui, sans-serif";

/** What is shown of each axis, where it is not all of it. @typedef {{ x: [number, number] | null, y: [number, number] | null }} Zoom */

/** A drag over fewer pixels is none. */
const LEAST_DRAG = 12;

/**
 * @typedef {object} ChartLook
 * @property {Figure} figure
 * @property {boolean} is_loss
 * @property {boolean} is_log
 * @property {number} width in pixels
 * @property {number} height in pixels
 * @property {number} num_epochs
 * @property {SeriesKind[]} kinds of each value's series
 * @property {(value: number) => ValueLook | undefined} look_of a value's line
 * @property {(value: number) => boolean} is_faded
 * @property {(value: number) => boolean} is_hidden
 * @property {Zoom} zoom
 * @property {(zoom: Zoom) => void} on_zoom
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
  const { width, height, num_epochs, is_loss, is_log, kinds, zoom } = look;
  const values = look.values();
  const soft = css_value("--soft");
  const grid_colour = css_value("--grid");
  /** @type {uPlot.Scale} */
  const y =
    values.length === 0
      ? { range: is_loss ? [0, 2.5] : [0, 100] }
      : is_log
        ? { distr: 3, range: (_, low, high) => zoom.y ?? log_range(low, high) }
        : zoom.y
          ? { range: zoom.y }
          : {};
  return new uPlot(
    {
      width,
      height,
      ...lines(look, values.length, soft),
      legend: { show: false },
      scales: { x: { time: false, range: zoom.x ?? [1, Math.max(2, num_epochs)] }, y },
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
        drag: { x: values.length > 0, y: values.length > 0, uni: 30, setScale: false },
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
        setSelect: [(u) => take_zoom(u, look)],
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
function lines({ kinds, look_of, is_faded, is_hidden }, num_values, soft) {
  /** @type {uPlot.Series[]} */
  const series = num_values > 0 ? [{}] : [{}, {}];
  /** @type {uPlot.Band[]} */
  const bands = [];
  for (let index = 0; index < num_values; index += 1) {
    const alpha = (/** @type {number} */ full) =>
      with_alpha(look_of(index)?.colour || soft, is_faded(index) ? Math.min(full, FADED) : full);
    const dash = look_of(index)?.dash ?? [];
    for (const kind of kinds) {
      const is_edge = kind === "high" || kind === "low";
      const is_pale = kind === "raw" && kinds.includes("smooth");
      series.push({
        show: !is_hidden(index),
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
 * The part of the axes over which somebody dragged.
 * @param {uPlot} u
 * @param {ChartLook} look
 */
function take_zoom(u, { zoom, on_zoom }) {
  const { left, top, width, height } = u.select;
  const is_wide = width >= LEAST_DRAG && width < u.over.clientWidth;
  const is_high = height >= LEAST_DRAG && height < u.over.clientHeight;
  if (!is_wide && !is_high) return;
  const at = (/** @type {number} */ place, /** @type {string} */ axis) => u.posToVal(place, axis);
  on_zoom({
    x: is_wide ? [at(left, "x"), at(left + width, "x")] : zoom.x,
    y: is_high ? [at(top + height, "y"), at(top, "y")] : zoom.y,
  });
}

/**
 * Markers along each value's line, and a ring at its best epoch.
 * @param {uPlot} u
 * @param {ChartLook} look
 */
function draw_markers(u, { figure, is_loss, is_log, values, look_of, is_faded, is_hidden }) {
  const { ctx } = u;
  const ratio = devicePixelRatio || 1;
  const scale = is_loss ? 1 : 100;
  const { left, top, width, height } = u.bbox;
  ctx.save();
  // Of what is zoomed out of sight nothing lies over the axes.
  ctx.beginPath();
  ctx.rect(left - 8 * ratio, top - 8 * ratio, width + 16 * ratio, height + 16 * ratio);
  ctx.clip();
  values().forEach(({ curves, best }, index) => {
    if (is_hidden(index)) return;
    const { mean } = curves[figure];
    const { colour = "rgb(0, 0, 0)", marker = "circle" } = look_of(index) ?? {};
    const stroke = with_alpha(colour, is_faded(index) ? FADED : 1);
    ctx.fillStyle = ctx.strokeStyle = stroke;
    ctx.lineWidth = 2 * ratio;
    const place = (/** @type {number} */ at) => {
      const value = mean[at];
      if (value === undefined || !Number.isFinite(value) || (is_log && value <= 0)) return null;
      return { x: u.valToPos(at + 1, "x", true), y: u.valToPos(value * scale, "y", true) };
    };
    for (const at of marked_places(mean.length, index)) {
      const there = place(at);
      if (there) fill_marker(ctx, marker, there.x, there.y, 3 * ratio);
    }
    const ring = figure.startsWith("validation") ? place(best - 1) : null;
    if (!ring) return;
    ctx.beginPath();
    ctx.arc(ring.x, ring.y, 6 * ratio, 0, 2 * Math.PI);
    ctx.stroke();
  });
  ctx.restore();
}
