// An evaluation's figures as the page draws them: the confusion matrix, the figures of
// each class, how sure it was against how often it was right.

import { el, svg } from "../../ui/dom.js";
import * as format from "../../base/format.js";
import { class_name, class_noun } from "../../base/task.js";

/** Columns of a matrix that fit where it stands; more of them scroll in their own box. */
const MOST_COLUMNS = 10;

/** @import { Evaluation } from "../../pkg/ndarray/inkling.js" */
/** @import { Cell } from "../../app/state.js" */

/**
 * Rows are what an image is, columns what was read; a cell opens its images.
 * @param {HTMLTableElement} table
 * @param {Evaluation} figures
 * @param {readonly string[]} classes
 * @param {(truth: number, said: number) => void} open
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
      const attributes = { type: "button", "aria-label": words, "data-cell": `${truth} ${said}` };
      const button = el("button", attributes, format.count(n));
      button.addEventListener("click", () => open(truth, said));
      // Right ones by their share of the digit, wrong ones against the worst cell.
      const share = truth === said ? (n / Math.max(1, of_it)) * 0.3 : 0.08 + (n / most) * 0.34;
      const colour = truth === said ? "--train" : "--valid";
      button.style.background = `color-mix(in srgb, var(${colour}) ${Math.round(share * 100)}%, var(--paper))`;
      return el("td", {}, button);
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

/**
 * Marks the cell whose images are shown.
 * @param {HTMLTableElement} table
 * @param {Cell} cell
 */
export function mark_cell(table, cell) {
  for (const button of table.querySelectorAll("[data-cell]")) {
    const is_open = cell !== null && button === button_of(table, cell);
    button.setAttribute("aria-pressed", String(is_open));
  }
}

/**
 * @param {HTMLTableElement} table
 * @param {{ truth: number, said: number }} cell
 * @returns {HTMLButtonElement | null} none where no image is in it
 */
export function button_of(table, { truth, said }) {
  return table.querySelector(`button[data-cell="${truth} ${said}"]`);
}

/**
 * @param {HTMLTableElement} table
 * @param {Evaluation} figures
 * @param {readonly string[]} names
 */
export function fill_classes(table, { classes }, names) {
  const noun = class_noun(names);
  if (table.caption) table.caption.textContent = `Figures of each ${noun}`;
  const first = table.tHead?.rows[0]?.cells[0];
  if (first) first.textContent = noun === "digit" ? "Digit" : "Class";
  const body = table.tBodies[0] ?? table.createTBody();
  body.replaceChildren(
    ...classes.map(({ num_rows, precision, recall, f1 }, at) =>
      el(
        "tr",
        {},
        el("th", { scope: "row" }, class_name(names, at)),
        el("td", {}, format.count(num_rows)),
        ...[precision, recall, f1].map((share) => el("td", {}, format.percent(share))),
      ),
    ),
  );
}

/**
 * How often it was right when it was so sure: on the diagonal is honest.
 * @param {HTMLElement} box
 * @param {Evaluation} figures
 */
export function draw_calibration(box, { calibration, calibration_error }) {
  const side = 180;
  const words = calibration
    .filter((bin) => bin.num_rows > 0)
    .map(
      (bin) =>
        `${format.percent(bin.confidence, 0)} sure, ${format.percent(bin.accuracy, 0)} right`,
    );
  const picture = svg("svg", {
    viewBox: `-44 -8 ${side + 70} ${side + 44}`,
    role: "img",
    "aria-label": `Reliability: ${words.join("; ")}`,
  });
  for (const share of [0, 0.5, 1]) {
    const at = side * (1 - share);
    picture.append(
      svg("line", { class: "grid", x1: 0, x2: side, y1: at, y2: at }),
      svg("text", { class: "minor end", x: -6, y: at + 4 }, `${share * 100} %`),
      svg("text", { class: "minor", x: side * share, y: side + 15 }, `${share * 100} %`),
    );
  }
  picture.append(svg("line", { class: "diagonal", x1: 0, y1: side, x2: side, y2: 0 }));
  const points = calibration.filter((bin) => bin.num_rows > 0);
  const most = Math.max(...points.map((bin) => bin.num_rows));
  const place = (/** @type {Evaluation["calibration"][number]} */ bin) =>
    /** @type {const} */ ([bin.confidence * side, (1 - bin.accuracy) * side]);
  picture.append(
    svg("path", {
      class: "course",
      d: points.map((bin, at) => `${at ? "L" : "M"}${place(bin).join(" ")}`).join(""),
    }),
    ...points.map((bin) => {
      const [cx, cy] = place(bin);
      // The area tells how many images stand behind a point.
      const r = 2.5 + 4 * Math.sqrt(bin.num_rows / most);
      const title = `${format.counted(bin.num_rows, "image")}: ${format.percent(bin.confidence)} sure, ${format.percent(bin.accuracy)} right`;
      return svg("circle", { class: "point", cx, cy, r }, svg("title", {}, title));
    }),
    svg("text", { class: "minor", x: side / 2, y: side + 30 }, "how sure it was"),
  );
  box.replaceChildren(
    picture,
    el(
      "p",
      { class: "hint" },
      `Right as often as it was sure lies on the line. Calibration error ${format.percent(calibration_error)}.`,
    ),
  );
}
