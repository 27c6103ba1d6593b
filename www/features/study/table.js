// The comparison: a row a value, sortable by every column.

import { html, render } from "../../vendor/lit-html/lit-html.js";
import { repeat } from "../../vendor/lit-html/directives/repeat.js";
import { el, set_text } from "../../ui/dom.js";
import { columns, gap_note, sorted_rows } from "./comparison.js";
import { line_sample } from "./line_sample.js";

/** @import { ValueLook } from "../../plot/value_looks.js" */
/** @import { StudyRecord, ValueFigures } from "../../pkg/ndarray/inkling.js" */
/** @import { Column } from "./comparison.js" */

/** @param {{ on_highlight: (value_index: number | null) => void }} listeners */
export function comparison_table(listeners) {
  const table = el("table", { class: "figures-table", "aria-label": "Comparison" });
  const promise = el(
    "p",
    { class: "hint" },
    "After a study: each value’s accuracy with its interval, its gap, how soon it got there, and its time.",
  );
  const scroll = el(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": "Comparison, to scroll" },
    table,
    promise,
  );
  const note = el("p", { class: "hint", hidden: true });
  let sort = { at: 0, is_descending: false };
  /** @type {{ record: StudyRecord, figures: ValueFigures[], looks: readonly ValueLook[] } | null} */
  let shown = null;

  /** @param {number} at of the column */
  function sort_by(at) {
    sort = { at, is_descending: sort.at === at ? !sort.is_descending : false };
    draw();
  }

  /** @param {Column} column @param {number} at */
  function head(column, at) {
    const direction = sort.is_descending ? "descending" : "ascending";
    return html`<th scope="col" aria-sort=${sort.at === at ? direction : "none"}>
      <button type="button" class="sort" @click=${() => sort_by(at)}>${column.header}</button>
    </th>`;
  }

  /** @param {ValueFigures} row @param {Column} column */
  function head_of(row, column) {
    return [line_sample(shown?.looks[row.value_index]), column.text(row)];
  }

  function draw() {
    table.hidden = !shown;
    promise.hidden = shown !== null;
    const { record, figures = [] } = shown ?? {};
    const all = record ? columns(record.plan.factor_name, record.plan.seeds.length > 1) : [];
    const column = all[sort.at] ?? all[0];
    const rows = column ? sorted_rows(figures, column, sort.is_descending) : [];
    render(
      html`<thead>
          <tr>
            ${all.map(head)}
          </tr>
        </thead>
        <tbody>
          ${repeat(
            rows,
            (row) => row.value_index,
            (row) =>
              html`<tr
                @pointerenter=${() => listeners.on_highlight(row.value_index)}
                @pointerleave=${() => listeners.on_highlight(null)}
              >
                ${all.map((one, at) =>
                  at > 0
                    ? html`<td>${one.text(row)}</td>`
                    : // No space before the value: a table is read by its cells.
                      html`<th scope="row">${head_of(row, one)}</th>`,
                )}
              </tr>`,
          )}
        </tbody>`,
      table,
    );
  }

  return {
    element: el("div", {}, scroll, note),
    /**
     * @param {StudyRecord | null} record
     * @param {ValueFigures[]} figures
     * @param {readonly ValueLook[]} looks of the values
     */
    show(record, figures, looks) {
      shown = record ? { record, figures, looks } : null;
      draw();
      const told = gap_note(record?.runs ?? []);
      note.hidden = told === "";
      set_text(note, told);
    },
  };
}
