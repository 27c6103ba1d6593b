// A confusion matrix as a drawing: rows are what an image is, columns what it was read as.

import { PRINT, text } from "./drawing.js";

/** @import { Drawing, Mark } from "./drawing.js" */

const [WIDE, HIGH, LEFT, TOP] = [40, 20, 56, 36];

/**
 * @param {readonly number[]} confusion 100 counts, see `Evaluation`
 * @param {string} description
 * @returns {Drawing}
 */
export function confusion_plot(confusion, description) {
  const [width, height] = [LEFT + 10 * WIDE + 12, TOP + 10 * HIGH + 8];
  /** @type {Mark[]} */
  const marks = [{ kind: "rect", x: 0, y: 0, width, height, fill: PRINT.paper }];
  const most_wrong = Math.max(1, ...confusion.filter((_, at) => at % 11 !== 0));
  marks.push(text(LEFT + 5 * WIDE, 12, "read as", 10, PRINT.soft, "middle"));
  marks.push({ ...text(12, TOP + 5 * HIGH, "digit", 10, PRINT.soft, "middle"), angle: -90 });
  for (let digit = 0; digit < 10; digit += 1) {
    marks.push(
      text(LEFT + (digit + 0.5) * WIDE, TOP - 7, String(digit), 10, PRINT.ink, "middle", true),
      text(LEFT - 10, TOP + (digit + 0.7) * HIGH, String(digit), 10, PRINT.ink, "end", true),
    );
  }
  confusion.forEach((count, at) => {
    const [truth, said] = [Math.floor(at / 10), at % 10];
    const [x, y] = [LEFT + said * WIDE, TOP + truth * HIGH];
    const is_right = truth === said;
    const alpha = is_right ? 0.16 : count === 0 ? 0 : 0.1 + 0.5 * (count / most_wrong);
    const rgb = is_right ? "26, 95, 208" : "181, 74, 0";
    if (alpha > 0) {
      const fill = `rgba(${rgb}, ${alpha.toFixed(2)})`;
      marks.push({ kind: "rect", x: x + 1, y: y + 1, width: WIDE - 2, height: HIGH - 2, fill });
    }
    if (count > 0) {
      const words = count.toLocaleString("en-US");
      marks.push(text(x + WIDE / 2, y + 14, words, 9.5, PRINT.ink, "middle"));
    }
  });
  return { width, height, description, marks };
}
