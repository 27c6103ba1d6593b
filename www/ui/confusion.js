// A confusion matrix as a table.

import * as format from "../base/format.js";
import { class_name } from "../base/task.js";
import { el } from "./dom.js";

/** @import { Evaluation } from "../pkg/ndarray/inkling.js" */

/** Columns of a matrix that fit where it stands; more of them scroll in their own box. */
const MOST_COLUMNS = 10;

/**
 * Rows are what an image is, columns what was read.
 * @param {HTMLTableElement} table
 * @param {Evaluation} figures
 * @param {readonly string[]} classes
 * @param {((truth: number, said: number) => void) | null} open what a press on a cell does
 */
export function draw_confusion(table, { confusion }, classes, open) {
  const count = Math.round(Math.sqrt(confusion.length));
  const places = Array.from({ length: count }, (_, at) => at);
  const name = (/** @type {number} */ at) => class_name(classes, at);
  make_room(table, places.map(name));
  const head = el(
    "tr",
    {},
    el("td"),
    ...places.map((at) => el("th", { scope: "col", title: name(at) }, el("span", {}, name(at)))),
  );
  const most = Math.max(...confusion.map((n, at) => (at % (count + 1) === 0 ? 0 : n)), 1);
  const body = places.map((truth) => {
    const of_it = places.reduce((sum, said) => sum + (confusion[truth * count + said] ?? 0), 0);
    const cells = places.map((said) => {
      const n = confusion[truth * count + said] ?? 0;
      if (n === 0) return el("td");
      const words = `${format.counted(n, "image")} of ${name(truth)} read as ${name(said)}`;
      const attributes = { "aria-label": words, "data-cell": `${truth} ${said}` };
      const cell = open
        ? el("button", { type: "button", ...attributes }, format.count(n))
        : el("span", { role: "img", ...attributes }, format.count(n));
      if (open) cell.addEventListener("click", () => open(truth, said));
      // Right ones by their share of the digit, wrong ones against the worst cell.
      const share = truth === said ? (n / Math.max(1, of_it)) * 0.3 : 0.08 + (n / most) * 0.34;
      const colour = truth === said ? "--train" : "--valid";
      cell.style.background = `color-mix(in srgb, var(${colour}) ${Math.round(share * 100)}%, var(--paper))`;
      return el("td", {}, cell);
    });
    return el("tr", {}, el("th", { scope: "row", title: name(truth) }, name(truth)), ...cells);
  });
  (table.tHead ?? table.createTHead()).replaceChildren(head);
  (table.tBodies[0] ?? table.createTBody()).replaceChildren(...body);
}

/**
 * A matrix of many classes, or of long names, is wider than its place: it then scrolls
 * inside its own box, which the keyboard reaches, too.
 * @param {HTMLTableElement} table
 * @param {readonly string[]} names
 */
function make_room(table, names) {
  const longest = Math.max(...names.map((name) => name.length));
  const is_wide = names.length > MOST_COLUMNS;
  table.classList.toggle("named", longest > 2);
  table.style.minWidth = is_wide ? `${names.length * 36 + 90}px` : "";
  const box = table.parentElement;
  if (!box) return;
  if (is_wide) box.setAttribute("tabindex", "0");
  else box.removeAttribute("tabindex");
}
