// What tells the lines of a study apart besides their colour: a dash and a marker each,
// so that nobody has to see the hue. The first 35 of them are all different.

import { LOOKS } from "./pins.js";

/** A marker by its shape in words, a circle or one of `pins.js`. @typedef {string} MarkerShape */

/**
 * @typedef {object} LineStyle
 * @property {number[]} dash lengths drawn and left out, in pixels; empty for a whole line
 * @property {MarkerShape} marker
 */

/** @type {readonly (readonly number[])[]} */
const DASHES = [[], [7, 3], [2, 3], [9, 3, 2, 3], [14, 4]];

/** Five dashes and seven markers: a pair comes back only after 35. */
const MARKERS = ["circle", ...LOOKS.slice(0, 6).map(({ shape }) => shape)];

/**
 * The style of a chart's line.
 * @param {number} index of the line, from 0
 * @returns {LineStyle}
 */
export function line_style(index) {
  return {
    dash: [...(DASHES[index % DASHES.length] ?? [])],
    marker: MARKERS[index % MARKERS.length] ?? "circle",
  };
}

/** Markers a line has at most: more would be a line of their own. */
const MOST_MARKERS = 8;

/**
 * Which points of a line bear a marker: all of a few, some of many, not at the same
 * places for neighbouring lines, and always the last.
 * @param {number} count of the points
 * @param {number} index of the line, from 0
 * @returns {number[]} places in the line, ascending
 */
export function marked_places(count, index) {
  const every = Math.max(1, Math.ceil(count / MOST_MARKERS));
  const shift = index * Math.ceil(every / 3);
  return Array.from({ length: count }, (_, at) => at).filter(
    (at) => (at + shift) % every === 0 || at === count - 1,
  );
}

/**
 * The corners of a marker; none for a circle.
 * @param {MarkerShape} marker
 * @param {number} x its middle
 * @param {number} y
 * @param {number} radius
 * @returns {[number, number][]} of a closed shape
 */
export function marker_outline(marker, x, y, radius) {
  const corners = LOOKS.find(({ shape }) => shape === marker)?.corners ?? [];
  return corners.map(([right, down]) => [x + right * radius, y + down * radius]);
}

/**
 * Fills a marker on a canvas, in its fill colour.
 * @param {CanvasRenderingContext2D} context
 * @param {MarkerShape} marker
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 */
export function fill_marker(context, marker, x, y, radius) {
  const outline = marker_outline(marker, x, y, radius);
  context.beginPath();
  if (outline.length === 0) context.arc(x, y, radius, 0, 2 * Math.PI);
  for (const [at_x, at_y] of outline) context.lineTo(at_x, at_y);
  context.fill();
}
