// The comparison: a row a value, sortable by every column.

import { el } from "../../ui/dom.js";
import { NO_FIGURE, count, duration, percent, points } from "../../base/format.js";

/** @import { StudyRecord, ValueFigures } from "../../pkg/ndarray/inkling.js" */

/**
 * @typedef {object} Column
 * @property {string} header
 * @property {(row: ValueFigures) => number | string | undefined} key what to sort by
 * @property {(row: ValueFigures) => string} text
 */

/** @param {number | undefined} value @param {(value: number) => string} format */
const or_none = (value, format) =>
  value === undefined || Number.isNaN(value) ? NO_FIGURE : format(value);

/** @param {number} value */
const epochs = (value) => String(Number(value.toFixed(1)));

/**
 * @param {string} factor_name
 * @param {boolean} has_seeds
 * @returns {Column[]}
 */
function columns(factor_name, has_seeds) {
  const factor = factor_name.charAt(0).toUpperCase() + factor_name.slice(1);
  return [
    { header: factor, key: (row) => row.value_index, text: (row) => row.label },
    {
      header: "Final accuracy",
      key: (row) => row.final_accuracy,
      text: (row) => or_none(row.final_accuracy, percent),
    },
    has_seeds
      ? {
          header: "Deviation over seeds",
          key: (row) => row.final_deviation,
          text: (row) =>
            or_none(row.final_deviation, (value) => `±${points(value).replace("+", "")}`),
        }
      : {
          header: "95 % interval",
          key: (row) => row.interval_low,
          text: (row) =>
            row.interval_low === undefined || row.interval_high === undefined
              ? NO_FIGURE
              : `${percent(row.interval_low)} to ${percent(row.interval_high)}`,
        },
    {
      header: "Best accuracy",
      key: (row) => row.best_accuracy,
      text: (row) => or_none(row.best_accuracy, percent),
    },
    {
      header: "Best epoch",
      key: (row) => row.best_epoch,
      text: (row) => or_none(row.best_epoch, epochs),
    },
    {
      header: "Generalisation gap",
      key: (row) => row.gap,
      text: (row) => or_none(row.gap, points),
    },
    {
      header: "Epochs to 90 %",
      key: (row) => row.epochs_to_90,
      text: (row) => or_none(row.epochs_to_90, epochs),
    },
    {
      header: "Epochs to 95 %",
      key: (row) => row.epochs_to_95,
      text: (row) => or_none(row.epochs_to_95, epochs),
    },
    { header: "Time", key: (row) => row.secs, text: (row) => or_none(row.secs, duration) },
    {
      header: "Samples per second",
      key: (row) => row.samples_per_sec,
      text: (row) => or_none(row.samples_per_sec, (value) => count(Number(value.toPrecision(3)))),
    },
    {
      header: "Diverged",
      key: (row) => row.num_diverged,
      text: (row) =>
        row.num_diverged === 0
          ? "no"
          : row.num_runs === 1
            ? "yes"
            : `${row.num_diverged} of ${row.num_runs}`,
    },
    { header: "State", key: (row) => row.state, text: (row) => row.state },
  ];
}

/**
 * Rows sorted by a column; what has no figure comes last in either direction.
 * @param {readonly ValueFigures[]} rows
 * @param {Column} column
 * @param {boolean} is_descending
 */
export function sorted_rows(rows, column, is_descending) {
  return rows.slice().sort((a, b) => {
    const [left, right] = [column.key(a), column.key(b)];
    if (left === undefined || right === undefined) {
      return Number(left === undefined) - Number(right === undefined);
    }
    const order = left < right ? -1 : left > right ? 1 : a.value_index - b.value_index;
    return is_descending ? -order : order;
  });
}

/** @param {{ on_highlight: (value_index: number | null) => void }} listeners */
export function comparison_table(listeners) {
  const head = el("thead");
  const body = el("tbody");
  const table = el("table", { class: "figures-table", "aria-label": "Comparison" }, head, body);
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
  let sort = { at: 0, is_descending: false };
  /** @type {{ record: StudyRecord, figures: ValueFigures[], colours: string[] } | null} */
  let shown = null;

  function draw() {
    table.hidden = !shown;
    promise.hidden = shown !== null;
    if (!shown) {
      head.replaceChildren();
      body.replaceChildren();
      return;
    }
    const { record, figures, colours } = shown;
    const all = columns(record.plan.factor_name, record.plan.seeds.length > 1);
    const focused =
      document.activeElement instanceof HTMLElement && head.contains(document.activeElement);
    head.replaceChildren(
      el(
        "tr",
        {},
        ...all.map((column, at) => {
          const button = el("button", { type: "button", class: "sort" }, column.header);
          button.addEventListener("click", () => {
            sort = { at, is_descending: sort.at === at ? !sort.is_descending : false };
            draw();
          });
          const direction = sort.is_descending ? "descending" : "ascending";
          return el(
            "th",
            { scope: "col", "aria-sort": sort.at === at ? direction : "none" },
            button,
          );
        }),
      ),
    );
    if (focused) head.querySelectorAll("button")[sort.at]?.focus();
    const column = all[sort.at] ?? all[0];
    if (!column) return;
    body.replaceChildren(
      ...sorted_rows(figures, column, sort.is_descending).map((row) => {
        const cells = all.map((one, at) => {
          if (at > 0) return el("td", {}, one.text(row));
          const swatch = el("span", { class: "swatch", "aria-hidden": "true" });
          swatch.style.background = colours[row.value_index] ?? "";
          return el("th", { scope: "row" }, swatch, one.text(row));
        });
        const line = el("tr", {}, ...cells);
        line.addEventListener("pointerenter", () => listeners.on_highlight(row.value_index));
        line.addEventListener("pointerleave", () => listeners.on_highlight(null));
        return line;
      }),
    );
  }

  return {
    element: scroll,
    /**
     * @param {StudyRecord | null} record
     * @param {ValueFigures[]} figures
     * @param {string[]} colours
     */
    show(record, figures, colours) {
      shown = record ? { record, figures, colours } : null;
      draw();
    },
  };
}
