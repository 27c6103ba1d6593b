// The four curves of each value of a study, as they are drawn and told. Pure functions.

import { NO_FIGURE, loss, percent } from "../../base/format.js";
import { FIGURES, best_epoch, runs_by_value, smoothed, value_curve } from "../../plot/series.js";

/** @import { StudyRecord } from "../../pkg/ndarray/inkling.js" */
/** @import { Curve, Figure } from "../../plot/series.js" */

/**
 * @typedef {object} ValueCurves
 * @property {string} label
 * @property {Record<Figure, Curve>} curves
 * @property {number} best epoch, from 1
 */

/** What a series of a chart is of its value. @typedef {"raw" | "smooth" | "high" | "low"} SeriesKind */

/** @param {StudyRecord | null} record @returns {ValueCurves[]} */
export function curves_of(record) {
  if (!record) return [];
  return runs_by_value(record).map((runs, index) => {
    const curves = /** @type {Record<Figure, Curve>} */ (
      Object.fromEntries(FIGURES.map(({ figure }) => [figure, value_curve(runs, figure)]))
    );
    return {
      label: record.plan.values[index]?.label ?? "",
      curves,
      best: best_epoch(curves.validation_accuracy.mean),
    };
  });
}

/**
 * What each value's series are, the same in all charts: the raw line, the stronger
 * smoothed one, the two edges of a band.
 * @param {number} width of the smoothing, in epochs; 1 is none
 * @param {boolean} has_seeds
 * @returns {SeriesKind[]}
 */
export function series_kinds(width, has_seeds) {
  return ["raw", ...(width > 1 ? ["smooth"] : []), ...(has_seeds ? ["high", "low"] : [])].map(
    (kind) => /** @type {SeriesKind} */ (kind),
  );
}

/**
 * A chart's columns: the epochs, then each value's series.
 * @param {ValueCurves[]} values
 * @param {object} chart
 * @param {Figure} chart.figure
 * @param {SeriesKind[]} chart.kinds
 * @param {number} chart.width of the smoothing
 * @param {number} chart.num_epochs
 * @param {boolean} chart.is_loss
 * @param {boolean} chart.is_log
 * @returns {(number | null)[][]}
 */
export function chart_columns(values, { figure, kinds, width, num_epochs, is_loss, is_log }) {
  const x = Array.from({ length: Math.max(1, num_epochs) }, (_, i) => i + 1);
  const scale = is_loss ? 1 : 100;
  // A logarithm has no zero; a gap is honest, a made-up floor is not.
  const shown = (/** @type {number | undefined} */ value) =>
    value === undefined || !Number.isFinite(value) || (is_log && value <= 0) ? null : value * scale;
  // Axes stand before there is anything to draw.
  if (values.length === 0) return [x, x.map(() => null)];
  const columns = values.flatMap(({ curves }) => {
    const { mean, deviation } = curves[figure];
    return kinds.map((kind) => {
      switch (kind) {
        case "raw":
          return mean;
        case "smooth":
          return smoothed(mean, width);
        case "high":
          return mean.map((m, i) => m + (deviation[i] ?? 0));
        case "low":
          return mean.map((m, i) => m - (deviation[i] ?? 0));
      }
    });
  });
  return [x, ...columns.map((column) => x.map((_, i) => shown(column[i])))];
}

/**
 * A value's figure after an epoch, with its spread over the seeds.
 * @param {ValueCurves} value
 * @param {{ figure: Figure, is_loss: boolean }} about
 * @param {number | null} at index of the epoch; `null` for the last
 */
export function figure_words({ curves }, { figure, is_loss }, at) {
  const { mean, deviation } = curves[figure];
  const index = at ?? mean.length - 1;
  const value = mean[index];
  const spread = deviation[index] ?? 0;
  if (value === undefined || !Number.isFinite(value)) return NO_FIGURE;
  const words = (is_loss ? loss : percent)(value);
  if (spread === 0) return words;
  return `${words} ±${is_loss ? spread.toFixed(4) : (100 * spread).toFixed(2)}`;
}
