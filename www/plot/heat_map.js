// The final accuracy of every pair of two settings, as a grid: the first down, the second
// across, each cell the lighter the higher, its figure in it, the highest in a frame.

import { PRINT, text } from "./drawing.js";
import { viridis } from "./palette.js";
import { percent } from "../base/format.js";

/** @import { StudyPlan, StudyRecord, ValueFigures } from "../pkg/ndarray/inkling.js" */
/** @import { Drawing, Mark, Theme } from "./drawing.js" */

/** What stands between the two values of a pair. */
const TIMES = " × ";
const [ROW_HEIGHT, MOST_CELL_WIDTH, SIZE] = [34, 110, 11];
/** From here on a cell is so light that its figure is dark. */
const LIGHT = 0.55;

/**
 * The two settings of a plan and the values of each, in the grid's order; none of another plan.
 * @param {Pick<StudyPlan, "crossed" | "factor_name" | "values">} plan
 * @returns {{ names: [string, string], firsts: string[], seconds: string[] } | null}
 */
function grid_of({ crossed, factor_name, values }) {
  if (!crossed?.length) return null;
  const halves = (/** @type {string} */ words) => {
    const [first = "", second = ""] = words.split(TIMES);
    return /** @type {[string, string]} */ ([first, second]);
  };
  const pairs = values.map(({ label }) => halves(label));
  return {
    names: halves(factor_name),
    firsts: [...new Set(pairs.map(([first]) => first))],
    seconds: [...new Set(pairs.map(([, second]) => second))],
  };
}

/**
 * @param {StudyRecord} record of two settings crossed
 * @param {ValueFigures[]} shown
 * @param {{ width: number, theme?: Theme, title?: string, description: string }} look
 * @returns {Drawing}
 */
export function heat_map(record, shown, { width: most, theme = PRINT, title = "", description }) {
  const grid = grid_of(record.plan);
  if (!grid) throw new Error("this study crosses no two settings");
  const { names, firsts, seconds } = grid;
  const longest = Math.max(...firsts.map((words) => words.length));
  const left = Math.round(SIZE + 22 + longest * SIZE * 0.56);
  const top = (title ? SIZE + 12 : 0) + 40;
  const cell_width = Math.min(MOST_CELL_WIDTH, Math.floor((most - left - 8) / seconds.length));
  // As wide as was asked for, so that its letters are as large as the other charts'.
  const width = Math.max(most, left + seconds.length * cell_width + 8);
  const height = top + firsts.length * ROW_HEIGHT + 8;
  /** @type {Mark[]} */
  const marks = [];
  if (theme.paper) marks.push({ kind: "rect", x: 0, y: 0, width, height, fill: theme.paper });
  if (title) marks.push(text(left, SIZE + 7, title, SIZE + 2, theme.ink, "start", true));
  const middle = left + (seconds.length / 2) * cell_width;
  marks.push(text(middle, top - 24, names[1], SIZE, theme.soft, "middle"));
  marks.push({
    ...text(SIZE, top + (firsts.length / 2) * ROW_HEIGHT, names[0], SIZE, theme.soft, "middle"),
    angle: -90,
  });
  seconds.forEach((words, at) =>
    marks.push(text(left + (at + 0.5) * cell_width, top - 7, words, SIZE, theme.ink, "middle")),
  );
  firsts.forEach((words, at) =>
    marks.push(text(left - 8, top + (at + 0.5) * ROW_HEIGHT + 4, words, SIZE, theme.ink, "end")),
  );
  const accuracies = shown.map((row) => row.final_accuracy ?? NaN);
  const [low, high] = [Math.min(...accuracies), Math.max(...accuracies)];
  for (const { value_index, final_accuracy = NaN } of shown) {
    const x = left + (value_index % seconds.length) * cell_width;
    const y = top + Math.floor(value_index / seconds.length) * ROW_HEIGHT;
    const place = high > low ? (final_accuracy - low) / (high - low) : 1;
    const box = { x: x + 1, y: y + 1, width: cell_width - 2, height: ROW_HEIGHT - 2 };
    marks.push({ kind: "rect", ...box, fill: viridis(place) });
    const ink = place > LIGHT ? "#15191e" : "#ffffff";
    const words = percent(final_accuracy);
    marks.push(text(x + cell_width / 2, y + ROW_HEIGHT / 2 + 4, words, SIZE, ink, "middle"));
    if (final_accuracy === high) marks.push(frame(box, theme.ink));
  }
  return { width, height, description, marks };
}

/** @param {{ x: number, y: number, width: number, height: number }} box @param {string} stroke @returns {Mark} */
function frame({ x, y, width, height }, stroke) {
  const [right, bottom] = [x + width, y + height];
  /** @type {[number, number][]} */
  const points = [
    [x, y],
    [right, y],
    [right, bottom],
    [x, bottom],
    [x, y],
  ];
  return { kind: "path", points, stroke, width: 2.5 };
}
