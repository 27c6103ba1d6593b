// From runs to what is drawn: curves of a value over its seeds, smoothing, ticks
// of axes. Pure functions.

/** @import { StudyRecord, StudyRun } from "../pkg/ndarray/inkling.js" */

/** The four curves of a run. @typedef {"train_loss" | "validation_loss" | "train_accuracy" | "validation_accuracy"} Figure */

/** @type {readonly { figure: Figure, title: string, is_loss: boolean }[]} */
export const FIGURES = [
  { figure: "train_loss", title: "Training loss", is_loss: true },
  { figure: "validation_loss", title: "Validation loss", is_loss: true },
  { figure: "train_accuracy", title: "Training accuracy", is_loss: false },
  { figure: "validation_accuracy", title: "Validation accuracy", is_loss: false },
];

/**
 * A curve of one value, its seeds taken together; index 0 is epoch 1.
 * @typedef {object} Curve
 * @property {number[]} mean `NaN` where no run has the epoch
 * @property {number[]} deviation standard deviation (n − 1); 0 for one run
 */

/**
 * A value's curve, over the runs that have the epoch.
 * @param {readonly StudyRun[]} runs of one value
 * @param {Figure} figure
 * @returns {Curve}
 */
export function value_curve(runs, figure) {
  const num_epochs = Math.max(0, ...runs.map((run) => run.history.length));
  /** @type {Curve} */
  const curve = { mean: [], deviation: [] };
  for (let epoch = 0; epoch < num_epochs; epoch += 1) {
    const found = runs
      .map((run) => run.history[epoch]?.[figure] ?? NaN)
      .filter((value) => Number.isFinite(value));
    const mean = found.reduce((sum, value) => sum + value, 0) / found.length;
    const square = found.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    curve.mean.push(found.length > 0 ? mean : NaN);
    curve.deviation.push(found.length > 1 ? Math.sqrt(square / (found.length - 1)) : 0);
  }
  return curve;
}

/**
 * The runs of each value, in the values' order.
 * @param {StudyRecord} record
 * @returns {StudyRun[][]}
 */
export function runs_by_value(record) {
  return record.plan.values.map((_, index) =>
    record.runs.filter((run) => run.spec.value_index === index),
  );
}

/**
 * The mean of `width` neighbouring epochs, fewer at the ends: nothing is made
 * up, and nothing is drawn where there is no raw value.
 * @param {readonly number[]} values
 * @param {number} width odd; 1 leaves all as it is
 */
export function smoothed(values, width) {
  const half = Math.floor(width / 2);
  return values.map((value, at) => {
    if (!Number.isFinite(value)) return NaN;
    // The same reach on both sides, or a falling curve would be bent at its ends.
    const reach = Math.min(half, at, values.length - 1 - at);
    const near = values.slice(at - reach, at + reach + 1).filter((x) => Number.isFinite(x));
    return near.reduce((sum, x) => sum + x, 0) / near.length;
  });
}

/**
 * The epoch (from 1) with the highest validation accuracy; 0 without epochs.
 * @param {readonly number[]} accuracies
 */
export function best_epoch(accuracies) {
  let best = -1;
  accuracies.forEach((value, at) => {
    if (Number.isFinite(value) && (best < 0 || value > /** @type {number} */ (accuracies[best]))) {
      best = at;
    }
  });
  return best + 1;
}

/**
 * The first epoch of a run with the highest validation accuracy.
 * @template {{ validation_accuracy: number }} E
 * @param {readonly E[]} history
 * @returns {E | null} none where there is no epoch
 */
export function best_record(history) {
  const best = best_epoch(history.map(({ validation_accuracy }) => validation_accuracy));
  return history[best - 1] ?? null;
}

/**
 * Round numbers across a range.
 * @param {number} low
 * @param {number} high
 * @param {number} about how many
 */
export function linear_ticks(low, high, about) {
  const span = high - low;
  if (!(span > 0)) return [low];
  const rough = span / Math.max(1, about);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= rough) ?? 10 * power;
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i += 1) {
    ticks.push(Number((i * step).toPrecision(12)));
  }
  return ticks;
}

/**
 * Powers of ten across a range, with 2 and 5 between where there are few.
 * @param {number} low above 0
 * @param {number} high
 */
export function log_ticks(low, high) {
  const from = Math.floor(Math.log10(low));
  const to = Math.ceil(Math.log10(high));
  const steps = to - from <= 3 ? [1, 2, 5] : [1];
  const ticks = [];
  for (let power = from; power <= to; power += 1) {
    for (const step of steps) {
      const tick = Number((step * 10 ** power).toPrecision(12));
      if (tick >= low * 0.999 && tick <= high * 1.001) ticks.push(tick);
    }
  }
  return ticks.length >= 2 ? ticks : linear_ticks(low, high, 4);
}
