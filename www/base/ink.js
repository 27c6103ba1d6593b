// Pictures as ink, 0 where the paper is empty and 255 where it is full, and what
// readings of ink say. Pure functions; the engine does the reading.

/** @typedef {{ x: number, y: number }} Point in units of the pad's side, 0 to 1 */

/** Less contrast is paper without a digit. */
const LEAST_CONTRAST = 40;

/**
 * A photo or drawing of one digit as ink, whichever of the two is dark. What is transparent
 * shows white paper; where nothing stands out on that, black.
 * @param {Uint8ClampedArray} rgba `width * height * 4`
 * @param {number} width
 * @param {number} height
 * @returns {Uint8Array} `width * height`
 */
export function ink_of_picture(rgba, width, height) {
  const on_white = ink_on(rgba, width, height, 255);
  return is_blank(on_white) ? ink_on(rgba, width, height, 0) : on_white;
}

/**
 * @param {Uint8ClampedArray} rgba
 * @param {number} width
 * @param {number} height
 * @param {number} tone of the paper that shows through
 */
function ink_on(rgba, width, height, tone) {
  const grey = new Uint8Array(width * height);
  for (let at = 0; at < grey.length; at++) {
    const alpha = (rgba[at * 4 + 3] ?? 0) / 255;
    const light =
      0.2126 * (rgba[at * 4] ?? 0) +
      0.7152 * (rgba[at * 4 + 1] ?? 0) +
      0.0722 * (rgba[at * 4 + 2] ?? 0);
    grey[at] = Math.round(light * alpha + tone * (1 - alpha));
  }
  const paper = median_of_border(grey, width, height);
  const ink = new Uint8Array(grey.length);
  let most = 0;
  for (let at = 0; at < grey.length; at++) {
    const distance = Math.abs((grey[at] ?? 0) - paper);
    ink[at] = distance;
    most = Math.max(most, distance);
  }
  if (most < LEAST_CONTRAST) return new Uint8Array(grey.length);
  // Shades of paper and shadows lie below a third of the contrast.
  const floor = most * 0.35;
  const full = most * 0.75;
  for (let at = 0; at < ink.length; at++) {
    const share = ((ink[at] ?? 0) - floor) / (full - floor);
    ink[at] = Math.round(255 * Math.min(1, Math.max(0, share)));
  }
  return ink;
}

/**
 * @param {Uint8Array} grey
 * @param {number} width
 * @param {number} height
 */
function median_of_border(grey, width, height) {
  const border = [];
  for (let x = 0; x < width; x++) border.push(grey[x] ?? 0, grey[(height - 1) * width + x] ?? 0);
  for (let y = 0; y < height; y++)
    border.push(grey[y * width] ?? 0, grey[y * width + width - 1] ?? 0);
  border.sort((a, b) => a - b);
  return border[border.length >> 1] ?? 255;
}

/** The most probable class. @param {ArrayLike<number>} probabilities */
export function top_digit(probabilities) {
  let best = 0;
  for (let at = 1; at < probabilities.length; at++) {
    if ((probabilities[at] ?? 0) > (probabilities[best] ?? 0)) best = at;
  }
  return best;
}

/**
 * The probabilities of one of several readings.
 * @param {Float32Array} probabilities as many for each reading as there are classes
 * @param {number} at
 * @param {number} num_readings
 */
export function reading_at(probabilities, at, num_readings) {
  const width = probabilities.length / Math.max(1, num_readings);
  return probabilities.subarray(at * width, (at + 1) * width);
}

/**
 * Whether a canvas holds anything at all.
 * @param {Uint8Array} ink
 */
export function is_blank(ink) {
  return ink.every((value) => value === 0);
}

/**
 * Where a set was read wrongly, the surest errors first.
 * @param {Float32Array} probabilities one a class for each row
 * @param {Uint8Array} labels
 * @returns {number[]} rows
 */
export function confident_mistakes(probabilities, labels) {
  /** @type {{ row: number, sure: number }[]} */
  const found = [];
  labels.forEach((label, row) => {
    const own = reading_at(probabilities, row, labels.length);
    const said = top_digit(own);
    if (said !== label) found.push({ row, sure: own[said] ?? 0 });
  });
  return found.sort((a, b) => b.sure - a.sure || a.row - b.row).map(({ row }) => row);
}

/**
 * The rows of one cell of the confusion matrix, the surest first.
 * @param {Float32Array} probabilities one a class for each row
 * @param {Uint8Array} labels
 * @param {number} truth
 * @param {number} said
 * @returns {number[]} rows
 */
export function rows_of_cell(probabilities, labels, truth, said) {
  /** @type {number[]} */
  const found = [];
  const own = (/** @type {number} */ row) => reading_at(probabilities, row, labels.length);
  labels.forEach((label, row) => {
    if (label === truth && top_digit(own(row)) === said) found.push(row);
  });
  const sure = (/** @type {number} */ row) => own(row)[said] ?? 0;
  return found.sort((a, b) => sure(b) - sure(a) || a - b);
}

/**
 * Kaggle's `submission.csv` of a test set: images count from 1, labels as the training
 * file has them.
 * @param {Float32Array} probabilities one a class for each row
 * @param {readonly string[]} labels of the classes
 */
export function submission_csv(probabilities, labels) {
  const written = labels.map((label) =>
    /[",\n\r]/.test(label) ? `"${label.replaceAll('"', '""')}"` : label,
  );
  const lines = ["ImageId,Label"];
  const num_rows = probabilities.length / labels.length;
  for (let row = 0; row < num_rows; row++) {
    lines.push(`${row + 1},${written[top_digit(reading_at(probabilities, row, num_rows))]}`);
  }
  return `${lines.join("\n")}\n`;
}
