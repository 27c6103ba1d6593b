// Where a value lies along an axis, and at which values its ticks stand.
//
// On the scale `error` a share lies by the logarithm of what is missing to 1: 90 %, 99 %
// and 99.9 % are evenly spaced, so that good accuracies are told apart.

import { linear_ticks, log_ticks } from "./series.js";

/**
 * @typedef {object} Axis
 * @property {string} label
 * @property {"linear" | "log" | "error" | "category"} scale
 * @property {number} [low]
 * @property {number} [high]
 * @property {number[]} [ticks]
 * @property {(value: number) => string} [format]
 * @property {string} [log_of] what stands on it by its logarithm, such as "losses"
 */

/**
 * Room for the widest label of a y axis, in pixels; a figure is up to 0.64 em wide.
 * @param {Axis} axis
 * @param {number[]} ticks
 * @param {number} size of the letters
 */
export function room_at_left({ format = String }, ticks, size) {
  const widest = Math.max(1, ...ticks.map((tick) => format(tick).length));
  return Math.round(size + 15 + widest * size * 0.64);
}

/**
 * An axis around values.
 * @param {Axis} axis
 * @param {number[]} values
 * @returns {{ place: (value: number) => number, ticks: number[] }}
 */
export function scale_of(axis, values) {
  if (axis.scale === "error") return error_scale(axis, values);
  const is_log = axis.scale === "log";
  const usable = values.filter((v) => Number.isFinite(v) && (!is_log || v > 0));
  let low = axis.low ?? Math.min(...usable);
  let high = axis.high ?? Math.max(...usable);
  if (!Number.isFinite(low) || !Number.isFinite(high)) [low, high] = is_log ? [0.1, 1] : [0, 1];
  if (low === high) {
    [low, high] = is_log ? [low / 2, high * 2] : [low - 0.5, high + 0.5];
  }
  if (is_log) {
    const [from, to] = [Math.log10(low), Math.log10(high)];
    const margin = axis.ticks ? 0.06 * (to - from) : 0;
    return {
      place: (value) => (Math.log10(value) - from + margin) / (to - from + 2 * margin),
      ticks: axis.ticks ?? log_ticks(low, high),
    };
  }
  if (axis.scale === "category") {
    low -= 0.5;
    high += 0.5;
  } else if (axis.low === undefined && axis.ticks === undefined) {
    // Round ends: the outermost lines then are gridlines.
    const margin = (high - low) * 0.04;
    low -= margin;
    high += margin;
  }
  return {
    place: (value) => (value - low) / (high - low),
    ticks: axis.ticks ?? linear_ticks(low, high, 5),
  };
}

/** Of the errors that can be told from none: one image of ten thousand. */
const LEAST_ERROR = 1e-4;

/** Shares at which ticks may stand. */
const ERROR_TICKS = [0, 0.5, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 0.999];

/**
 * @param {Axis} axis
 * @param {number[]} values shares
 */
function error_scale(axis, values) {
  const depth = (/** @type {number} */ share) => -Math.log10(Math.max(LEAST_ERROR, 1 - share));
  const usable = values.filter((value) => Number.isFinite(value));
  const from = depth(axis.low ?? Math.min(...usable));
  const to = Math.max(from + 0.1, depth(axis.high ?? Math.max(...usable)));
  const margin = 0.04 * (to - from);
  const place = (/** @type {number} */ value) =>
    (depth(value) - from + margin) / (to - from + 2 * margin);
  return { place, ticks: ERROR_TICKS.filter((tick) => place(tick) >= 0 && place(tick) <= 1) };
}
