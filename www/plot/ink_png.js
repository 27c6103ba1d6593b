// Grey pictures of few pixels as PNG, written here: what a canvas gives back may be noise,
// in browsers that guard against fingerprints.

import { crc32 } from "../base/bytes.js";
import { zlibSync } from "../vendor/fflate.mjs";

/** @import { Ink } from "./drawing.js" */

/**
 * @param {number} columns
 * @param {number} rows
 * @param {Uint8Array} levels `rows · columns` from 0 (paper) to 255 (ink)
 * @returns {Ink}
 */
export function ink_of(columns, rows, levels) {
  return { columns, rows, levels, href: data_url(ink_png(columns, rows, levels)) };
}

/**
 * The picture as a PNG of 8-bit grey, as the PNG specification (ISO/IEC 15948) has it.
 * @param {number} columns
 * @param {number} rows
 * @param {Uint8Array} levels
 * @returns {Uint8Array}
 */
export function ink_png(columns, rows, levels) {
  // Each row begins with its filter: none.
  const raw = new Uint8Array(rows * (columns + 1));
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      raw[row * (columns + 1) + 1 + column] = 255 - (levels[row * columns + column] ?? 0);
    }
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, columns);
  view.setUint32(4, rows);
  // Eight bits a pixel, grey.
  header.set([8, 0, 0, 0, 0], 8);
  const parts = [
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", header),
    chunk("IDAT", zlibSync(raw, { level: 9 })),
    chunk("IEND", new Uint8Array()),
  ];
  const png = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    png.set(part, at);
    at += part.length;
  }
  return png;
}

/** @param {string} type @param {Uint8Array} data */
function chunk(type, data) {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(
    Array.from(type, (letter) => letter.charCodeAt(0)),
    4,
  );
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** @param {Uint8Array} png */
function data_url(png) {
  return `data:image/png;base64,${btoa(Array.from(png, (byte) => String.fromCharCode(byte)).join(""))}`;
}
