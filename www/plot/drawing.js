// Line plots as lists of marks, made from data: the same list becomes SVG or PNG,
// on the page and in the report. Knows no document and no canvas.

import { room_at_left, scale_of } from "./axes.js";
import { marked_places, marker_outline } from "./line_styles.js";

/** @import { Axis } from "./axes.js" */
/** @import { MarkerShape } from "./line_styles.js" */

/**
 * One mark. Lengths are in pixels, angles in degrees.
 * @typedef {(
 *   | { kind: "rect", x: number, y: number, width: number, height: number, fill: string }
 *   | { kind: "line", x1: number, y1: number, x2: number, y2: number, stroke: string, width: number, dash?: number[] }
 *   | { kind: "path", points: [number, number][], stroke?: string, width?: number, dash?: number[], fill?: string, title?: string }
 *   | { kind: "circle", x: number, y: number, radius: number, fill: string, stroke?: string, title?: string }
 *   | { kind: "image", x: number, y: number, width: number, height: number, ink: Ink }
 *   | { kind: "text", x: number, y: number, text: string, size: number, fill: string, anchor: "start" | "middle" | "end", bold?: boolean, angle?: number }
 * )} Mark
 */

/**
 * A grey picture of few pixels, drawn without smoothing.
 * @typedef {object} Ink
 * @property {number} columns
 * @property {number} rows
 * @property {Uint8Array} levels `rows · columns` from 0 (paper) to 255 (ink)
 * @property {string} href the same as a PNG's data URL
 */

/**
 * @typedef {object} Drawing
 * @property {number} width
 * @property {number} height
 * @property {string} description what it shows, for whoever cannot see it
 * @property {Mark[]} marks
 * @property {readonly string[]} [logs] what it shows by the logarithm, which its caption says
 */

/**
 * @typedef {object} Theme
 * @property {string} paper empty for none
 * @property {string} ink
 * @property {string} soft
 * @property {string} grid
 * @property {string} train
 * @property {string} valid
 */

/** Black on white, as it is printed. @type {Theme} */
export const PRINT = {
  paper: "#ffffff",
  ink: "#15191e",
  soft: "#55606c",
  grid: "#e2e5e9",
  train: "#1a5fd0",
  valid: "#b54a00",
};

/**
 * @typedef {object} Series
 * @property {string} label
 * @property {string} colour
 * @property {[number, number][]} points `NaN` breaks the line
 * @property {number[]} [dash]
 * @property {number} [width]
 * @property {[number, number][]} [low] lower edge of a band, as `points`
 * @property {[number, number][]} [high] upper edge of it
 * @property {[number, number]} [mark] a point to ring: the best epoch
 * @property {MarkerShape} [marker] stands on some of its points, and in the legend
 * @property {number} [index] of the line, so that neighbours' markers stand apart
 * @property {boolean} [has_dots]
 * @property {boolean} [has_whiskers] draws `low` to `high` as a whisker at each point
 * @property {string[]} [titles] of each dot
 */

/**
 * @typedef {object} PlotOptions
 * @property {number} width
 * @property {number} height
 * @property {string} title
 * @property {string} description
 * @property {Axis} x
 * @property {Axis} y
 * @property {Series[]} series
 * @property {{ x: number, label: string }[]} [rules] upright lines, with words at their foot
 * @property {boolean} [has_legend]
 * @property {number} [size] of the letters on the axes, 11 by default
 * @property {number} [left] room for the labels of the y axis, where another plot needs more
 * @property {Theme} [theme]
 */

/** Size of the letters on the axes. */
export const SIZE = 11;

/** Length of a line in the legend: long enough for its dashes and its marker. */
export const LEGEND_LINE = 26;

/**
 * A plot with axes.
 * @param {PlotOptions} options
 * @returns {Drawing}
 */
export function line_plot(options) {
  const { width, height, title, x, y, series, theme = PRINT } = options;
  /** @type {Mark[]} */
  const marks = [];
  if (theme.paper) marks.push({ kind: "rect", x: 0, y: 0, width, height, fill: theme.paper });
  const { size = SIZE } = options;

  const all = series.flatMap((one) => [...one.points, ...(one.low ?? []), ...(one.high ?? [])]);
  const xs = scale_of(
    x,
    all.map((point) => point[0]),
  );
  const ys = scale_of(
    y,
    all.map((point) => point[1]),
  );
  const format_y = y.format ?? plain;
  const format_x = x.format ?? plain;

  const left = Math.max(options.left ?? 0, room_at_left(y, ys.ticks, size));
  const legend = options.has_legend === false ? [] : series.filter((one) => one.label);
  const legend_width = legend.length
    ? Math.round(
        LEGEND_LINE + 12 + Math.max(...legend.map((one) => one.label.length)) * size * 0.56,
      )
    : 12;
  const top = title ? size + 19 : 12;
  // What an axis has no words or no figures for, as in a panel above another, takes no room
  // but for half of the lowest figure beside it.
  const figures = x.ticks?.length === 0 ? Math.ceil(size / 2) : size + 10;
  const below = x.label === "" ? figures : 7 + 3 * size;
  const box = { left, top, right: width - legend_width - 8, bottom: height - below };
  const at_x = (/** @type {number} */ value) =>
    round(box.left + xs.place(value) * (box.right - box.left));
  const at_y = (/** @type {number} */ value) =>
    round(box.bottom - ys.place(value) * (box.bottom - box.top));

  if (title) {
    marks.push(text(box.left, size + 7, title, size + 2, theme.ink, "start", true));
  }
  let last = Infinity;
  for (const tick of ys.ticks) {
    const at = at_y(tick);
    // Words that would touch the last ones are left out with their line.
    if (Math.abs(at - last) < size + 2) continue;
    last = at;
    marks.push({
      kind: "line",
      x1: box.left,
      y1: at,
      x2: box.right,
      y2: at,
      stroke: theme.grid,
      width: 1,
    });
    marks.push(text(box.left - 6, at + 4, format_y(tick), size, theme.soft, "end"));
  }
  for (const tick of xs.ticks) {
    const at = at_x(tick);
    marks.push({
      kind: "line",
      x1: at,
      y1: box.bottom,
      x2: at,
      y2: box.bottom + 4,
      stroke: theme.soft,
      width: 1,
    });
    marks.push(text(at, box.bottom + 5 + size, format_x(tick), size, theme.soft, "middle"));
  }
  marks.push({
    kind: "line",
    x1: box.left,
    y1: box.bottom,
    x2: box.right,
    y2: box.bottom,
    stroke: theme.soft,
    width: 1,
  });
  marks.push(text((box.left + box.right) / 2, height - 6, x.label, size, theme.soft, "middle"));
  marks.push({
    ...text(size + 2, (box.top + box.bottom) / 2, y.label, size, theme.soft, "middle"),
    angle: -90,
  });

  for (const rule of options.rules ?? []) {
    const at = at_x(rule.x);
    const place = { x1: at, y1: box.top, x2: at, y2: box.bottom };
    marks.push({ kind: "line", ...place, stroke: theme.soft, width: 1, dash: [2, 3] });
    if (rule.label) {
      marks.push(text(at - 6, box.bottom - 8, rule.label, size, theme.soft, "end"));
    }
  }

  /** @param {[number, number]} point @returns {[number, number] | null} */
  const placed = (point) => {
    const there = [at_x(point[0]), at_y(point[1])];
    return there.every(Number.isFinite) ? /** @type {[number, number]} */ (there) : null;
  };
  for (const one of series) {
    if (one.low && one.high && !one.has_whiskers) {
      const edge = [...one.high, ...one.low.slice().reverse()]
        .map(placed)
        .filter((p) => p !== null);
      if (edge.length > 2) marks.push({ kind: "path", points: edge, fill: faint(one.colour) });
    }
  }
  for (const one of series) {
    for (const piece of pieces(one.points.map(placed))) {
      if (piece.length > 1) {
        marks.push({
          kind: "path",
          points: piece,
          stroke: one.colour,
          width: one.width ?? 1.8,
          ...dashed(one),
        });
      }
      const [only] = piece;
      // One epoch has no line: a dot shows it all the same.
      if (piece.length === 1 && only && !one.has_dots && !one.marker) {
        marks.push({ kind: "circle", x: only[0], y: only[1], radius: 2.2, fill: one.colour });
      }
      if (!one.marker) continue;
      for (const at of marked_places(piece.length, one.index ?? 0)) {
        const place = piece[at];
        if (place) marks.push(marker_mark(one.marker, place, 3, one.colour));
      }
    }
    if (one.has_whiskers) {
      one.points.forEach((_, i) => {
        const low = one.low?.[i] && placed(one.low[i]);
        const high = one.high?.[i] && placed(one.high[i]);
        if (!low || !high) return;
        const [whisker_x, low_y] = low;
        const high_y = high[1];
        const stroke = one.colour;
        marks.push({
          kind: "line",
          x1: whisker_x,
          y1: low_y,
          x2: whisker_x,
          y2: high_y,
          stroke,
          width: 1.4,
        });
        for (const end of [low_y, high_y]) {
          marks.push({
            kind: "line",
            x1: whisker_x - 4,
            y1: end,
            x2: whisker_x + 4,
            y2: end,
            stroke,
            width: 1.4,
          });
        }
      });
    }
    if (one.has_dots) {
      one.points.forEach((point, i) => {
        const there = placed(point);
        if (!there) return;
        const label = one.titles?.[i];
        marks.push({
          kind: "circle",
          x: there[0],
          y: there[1],
          radius: 4,
          fill: one.colour,
          ...(label ? { title: label } : {}),
        });
      });
    }
    const ring = one.mark && placed(one.mark);
    if (ring) {
      marks.push({
        kind: "circle",
        x: ring[0],
        y: ring[1],
        radius: size < 10 ? 2.4 : 4,
        fill: theme.paper || "none",
        stroke: one.colour,
      });
    }
  }
  legend.forEach((one, i) => {
    marks.push(...legend_entry(one, box.right + 10, box.top + 8 + i * 16, size, theme));
  });
  const logs = y.log_of ? { logs: [y.log_of] } : {};
  return { width, height, description: options.description, marks, ...logs };
}

/**
 * A line of a legend: a piece of the line as it is drawn, and its label.
 * @param {Series} one
 * @param {number} from its left end
 * @param {number} at its middle
 * @param {number} size of the letters
 * @param {Theme} theme
 * @returns {Mark[]}
 */
export function legend_entry(one, from, at, size, theme) {
  const to = from + LEGEND_LINE;
  /** @type {Mark[]} */
  const marks = [];
  if (one.width === 0) {
    // Dots without a line between them.
    const dot = { x: (from + to) / 2, y: at, radius: 3.5, fill: one.colour };
    if (!one.marker) marks.push({ kind: "circle", ...dot });
  } else {
    marks.push({
      kind: "line",
      x1: from,
      y1: at,
      x2: to,
      y2: at,
      stroke: one.colour,
      width: one.marker ? 1.8 : 2.4,
      ...dashed(one),
    });
  }
  if (one.marker) marks.push(marker_mark(one.marker, [(from + to) / 2, at], 3, one.colour));
  marks.push(text(to + 4, at + 4, one.label, size, theme.ink, "start"));
  return marks;
}

/**
 * Runs of neighbouring points without gaps.
 * @param {([number, number] | null)[]} points
 */
function pieces(points) {
  /** @type {[number, number][][]} */
  const found = [[]];
  for (const point of points) {
    if (point) found[found.length - 1]?.push(point);
    else found.push([]);
  }
  return found.filter((piece) => piece.length > 0);
}

/** @param {Series} series */
function dashed({ dash }) {
  return dash && dash.length > 0 ? { dash } : {};
}

/**
 * @param {MarkerShape} marker
 * @param {[number, number]} place
 * @param {number} radius
 * @param {string} fill
 * @returns {Mark}
 */
function marker_mark(marker, [x, y], radius, fill) {
  if (marker === "circle") return { kind: "circle", x, y, radius, fill };
  const points = marker_outline(marker, x, y, radius);
  return { kind: "path", fill, points: points.map((point) => [round(point[0]), round(point[1])]) };
}

/**
 * @param {number} x
 * @param {number} y
 * @param {string} words
 * @param {number} size
 * @param {string} fill
 * @param {"start" | "middle" | "end"} anchor
 * @param {boolean} [bold]
 * @returns {Extract<Mark, { kind: "text" }>}
 */
export function text(x, y, words, size, fill, anchor, bold = false) {
  return { kind: "text", x, y, text: words, size, fill, anchor, ...(bold ? { bold } : {}) };
}

/** @param {string} colour */
function faint(colour) {
  const rgb = /^rgb\((.*)\)$/.exec(colour);
  return rgb ? `rgba(${rgb[1]}, 0.18)` : `${colour}2e`;
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 100) / 100;
}

/** @param {number} value */
function plain(value) {
  return String(value);
}
