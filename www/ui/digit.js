// A square picture of ink, a digit or whatever a set holds, in the page's colours. Draws;
// knows no data set.

import { css_value, el } from "./dom.js";

/** Pixels of MNIST's pictures: 28 × 28. */
const NUM_PIXELS = 784;

/** Pixels on a side of a square picture. @param {{ length: number }} pixels */
export function side_of(pixels) {
  return Math.round(Math.sqrt(pixels.length));
}

/**
 * The ink values of a square picture as an image in the page's colours.
 * @param {Uint8Array} pixels 0 paper to 255 ink, side² of them
 */
export function digit_image(pixels) {
  const paper = rgb(css_value("--digit-paper"));
  const ink = rgb(css_value("--digit-ink"));
  const side = side_of(pixels);
  const image = new ImageData(side, side);
  for (let at = 0; at < pixels.length; at++) {
    const share = (pixels[at] ?? 0) / 255;
    for (let part = 0; part < 3; part++) {
      const from = paper[part] ?? 0;
      image.data[at * 4 + part] = from + ((ink[part] ?? 0) - from) * share;
    }
    image.data[at * 4 + 3] = 255;
  }
  return image;
}

/**
 * A canvas that shows one picture.
 * @param {Uint8Array} pixels
 * @param {string} label its accessible name
 */
export function digit_canvas(pixels, label) {
  const side = side_of(pixels);
  const canvas = el("canvas", { width: side, height: side, role: "img", "aria-label": label });
  canvas.getContext("2d")?.putImageData(digit_image(pixels), 0, 0);
  return canvas;
}

/**
 * The picture at a place of many.
 * @param {Uint8Array} pixels
 * @param {number} at
 * @param {number} [size] pixels of each, MNIST's if nothing else is said
 */
export function digit_at(pixels, at, size = NUM_PIXELS) {
  return pixels.subarray(at * size, (at + 1) * size);
}

/** @param {string} hex six digits @returns {[number, number, number]} */
export function rgb(hex) {
  const value = Number.parseInt(hex.replace("#", ""), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}
