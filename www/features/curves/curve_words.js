// What the curves say in words: the sentence for those who do not see them, the figures
// under the cursor. Pure functions.

import * as format from "../../base/format.js";

/** @import { EpochRecord } from "../../pkg/ndarray/inkling.js" */
/** @import { RunState } from "../../app/state.js" */
/** @import { CurveData, Kind, StoppedPoint } from "./curve_data.js" */
/** @import { PinnedRun } from "./pinned.js" */

/** @param {Kind} kind @param {number} value */
function show(kind, value) {
  return kind === "loss" ? format.loss(value) : format.percent(value);
}

/**
 * Why the training line may lie below validation; empty where it does not, and where
 * nothing measured like validation is drawn beside it.
 * @param {Pick<RunState, "history" | "result">} run
 */
export function training_note({ history, result }) {
  const last = history.at(-1);
  if (!last) return "";
  const is_drawn = last.clean_accuracy !== undefined;
  const is_below = result !== null && last.train_accuracy < last.validation_accuracy;
  if (!is_drawn && !is_below) return "";
  const thin = is_drawn ? " The thin line measures training images as validation is." : "";
  return `The pale line is training’s mean so far within each epoch. Training may lie below validation: its line is the mean over an epoch while the network was still learning, with dropout on and images distorted where you asked for that.${thin}`;
}

/** An epoch that need not be whole: `6`, `5.43`. @param {number} x */
export function epoch_text(x) {
  return `${Number(x.toFixed(2))}`;
}

/**
 * What a line chart says, in a few sentences.
 * @param {Kind} kind
 * @param {readonly EpochRecord[]} history
 * @param {StoppedPoint | null} [stopped]
 * @param {readonly PinnedRun[]} [pinned]
 */
export function describe_curve(kind, history, stopped = null, pinned = []) {
  const title = kind === "loss" ? "Loss by epoch" : "Accuracy by epoch";
  const sentences = [`${title}${course(kind, history)}.`];
  if (stopped) {
    sentences.push(
      `Stopped in epoch ${epoch_text(stopped.x)}: validation ${show(kind, stopped[`validation_${kind}`])}.`,
    );
  }
  for (const { name, history: other } of pinned) {
    const last = other[other.length - 1];
    const told = last
      ? `${format.counted(other.length, "epoch")}, validation ${show(kind, last[`validation_${kind}`])}`
      : "no epoch has finished";
    sentences.push(`Beside it ${name}: ${told}.`);
  }
  return sentences.join(" ");
}

/** @param {Kind} kind @param {readonly EpochRecord[]} history */
function course(kind, history) {
  const first = history[0];
  const last = history[history.length - 1];
  if (!first || !last) return ": no epoch has finished yet";
  /** @param {`train_${Kind}` | `validation_${Kind}`} key */
  const part = (key) =>
    history.length === 1
      ? show(kind, first[key])
      : `from ${show(kind, first[key])} to ${show(kind, last[key])}`;
  return (
    `, ${format.counted(history.length, "epoch")}: ` +
    `training ${part(`train_${kind}`)}, validation ${part(`validation_${kind}`)}`
  );
}

/**
 * The figures of the run that is shown, under the cursor.
 * @param {Kind} kind
 * @param {CurveData} data
 * @param {number | null} at hovered row; without one, the last with an epoch's figures
 */
export function readout_text(kind, data, at) {
  const row = at ?? last_row(data);
  const x = data.x[row];
  if (x === undefined) return "";
  const step = data.step[row];
  const place = `epoch ${epoch_text(x)}${step === undefined ? "" : ` · step ${format.count(step)}`}`;
  if (data.stopped && row === data.stopped_row) {
    const value = data.stopped[`validation_${kind}`];
    return `${place} · stopped here · validation ${show(kind, value)}`;
  }
  const record = data.record[row];
  if (record) {
    const clean = record[`clean_${kind}`];
    return (
      `${place} · training ${show(kind, record[`train_${kind}`])}` +
      (clean === undefined ? "" : ` · measured clean ${show(kind, clean)}`) +
      ` · validation ${show(kind, record[`validation_${kind}`])}`
    );
  }
  const running = data[`running_${kind}`][row];
  return running == null ? place : `${place} · training so far ${show(kind, running)}`;
}

/** @param {CurveData} data */
function last_row(data) {
  if (data.stopped) return data.stopped_row;
  const ended = data.record.findLastIndex((record) => record !== null);
  return ended >= 0 ? ended : data.step.findLastIndex((step) => step !== undefined);
}

/**
 * The figures of a run beside it, after the hovered epoch or after its last.
 * @param {readonly EpochRecord[]} history
 * @param {number | null} x hovered place
 */
export function pinned_text(history, x) {
  const last = history[history.length - 1];
  if (!last) return "no epoch has finished";
  const epoch = x === null ? last.epoch : Math.max(1, Math.round(x));
  const record = history.find((one) => one.epoch === epoch);
  if (!record) return `ended after epoch ${last.epoch}`;
  return (
    `epoch ${epoch}: loss ${format.loss(record.train_loss)} / ${format.loss(record.validation_loss)}, ` +
    `accuracy ${percents(record.train_accuracy, record.validation_accuracy)}`
  );
}

/** Two shares with one sign: `91.20 / 92.00 %`. @param {number} one @param {number} other */
function percents(one, other) {
  return `${format.percent(one).replace(" %", "")} / ${format.percent(other)}`;
}
