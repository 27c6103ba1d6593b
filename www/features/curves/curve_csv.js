// The figures of every epoch as CSV, at full precision. Pure functions.

import { stopped_point } from "./curve_data.js";

/** @import { EpochRecord } from "../../pkg/ndarray/inkling.js" */
/** @import { RunState } from "../../app/state.js" */
/** @import { PinnedRun } from "./pinned.js" */
/** @import { StoppedPoint } from "./curve_data.js" */

const COLUMNS = /** @type {const} */ ([
  "epoch",
  "step",
  "train_loss",
  "validation_loss",
  "train_accuracy",
  "validation_accuracy",
  "elapsed_secs",
  "train_secs",
]);

/** Training images measured as validation is, where a run was asked to. */
const CLEAN = /** @type {const} */ (["clean_loss", "clean_accuracy"]);

/**
 * The run that is shown, and those beside it. A column of names comes first where there
 * are several, and one of notes last where a run was stopped within an epoch.
 * @param {{ run: RunState, pinned: readonly PinnedRun[] }} shown
 */
export function curves_csv({ run, pinned }) {
  const stopped = stopped_point(run);
  const runs = [
    ...(run.history.length > 0 || stopped ? [{ ...run, stopped }] : []),
    ...pinned.map((one) => ({ ...one, stopped: null })),
  ];
  const has_names = pinned.length > 0;
  const is_clean = runs.some(({ history }) => history.some((one) => one.clean_loss !== undefined));
  const head = [
    ...(has_names ? ["run"] : []),
    ...COLUMNS,
    ...(is_clean ? CLEAN : []),
    ...(stopped ? ["note"] : []),
  ];
  const rows = runs.flatMap(({ name, history, stopped: end }) =>
    [
      ...history.map((record) => ({
        cells: epoch_cells(record),
        clean: clean_cells(record),
        note: "",
      })),
      ...(end ? [{ cells: stopped_cells(end), clean: ["", ""], note: "stopped here" }] : []),
    ].map(({ cells, clean, note }) =>
      [
        ...(has_names ? [quoted(name)] : []),
        ...cells,
        ...(is_clean ? clean : []),
        ...(stopped ? [note] : []),
      ].join(","),
    ),
  );
  return `${[head.join(","), ...rows].join("\n")}\n`;
}

/** @param {EpochRecord} record */
function epoch_cells(record) {
  return COLUMNS.map((column) => `${record[column]}`);
}

/** Nothing where it was not measured. @param {EpochRecord} record */
function clean_cells(record) {
  return CLEAN.map((column) => `${record[column] ?? ""}`);
}

/** What is known of the model that no epoch ended with. @param {StoppedPoint} stopped */
function stopped_cells({ x, step, validation_loss, validation_accuracy, elapsed_secs }) {
  return [
    `${x}`,
    `${step}`,
    "",
    `${validation_loss}`,
    "",
    `${validation_accuracy}`,
    `${elapsed_secs}`,
    "",
  ];
}

/** A name as one cell, and never as a formula. @param {string} name */
function quoted(name) {
  const text = /^[=+\-@\t\r]/.test(name) ? `'${name}` : name;
  return `"${text.replaceAll('"', '""')}"`;
}
