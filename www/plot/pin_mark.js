// A piece of a compared run's line with its marker, as it stands beside the run's name in
// legends and tables.

import { look_at, marker_path, pin_colour } from "./pins.js";
import { svg } from "../ui/dom.js";

const WIDTH = 34;
const HEIGHT = 14;
const MIDDLE = HEIGHT / 2;

/** Whether the page is on dark paper. */
export function is_dark() {
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

/** @param {number} look as `pins.js` counts them */
export function pin_mark(look) {
  const colour = pin_colour(look, is_dark());
  const { shape, dash } = look_at(look);
  const marker = svg("path", { d: marker_path(look, WIDTH / 2, MIDDLE, 4), fill: colour });
  return mark(shape, colour, dash, marker);
}

/** The same for the run on the bench, whose validation line is orange with rings. */
export function own_mark() {
  const colour = "var(--valid)";
  const ring = { cx: WIDTH / 2, cy: MIDDLE, r: 3.5, fill: "var(--paper)", stroke: colour };
  return mark("ring", colour, [6, 4], svg("circle", { ...ring, "stroke-width": 2 }));
}

/**
 * @param {string} words
 * @param {string} colour
 * @param {readonly number[]} dash
 * @param {SVGElement} marker
 */
function mark(words, colour, dash, marker) {
  const line = svg("path", {
    d: `M0 ${MIDDLE}H${WIDTH}`,
    stroke: colour,
    "stroke-width": 1.5,
    "stroke-dasharray": dash.join(" "),
  });
  const size = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT };
  return svg("svg", { ...size, class: "pin-mark", role: "img", "aria-label": words }, line, marker);
}
