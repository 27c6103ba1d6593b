// Grey PNGs of 8 bits, read here: a browser's own decoder takes milliseconds for each, and
// a set has sixty thousand. Whatever else a PNG may be, or may lack, is left to the browser.
// The format: https://www.w3.org/TR/png-3/

import { crc32, joined } from "../base/bytes.js";
import { unzlibSync } from "../vendor/fflate.mjs";
import { view_of } from "./bytes.js";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10];
const [IHDR, IDAT, IEND, TRNS] = [0x49484452, 0x49444154, 0x49454e44, 0x74524e53];
/** Larger ones are no pictures of a set. */
const MAX_SIDE = 64;

/**
 * @param {Uint8Array} bytes a file
 * @returns {{ width: number, height: number, grey: Uint8Array } | null} row by row; `null` where it is for the browser to say
 */
export function grey_png(bytes) {
  if (SIGNATURE.some((byte, at) => bytes[at] !== byte)) return null;
  const view = view_of(bytes);
  /** @type {Uint8Array[]} */
  const packed = [];
  let [width, height] = [0, 0];
  let kind = 0;
  for (let at = 8; kind !== IEND;) {
    if (at + 12 > bytes.length) return null;
    const end = at + 8 + view.getUint32(at);
    if (end + 4 > bytes.length) return null;
    if (crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end)) return null;
    kind = view.getUint32(at + 4);
    if (kind === IHDR) {
      [width, height] = [view.getUint32(at + 8), view.getUint32(at + 12)];
      // 8 bits of grey, deflated, filtered by lines and not interlaced.
      const is_plain = [8, 0, 0, 0, 0].every((value, place) => bytes[at + 16 + place] === value);
      if (end - at !== 21 || !is_plain || width > MAX_SIDE || height > MAX_SIDE) return null;
    }
    if (kind === TRNS) return null;
    if (kind === IDAT) packed.push(bytes.subarray(at + 8, end));
    at = end + 4;
  }
  if (width === 0 || height === 0) return null;
  const lines = unpacked(joined(packed), (width + 1) * height);
  const grey = lines && unfiltered(lines, width, height);
  return grey && { width, height, grey };
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
 * Pixels of lines that say each how its values were made smaller: by the pixel to the left,
 * the one above, their mean, or Paeth's choice among those and the one between (section 9).
 * @param {Uint8Array} lines
 * @param {number} width
 * @param {number} height
 */
function unfiltered(lines, width, height) {
  const grey = new Uint8Array(width * height);
  for (let line = 0; line < height; line += 1) {
    const filter = lines[line * (width + 1)] ?? 0;
    if (filter > 4) return null;
    for (let column = 0; column < width; column += 1) {
      const at = line * width + column;
      const left = column > 0 ? (grey[at - 1] ?? 0) : 0;
      const above = line > 0 ? (grey[at - width] ?? 0) : 0;
      const between = column > 0 && line > 0 ? (grey[at - width - 1] ?? 0) : 0;
      let guess = 0;
      if (filter === 1) guess = left;
      else if (filter === 2) guess = above;
      else if (filter === 3) guess = (left + above) >> 1;
      else if (filter === 4) guess = paeth(left, above, between);
      grey[at] = (lines[line * (width + 1) + 1 + column] ?? 0) + guess;
    }
  }
  return grey;
}

/** @param {number} left @param {number} above @param {number} between */
function paeth(left, above, between) {
  const slope = left + above - between;
  const [to_left, to_above] = [Math.abs(slope - left), Math.abs(slope - above)];
  const to_between = Math.abs(slope - between);
  if (to_left <= to_above && to_left <= to_between) return left;
  return to_above <= to_between ? above : between;
}
