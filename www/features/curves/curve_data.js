// A run's figures as columns that share one x axis, and as text: what the
// charts draw, the table shows and the files hold. Pure functions.

import * as format from "../../base/format.js";

/** @import { EpochRecord } from "../../pkg/ndarray/inkling.js" */
/** @import { RunState } from "../../app/state.js" */

/**
 * Aligned columns. `undefined` means "no value of this series here", `null`
 * means "the line breaks here".
 * @typedef {object} CurveData
 * @property {number[]} x epochs since the run began, fractional
 * @property {number[]} step
 * @property {(EpochRecord | null)[]} record the epoch that ended here
 * @property {(number | null | undefined)[]} running_loss
 * @property {(number | null | undefined)[]} train_loss
 * @property {(number | null | undefined)[]} validation_loss
 * @property {(number | null | undefined)[]} running_accuracy
 * @property {(number | null | undefined)[]} train_accuracy
 * @property {(number | null | undefined)[]} validation_accuracy
 */

/**
 * @param {Pick<RunState, "running" | "history">} run
 * @returns {CurveData}
 */
export function curve_data({ running, history }) {
  /** @type {CurveData} */
  const data = {
    x: [],
    step: [],
    record: [],
    running_loss: [],
    train_loss: [],
    validation_loss: [],
    running_accuracy: [],
    train_accuracy: [],
    validation_accuracy: [],
  };
  /** @param {number} x @param {number} step @param {number | null | undefined} loss @param {number | null | undefined} accuracy */
  const push = (x, step, loss, accuracy) => {
    data.x.push(x);
    data.step.push(step);
    data.record.push(null);
    data.running_loss.push(loss);
    data.running_accuracy.push(accuracy);
    data.train_loss.push(undefined);
    data.validation_loss.push(undefined);
    data.train_accuracy.push(undefined);
    data.validation_accuracy.push(undefined);
  };
  let next = 0;
  /** Writes the means of the epochs that end up to here, each into a row of its own place. @param {number} x */
  const take_epochs = (x) => {
    for (let record = history[next]; record && record.epoch <= x; record = history[next]) {
      // Two rows at one place would hide the second from the cursor.
      if (data.x[data.x.length - 1] !== record.epoch) push(record.epoch, record.step, null, null);
      const row = data.x.length - 1;
      data.record[row] = record;
      data.train_loss[row] = drawable(record.train_loss);
      data.validation_loss[row] = drawable(record.validation_loss);
      data.train_accuracy[row] = drawable(record.train_accuracy);
      data.validation_accuracy[row] = drawable(record.validation_accuracy);
      next += 1;
    }
  };
  for (const point of running) {
    take_epochs(lower(point.x));
    if (Number.isNaN(point.train_loss)) {
      take_epochs(point.x);
      // A hair further on, so that the epoch's own row keeps its running mean.
      push(point.x + BREAK, point.step, null, null);
    } else {
      push(point.x, point.step, drawable(point.train_loss), drawable(point.train_accuracy));
    }
  }
  take_epochs(Infinity);
  return data;
}

/** How far behind an epoch's end the running line breaks, in epochs. */
const BREAK = 1e-6;

/** What lies before `x` but not at it. @param {number} x */
function lower(x) {
  return x - BREAK / 2;
}

/** A diverged loss cannot be drawn. @param {number} value */
function drawable(value) {
  return Number.isFinite(value) ? value : null;
}

/**
 * The epoch with the highest validation accuracy, the first of equals.
 * @param {readonly EpochRecord[]} history
 * @returns {EpochRecord | null}
 */
export function best_epoch(history) {
  /** @type {EpochRecord | null} */
  let best = null;
  for (const record of history) {
    if (!best || record.validation_accuracy > best.validation_accuracy) best = record;
  }
  return best;
}

/**
 * The first steps' few percent would flatten everything that follows: once an
 * epoch has ended, its means decide, and the faint line may leave at the bottom.
 * @param {CurveData} data
 * @param {number | null} low
 * @returns {[number, number]}
 */
export function accuracy_range(data, low) {
  let least = Infinity;
  for (const record of data.record) {
    if (record) least = Math.min(least, record.train_accuracy, record.validation_accuracy);
  }
  const floor = Number.isFinite(least) ? least : (low ?? 0);
  return [Math.max(0, Math.floor((floor - 0.005) * 20) / 20), 1];
}

/**
 * What a line chart says, in one sentence.
 * @param {"loss" | "accuracy"} kind
 * @param {readonly EpochRecord[]} history
 */
export function describe_curve(kind, history) {
  const title = kind === "loss" ? "Loss by epoch" : "Accuracy by epoch";
  const first = history[0];
  const last = history[history.length - 1];
  if (!first || !last) return `${title}: no epoch has finished yet.`;
  const show = kind === "loss" ? format.loss : (/** @type {number} */ v) => format.percent(v);
  /** @param {`train_${typeof kind}` | `validation_${typeof kind}`} key */
  const course = (key) =>
    history.length === 1 ? show(first[key]) : `from ${show(first[key])} to ${show(last[key])}`;
  return (
    `${title}, ${format.counted(history.length, "epoch")}: ` +
    `training ${course(`train_${kind}`)}, validation ${course(`validation_${kind}`)}.`
  );
}

/**
 * The figures of every epoch as CSV, at full precision.
 * @param {readonly EpochRecord[]} history
 */
export function history_csv(history) {
  const columns = /** @type {const} */ ([
    "epoch",
    "step",
    "train_loss",
    "validation_loss",
    "train_accuracy",
    "validation_accuracy",
    "elapsed_secs",
    "train_secs",
  ]);
  const rows = history.map((record) => columns.map((column) => record[column]).join(","));
  return `${[columns.join(","), ...rows].join("\n")}\n`;
}
