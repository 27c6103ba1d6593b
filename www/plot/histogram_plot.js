// How many of some values lie where, as bars over the range that they span.

import { text } from "./drawing.js";

/** @import { Histogram } from "../pkg/studies/inkling.js" */
/** @import { Drawing, Mark, Theme } from "./drawing.js" */

/** Of the axis' figures. */
const SIZE = 10;
/** Above the highest bar, and below the bars for those figures. */
const [TOP, BOTTOM] = [20, 18];

/**
 * @param {Histogram} histogram
 * @param {object} options
 * @param {number} options.width
 * @param {number} options.height
 * @param {string} options.title
 * @param {(value: number) => string} options.format of the range's ends
 * @param {Theme} options.theme
 * @returns {Drawing}
 */
export function histogram_plot({ low, high, counts }, { width, height, title, format, theme }) {
  const most = Math.max(1, ...counts);
  const base = height - BOTTOM;
  const each = width / counts.length;
  /** @type {Mark[]} */
  const bars = counts.map((count, at) => {
    // What is there at all is seen.
    const tall = count === 0 ? 0 : Math.max(1, (count / most) * (base - TOP));
    const fill = theme.train;
    return { kind: "rect", x: at * each, y: base - tall, width: each - 0.6, height: tall, fill };
  });
  const total = counts.reduce((sum, count) => sum + count, 0);
  const top = counts.indexOf(most);
  const size = (high - low) / counts.length;
  const [from, to] = [low + top * size, low + (top + 1) * size].map(format);
  const zero = low < 0 && high > 0 ? (-low / (high - low)) * width : NaN;
  return {
    width,
    height,
    description: `${title}: ${total.toLocaleString("en")} values from ${format(low)} to ${format(high)}, the fullest of ${counts.length} bins (${most.toLocaleString("en")}) from ${from} to ${to}`,
    marks: [
      text(0, 12, title, SIZE + 1, theme.soft, "start"),
      ...(Number.isNaN(zero)
        ? []
        : /** @type {Mark[]} */ ([
            { kind: "line", x1: zero, y1: TOP, x2: zero, y2: base, stroke: theme.grid, width: 1 },
          ])),
      ...bars,
      { kind: "line", x1: 0, y1: base, x2: width, y2: base, stroke: theme.soft, width: 1 },
      text(0, height - 5, format(low), SIZE, theme.soft, "start"),
      text(width, height - 5, format(high), SIZE, theme.soft, "end"),
    ],
  };
}
