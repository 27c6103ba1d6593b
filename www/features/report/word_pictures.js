// Words as pictures: what the report's own font cannot show is drawn with the fonts
// of this system, a line a picture, sharp enough for print.

/** @import { Words } from "./remark_text.js" */

/** Dots a point of paper: 300 an inch. */
const DOTS = 300 / 72;
const FONT = "Roboto, 'Segoe UI', 'Helvetica Neue', 'Noto Sans', sans-serif";
const CODE_FONT = "ui-monospace, Menlo, Consolas, monospace";
/** Of a line, in sizes of its letters: marks above and below them need room. */
const LINE_HEIGHT = 1.5;

/** Letters of scripts that are written from right to left. */
const FROM_RIGHT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]|[\u{10800}-\u{10fff}]|[\u{1e800}-\u{1efff}]/u;

/**
 * @typedef {object} WordPicture
 * @property {string} image a PNG as a data URL
 * @property {string} words what it shows
 * @property {number} width in points
 * @property {number} height in points
 */

/**
 * @typedef {object} Look
 * @property {number} width of the lines, in points
 * @property {number} size of the letters, in points
 * @property {string} colour
 * @property {boolean} is_bold
 */

/** Where a text begins is its own, not a line's. @param {string} text */
export function is_from_right(text) {
  return FROM_RIGHT.test(/\p{L}/u.exec(text)?.[0] ?? "");
}

/**
 * A text as lines of a width.
 * @param {Words[]} words with their emphasis
 * @param {Look} look
 * @returns {WordPicture[]} none where this browser does not give back what is drawn
 */
export function word_pictures(words, { width, size, colour, is_bold }) {
  const text = words.map((one) => one.text).join("");
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  if (!context || !gives_back(canvas, context)) return [];
  const font_of = (/** @type {Partial<Words>} */ { is_strong, is_emphasised, is_code }) =>
    `${is_emphasised ? "italic " : ""}${is_bold || is_strong ? "600 " : ""}${size * DOTS}px ${is_code ? CODE_FONT : FONT}`;
  // Strong words are the wider ones.
  context.font = font_of({ is_strong: words.some((one) => one.is_strong) });
  const lines = text
    .split("\n")
    .flatMap((line) => wrapped(line, width * DOTS, (some) => context.measureText(some).width));
  const runs = runs_of(lines, words);
  const begins_right = is_from_right(text);
  const height = size * LINE_HEIGHT;
  return lines.map((line, at) => {
    canvas.width = Math.ceil(width * DOTS);
    canvas.height = Math.ceil(height * DOTS);
    // A canvas that is sized anew has forgotten everything.
    context.fillStyle = colour;
    context.textBaseline = "alphabetic";
    context.direction = begins_right ? "rtl" : "ltr";
    context.textAlign = "start";
    let x = begins_right ? canvas.width : 0;
    for (const run of runs[at] ?? []) {
      context.font = font_of(run);
      context.fillText(run.text, x, canvas.height * 0.72);
      x += (begins_right ? -1 : 1) * context.measureText(run.text).width;
    }
    return { image: canvas.toDataURL("image/png"), words: line, width, height };
  });
}

/**
 * The words of each line with their emphasis, where a text was broken into lines.
 * @param {readonly string[]} lines in their order, without the spaces at their ends
 * @param {readonly Words[]} words
 * @returns {Words[][]}
 */
export function runs_of(lines, words) {
  const text = words.map((one) => one.text).join("");
  let end = 0;
  return lines.map((line) => {
    const start = text.indexOf(line, end);
    end = start + line.length;
    let place = 0;
    return words.flatMap((one) => {
      const [from, to] = [Math.max(start - place, 0), Math.min(end - place, one.text.length)];
      place += one.text.length;
      return from < to ? [{ ...one, text: one.text.slice(from, to) }] : [];
    });
  });
}

/**
 * A line broken where it grows too wide: between words, within one that is too long.
 * @param {string} text
 * @param {number} width
 * @param {(words: string) => number} measure
 * @returns {string[]}
 */
export function wrapped(text, width, measure) {
  /** @type {string[]} */
  const lines = [];
  let line = "";
  for (const piece of pieces_of(text)) {
    if (measure(`${line}${piece}`.trimEnd()) <= width) {
      line += piece;
      continue;
    }
    if (line.trim() !== "") lines.push(line.trimEnd());
    line = "";
    for (const letter of letters_of(piece.trimStart())) {
      if (line !== "" && measure(line + letter) > width) {
        lines.push(line);
        line = "";
      }
      line += letter;
    }
  }
  return [...lines, line.trimEnd()];
}

/** Marks that must not begin a line stay with the word before. */
const CLOSING = /^[\p{Pe}\p{Pf}\p{Po}\p{M}\s]/u;

/**
 * Words, each with the space and the marks that follow it. Chinese and Japanese write
 * no spaces: there the browser knows the words.
 * @param {string} text
 * @returns {string[]}
 */
function pieces_of(text) {
  const words = segments_of(text, "word") ?? text.split(/(?<=\s)/);
  /** @type {string[]} */
  const pieces = [];
  for (const word of words) {
    const last = pieces.length - 1;
    if (last >= 0 && CLOSING.test(word)) pieces[last] += word;
    else pieces.push(word);
  }
  return pieces;
}

/** @param {string} text */
function letters_of(text) {
  return segments_of(text, "grapheme") ?? Array.from(text);
}

/**
 * @param {string} text
 * @param {"word" | "grapheme"} granularity
 * @returns {string[] | null} `null` where the browser cannot tell
 */
function segments_of(text, granularity) {
  if (!("Segmenter" in Intl)) return null;
  const segmenter = new Intl.Segmenter(undefined, { granularity });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/**
 * Whether what is drawn can be read: some browsers answer with noise, so that no site
 * knows them again by their canvas.
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2D} context
 */
function gives_back(canvas, context) {
  canvas.width = canvas.height = 16;
  context.fillStyle = "#204080";
  context.fillRect(0, 0, 16, 16);
  const { data } = context.getImageData(0, 0, 16, 16);
  const wanted = [0x20, 0x40, 0x80, 0xff];
  // A bit here and there is no matter.
  return data.every((value, at) => Math.abs(value - /** @type {number} */ (wanted[at % 4])) <= 8);
}
