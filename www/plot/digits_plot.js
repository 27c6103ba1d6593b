// Images of a set in a grid, each with a word below it.

import { PRINT, text } from "./drawing.js";
import { ink_of } from "./ink_png.js";

/** @import { Drawing, Mark } from "./drawing.js" */

/** Share of its place that an image takes: what is left free is two pixels of MNIST's. */
const SHARE = 28 / 30;
/** Height of the words below an image. */
const WORDS = 15;

/**
 * @param {Uint8Array} pixels side² an image
 * @param {string[]} words below each image
 * @param {{ width: number, columns: number, description: string }} options
 * @returns {Drawing}
 */
export function digits_plot(pixels, words, { width, columns, description }) {
  const num_rows = Math.ceil(words.length / columns);
  const place = width / columns;
  const size = Math.min(place * SHARE, 46);
  const num_pixels = pixels.length / Math.max(1, words.length);
  const side = Math.round(Math.sqrt(num_pixels));
  const row_height = size + WORDS + 4;
  const height = num_rows * row_height + 4;
  /** @type {Mark[]} */
  const marks = [{ kind: "rect", x: 0, y: 0, width, height, fill: PRINT.paper }];
  words.forEach((word, at) => {
    const middle = (at % columns) * place + place / 2;
    const top = Math.floor(at / columns) * row_height + 4;
    const levels = pixels.slice(at * num_pixels, (at + 1) * num_pixels);
    const ink = ink_of(side, side, levels);
    marks.push({ kind: "image", x: middle - size / 2, y: top, width: size, height: size, ink });
    marks.push(text(middle, top + size + 11, word, 9.5, PRINT.soft, "middle"));
  });
  return { width, height, description, marks };
}

/**
 * The first image of each class, class by class.
 * @param {Uint8Array} labels
 * @param {number} [num_classes]
 * @returns {number[]} their places; fewer where there are not all classes
 */
export function first_of_each(labels, num_classes = 10) {
  const classes = Array.from({ length: num_classes }, (_, at) => at);
  return classes.map((at) => labels.indexOf(at)).filter((at) => at >= 0);
}
