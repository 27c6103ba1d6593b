// The number of a part of the work, or its tick once it is done: the element that bears
// the part's name in `data-done`.

import { el } from "./dom.js";

/**
 * @param {string} part as in `data-done`
 * @param {number} number its place in the order of work
 * @param {boolean} is_done
 */
export function set_tick(part, number, is_done) {
  const mark = document.querySelector(`[data-done="${part}"]`);
  if (!mark || mark.classList.contains("done") === is_done) return;
  mark.classList.toggle("done", is_done);
  mark.replaceChildren(
    is_done ? el("span", { "aria-hidden": "true" }, "✓") : `${number}`,
    is_done ? el("span", { class: "unseen" }, `${number}, done`) : "",
  );
}
