// The final accuracy against the factor, on the axis that suits it; of two factors, the
// one along the axis and the other by colour and shape; of any two settings, a grid.

import { legend_rows, stacked } from "./arrange.js";
import { accuracy_axis } from "./curve_plots.js";
import { PRINT, line_plot } from "./drawing.js";
import { heat_map } from "./heat_map.js";
import { crossed_values, rates_of, value_looks } from "./value_looks.js";
import { percent } from "../base/format.js";

/** @import { StudyRecord, ValueFigures } from "../pkg/ndarray/inkling.js" */
/** @import { Drawing, Series, Theme } from "./drawing.js" */
/** @import { CrossedValue } from "./value_looks.js" */

/**
 * @typedef {object} AccuracyOptions
 * @property {number} width
 * @property {number} height
 * @property {Theme} [theme]
 * @property {string[]} [colours] one a value
 * @property {boolean} [is_titled] by default where it has no theme of a page
 */

/**
 * Final accuracy against the factor.
 * @param {StudyRecord} record
 * @param {ValueFigures[]} figures
 * @param {AccuracyOptions} options
 * @returns {Drawing}
 */
export function accuracy_plot(record, figures, options) {
  const { plan } = record;
  const { theme = PRINT, is_titled = !options.theme } = options;
  const shown = figures.filter((row) => row.final_accuracy !== undefined);
  const description = `Final validation accuracy by ${plan.factor_name}: ${shown
    .map((row) => `${row.label} ${percent(row.final_accuracy ?? NaN)}`)
    .join(", ")}.`;
  const title = is_titled ? `Final validation accuracy by ${plan.factor_name}` : "";
  if (plan.crossed?.length) {
    return heat_map(record, shown, { width: options.width, theme, title, description });
  }
  const crossed = crossed_values(plan);
  if (crossed) {
    const { width, height } = options;
    const look = { width, height, theme, title, description };
    return crossed_plot(record, shown, crossed, look);
  }
  const colours = options.colours ?? value_looks(plan, false).map(({ colour }) => colour);
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
  const dots = shown.map((row) => with_whiskers(record, [row], (one) => one.axis));
  dots.forEach((dot, at) => (dot.colour = colours[shown[at]?.value_index ?? 0] ?? theme.ink));
  const values = plan.values.map((value) => value.axis);
  return line_plot({
    width: options.width,
    height: options.height,
    title,
    description,
    x: {
      label: plan.axis_scale === "log" ? `${plan.factor_name} (log scale)` : plan.factor_name,
      scale: plan.axis_scale,
      low: Math.min(...values),
      high: Math.max(...values),
      ticks: values,
      format: (value) => plan.values.find((one) => one.axis === value)?.label ?? String(value),
    },
    y: accuracy_axis(dots),
    series: [line, ...dots],
    has_legend: false,
    theme,
  });
}

/**
 * @param {StudyRecord} record
 * @param {ValueFigures[]} shown
 * @param {CrossedValue[]} crossed
 * @param {{ width: number, height: number, theme: Theme, title: string, description: string }} look
 * @returns {Drawing}
 */
function crossed_plot(record, shown, crossed, { width, height, theme, title, description }) {
  const rates = rates_of(crossed);
  const of = (/** @type {ValueFigures} */ row) => crossed[row.value_index];
  const series = [false, true].map((is_normed) => {
    const rows = shown.filter((row) => of(row)?.is_normed === is_normed);
    const one = with_whiskers(record, rows, (row) => rates.indexOf(of(row)?.dropout ?? NaN));
    /** @type {Series} */
    const styled = {
      ...one,
      label: `${is_normed ? "with" : "without"} layer normalisation`,
      colour: is_normed ? theme.valid : theme.train,
      width: 1.4,
      ...(is_normed ? { dash: [6, 3] } : {}),
    };
    // Whiskers at one place would hide each other.
    const aside = (/** @type {[number, number]} */ [x, y]) =>
      /** @type {[number, number]} */ ([x + (is_normed ? 0.04 : -0.04), y]);
    for (const edge of /** @type {const} */ (["points", "low", "high"])) {
      styled[edge] = (styled[edge] ?? []).map(aside);
    }
    return styled;
  });
  const plot = line_plot({
    width,
    height,
    title,
    description,
    x: {
      label: "dropout",
      scale: "category",
      low: 0,
      high: rates.length - 1,
      ticks: rates.map((_, at) => at),
      format: (at) => String(rates[at] ?? ""),
    },
    y: accuracy_axis(series),
    series,
    has_legend: false,
    theme,
  });
  return stacked([plot, legend_rows("", series, width, theme)], description);
}

/**
 * Accuracies with their spread as whiskers.
 * @param {StudyRecord} record
 * @param {ValueFigures[]} rows
 * @param {(row: ValueFigures) => number} place along the axis
 * @returns {Series}
 */
function with_whiskers(record, rows, place) {
  const has_seeds = record.plan.seeds.length > 1;
  /** @type {Series} */
  const series = {
    label: "",
    colour: PRINT.ink,
    points: [],
    low: [],
    high: [],
    has_dots: true,
    has_whiskers: true,
    titles: [],
  };
  for (const row of rows) {
    const accuracy = row.final_accuracy ?? NaN;
    const spread = row.final_deviation ?? 0;
    const low = has_seeds ? accuracy - spread : (row.interval_low ?? NaN);
    const high = has_seeds ? accuracy + spread : (row.interval_high ?? NaN);
    series.points.push([place(row), accuracy]);
    series.low?.push([place(row), low]);
    series.high?.push([place(row), high]);
    series.titles?.push(`${row.label}: ${percent(accuracy)} (${percent(low)} to ${percent(high)})`);
  }
  return series;
}
