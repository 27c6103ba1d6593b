// An evaluation's figures as the page draws them: the confusion matrix, the figures of
// each class, how sure it was against how often it was right.

import { el, svg } from "../../ui/dom.js";
import * as format from "../../base/format.js";
import { class_name, class_noun } from "../../base/task.js";

/** @import { Evaluation } from "../../pkg/ndarray/inkling.js" */
/** @import { Cell } from "../../app/state.js" */

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
