// Pictures in grey: what is transparent shows paper. That is white, unless the ink would then
// be gone: white ink on transparent paper was drawn to lie on something dark. One paper for
// all pictures of a set; the notebook's `grey.py` does the same.

import { SourceError } from "./bytes.js";

/**
 * A square picture.
 * @typedef {object} Picture
 * @property {string} name for an error
 * @property {number} side
 * @property {number} depth values of a pixel: grey; grey and alpha; red, green and blue; these and alpha
 * @property {Uint8Array} values `side * side * depth`
 */

/** Greys that differ by less than this show nothing. */
const LEAST_SPAN = 40;

export class Paper {
  /** What it is, once a picture has said so. @type {number | null} */
  #tone = null;
  #is_coloured = false;

  /**
   * Decides by the first of some pictures whose ink lies on transparent paper.
   * @param {readonly Picture[]} pictures
   */
  look_at(pictures) {
    for (const picture of pictures) {
      if (this.#tone !== null) return;
      if (!is_transparent(picture)) continue;
      if (span_on(picture, 255) >= LEAST_SPAN) this.#tone = 255;
      else if (span_on(picture, 0) >= LEAST_SPAN) this.#tone = 0;
    }
  }

  /** What was done to pictures so far, in a few words each. */
  get notes() {
    const notes = [];
    if (this.#is_coloured) notes.push("colours turned to grey");
    if (this.#tone === 0) notes.push("light ink on transparent paper laid on black");
    return notes;
  }

  /**
   * A picture's greys, 0 black to 255 white.
   * @param {Picture} picture
   * @returns {Uint8Array} side² of them
   */
  grey_of(picture) {
    this.#is_coloured ||= is_coloured(picture);
    const tone = this.#tone ?? 255;
    const grey = grey_on(picture, tone);
    const is_gone = is_transparent(picture) && span(grey) < LEAST_SPAN;
    if (is_gone && span_on(picture, 255 - tone) >= LEAST_SPAN) {
      const [found, expected] = tone === 255 ? ["light", "dark"] : ["dark", "light"];
      throw new SourceError(
        picture.name,
        `${found} ink on transparent paper`,
        `${expected} ink, as pictures before it have; lay all of them on one paper`,
      );
    }
    return grey;
  }
}

/** @param {Picture} picture */
function is_transparent({ depth, values }) {
  if (depth % 2 === 1) return false;
  for (let at = depth - 1; at < values.length; at += depth) if (values[at] !== 255) return true;
  return false;
}

/** @param {Picture} picture */
function is_coloured({ depth, values }) {
  if (depth < 3) return false;
  for (let at = 0; at < values.length; at += depth) {
    if (values[at] !== values[at + 1] || values[at] !== values[at + 2]) return true;
  }
  return false;
}

/** How far the greys are apart. @param {Uint8Array} grey */
function span(grey) {
  let [least, most] = [255, 0];
  for (const one of grey) {
    least = Math.min(least, one);
    most = Math.max(most, one);
  }
  return most - least;
}

/** @param {Picture} picture @param {number} tone */
const span_on = (picture, tone) => span(grey_on(picture, tone));

/**
 * @param {Picture} picture
 * @param {number} tone of the paper
 * @returns {Uint8Array}
 */
function grey_on({ depth, values }, tone) {
  if (depth === 1) return values;
  const grey = new Uint8Array(values.length / depth);
  for (let pixel = 0; pixel < grey.length; pixel += 1) {
    const at = pixel * depth;
    const alpha = depth % 2 === 0 ? (values[at + depth - 1] ?? 0) : 255;
    const shown = (/** @type {number} */ place) => laid_on(values[at + place] ?? 0, alpha, tone);
    const red = shown(0);
    const [green, blue] = depth < 3 ? [red, red] : [shown(1), shown(2)];
    // The luma of ITU-R 601-2 as Pillow rounds it, so that the notebook reads the same.
    grey[pixel] = (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
  }
  return grey;
}

/**
 * A value over paper, rounded as Pillow rounds it (`alpha_composite`).
 * @param {number} value
 * @param {number} alpha
 * @param {number} tone
 */
function laid_on(value, alpha, tone) {
  const sum = (value * alpha + tone * (255 - alpha) + 128) << 7;
  return alpha === 0 ? tone : ((sum >> 8) + sum) >> 15;
}
