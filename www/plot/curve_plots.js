// Curves of runs over the epochs as drawings for files: one figure of all values, the four
// of a study together, the four of one run, and those of every run small.

import { beside, legend_rows, stacked } from "./arrange.js";
import { room_at_left, scale_of } from "./axes.js";
import { PRINT, SIZE, line_plot, text } from "./drawing.js";
import { value_looks } from "./value_looks.js";
import { FIGURES, best_epoch, runs_by_value, value_curve } from "./series.js";
import { percent } from "../base/format.js";

/** @import { EpochRecord, StudyRecord, StudyRun } from "../pkg/ndarray/inkling.js" */
/** @import { Axis } from "./axes.js" */
/** @import { Drawing, Series } from "./drawing.js" */
/** @import { Figure } from "./series.js" */

/** Of the smallest to the largest accuracy's distance from 100 %: more wants a log axis. */
const WIDE = 5;
/** So do losses of which the largest is so many times the smallest. */
const SPAN = 8;

/**
 * A figure of all runs over the epochs, a line for each value.
 * @param {StudyRecord} record
 * @param {Figure} figure
 * @param {string} title
 * @param {boolean} is_loss
 * @param {string} description
 */
export function overlaid(record, figure, title, is_loss, description) {
  const series = value_series(record, figure);
  return line_plot({
    width: 640,
    height: 280,
    title: `${title} by ${record.plan.factor_name}`,
    description,
    x: epoch_axis(longest(record)),
    y: is_loss ? loss_axis(series) : accuracy_axis(series),
    series,
  });
}

/**
 * The four curves of a study in one drawing, with one legend.
 * @param {StudyRecord} record
 * @param {number} width
 * @returns {Drawing}
 */
export function curve_panels(record, width) {
  const all = FIGURES.map(({ figure, title, is_loss }) => ({
    title,
    is_loss,
    series: value_series(record, figure),
  }));
  const axis_of = (/** @type {boolean} */ is_loss) => {
    const series = all.filter((one) => one.is_loss === is_loss).flatMap((one) => one.series);
    return is_loss ? loss_axis(series) : accuracy_axis(series);
  };
  const [loss, accuracy] = [axis_of(true), axis_of(false)];
  const description = `Four charts by ${record.plan.factor_name}: ${FIGURES.map(({ title }) => title.toLowerCase()).join(", ")}.`;
  // Both rows go by the epochs that stand below the lower one, so their axes are in line.
  const left = Math.max(
    ...all.map(({ is_loss, series }) => {
      const axis = is_loss ? loss : accuracy;
      return room_at_left(axis, scale_of(axis, finite_values(series)).ticks, SIZE);
    }),
  );
  const rows = [true, false].map((is_loss) =>
    beside(
      all
        .filter((one) => one.is_loss === is_loss)
        .map(({ title, series }) =>
          line_plot({
            width: width / 2,
            height: is_loss ? 126 : 150,
            left,
            title,
            description: title,
            x: { ...epoch_axis(longest(record)), ...(is_loss ? { label: "", ticks: [] } : {}) },
            y: is_loss ? loss : accuracy,
            series,
            has_legend: false,
          }),
        ),
      "",
    ),
  );
  const legend = legend_rows(record.plan.factor_name, all[0]?.series ?? [], width);
  return stacked([...rows, legend], description);
}

/**
 * A run's four curves: losses and accuracies side by side, with one legend.
 * @param {readonly EpochRecord[]} history
 * @param {number} width
 * @param {string} description
 * @returns {Drawing}
 */
export function run_curves(history, width, description) {
  const panels = [true, false].map((is_loss) => {
    const series = run_series(history, is_loss);
    return line_plot({
      width: width / 2,
      height: 180,
      title: is_loss ? "Loss" : "Accuracy",
      description: "",
      x: epoch_axis(history.length),
      y: is_loss ? loss_axis(series) : accuracy_axis(series),
      series,
      has_legend: false,
    });
  });
  const legend = legend_rows("", run_series(history, true), width);
  return stacked([beside(panels, ""), legend], description);
}

/** Runs in a row of small multiples, and in a picture of them, which fits a page. */
const COLUMNS = 6;
export const MOST_RUNS = 5 * COLUMNS;

/**
 * The curves of some runs of a study, small, on axes that all share.
 * @param {StudyRecord} record
 * @param {readonly StudyRun[]} runs that have finished an epoch
 * @param {number} width
 * @returns {Drawing}
 */
export function run_panels(record, runs, width) {
  const all = (/** @type {boolean} */ is_loss) =>
    record.runs.flatMap((run) => run_series(run.history, is_loss));
  const [loss, accuracy] = [loss_axis(all(true)), accuracy_axis(all(false))];
  // Longer figures leave room for fewer of them.
  const epochs = epoch_axis(longest(record), longest(record) < 100 ? 5 : 3);
  const description = `The curves of ${runs.map((run) => run_label(record, run)).join("; ")}.`;
  const rows = [];
  for (let from = 0; from < runs.length; from += COLUMNS) {
    const cells = runs.slice(from, from + COLUMNS).map((run) => {
      const panels = [true, false].map((is_loss) =>
        line_plot({
          width: width / COLUMNS,
          height: is_loss ? 52 : 80,
          title: "",
          description: "",
          x: { ...epochs, ...(is_loss ? { label: "", ticks: [] } : {}) },
          y: { ...(is_loss ? loss : accuracy), label: is_loss ? "loss" : "accuracy" },
          series: run_series(run.history, is_loss).map((one) => ({ ...one, width: 1.3 })),
          has_legend: false,
          size: 8,
        }),
      );
      return stacked([small_title(record, run, width / COLUMNS), ...panels], "");
    });
    rows.push(beside(cells, ""));
  }
  return stacked(rows, description);
}

/**
 * @param {StudyRecord} record
 * @param {StudyRun} run
 * @param {number} width
 * @returns {Drawing}
 */
function small_title(record, run, width) {
  const [dropout, norm] = run.spec.label.split(", ");
  const value =
    record.plan.factor === "dropout_layer_norm" ? `${dropout}, norm ${norm}` : run.spec.label;
  const seed = record.plan.seeds.length > 1 ? `, seed ${run.spec.seed}` : "";
  const is_over = run.state === "finished" && run.result;
  const share = is_over ? percent(is_over.validation_accuracy) : run.state;
  return {
    width,
    height: 16,
    description: "",
    marks: [
      { kind: "rect", x: 0, y: 0, width, height: 16, fill: PRINT.paper },
      text(14, 12, `${value}${seed}: ${share}`, 9, PRINT.ink, "start", true),
    ],
  };
}

/**
 * @param {StudyRecord} record
 * @param {StudyRun} run
 */
function run_label(record, run) {
  return `${record.plan.factor_name} ${run.spec.label}, seed ${run.spec.seed}`;
}

/**
 * A line for each value of a study.
 * @param {StudyRecord} record
 * @param {Figure} figure
 * @returns {Series[]}
 */
function value_series(record, figure) {
  const groups = runs_by_value(record);
  const looks = value_looks(record.plan, false);
  return groups.map((runs, index) => {
    const curve = value_curve(runs, figure);
    const best = best_epoch(value_curve(runs, "validation_accuracy").mean);
    /** @type {Series} */
    const one = {
      label: record.plan.values[index]?.label ?? "",
      ...(looks[index] ?? { colour: "" }),
      points: points_of(curve.mean),
      index,
    };
    if (record.plan.seeds.length > 1) {
      one.low = points_of(curve.mean.map((mean, i) => mean - (curve.deviation[i] ?? 0)));
      one.high = points_of(curve.mean.map((mean, i) => mean + (curve.deviation[i] ?? 0)));
    }
    const at_best = one.points[best - 1];
    if (figure.startsWith("validation") && at_best) one.mark = at_best;
    return one;
  });
}

/**
 * Training and validation of a run.
 * @param {readonly EpochRecord[]} history
 * @param {boolean} is_loss
 * @returns {Series[]}
 */
function run_series(history, is_loss) {
  const best = best_epoch(history.map((epoch) => epoch.validation_accuracy));
  const validation = points_of(
    history.map((e) => (is_loss ? e.validation_loss : e.validation_accuracy)),
  );
  const at_best = validation[best - 1];
  return [
    {
      label: "training",
      colour: PRINT.train,
      points: points_of(history.map((e) => (is_loss ? e.train_loss : e.train_accuracy))),
    },
    {
      label: "validation",
      colour: PRINT.valid,
      dash: [6, 3],
      points: validation,
      ...(at_best ? { mark: at_best } : {}),
    },
  ];
}

/** @param {StudyRecord} record */
function longest(record) {
  return Math.max(1, ...record.runs.map((run) => run.history.length));
}

/** @param {number[]} values @returns {[number, number][]} */
function points_of(values) {
  return values.map((value, index) => [index + 1, value]);
}

/**
 * Epochs by ones, twos, fives, tens and so on.
 * @param {number} num_epochs
 * @param {number} [most] ticks
 * @returns {Axis}
 */
export function epoch_axis(num_epochs, most = 10) {
  const steps = [1, 2, 5].map((step) => step * 10 ** Math.floor(Math.log10(num_epochs / most)));
  const least = num_epochs / most;
  const step = Math.max(1, steps.find((one) => one >= least) ?? 10 * (steps[0] ?? 1));
  const ticks = [];
  for (let epoch = step; epoch <= num_epochs; epoch += step) ticks.push(epoch);
  return { label: "epoch", scale: "linear", low: 1, high: Math.max(2, num_epochs), ticks };
}

/** Losses that span decades are only told apart by their logarithm. @param {Series[]} series @returns {Axis} */
function loss_axis(series) {
  const values = finite_values(series).filter((value) => value > 0);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (!(high / low > SPAN)) {
    return { label: "loss (nats)", scale: "linear", low: 0, ...(values.length ? { high } : {}) };
  }
  return { label: "loss (nats, log)", scale: "log", low, high, log_of: "losses" };
}

/**
 * Accuracies of which some are poor and some nearly equal are told apart by the logarithm
 * of their distance from 100 %.
 * @param {Series[]} series
 * @returns {Axis}
 */
export function accuracy_axis(series) {
  const values = finite_values(series);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const format = (/** @type {number} */ value) => `${Number((100 * value).toFixed(2))} %`;
  if (!values.length) return { label: "accuracy", scale: "linear", format };
  if ((1 - low) / Math.max(1e-3, 1 - high) > WIDE) {
    const log_of = "distances from 100 %";
    return { label: "accuracy (log)", scale: "error", low, high, format, log_of };
  }
  const margin = 0.04 * (high - low);
  return {
    label: "accuracy",
    scale: "linear",
    low: low - margin,
    high: Math.min(1, high + margin),
    format,
  };
}

/** @param {Series[]} series */
function finite_values(series) {
  return series
    .flatMap((one) => [...one.points, ...(one.low ?? []), ...(one.high ?? [])])
    .map((point) => point[1])
    .filter((value) => Number.isFinite(value));
}
