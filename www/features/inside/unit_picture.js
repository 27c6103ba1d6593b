// What a unit of the first layer looks for, and what it makes of the drawing: its weights and
// their products with the pixels, a picture each, and the figures of the pixel that is pointed
// at. Computes nothing.

import { el, set_text } from "../../ui/dom.js";
import { paint_weights } from "../../plot/weights_view.js";
import { pixel_words, value, weight_value, weights_words } from "./words.js";

/** @import { UnitReading } from "../../worker/inside.js" */
/** @import { UnitPlace } from "../../app/inside.js" */

const WEIGHTS = "Its weights: ink on blue speaks for it, on orange against it.";
const PRODUCTS = "Weight × pixel. Added up they are w·x.";

export function create_unit_picture() {
  const weights = picture_of("What it looks for", WEIGHTS, weight_value);
  const products = picture_of("What it sees here", PRODUCTS, value);
  const said = el("p", { class: "hint figure pixel-words" });
  const element = el("div", { class: "unit-picture" }, weights.element, products.element, said);

  /** @type {(UnitReading & UnitPlace) | null} */
  let shown = null;
  const side = () => Math.round(Math.sqrt(shown?.weights.length ?? 0));
  /** @param {number | null} input the pixel that is pointed at, from 0 */
  const mark = (input) => {
    for (const { box } of [weights, products]) box.mark(input, side());
    const words = "Point at a pixel for its figures.";
    set_text(said, shown && input !== null ? pixel_words(shown, input, side()) : words);
  };
  for (const { box } of [weights, products]) {
    const point = (/** @type {PointerEvent} */ event) => {
      const { left, top, width, height } = box.canvas.getBoundingClientRect();
      const place = (/** @type {number} */ from, /** @type {number} */ length) =>
        Math.min(side() - 1, Math.max(0, Math.floor((from / length) * side())));
      const column = place(event.clientX - left, width);
      mark(place(event.clientY - top, height) * side() + column);
    };
    box.canvas.addEventListener("pointermove", point);
    box.canvas.addEventListener("pointerdown", point);
    box.canvas.addEventListener("pointerleave", () => mark(null));
  }
  mark(null);

  return {
    element,
    mark,
    /**
     * @param {(UnitReading & UnitPlace) | null} unit
     * @param {boolean} [is_forced] the colours are others
     */
    show(unit, is_forced = false) {
      const is_first = unit !== null && unit.layer === 0;
      element.hidden = !is_first;
      const before = shown?.weights;
      shown = is_first ? unit : null;
      if (!is_first) {
        // What is not shown has no name that could be found.
        for (const { box } of [weights, products]) box.canvas.ariaLabel = null;
        return;
      }
      const name = `unit ${unit.unit + 1}`;
      // While the pen moves the weights stay as they are.
      const is_other = !before?.every((weight, at) => weight === unit.weights[at]);
      if (is_other || is_forced) {
        const range = weights_words(unit.weights, side());
        weights.paint(unit.weights, side(), `Weights of ${name}, one a pixel: ${range}`);
      }
      products.element.hidden = unit.pixels === null;
      if (unit.pixels) {
        const about = `Products of the pixels and the weights of ${name}`;
        products.paint(unit.pixels.products, side(), about);
      }
    },
  };
}

/**
 * A picture of numbers with their scale under it.
 * @param {string} title
 * @param {string} about
 * @param {(number: number) => string} written
 */
function picture_of(title, about, written) {
  const canvas = el("canvas", { role: "img" });
  const ring = el("span", { class: "pixel-ring", "aria-hidden": "true", hidden: true });
  const [least, most] = [el("span", { class: "plain" }), el("span", { class: "plain" })];
  const element = el(
    "div",
    {},
    el("h4", {}, title),
    el("div", { class: "pixel-box" }, canvas, ring),
    el(
      "p",
      { class: "weights-legend hint" },
      least,
      el("span", { class: "scale", "aria-hidden": "true" }),
      most,
    ),
    el("p", { class: "hint" }, about),
  );
  const box = {
    canvas,
    /** @param {number | null} input @param {number} side */
    mark(input, side) {
      ring.hidden = input === null || side === 0;
      if (input === null || side === 0) return;
      const share = (/** @type {number} */ at) => `${(100 * at) / side}%`;
      Object.assign(ring.style, {
        left: share(input % side),
        top: share(Math.floor(input / side)),
        width: share(1),
        height: share(1),
      });
    },
  };
  return {
    element,
    box,
    /** @param {Float32Array} numbers @param {number} side @param {string} name */
    paint(numbers, side, name) {
      if (canvas.width !== side) canvas.width = canvas.height = side;
      canvas.ariaLabel = name;
      paint_weights(canvas, numbers, 1, 0, side);
      const size = numbers.reduce((top, number) => Math.max(top, Math.abs(number)), 0);
      set_text(least, written(-size));
      set_text(most, written(size));
    },
  };
}
