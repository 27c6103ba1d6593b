// A run's figures as columns that share one x axis, and as text: what the
// charts draw, the table shows and the files hold. Pure functions.

import * as format from "./format.js";

/** @import { EpochRecord } from "./pkg/ndarray/inkling.js" */
/** @import { RunState } from "./state.js" */

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
  let next = 0;
  /** @param {EpochRecord} record @param {boolean} breaks whether the running line ends here */
  const push_epoch = (record, breaks) => {
    data.x.push(record.epoch);
    data.step.push(record.step);
    data.record.push(record);
    data.running_loss.push(breaks ? null : undefined);
    data.running_accuracy.push(breaks ? null : undefined);
    data.train_loss.push(drawable(record.train_loss));
    data.validation_loss.push(drawable(record.validation_loss));
    data.train_accuracy.push(drawable(record.train_accuracy));
    data.validation_accuracy.push(drawable(record.validation_accuracy));
    next += 1;
  };
  for (const point of running) {
    const is_break = Number.isNaN(point.train_loss);
    for (;;) {
      const record = history[next];
      if (!record || record.epoch >= point.x) break;
      push_epoch(record, true);
    }
    if (is_break) {
      const record = history[next];
      if (record && record.epoch === point.x) {
        push_epoch(record, true);
        continue;
      }
    }
    data.x.push(point.x);
    data.step.push(point.step);
    data.record.push(null);
    data.running_loss.push(is_break ? null : drawable(point.train_loss));
    data.running_accuracy.push(is_break ? null : drawable(point.train_accuracy));
    data.train_loss.push(undefined);
    data.validation_loss.push(undefined);
    data.train_accuracy.push(undefined);
    data.validation_accuracy.push(undefined);
  }
  for (const record of history.slice(next)) push_epoch(record, true);
  return data;
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
