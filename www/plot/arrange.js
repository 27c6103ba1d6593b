// Drawings put together into one: side by side, one below the other, with a legend for all.

import { LEGEND_LINE, PRINT, legend_entry } from "./drawing.js";

/** @import { Drawing, Mark, Series, Theme } from "./drawing.js" */

/** Size of a legend's letters, and the height of one of its rows. */
const [SIZE, ROW] = [11, 18];

/**
 * Drawings side by side.
 * @param {Drawing[]} drawings
 * @param {string} description
 * @returns {Drawing}
 */
export function beside(drawings, description) {
  let left = 0;
  /** @type {Mark[]} */
  const marks = [];
  for (const drawing of drawings) {
    marks.push(...drawing.marks.map((mark) => moved(mark, left, 0)));
    left += drawing.width;
  }
  const height = Math.max(...drawings.map((drawing) => drawing.height));
  return { width: left, height, description, marks, logs: logs_of(drawings) };
}

/**
 * Drawings one below the other.
 * @param {Drawing[]} drawings
 * @param {string} description
 * @returns {Drawing}
 */
export function stacked(drawings, description) {
  let top = 0;
  /** @type {Mark[]} */
  const marks = [];
  for (const drawing of drawings) {
    marks.push(...drawing.marks.map((mark) => moved(mark, 0, top)));
    top += drawing.height;
  }
  const width = Math.max(...drawings.map((drawing) => drawing.width));
  return { width, height: top, description, marks, logs: logs_of(drawings) };
}

/** What any of them shows by the logarithm, each once. @param {Drawing[]} drawings */
function logs_of(drawings) {
  return [...new Set(drawings.flatMap(({ logs = [] }) => logs))];
}

/**
 * What a drawing shows by the logarithm, for its caption: a reader of `accuracy (log)` asks.
 * @param {Drawing} drawing
 * @returns {string} empty where nothing is
 */
export function log_words({ logs = [] }) {
  return logs.length > 0 ? `${logs.join(" and ")} are on a logarithmic scale` : "";
}

/**
 * A legend as rows of a width, for drawings that share it.
 * @param {string} name what the lines are values of
 * @param {Series[]} series
 * @param {number} width
 * @param {Theme} [theme]
 * @returns {Drawing}
 */
export function legend_rows(name, series, width, theme = PRINT) {
  /** @type {Mark[]} */
  const marks = [];
  const wide = (/** @type {string} */ words) => words.length * SIZE * 0.56;
  const room_of = (/** @type {Series} */ one) => LEGEND_LINE + 4 + wide(one.label) + 14;
  const needed = series.reduce((sum, one) => sum + room_of(one), 14);
  let [x, y] = [14, ROW / 2];
  if (name) {
    marks.push({
      kind: "text",
      x,
      y: y + 4,
      text: name,
      size: SIZE,
      fill: theme.soft,
      anchor: "start",
    });
    x += wide(name) + 12;
    // The name has a row of its own where that keeps the lines in one.
    if (needed <= width && x - 14 + needed > width) [x, y] = [14, y + ROW];
  }
  for (const one of series) {
    const room = room_of(one);
    if (x + room > width && x > 14) [x, y] = [14, y + ROW];
    marks.push(...legend_entry(one, x, y, SIZE, theme));
    x += room;
  }
  const height = y + ROW / 2 + 4;
  if (theme.paper) {
    marks.unshift({ kind: "rect", x: 0, y: 0, width, height, fill: theme.paper });
  }
  return { width, height, description: "", marks };
}

/**
 * @param {Mark} mark
 * @param {number} right
 * @param {number} down
 * @returns {Mark}
 */
function moved(mark, right, down) {
  switch (mark.kind) {
    case "rect":
    case "circle":
    case "image":
    case "text":
      return { ...mark, x: mark.x + right, y: mark.y + down };
    case "line":
      return {
        ...mark,
        x1: mark.x1 + right,
        x2: mark.x2 + right,
        y1: mark.y1 + down,
        y2: mark.y2 + down,
      };
    case "path":
      return { ...mark, points: mark.points.map(([x, y]) => [x + right, y + down]) };
    default:
      return /** @type {never} */ (mark);
  }
}
