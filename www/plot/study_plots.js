// Which plots a study has: four overlaid curves, the final accuracy against the
// factor, and for every run its own four curves.

import { PRINT, beside, line_plot } from "./drawing.js";
import { line_style } from "./line_styles.js";
import { value_colours } from "./palette.js";
import { FIGURES, best_epoch, runs_by_value, value_curve } from "./series.js";
import { percent } from "../base/format.js";

/** @import { StudyRecord, StudyRun, ValueFigures } from "../pkg/ndarray/inkling.js" */
/** @import { Axis } from "./axes.js" */
/** @import { Drawing, Series, Theme } from "./drawing.js" */
/** @import { Figure } from "./series.js" */

/**
 * A plot on its way into the report.
 * @typedef {object} NamedDrawing
 * @property {string} name unique in the report
 * @property {string} caption
 * @property {number | undefined} run index of the run, for a run's own plot
 * @property {Drawing} drawing
 */

/**
 * All plots of a study.
 * @param {StudyRecord} record
 * @param {ValueFigures[]} figures
 * @param {string} prefix tells the studies of a report apart
 * @returns {NamedDrawing[]}
 */
export function study_plots(record, figures, prefix) {
  const factor = record.plan.factor_name;
  /** @type {NamedDrawing[]} */
  const plots = FIGURES.map(({ figure, title, is_loss }) => {
    const caption = `${title} after each epoch, a line for each value of the ${factor}.`;
    return {
      name: `${prefix}-${figure.replaceAll("_", "-")}`,
      caption,
      run: undefined,
      drawing: overlaid(record, figure, title, is_loss, caption),
    };
  });
  plots.push({
    name: `${prefix}-final-accuracy`,
    caption: `Final validation accuracy against the ${factor}; the whiskers are ${
      record.plan.seeds.length > 1
        ? "one standard deviation over the seeds"
        : "95 % Wilson intervals"
    }.`,
    run: undefined,
    drawing: accuracy_plot(record, figures, { width: 640, height: 280 }),
  });
  record.runs.forEach((run, index) => {
    if (run.history.length === 0) return;
    const label = run_label(record, run);
    plots.push({
      name: `${prefix}-run-${String(index + 1).padStart(2, "0")}`,
      caption: `The four curves of ${label}.`,
      run: index,
      drawing: run_plot(run, label),
    });
  });
  return plots;
}

/**
 * @param {StudyRecord} record
 * @param {StudyRun} run
 */
export function run_label(record, run) {
  return `${record.plan.factor_name} ${run.spec.label}, seed ${run.spec.seed}`;
}

/**
 * A figure of all runs over the epochs, a line for each value.
 * @param {StudyRecord} record
 * @param {Figure} figure
 * @param {string} title
 * @param {boolean} is_loss
 * @param {string} description
 */
export function overlaid(record, figure, title, is_loss, description) {
  const groups = runs_by_value(record);
  const colours = value_colours(groups.length, false);
  const series = groups.map((runs, index) => {
    const curve = value_curve(runs, figure);
    const best = best_epoch(value_curve(runs, "validation_accuracy").mean);
    /** @type {Series} */
    const one = {
      label: record.plan.values[index]?.label ?? "",
      colour: colours[index] ?? "",
      points: points_of(curve.mean),
      ...line_style(index),
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
  return line_plot({
    width: 640,
    height: 280,
    title: `${title} by ${record.plan.factor_name}`,
    description,
    x: epoch_axis(Math.max(1, ...record.runs.map((run) => run.history.length))),
    y: is_loss ? loss_axis(series) : accuracy_axis(),
    series,
  });
}

/** @param {number[]} values @returns {[number, number][]} */
function points_of(values) {
  return values.map((value, index) => [index + 1, value]);
}

/** @param {number} num_epochs @returns {Axis} */
function epoch_axis(num_epochs) {
  const step = Math.max(1, Math.ceil(num_epochs / 10));
  const ticks = [];
  for (let epoch = step === 1 ? 1 : step; epoch <= num_epochs; epoch += step) ticks.push(epoch);
  return { label: "epoch", scale: "linear", low: 1, high: Math.max(2, num_epochs), ticks };
}

/** @param {Series[]} series @returns {Axis} */
function loss_axis(series) {
  const values = series.flatMap((one) => one.points.map((p) => p[1])).filter((v) => v > 0);
  // Losses that span decades are only told apart by their logarithm.
  const is_log = Math.max(...values) / Math.min(...values) > 20;
  return { label: "loss (nats)", scale: is_log ? "log" : "linear", ...(is_log ? {} : { low: 0 }) };
}

/** @returns {Axis} */
function accuracy_axis() {
  return { label: "accuracy", scale: "linear", format: (value) => `${round(value * 100)} %` };
}

/**
 * Final accuracy against the factor, on the axis that suits it.
 * @param {StudyRecord} record
 * @param {ValueFigures[]} figures
 * @param {{ width: number, height: number, theme?: Theme, colours?: string[] }} options
 * @returns {Drawing}
 */
export function accuracy_plot(record, figures, options) {
  const { plan } = record;
  const theme = options.theme ?? PRINT;
  const colours = options.colours ?? value_colours(plan.values.length, false);
  const shown = figures.filter((row) => row.final_accuracy !== undefined);
  const has_seeds = plan.seeds.length > 1;
  /** @type {Series} */
  const line = {
    label: "",
    colour: theme.soft,
    width: 1.2,
    points:
      plan.axis_scale === "category"
        ? []
        : shown.map((row) => [row.axis, row.final_accuracy ?? NaN]),
  };
  const dots = shown.map((row) => {
    const accuracy = row.final_accuracy ?? NaN;
    const spread = row.final_deviation ?? 0;
    const low = has_seeds ? accuracy - spread : (row.interval_low ?? NaN);
    const high = has_seeds ? accuracy + spread : (row.interval_high ?? NaN);
    /** @type {Series} */
    const series = {
      label: "",
      colour: colours[row.value_index] ?? theme.ink,
      points: [[row.axis, accuracy]],
      low: [[row.axis, low]],
      high: [[row.axis, high]],
      has_dots: true,
      has_whiskers: true,
      titles: [`${row.label}: ${percent(accuracy)} (${percent(low)} to ${percent(high)})`],
    };
    return series;
  });
  const values = plan.values.map((value) => value.axis);
  return line_plot({
    width: options.width,
    height: options.height,
    title: options.theme ? "" : `Final validation accuracy by ${plan.factor_name}`,
    description: `Final validation accuracy against the ${plan.factor_name}: ${shown
      .map((row) => `${row.label} ${percent(row.final_accuracy ?? NaN)}`)
      .join(", ")}.`,
    x: {
      label: plan.axis_scale === "log" ? `${plan.factor_name} (log scale)` : plan.factor_name,
      scale: plan.axis_scale,
      low: Math.min(...values),
      high: Math.max(...values),
      ticks: values,
      format: (value) => plan.values.find((one) => one.axis === value)?.label ?? String(value),
    },
    y: accuracy_axis(),
    series: [line, ...dots],
    has_legend: false,
    theme,
  });
}

/**
 * A run's four curves: losses and accuracies side by side.
 * @param {StudyRun} run
 * @param {string} label
 * @returns {Drawing}
 */
function run_plot(run, label) {
  const panels = [
    { title: `Loss: ${label}`, is_loss: true },
    { title: "Accuracy", is_loss: false },
  ].map(({ title, is_loss }) => {
    const best = best_epoch(run.history.map((epoch) => epoch.validation_accuracy));
    /** @type {Series[]} */
    const series = [
      {
        label: "training",
        colour: PRINT.train,
        points: points_of(run.history.map((e) => (is_loss ? e.train_loss : e.train_accuracy))),
      },
      {
        label: "validation",
        colour: PRINT.valid,
        dash: [6, 3],
        points: points_of(
          run.history.map((e) => (is_loss ? e.validation_loss : e.validation_accuracy)),
        ),
      },
    ];
    const validation = series[1];
    const at_best = validation?.points[best - 1];
    if (validation && at_best) validation.mark = at_best;
    return line_plot({
      width: 420,
      height: 206,
      title,
      description: title,
      x: epoch_axis(Math.max(1, run.history.length)),
      y: is_loss ? loss_axis(series) : accuracy_axis(),
      series,
    });
  });
  return beside(panels, `Training and validation loss and accuracy of ${label}, epoch by epoch.`);
}

/** @param {number} value */
function round(value) {
  return Number(value.toFixed(4));
}
