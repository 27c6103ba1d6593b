// The class as a table: a row a hand-in, sorted by the column that is pressed. What a
// hand-in holds is anybody's text, so all of it stands as text.

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { repeat } from "../../vendor/lit-html/directives/repeat.js";
import { count } from "../../base/format.js";
import { runs_words, verdict_words, weight_of } from "./words.js";

/** @import { ClassRow } from "../../app/class_check.js" */

/**
 * @typedef {object} Column
 * @property {string} header
 * @property {(one: ClassRow, other: ClassRow) => number} order
 */

const text_order = new Intl.Collator("en", { numeric: true }).compare;

/** @param {ClassRow} row */
const missing_of = ({ verdict }) => verdict?.missing ?? [];

/** @param {ClassRow} row */
const share_same = ({ verdict }) => {
  const runs = verdict?.runs ?? [];
  return runs.length === 0 ? -1 : runs.filter(({ kind }) => kind === "same").length / runs.length;
};

/** @type {readonly Column[]} */
const COLUMNS = [
  { header: "Zip", order: (one, other) => text_order(one.zip, other.zip) },
  {
    header: "Verdict",
    order: (one, other) =>
      weight_of(one) - weight_of(other) || text_order(verdict_words(one), verdict_words(other)),
  },
  { header: "Runs", order: (one, other) => share_same(one) - share_same(other) },
  { header: "Missing", order: (one, other) => missing_of(one).length - missing_of(other).length },
];

/**
 * @param {HTMLTableElement} table
 * @param {{ on_allow: (id: string) => void }} listeners
 */
export function class_table(table, { on_allow }) {
  /** As it was picked until a column is pressed. */
  let sort = { at: -1, is_descending: false };
  /** @type {{ rows: readonly ClassRow[], is_busy: boolean }} */
  let shown = { rows: [], is_busy: false };

  /** @param {number} at of the column */
  function sort_by(at) {
    sort = { at, is_descending: sort.at === at && !sort.is_descending };
    draw();
  }

  /** @param {Column} column @param {number} at */
  function head({ header }, at) {
    const direction = sort.is_descending ? "descending" : "ascending";
    return html`<th scope="col" aria-sort=${sort.at === at ? direction : "none"}>
      <button type="button" class="sort" @click=${() => sort_by(at)}>${header}</button>
    </th>`;
  }

  /** @param {ClassRow} row */
  function line(row) {
    const { verdict, state, hand_in, id } = row;
    const missing = missing_of(row).join(", ");
    return html`<tr data-kind=${verdict?.kind ?? "open"}>
      <th scope="row">${row.zip}</th>
      <td class="verdict">${verdict_words(row)}</td>
      <td>
        ${details(row)}${
          state === "asks" && hand_in
            ? html`<button type="button" ?disabled=${shown.is_busy} @click=${() => on_allow(id)}>
                Train its ${count(hand_in.num_steps)} steps
              </button>`
            : nothing
        }
      </td>
      <td>${missing}</td>
    </tr>`;
  }

  function draw() {
    const { rows } = shown;
    const column = COLUMNS[sort.at];
    const sorted = column ? rows.toSorted(column.order) : rows.slice();
    if (sort.is_descending) sorted.reverse();
    render(
      html`<thead>
          <tr>
            ${COLUMNS.map(head)}
          </tr>
        </thead>
        <tbody>
          ${repeat(sorted, ({ id }) => id, line)}
        </tbody>`,
      table,
    );
  }

  return {
    /** @param {readonly ClassRow[]} rows @param {boolean} is_busy */
    show(rows, is_busy) {
      shown = { rows, is_busy };
      draw();
    },
  };
}

/** What was found of each run, with the line that repeats it. @param {ClassRow} row */
function details(row) {
  const { verdict } = row;
  if (!verdict || verdict.runs.length === 0) return nothing;
  const ids = verdict.ids.length > 0 ? `Handed in by ${verdict.ids.join(", ")}.` : "";
  return html`<details>
    <summary>${runs_words(row)}</summary>
    <p class="hint">${ids}</p>
    <ul>
      ${verdict.runs.map(
        (run) =>
          html`<li>
            <strong>${run.run}</strong>:
            ${run.verdict}${
              run.equal_weights.length > 0
                ? `; equal weights as in ${run.equal_weights.join(", ")}`
                : ""
            }
            <code>${run.repeat}</code>
            <a href=${run.query} target="_blank" rel="noopener">Open its settings</a>
          </li>`,
      )}
      ${verdict.foreign_figures.map(
        (place) => html`<li><strong>${place}</strong>: not of its own records</li>`,
      )}
    </ul>
  </details>`;
}
