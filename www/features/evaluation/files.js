// An evaluation's two charts for files: the confusion matrix and the reliability
// curve, as drawings and as rows. Fetched when a download is asked for.

import * as format from "../../base/format.js";
import { class_name, class_noun } from "../../base/task.js";
import { PRINT, line_plot } from "../../plot/drawing.js";

/** @import { Evaluation } from "../../pkg/ndarray/inkling.js" */
/** @import { Drawing, Mark } from "../../plot/drawing.js" */

const CELL = 44;
const SIDE_ROOM = 60;
const TOP_ROOM = 76;

/**
 * @param {Evaluation} figures
 * @param {string} about such as `Validation part`
 * @param {readonly string[]} classes
 */
export function confusion_files({ confusion, accuracy, num_rows }, about, classes) {
  const count = classes.length;
  // Room for the longest name at the left, and for those above, which stand upright.
  const longest = Math.max(...classes.map((name) => name.length));
  const name_width = longest > 2 ? longest * 6.6 : 0;
  const [LEFT, TOP] = [SIDE_ROOM + name_width, TOP_ROOM + name_width];
  const heading = `${about}: ${format.percent(accuracy)} of ${format.counted(num_rows, "image")} read right`;
  const width = LEFT + count * CELL + 20;
  const height = TOP + count * CELL + 20;
  const most = Math.max(...confusion.map((n, at) => (at % (count + 1) === 0 ? 0 : n)), 1);
  /** @type {Mark[]} */
  const marks = [
    { kind: "rect", x: 0, y: 0, width, height, fill: PRINT.paper },
    words(LEFT, 22, heading, 13, PRINT.ink, "start", true),
    words(LEFT + (count / 2) * CELL, 46, "read as", 11, PRINT.soft, "middle"),
    { ...words(18, TOP + (count / 2) * CELL, "what it is", 11, PRINT.soft, "middle"), angle: -90 },
  ];
  classes.forEach((name, at) => {
    const middle = at * CELL + CELL / 2;
    const above = words(LEFT + middle, TOP - 8, name, 12, PRINT.ink, "middle");
    const upright = words(LEFT + middle + 4, TOP - 8, name, 12, PRINT.ink, "start");
    marks.push(name_width ? { ...upright, angle: -90 } : above);
    marks.push(words(LEFT - 12, TOP + middle + 4, name, 12, PRINT.ink, "end"));
  });
  const rows = [`${class_noun(classes)},read_as,images`];
  for (const truth of classes.keys()) {
    const own = confusion.slice(truth * count, truth * count + count);
    const of_it = Math.max(
      1,
      own.reduce((sum, n) => sum + n, 0),
    );
    own.forEach((n, said) => {
      rows.push([field(classes, truth), field(classes, said), n].join(","));
      const is_right = truth === said;
      const share = n === 0 ? 0 : is_right ? (n / of_it) * 0.3 : 0.08 + (n / most) * 0.34;
      const x = LEFT + said * CELL;
      const y = TOP + truth * CELL;
      const colour = mixed(is_right ? PRINT.train : PRINT.valid, share);
      marks.push({
        kind: "rect",
        x: x + 1,
        y: y + 1,
        width: CELL - 2,
        height: CELL - 2,
        fill: colour,
      });
      if (n > 0) {
        const text = format.count(n);
        marks.push(words(x + CELL / 2, y + CELL / 2 + 4, text, 12, PRINT.ink, "middle"));
      }
    });
  }
  /** @type {Drawing} */
  const drawing = { width, height, description: `Confusion matrix. ${heading}.`, marks };
  return { drawing, csv: `${rows.join("\n")}\n` };
}

/**
 * A class's name as a field of a CSV.
 * @param {readonly string[]} classes
 * @param {number} at
 */
function field(classes, at) {
  const name = class_name(classes, at);
  return /[",]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}

/** @param {Evaluation} figures @param {string} about */
export function reliability_files({ calibration, calibration_error }, about) {
  const points = calibration.filter((bin) => bin.num_rows > 0);
  const share = (/** @type {number} */ value) => `${Number((value * 100).toFixed(4))} %`;
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  const drawing = line_plot({
    width: 480,
    height: 420,
    title: `${about}: calibration error ${format.percent(calibration_error)}`,
    description: `Reliability: ${points.map((bin) => `${format.percent(bin.confidence)} sure, ${format.percent(bin.accuracy)} right`).join("; ")}.`,
    x: { label: "how sure it was", scale: "linear", low: 0, high: 1, ticks, format: share },
    y: { label: "how often it was right", scale: "linear", low: 0, high: 1, ticks, format: share },
    series: [
      {
        label: "",
        colour: PRINT.soft,
        dash: [2, 3],
        points: [
          [0, 0],
          [1, 1],
        ],
      },
      {
        label: "",
        colour: PRINT.valid,
        has_dots: true,
        points: points.map((bin) => [bin.confidence, bin.accuracy]),
      },
    ],
    has_legend: false,
  });
  const rows = calibration.map((bin) =>
    [bin.low, bin.high, bin.num_rows, ...(bin.num_rows ? [bin.confidence, bin.accuracy] : ["", ""])]
      .map(String)
      .join(","),
  );
  return { drawing, csv: `${["low,high,images,confidence,accuracy", ...rows].join("\n")}\n` };
}

/**
 * @param {number} x
 * @param {number} y
 * @param {string} text
 * @param {number} size
 * @param {string} fill
 * @param {"start" | "middle" | "end"} anchor
 * @param {boolean} [bold]
 */
function words(x, y, text, size, fill, anchor, bold = false) {
  return { kind: /** @type {const} */ ("text"), x, y, text, size, fill, anchor, bold };
}

/** A share of a colour on white. @param {string} colour `#rrggbb` @param {number} share */
function mixed(colour, share) {
  const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  const on_white = parts.map((part) => Math.round(255 + (part - 255) * share));
  return `#${on_white.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
