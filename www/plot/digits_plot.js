// Images of digits in a grid, each with a word below it.

import { PRINT, text } from "./drawing.js";
import { ink_of } from "./ink_png.js";

/** @import { Drawing, Mark } from "./drawing.js" */

const SIDE = 28;
/** An image's place in the grid, in its own pixels: one is left free around it. */
const PLACE = SIDE + 2;
/** Height of the words below an image. */
const WORDS = 15;

/**
 * @param {Uint8Array} pixels 784 an image
 * @param {string[]} words below each image
 * @param {{ width: number, columns: number, description: string }} options
 * @returns {Drawing}
 */
export function digits_plot(pixels, words, { width, columns, description }) {
  const num_rows = Math.ceil(words.length / columns);
  const place = width / columns;
  const size = Math.min(place * (SIDE / PLACE), 46);
  const row_height = size + WORDS + 4;
  const height = num_rows * row_height + 4;
  /** @type {Mark[]} */
  const marks = [{ kind: "rect", x: 0, y: 0, width, height, fill: PRINT.paper }];
  words.forEach((word, at) => {
    const middle = (at % columns) * place + place / 2;
    const top = Math.floor(at / columns) * row_height + 4;
    const levels = pixels.slice(at * SIDE * SIDE, (at + 1) * SIDE * SIDE);
    const ink = ink_of(SIDE, SIDE, levels);
    marks.push({ kind: "image", x: middle - size / 2, y: top, width: size, height: size, ink });
    marks.push(text(middle, top + size + 11, word, 9.5, PRINT.soft, "middle"));
  });
  return { width, height, description, marks };
}

/**
 * The first image of each digit, digit by digit.
 * @param {Uint8Array} labels
 * @returns {number[]} their places; fewer where there are not all digits
 */
export function first_of_each(labels) {
  return Array.from({ length: 10 }, (_, digit) => labels.indexOf(digit)).filter((at) => at >= 0);
}
