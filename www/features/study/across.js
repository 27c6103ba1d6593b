// The values of several studies in one table, best final accuracy first. What they hold
// alike is said once below it, what a study holds otherwise in its rows.

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { NO_FIGURE, percent } from "../../base/format.js";
import { el } from "../../ui/dom.js";
import { held_alike, unlikeness } from "./alike.js";

/** @import { StudyReading, StudyRecord } from "../../pkg/ndarray/inkling.js" */

/** @typedef {{ record: StudyRecord, reading: StudyReading }} ReadStudy */

const HEADER = ["Study", "Value", "Final accuracy", "95 % interval", "Best accuracy", "Seeds"];

export function across_table() {
  const element = el("div", {
    class: "scroll",
    tabindex: 0,
    role: "region",
    "aria-label": "Comparison across studies",
    hidden: true,
  });
  return {
    element,
    /** @param {readonly ReadStudy[]} studies nothing is shown of fewer than two */
    show(studies) {
      element.hidden = studies.length < 2;
      render(element.hidden ? nothing : [table(studies), told(studies)], element);
    },
  };
}

/** @param {readonly ReadStudy[]} studies */
function table(studies) {
  const rows = studies
    .flatMap(({ record, reading }) =>
      reading.figures.map((row) => ({ record, row, accuracy: row.final_accuracy ?? -1 })),
    )
    .sort((a, b) => b.accuracy - a.accuracy);
  const unlike = unlikeness(studies.map(({ record }) => record));
  const header = unlike.size > 0 ? [...HEADER, "Otherwise"] : HEADER;
  return html`<table class="figures-table" aria-label="Across studies">
    <thead>
      <tr>
        ${header.map((text) => html`<th scope="col">${text}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(({ record, row }) => {
        const cells = [
          row.label,
          row.final_accuracy === undefined ? NO_FIGURE : percent(row.final_accuracy),
          row.interval_low === undefined || row.interval_high === undefined
            ? NO_FIGURE
            : `${percent(row.interval_low)} to ${percent(row.interval_high)}`,
          row.best_accuracy === undefined ? NO_FIGURE : percent(row.best_accuracy),
          `${row.num_finished} of ${row.num_runs}`,
          ...(unlike.size > 0 ? [unlike.get(record.id) ?? ""] : []),
        ];
        return html`<tr>
          <th scope="row">${record.name}</th>
          ${cells.map((text) => html`<td>${text}</td>`)}
        </tr>`;
      })}
    </tbody>
  </table>`;
}

/** @param {readonly ReadStudy[]} studies */
function told(studies) {
  const [first] = studies;
  return html`<p class="hint">${first ? held_alike(first.record) : ""}</p>`;
}
