// Which plots a study has in a report: its four curves in one figure, the final accuracy
// against the factor, and every run's curves as small multiples.

import { accuracy_plot } from "./accuracy_plot.js";
import { log_words } from "./arrange.js";
import { MOST_RUNS, curve_panels, run_panels } from "./curve_plots.js";
import { capitalised, counted } from "../base/format.js";
import { crossed_values } from "./value_looks.js";

/** @import { PlotKind, StudyPlan, StudyRecord, ValueFigures } from "../pkg/ndarray/inkling.js" */
/** @import { Drawing } from "./drawing.js" */

/**
 * A plot on its way into the report.
 * @typedef {object} NamedDrawing
 * @property {string} name unique in the report
 * @property {PlotKind} kind
 * @property {string} caption
 * @property {Drawing} drawing
 */

/** Width of a drawing that fills the report's column, and of one beside which words stand. */
export const FULL_WIDTH = 660;
const HALF_WIDTH = 330;

/** So many values can be told apart along half the width. */
const FEW_VALUES = 8;

/**
 * All plots of a study.
 * @param {StudyRecord} record
 * @param {ValueFigures[]} figures
 * @param {string} prefix tells the studies of a report apart
 * @returns {NamedDrawing[]}
 */
export function study_plots(record, figures, prefix) {
  const { factor_name, seeds } = record.plan;
  if (record.runs.every((run) => run.history.length === 0)) return [];
  const panels = curve_panels(record, FULL_WIDTH);
  const marks = crossed_values(record.plan)
    ? " Colour and marker tell the dropout; lines with layer normalisation are dashed."
    : "";
  const bands =
    seeds.length > 1
      ? ` Lines are means over ${counted(seeds.length, "seed")}, bands one standard deviation.`
      : "";
  /** @type {NamedDrawing[]} */
  const plots = [
    {
      name: `${prefix}-curves`,
      kind: "curves",
      caption:
        `${capitalised(factor_name)}: loss (above) and accuracy (below) after each epoch, of training (left) and validation (right), a line for each value. ` +
        `Both losses share an axis, and so do both accuracies${after("; ", panels)}. A ring marks the epoch with the highest validation accuracy.${marks}${bands}`,
      drawing: panels,
    },
  ];
  if (figures.some((row) => row.final_accuracy !== undefined)) {
    const whiskers =
      seeds.length > 1
        ? "one standard deviation over the seeds"
        : "95 % intervals, by other seeds and images";
    const is_small = record.plan.values.length <= FEW_VALUES && !record.plan.crossed?.length;
    const width = is_small ? HALF_WIDTH : FULL_WIDTH;
    const drawing = accuracy_plot(record, figures, { width, height: 150, is_titled: false });
    plots.push({
      name: `${prefix}-accuracy`,
      kind: "accuracy",
      caption: accuracy_caption(record.plan, whiskers) + log_sentence(drawing),
      drawing,
    });
  }
  const runs = record.runs.filter((run) => run.history.length > 0);
  const has_missing = record.runs.some((run) => run.state !== "finished");
  for (let from = 0; from < runs.length; from += MOST_RUNS) {
    const some = runs.slice(from, from + MOST_RUNS);
    const part = from / MOST_RUNS + 1;
    const drawing = run_panels(record, some, FULL_WIDTH);
    plots.push({
      name: `${prefix}-runs${part > 1 ? `-${part}` : ""}`,
      kind: "runs",
      caption:
        `${capitalised(factor_name)}, ${some.length < runs.length ? `runs ${from + 1} to ${from + some.length}` : "every run"}: loss (nats, above) and accuracy (below) over the epochs. Whole blue lines are training, dashed orange ones validation, a ring marks the best epoch. All share their axes${after("; ", drawing)}. Above each stands its final validation accuracy.` +
        (has_missing ? " Runs that did not finish end early." : ""),
      drawing,
    });
  }
  return plots;
}

/** What its axes show by the logarithm, as a sentence after others. @param {Drawing} drawing */
export function log_sentence(drawing) {
  const words = log_words(drawing);
  return words ? ` ${capitalised(words)}.` : "";
}

/** The same after a mark. @param {string} mark @param {Drawing} drawing */
function after(mark, drawing) {
  const words = log_words(drawing);
  return words && mark + words;
}

/** @param {StudyPlan} plan @param {string} whiskers what they are */
function accuracy_caption(plan, whiskers) {
  if (plan.crossed?.length) {
    return `Final validation accuracy of each pair, ${plan.factor_name}: the lighter, the higher. The highest is framed.`;
  }
  const factor = crossed_values(plan)
    ? "Dropout, without and with layer normalisation"
    : capitalised(plan.factor_name);
  return `${factor}: the final validation accuracy of each value; the whiskers are ${whiskers}.`;
}
