// A network as a picture: a column of units a layer, every unit of a layer joined to every
// unit of the next.

import { choice_words } from "../base/settings.js";
import { class_noun } from "../base/task.js";
import { PRINT, text } from "./drawing.js";

/** @import { RunConfig, TaskSummary } from "../pkg/ndarray/inkling.js" */
/** @import { Drawing, Mark } from "./drawing.js" */

const HEIGHT = 146;
/** Units that are drawn of a layer at most. */
const MOST = 9;
const [TOP, STEP] = [26, 10];

/**
 * @param {RunConfig} config
 * @param {number} width
 * @param {TaskSummary} task
 * @returns {Drawing}
 */
export function network_plot(config, width, { side, classes }) {
  const { dropout = 0 } = config;
  const hidden = ((config.hidden_layers ?? "").match(/\d+/g) ?? []).map(Number);
  const widths = [side * side, ...hidden, classes.length];
  const outputs = class_noun(classes) === "digit" ? "digits" : "classes";
  const columns = widths.map((count, at) => {
    const drawn = Math.min(count, MOST);
    const x = 60 + (at * (width - 120)) / (widths.length - 1);
    const top = TOP + ((MOST - drawn) * STEP) / 2;
    return { count, x, ys: Array.from({ length: drawn }, (_, i) => top + i * STEP) };
  });
  /** @type {Mark[]} */
  const marks = [{ kind: "rect", x: 0, y: 0, width, height: HEIGHT, fill: PRINT.paper }];
  columns.slice(1).forEach((column, at) => {
    const before = columns[at];
    for (const from of before?.ys ?? []) {
      for (const to of column.ys) {
        const [x1, x2] = [before?.x ?? 0, column.x];
        marks.push({ kind: "line", x1, y1: from, x2, y2: to, stroke: PRINT.grid, width: 0.6 });
      }
    }
  });
  const between = [
    ...(config.layer_norm ? ["LayerNorm"] : []),
    choice_words("activation", config),
    ...(dropout > 0 ? [`dropout ${dropout}`] : []),
  ].join(", ");
  columns.forEach(({ count, x, ys }, at) => {
    const is_input = at === 0;
    const is_output = at === columns.length - 1;
    const fill = is_input ? PRINT.soft : is_output ? PRINT.valid : PRINT.train;
    for (const y of ys) marks.push({ kind: "circle", x, y, radius: 3.6, fill });
    const under = TOP + MOST * STEP + 8;
    const name = is_input ? "pixels" : is_output ? outputs : "units";
    marks.push(text(x, under, `${count} ${name}`, 11, PRINT.ink, "middle", true));
    const layer = is_input
      ? `${side} × ${side}, normalised`
      : is_output
        ? "linear, softmax"
        : `linear, ${between}`;
    marks.push(text(x, under + 15, layer, 9.5, PRINT.soft, "middle"));
    if (count > ys.length) {
      const more = `${ys.length} of ${count} drawn`;
      marks.push(text(x, TOP - 12, more, 8, PRINT.soft, "middle"));
    }
  });
  const description = `The network: ${widths.join(", then ")} units, each layer fully connected to the next.`;
  return { width, height: HEIGHT, description, marks };
}
