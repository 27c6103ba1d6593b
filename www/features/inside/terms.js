// The greatest products of a unit's sum: of the first layer each with its pixel, of a deeper one
// each with the unit that it comes from, which a press opens. Rows stay as they are while figures
// change, so that the keyboard's place stays too. Computes nothing.

import { el, set_text } from "../../ui/dom.js";
import { input_name, product } from "./words.js";

/** @import { UnitTerm } from "../../pkg/studies/inkling.js" */
/** @import { UnitPlace } from "../../app/inside.js" */

/**
 * @param {object} actions
 * @param {(place: UnitPlace) => void} actions.on_open a unit that is heard
 * @param {(place: UnitPlace | null) => void} actions.on_point at such a unit
 * @param {(input: number | null) => void} actions.on_pixel that is pointed at
 */
export function create_terms({ on_open, on_point, on_pixel }) {
  const element = el("ol", { class: "terms", "aria-label": "Greatest products" });
  /** @type {ReturnType<typeof row_of>[]} */
  let rows = [];
  /** Of which layer they are, from 0. */
  let layer = 0;
  /** @type {readonly UnitTerm[]} */
  let shown = [];

  /** @param {Event} event */
  const term_at = ({ target }) => {
    const item = target instanceof Element ? target.closest("li") : null;
    return shown[rows.findIndex((row) => row.item === item)];
  };
  const unit_at = (/** @type {Event} */ event) => {
    const term = term_at(event);
    return layer > 0 && term ? { layer: layer - 1, unit: term.input } : null;
  };
  const point = (/** @type {Event} */ event) => {
    if (layer > 0) on_point(unit_at(event));
    else on_pixel(term_at(event)?.input ?? null);
  };
  const leave = () => {
    if (layer > 0) on_point(null);
    else on_pixel(null);
  };
  element.addEventListener("pointerover", point);
  element.addEventListener("pointerleave", leave);
  element.addEventListener("focusin", point);
  element.addEventListener("focusout", leave);
  element.addEventListener("click", (event) => {
    const place = unit_at(event);
    const is_button = event.target instanceof Element && event.target.closest("button");
    if (!place || !is_button) return;
    on_point(null);
    on_open(place);
  });
  return {
    element,
    /**
     * @param {number} of the layer, from 0
     * @param {readonly UnitTerm[]} terms
     * @param {number} side of the pictures
     */
    show(of, terms, side) {
      const is_other = terms.length !== rows.length || of > 0 !== layer > 0;
      [layer, shown] = [of, terms];
      if (is_other) {
        rows = terms.map(() => row_of(of > 0));
        element.replaceChildren(...rows.map(({ item }) => item));
      }
      const most = Math.max(1e-9, ...terms.map((term) => Math.abs(term.product)));
      terms.forEach((term, at) => rows[at]?.write(term, input_name(of, term.input, side), most));
    },
  };
}

/** @param {boolean} is_unit whether it can be opened */
function row_of(is_unit) {
  const name = is_unit ? el("button", { type: "button", class: "quiet" }) : el("span");
  const bar = el("span", { class: "bar", "aria-hidden": "true" });
  const figure = el("span", { class: "figure" });
  const item = el("li", {}, name, bar, " ", figure);
  return {
    item,
    /** @param {UnitTerm} term @param {string} words @param {number} most of all products */
    write(term, words, most) {
      item.className = term.product < 0 ? "against" : "for";
      bar.style.setProperty("--share", `${(100 * Math.abs(term.product)) / most}%`);
      set_text(name, words);
      set_text(figure, product(term));
    },
  };
}
