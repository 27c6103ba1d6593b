// Figures of the run that is shown, and of those beside it, as columns that share one x
// axis: what the charts draw, the table shows and the files hold. Pure functions.

import { log_range } from "../../plot/log_scale.js";

/** @import { EpochRecord } from "../../pkg/ndarray/inkling.js" */
/** @import { RunState } from "../../app/state.js" */
/** @import { PinnedRun } from "./pinned.js" */

/** @typedef {"loss" | "accuracy"} Kind */

/**
 * A column's values. `undefined` means "no value of this series here", `null` means
 * "the line breaks here".
 * @typedef {(number | null | undefined)[]} Column
 */

/**
 * The model of a run that was stopped within an epoch: no epoch's row has its figures.
 * @typedef {object} StoppedPoint
 * @property {number} x epochs since the run began, fractional
 * @property {number} step
 * @property {number} validation_loss
 * @property {number} validation_accuracy
 * @property {number} elapsed_secs
 */

/**
 * Aligned columns.
 * @typedef {object} CurveData
 * @property {number[]} x epochs since the run began, fractional
 * @property {(number | undefined)[]} step of the run that is shown
 * @property {(EpochRecord | null)[]} record the epoch of it that ended here
 * @property {Column} running_loss
 * @property {Column} train_loss
 * @property {Column} validation_loss
 * @property {Column} running_accuracy
 * @property {Column} train_accuracy
 * @property {Column} validation_accuracy
 * @property {StoppedPoint | null} stopped
 * @property {number} stopped_row where it stands, -1 without one
 * @property {readonly PinnedRun[]} pinned with lines of their own
 */

/**
 * @param {Pick<RunState, "running" | "history"> & Partial<Pick<RunState, "result" | "progress">>} run
 * @param {readonly PinnedRun[]} [pinned] with lines of their own
 * @returns {CurveData}
 */
export function curve_data(run, pinned = []) {
  const stopped = stopped_point(run);
  const places = new Set(pinned.flatMap(({ history }) => history.map(({ epoch }) => epoch)));
  if (stopped) places.add(stopped.x);
  const data = with_places(own_columns(run), places);
  const stopped_row = stopped ? data.x.indexOf(stopped.x) : -1;
  if (stopped) data.step[stopped_row] = stopped.step;
  return { ...data, stopped, stopped_row, pinned };
}

/** @typedef {Omit<CurveData, "stopped" | "stopped_row" | "pinned">} OwnColumns */

/**
 * The columns of the run that is shown.
 * @param {Pick<RunState, "running" | "history">} run
 * @returns {OwnColumns}
 */
function own_columns({ running, history }) {
  /** @type {OwnColumns} */
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
 * The columns with a row at each of these places, which lines of the run itself pass
 * over.
 * @param {OwnColumns} data
 * @param {Set<number>} places
 * @returns {OwnColumns}
 */
function with_places(data, places) {
  const known = new Set(data.x);
  const missing = [...places].filter((x) => !known.has(x)).sort((a, b) => a - b);
  if (missing.length === 0) return data;
  /** Rows of `data` in their new order; -1 for a row that it has not. @type {number[]} */
  const order = [];
  /** @type {number[]} */
  const x = [];
  let next = 0;
  data.x.forEach((place, row) => {
    for (let new_x = missing[next]; new_x !== undefined && new_x < place; new_x = missing[next]) {
      x.push(new_x);
      order.push(-1);
      next += 1;
    }
    x.push(place);
    order.push(row);
  });
  for (const new_x of missing.slice(next)) {
    x.push(new_x);
    order.push(-1);
  }
  const column = (/** @type {Column} */ values) => order.map((row) => values[row]);
  return {
    x,
    step: order.map((row) => data.step[row]),
    record: order.map((row) => data.record[row] ?? null),
    running_loss: column(data.running_loss),
    train_loss: column(data.train_loss),
    validation_loss: column(data.validation_loss),
    running_accuracy: column(data.running_accuracy),
    train_accuracy: column(data.train_accuracy),
    validation_accuracy: column(data.validation_accuracy),
  };
}

/**
 * Where a run that was stopped within an epoch stands, with the figures of its model:
 * those that the headline says. `null` where an epoch's row says them.
 * @param {Pick<RunState, "running" | "history"> & Partial<Pick<RunState, "result" | "progress">>} run
 * @returns {StoppedPoint | null}
 */
export function stopped_point({ result, history, progress, running }) {
  if (result?.outcome !== "stopped") return null;
  const last = history[history.length - 1];
  if (result.num_steps <= (last?.step ?? 0)) return null;
  const moment = running.find(({ x }) => x > 0);
  const steps_per_epoch = last
    ? last.step / last.epoch
    : progress?.steps_per_epoch || (moment ? moment.step / moment.x : 0);
  if (!(steps_per_epoch > 0)) return null;
  return {
    x: result.num_steps / steps_per_epoch,
    step: result.num_steps,
    validation_loss: result.validation_loss,
    validation_accuracy: result.validation_accuracy,
    elapsed_secs: result.elapsed_secs,
  };
}

/**
 * The columns that one chart draws: x, the running mean, training, validation, the
 * stopped model, then training and validation of each run beside it, and last training
 * images measured as validation is.
 * @param {Kind} kind
 * @param {CurveData} data
 * @param {boolean} is_log
 * @returns {Column[]}
 */
export function chart_columns(kind, data, is_log) {
  const empty = data.x.length === 0;
  const x = empty ? [0] : data.x;
  const blank = () => /** @type {Column} */ (new Array(x.length).fill(empty ? null : undefined));
  const stopped = blank();
  if (data.stopped) stopped[data.stopped_row] = drawable(data.stopped[`validation_${kind}`]);
  const row_of = new Map(data.pinned.length > 0 ? data.x.map((place, row) => [place, row]) : []);
  const columns = [
    empty ? blank() : data[`running_${kind}`],
    empty ? blank() : data[`train_${kind}`],
    empty ? blank() : data[`validation_${kind}`],
    stopped,
    ...data.pinned.flatMap(({ history }) =>
      /** @type {const} */ (["train", "validation"]).map((part) => {
        const column = blank();
        for (const record of history) {
          const row = row_of.get(record.epoch);
          if (row !== undefined) column[row] = drawable(record[`${part}_${kind}`]);
        }
        return column;
      }),
    ),
    empty ? blank() : data.record.map((record) => clean_value(record, kind)),
  ];
  // A logarithm has no zero: a gap is honest, a made-up floor is not.
  const shown = is_log ? columns.map((column) => column.map(above_zero)) : columns;
  return [x, ...shown];
}

/**
 * What a training image's measuring after an epoch came to; none where it was not asked for.
 * @param {EpochRecord | null} record
 * @param {Kind} kind
 */
function clean_value(record, kind) {
  const value = record?.[`clean_${kind}`];
  return typeof value === "number" ? drawable(value) : undefined;
}

/** @param {number | null | undefined} value */
function above_zero(value) {
  return typeof value === "number" && !(value > 0) ? null : value;
}

/**
 * The ends of a chart's y axis.
 * @param {Kind} kind
 * @param {CurveData} data
 * @param {boolean} is_log
 * @param {number | null} low of all that is drawn
 * @param {number | null} high
 * @returns {[number, number]}
 */
export function y_range(kind, data, is_log, low, high) {
  if (kind === "accuracy") return accuracy_range(data, low);
  if (is_log) return log_range(low, high);
  return [0, high === null || !(high > 0) || high === Infinity ? 2.5 : high * 1.05];
}

/**
 * The first steps' few percent would flatten everything that follows: once an
 * epoch has ended, its means decide, and the faint line may leave at the bottom.
 * @param {CurveData} data
 * @param {number | null} low
 * @returns {[number, number]}
 */
function accuracy_range(data, low) {
  let least = data.stopped?.validation_accuracy ?? Infinity;
  const take = (/** @type {EpochRecord} */ record) => {
    const { train_accuracy, validation_accuracy, clean_accuracy = Infinity } = record;
    least = Math.min(least, train_accuracy, validation_accuracy, clean_accuracy);
  };
  for (const record of data.record) if (record) take(record);
  for (const { history } of data.pinned) history.forEach(take);
  const floor = Number.isFinite(least) ? least : (low ?? 0);
  return [Math.min(0.95, Math.max(0, Math.floor((floor - 0.005) * 20) / 20)), 1];
}

/**
 * The last epoch on the x axis: all that the run will have, and all that others had.
 * @param {RunState} run
 * @param {readonly PinnedRun[]} pinned
 * @param {number} planned by the settings, for a run that has not begun
 */
export function last_epoch(run, pinned, planned) {
  const own = run.progress?.num_epochs ?? run.config?.epochs ?? planned;
  const done = [run, ...pinned].map(({ history }) => history[history.length - 1]?.epoch ?? 0);
  return Math.max(1, own >= 1 ? own : 10, ...done);
}
