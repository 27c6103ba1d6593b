// A digit's 28 × 28 pixels in the page's colours. Draws; knows no data set.

import { css_value, el } from "./dom.js";

/** Pixels of a digit: 28 × 28. */
const NUM_PIXELS = 784;

/**
 * 784 ink values as an image in the page's colours.
 * @param {Uint8Array} pixels 0 paper to 255 ink
 */
export function digit_image(pixels) {
  const paper = rgb(css_value("--digit-paper"));
  const ink = rgb(css_value("--digit-ink"));
  const image = new ImageData(28, 28);
  for (let at = 0; at < NUM_PIXELS; at++) {
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
 * A canvas that shows one digit.
 * @param {Uint8Array} pixels
 * @param {string} label its accessible name
 */
export function digit_canvas(pixels, label) {
  const canvas = el("canvas", { width: 28, height: 28, role: "img", "aria-label": label });
  canvas.getContext("2d")?.putImageData(digit_image(pixels), 0, 0);
  return canvas;
}

/**
 * The digit at a place of many.
 * @param {Uint8Array} pixels 784 a digit
 * @param {number} at
 */
export function digit_at(pixels, at) {
  return pixels.subarray(at * NUM_PIXELS, (at + 1) * NUM_PIXELS);
}

/** @param {string} hex six digits @returns {[number, number, number]} */
export function rgb(hex) {
  const value = Number.parseInt(hex.replace("#", ""), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}
