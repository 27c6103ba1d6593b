// A study's charts for files: the report's own drawings, and their figures as rows.

import { accuracy_plot } from "../../plot/accuracy_plot.js";
import { overlaid } from "../../plot/curve_plots.js";
import { FIGURES } from "../../plot/series.js";

/** @import { StudyRecord, ValueFigures } from "../../pkg/ndarray/inkling.js" */
/** @import { Figure } from "../../plot/series.js" */

/**
 * One curve of every run, a row an epoch.
 * @param {StudyRecord} record
 * @param {Figure} figure
 */
export function curve_files(record, figure) {
  const about = FIGURES.find((one) => one.figure === figure);
  const title = about?.title ?? figure;
  const factor = record.plan.factor_name;
  const caption = `${title} by ${factor} after each epoch, a line for each value.`;
  const drawing = overlaid(record, figure, title, about?.is_loss ?? false, caption);
  const rows = record.runs.flatMap(({ spec, history }) =>
    history.map((epoch) =>
      [quoted(spec.label), spec.seed, epoch.epoch, epoch.step, epoch[figure]].join(","),
    ),
  );
  return { drawing, csv: csv([quoted(factor), "seed", "epoch", "step", figure].join(","), rows) };
}

/**
 * The final accuracy of each value.
 * @param {StudyRecord} record
 * @param {ValueFigures[]} figures
 */
export function accuracy_files(record, figures) {
  const drawing = accuracy_plot(record, figures, { width: 640, height: 280 });
  const rows = figures.map((row) =>
    [
      quoted(row.label),
      row.num_finished,
      row.final_accuracy ?? "",
      row.final_deviation ?? "",
      row.interval_low ?? "",
      row.interval_high ?? "",
    ].join(","),
  );
  const head = `${quoted(record.plan.factor_name)},runs,final_accuracy,deviation,interval_low,interval_high`;
  return { drawing, csv: csv(head, rows) };
}

/** @param {string} head @param {string[]} rows */
function csv(head, rows) {
  return `${[head, ...rows].join("\n")}\n`;
}

/** A value may hold a comma, as `128, 64` does. @param {string} text */
function quoted(text) {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
