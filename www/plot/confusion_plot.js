// A confusion matrix as a drawing: rows are what an image is, columns what it was read as.

import { class_noun } from "../base/task.js";
import { PRINT, text } from "./drawing.js";

/** @import { Drawing, Mark } from "./drawing.js" */

/** Width of the cells where there are ten classes: more of them share it. */
const CELLS = 400;

/**
 * @param {readonly number[]} confusion a count for each pair of classes, see `Evaluation`
 * @param {string} description
 * @param {readonly string[]} classes
 * @returns {Drawing}
 */
export function confusion_plot(confusion, description, classes) {
  const count = classes.length;
  const WIDE = Math.min(40, CELLS / count);
  const HIGH = count > 10 ? Math.min(20, WIDE * 1.1) : 18;
  const longest = Math.max(...classes.map((name) => name.length));
  const name_size = Math.min(10, HIGH * 0.9);
  const room = longest > 2 ? longest * name_size * 0.55 : 0;
  const [LEFT, TOP] = [56 + room, 36 + room];
  const [width, height] = [LEFT + count * WIDE + 12, TOP + count * HIGH + 8];
  /** @type {Mark[]} */
  const marks = [{ kind: "rect", x: 0, y: 0, width, height, fill: PRINT.paper }];
  const most_wrong = Math.max(1, ...confusion.filter((_, at) => at % (count + 1) !== 0));
  marks.push(text(LEFT + (count / 2) * WIDE, 12, "read as", 10, PRINT.soft, "middle"));
  marks.push({
    ...text(12, TOP + (count / 2) * HIGH, class_noun(classes), 10, PRINT.soft, "middle"),
    angle: -90,
  });
  classes.forEach((name, at) => {
    const x = LEFT + (at + 0.5) * WIDE;
    marks.push(
      room
        ? { ...text(x + 3, TOP - 5, name, name_size, PRINT.ink, "start", true), angle: -90 }
        : text(x, TOP - 7, name, name_size, PRINT.ink, "middle", true),
      text(LEFT - 10, TOP + (at + 0.7) * HIGH, name, name_size, PRINT.ink, "end", true),
    );
  });
  confusion.forEach((images, at) => {
    const [truth, said] = [Math.floor(at / count), at % count];
    const [x, y] = [LEFT + said * WIDE, TOP + truth * HIGH];
    const is_right = truth === said;
    const alpha = is_right ? 0.16 : images === 0 ? 0 : 0.1 + 0.5 * (images / most_wrong);
    const rgb = is_right ? "26, 95, 208" : "181, 74, 0";
    if (alpha > 0) {
      const fill = `rgba(${rgb}, ${alpha.toFixed(2)})`;
      marks.push({ kind: "rect", x: x + 1, y: y + 1, width: WIDE - 2, height: HIGH - 2, fill });
    }
    if (images > 0) {
      const words = images.toLocaleString("en-US");
      // In narrow cells the figures are smaller; none runs into its neighbour.
      const size = Math.min(9.5, (1.7 * (WIDE - 2)) / words.length, HIGH * 0.7);
      marks.push(text(x + WIDE / 2, y + HIGH * 0.7, words, size, PRINT.ink, "middle"));
    }
  });
  return { width, height, description, marks };
}
