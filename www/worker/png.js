// PNGs of 8 bits, grey or in colours, with or without alpha, read here: a browser's own
// decoder takes milliseconds for each, and a set has sixty thousand; nor does its canvas give
// back the very values beneath what is transparent. Whatever else a PNG may be, or may lack,
// is left to the browser. The format: https://www.w3.org/TR/png-3/

import { crc32, joined } from "../base/bytes.js";
import { unzlibSync } from "../vendor/fflate.mjs";
import { view_of } from "./bytes.js";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10];
const [IHDR, IDAT, IEND, TRNS] = [0x49484452, 0x49444154, 0x49454e44, 0x74524e53];
/** Larger ones are no pictures of a set. */
const MAX_SIDE = 64;

/** Values of a pixel, by the kind of colour: grey, red with green and blue, and with alpha. */
const NUM_VALUES = new Map([
  [0, 1],
  [2, 3],
  [4, 2],
  [6, 4],
]);

/**
 * @typedef {object} Samples
 * @property {number} width
 * @property {number} height
 * @property {number} depth values of a pixel: grey; grey and alpha; red, green and blue; these and alpha
 * @property {Uint8Array} values row by row
 */

/**
 * @param {Uint8Array} bytes a file
 * @returns {Samples | null} `null` where it is for the browser to say
 */
export function plain_png(bytes) {
  if (SIGNATURE.some((byte, at) => bytes[at] !== byte)) return null;
  const view = view_of(bytes);
  /** @type {Uint8Array[]} */
  const packed = [];
  let [width, height] = [0, 0];
  let kind = 0;
  let depth = 0;
  for (let at = 8; kind !== IEND;) {
    if (at + 12 > bytes.length) return null;
    const end = at + 8 + view.getUint32(at);
    if (end + 4 > bytes.length) return null;
    if (crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end)) return null;
    kind = view.getUint32(at + 4);
    if (kind === IHDR) {
      [width, height] = [view.getUint32(at + 8), view.getUint32(at + 12)];
      const [num_bits, colour, ...method] = bytes.subarray(at + 16, end);
      depth = NUM_VALUES.get(colour ?? -1) ?? 0;
      // 8 bits a value, deflated, filtered by lines and not interlaced.
      const is_plain = num_bits === 8 && depth > 0 && method.join() === "0,0,0";
      if (!is_plain || width > MAX_SIDE || height > MAX_SIDE) return null;
    }
    if (kind === TRNS) return null;
    if (kind === IDAT) packed.push(bytes.subarray(at + 8, end));
    at = end + 4;
  }
  if (width === 0 || height === 0) return null;
  const lines = unpacked(joined(packed), (width * depth + 1) * height);
  const values = lines && unfiltered(lines, width * depth, height, depth);
  return values && { width, height, depth, values };
}

/** @param {Uint8Array} packed @param {number} num_bytes */
function unpacked(packed, num_bytes) {
  try {
    const bytes = unzlibSync(packed, { out: new Uint8Array(num_bytes) });
    return bytes.length === num_bytes ? bytes : null;
  } catch {
    return null;
  }
}

/**
 * Values of lines that say each how they were made smaller: by the pixel to the left,
 * the one above, their mean, or Paeth's choice among those and the one between (section 9).
 * @param {Uint8Array} lines
 * @param {number} width values of a line
 * @param {number} height
 * @param {number} depth values of a pixel
 */
function unfiltered(lines, width, height, depth) {
  const values = new Uint8Array(width * height);
  for (let line = 0; line < height; line += 1) {
    const filter = lines[line * (width + 1)] ?? 0;
    if (filter > 4) return null;
    for (let column = 0; column < width; column += 1) {
      const at = line * width + column;
      const left = column >= depth ? (values[at - depth] ?? 0) : 0;
      const above = line > 0 ? (values[at - width] ?? 0) : 0;
      const between = column >= depth && line > 0 ? (values[at - width - depth] ?? 0) : 0;
      let guess = 0;
      if (filter === 1) guess = left;
      else if (filter === 2) guess = above;
      else if (filter === 3) guess = (left + above) >> 1;
      else if (filter === 4) guess = paeth(left, above, between);
      values[at] = (lines[line * (width + 1) + 1 + column] ?? 0) + guess;
    }
  }
  return values;
}

/** @param {number} left @param {number} above @param {number} between */
function paeth(left, above, between) {
  const slope = left + above - between;
  const [to_left, to_above] = [Math.abs(slope - left), Math.abs(slope - above)];
  const to_between = Math.abs(slope - between);
  if (to_left <= to_above && to_left <= to_between) return left;
  return to_above <= to_between ? above : between;
}
