// Where a value lies along an axis, and at which values its ticks stand.

import { linear_ticks, log_ticks } from "./series.js";

/**
 * @typedef {object} Axis
 * @property {string} label
 * @property {"linear" | "log" | "category"} scale
 * @property {number} [low]
 * @property {number} [high]
 * @property {number[]} [ticks]
 * @property {(value: number) => string} [format]
 */

/**
 * An axis around values.
 * @param {Axis} axis
 * @param {number[]} values
 * @returns {{ place: (value: number) => number, ticks: number[] }}
 */
export function scale_of(axis, values) {
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
