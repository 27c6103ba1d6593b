// The comparison's columns, and its rows in the order of one of them. Pure functions.

import { NO_FIGURE, capitalised, count, duration, percent, points } from "../../base/format.js";

/** @import { StudyRun, ValueFigures } from "../../pkg/ndarray/inkling.js" */

/**
 * @typedef {object} Column
 * @property {string} header
 * @property {(row: ValueFigures) => number | string | undefined} key what to sort by
 * @property {(row: ValueFigures) => string} text
 */

/** @param {number | undefined} value @param {(value: number) => string} format */
const or_none = (value, format) =>
  value === undefined || Number.isNaN(value) ? NO_FIGURE : format(value);

/** @param {number} value */
const epochs = (value) => String(Number(value.toFixed(1)));

/**
 * @param {string} factor_name
 * @param {boolean} has_seeds
 * @returns {Column[]}
 */
export function columns(factor_name, has_seeds) {
  const factor = capitalised(factor_name);
  return [
    { header: factor, key: (row) => row.value_index, text: (row) => row.label },
    {
      header: "Final accuracy",
      key: (row) => row.final_accuracy,
      text: (row) => or_none(row.final_accuracy, percent),
    },
    has_seeds
      ? {
          header: "Deviation over seeds",
          key: (row) => row.final_deviation,
          text: (row) =>
            or_none(row.final_deviation, (value) => `±${points(value).replace("+", "")}`),
        }
      : {
          header: "95 % interval",
          key: (row) => row.interval_low,
          text: (row) =>
            row.interval_low === undefined || row.interval_high === undefined
              ? NO_FIGURE
              : `${percent(row.interval_low)} to ${percent(row.interval_high)}`,
        },
    {
      header: "Best accuracy",
      key: (row) => row.best_accuracy,
      text: (row) => or_none(row.best_accuracy, percent),
    },
    {
      header: "Best epoch",
      key: (row) => row.best_epoch,
      text: (row) => or_none(row.best_epoch, epochs),
    },
    {
      header: "Generalisation gap",
      key: (row) => row.gap,
      text: (row) => or_none(row.gap, points),
    },
    {
      header: "Epochs to 90 %",
      key: (row) => row.epochs_to_90,
      text: (row) => or_none(row.epochs_to_90, epochs),
    },
    {
      header: "Epochs to 95 %",
      key: (row) => row.epochs_to_95,
      text: (row) => or_none(row.epochs_to_95, epochs),
    },
    { header: "Time", key: (row) => row.secs, text: (row) => or_none(row.secs, duration) },
    {
      header: "Samples per second",
      key: (row) => row.samples_per_sec,
      text: (row) => or_none(row.samples_per_sec, (value) => count(Number(value.toPrecision(3)))),
    },
    {
      header: "Diverged",
      key: (row) => row.num_diverged,
      text: (row) =>
        row.num_diverged === 0
          ? "no"
          : row.num_runs === 1
            ? "yes"
            : `${row.num_diverged} of ${row.num_runs}`,
    },
    { header: "State", key: (row) => row.state, text: (row) => row.state },
  ];
}

/**
 * What the gap is of where an older version trained; empty where both sides were measured
 * alike.
 * @param {readonly StudyRun[]} runs
 */
export function gap_note(runs) {
  const is_old = runs.some(({ state, result }) => state === "finished" && result && !result.clean);
  if (!is_old) return "";
  return "Runs of an earlier version measured no training images at their end: their gap is of the training accuracy as they learned, with dropout on and on distorted images where you asked for that.";
}

/**
 * Rows sorted by a column; what has no figure comes last in either direction.
 * @param {readonly ValueFigures[]} rows
 * @param {Column} column
 * @param {boolean} is_descending
 */
export function sorted_rows(rows, column, is_descending) {
  return rows.slice().sort((a, b) => {
    const [left, right] = [column.key(a), column.key(b)];
    if (left === undefined || right === undefined) {
      return Number(left === undefined) - Number(right === undefined);
    }
    const order = left < right ? -1 : left > right ? 1 : a.value_index - b.value_index;
    return is_descending ? -order : order;
  });
}
