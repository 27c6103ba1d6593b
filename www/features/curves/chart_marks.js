// What is drawn over a chart's lines: the best epoch, the stopped model, the markers of
// the runs beside this one, the names at the lines' ends.

import { is_dark } from "../../plot/pin_mark.js";
import { marker_path, pin_colour } from "../../plot/pins.js";
import { best_record } from "../../plot/series.js";

/** @import uPlot from "../../vendor/uplot.mjs" */
/** @import { ChartSource } from "./chart_options.js" */
/** @import { CurveData, Kind } from "./curve_data.js" */

/** Markers nearer than this would be a smear, CSS pixels. */
const MARKERS_APART = 26;

/** @typedef {{ train: string, valid: string, soft: string, font: string }} Look */

/**
 * @param {uPlot} u
 * @param {Kind} kind
 * @param {ChartSource} source
 * @param {Look} look
 */
export function draw_marks(u, kind, source, look) {
  const { ctx } = u;
  const data = source.data();
  ctx.save();
  ctx.font = look.font.replace("12px", `${12 * devicePixelRatio}px`);
  ctx.save();
  const { left, top, width, height } = u.bbox;
  ctx.beginPath();
  // A marker on the edge may show whole.
  const rim = 6 * devicePixelRatio;
  ctx.rect(left - rim, top - rim, width + 2 * rim, height + 2 * rim);
  ctx.clip();
  draw_pinned_markers(u, kind, data, source.num_epochs());
  draw_stopped(u, kind, data, look);
  ctx.restore();
  draw_best_epoch(u, kind, source, look);
  if (kind === "accuracy") {
    ctx.fillStyle = look.soft;
    ctx.textAlign = "left";
    ctx.textBaseline = "top";
    ctx.fillText(
      "epoch",
      left + width + 14 * devicePixelRatio,
      top + height + 4 * devicePixelRatio,
    );
  }
  draw_end_names(u, kind, source, look);
  ctx.restore();
}

/** @param {uPlot} u @param {Kind} kind @param {CurveData} data @param {number} num_epochs */
function draw_pinned_markers(u, kind, data, num_epochs) {
  const { ctx } = u;
  const px_per_epoch = u.bbox.width / devicePixelRatio / num_epochs;
  const every = Math.max(1, Math.ceil(MARKERS_APART / px_per_epoch));
  for (const { history, look } of data.pinned) {
    ctx.fillStyle = pin_colour(look, is_dark());
    for (const record of history) {
      const is_last = record === history[history.length - 1];
      const value = record[`validation_${kind}`];
      if (!(is_last || record.epoch % every === 0) || !is_on(u, value)) continue;
      const x = u.valToPos(record.epoch, "x", true);
      const y = u.valToPos(value, "y", true);
      ctx.fill(new Path2D(marker_path(look, x, y, 4 * devicePixelRatio)));
    }
  }
}

/** A filled square: the model that stands, between two epochs. @param {uPlot} u @param {Kind} kind @param {CurveData} data @param {Look} look */
function draw_stopped(u, kind, { stopped }, look) {
  const value = stopped?.[`validation_${kind}`] ?? NaN;
  if (!stopped || !is_on(u, value)) return;
  const side = 9 * devicePixelRatio;
  const x = u.valToPos(stopped.x, "x", true);
  const y = u.valToPos(value, "y", true);
  u.ctx.fillStyle = look.valid;
  u.ctx.fillRect(x - side / 2, y - side / 2, side, side);
}

/** Whether the y axis has a place for a value. @param {uPlot} u @param {number} value */
function is_on(u, value) {
  return Number.isFinite(value) && (u.scales["y"]?.distr !== 3 || value > 0);
}

/** @param {uPlot} u @param {Kind} kind @param {ChartSource} source @param {Look} look */
function draw_best_epoch(u, kind, source, look) {
  const { history } = source.run();
  const best = best_record(history);
  if (!best || history.length < 2) return;
  const { ctx } = u;
  const ratio = devicePixelRatio;
  const { left, top, width, height } = u.bbox;
  const x = Math.round(u.valToPos(best.epoch, "x", true));
  ctx.strokeStyle = look.soft;
  ctx.lineWidth = ratio;
  ctx.setLineDash([2 * ratio, 3 * ratio]);
  ctx.beginPath();
  ctx.moveTo(x, top);
  ctx.lineTo(x, top + height);
  ctx.stroke();
  ctx.setLineDash([]);
  if (kind !== "accuracy") return;
  ctx.fillStyle = look.soft;
  const on_left = x > left + width / 2;
  ctx.textAlign = on_left ? "right" : "left";
  ctx.textBaseline = "bottom";
  ctx.fillText(
    `best: epoch ${best.epoch}`,
    x + (on_left ? -6 : 6) * ratio,
    top + height - 6 * ratio,
  );
}

/** @param {uPlot} u @param {Kind} kind @param {ChartSource} source @param {Look} look */
function draw_end_names(u, kind, source, look) {
  const { history } = source.run();
  const { stopped } = source.data();
  const last = history[history.length - 1];
  if (!last) return;
  const { ctx } = u;
  const ratio = devicePixelRatio;
  const { top, height } = u.bbox;
  const ends = [
    { text: "training", colour: look.train, value: last[`train_${kind}`] },
    {
      text: "validation",
      colour: look.valid,
      value: (stopped ?? last)[`validation_${kind}`],
    },
  ]
    .filter(({ value }) => is_on(u, value))
    .map((end) => ({ ...end, y: u.valToPos(end.value, "y", true) }))
    .sort((a, b) => a.y - b.y);
  const apart = 15 * ratio;
  const [upper, lower] = ends;
  if (upper && lower && lower.y - upper.y < apart) {
    const middle = (upper.y + lower.y) / 2;
    upper.y = middle - apart / 2;
    lower.y = middle + apart / 2;
  }
  // Neither above the plot nor into the axis.
  const under = Math.max(0, top + 6 * ratio - (upper?.y ?? Infinity));
  const over = Math.max(0, (lower?.y ?? upper?.y ?? 0) - (top + height - 6 * ratio));
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  const x = u.valToPos(Math.max(last.epoch, stopped?.x ?? 0), "x", true) + 8 * ratio;
  for (const { text, colour, y } of ends) {
    ctx.fillStyle = colour;
    ctx.fillText(text, x, y + under - over);
  }
}
