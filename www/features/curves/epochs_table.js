// The figures of each epoch as a table, and the model of a run that was stopped within one.

import { stopped_point } from "./curve_data.js";
import { epoch_text } from "./curve_words.js";
import { el } from "../../ui/dom.js";
import * as format from "../../base/format.js";
import { best_record } from "../../plot/series.js";

/** @import { EpochRecord } from "../../pkg/ndarray/inkling.js" */
/** @import { RunState } from "../../app/state.js" */
/** @import { StoppedPoint } from "./curve_data.js" */

/**
 * @param {HTMLTableElement} table
 * @returns {(run: RunState) => void} shows a run in it
 */
export function create_epochs_table(table) {
  const body = table.tBodies[0] ?? table.createTBody();
  /** What it shows. @type {{ id: string, first: EpochRecord | undefined, best: EpochRecord | null, stopped: boolean }} */
  let shown = { id: "", first: undefined, best: null, stopped: false };

  return (run) => {
    const { id, history } = run;
    const first = history[0];
    const best = best_record(history);
    const stopped = stopped_point(run);
    const is_same =
      id === shown.id && first === shown.first && best === shown.best && !shown.stopped && !stopped;
    // Rows are added at the end; another run or another best epoch begins anew.
    if (!is_same || body.rows.length > history.length) body.replaceChildren();
    shown = { id, first, best, stopped: stopped !== null };
    for (const record of history.slice(body.rows.length)) {
      body.append(epoch_row(record, record === best && history.length > 1));
    }
    if (stopped) body.append(stopped_row(stopped));
  };
}

/** @param {EpochRecord} record @param {boolean} is_best */
function epoch_row(record, is_best) {
  return el(
    "tr",
    { class: is_best ? "best" : "" },
    el("th", { scope: "row" }, `${record.epoch}`),
    ...cells([
      format.count(record.step),
      format.loss(record.train_loss),
      format.loss(record.validation_loss),
      format.percent(record.train_accuracy),
      format.percent(record.validation_accuracy),
      format.duration(record.elapsed_secs),
    ]),
  );
}

/** @param {StoppedPoint} stopped */
function stopped_row(stopped) {
  return el(
    "tr",
    { class: "stopped" },
    el("th", { scope: "row" }, `${epoch_text(stopped.x)} stopped here`),
    ...cells([
      format.count(stopped.step),
      format.NO_FIGURE,
      format.loss(stopped.validation_loss),
      format.NO_FIGURE,
      format.percent(stopped.validation_accuracy),
      format.duration(stopped.elapsed_secs),
    ]),
  );
}

/** @param {string[]} texts */
function cells(texts) {
  return texts.map((text) => el("td", {}, text));
}
