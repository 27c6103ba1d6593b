// Tables and pictures of the bars that tests train on, as bytes of a file.

import { zlibSync } from "fflate";
import { crc32, joined } from "../../www/base/bytes.js";
import { bar_rows } from "./helper.mjs";

export const bytes_of = (/** @type {string} */ text) => new TextEncoder().encode(text);

/** Rows of fields: the label, then 784 pixels. @param {number} num_rows */
export const fields_of = (num_rows) =>
  bar_rows(num_rows)
    .slice(1)
    .map((line) => line.split(","));

/** @param {string[][]} rows @param {string} [header] @param {string} [separator] */
export const table = (rows, header = "", separator = ",") =>
  bytes_of(`${header ? `${header}\n` : ""}${rows.map((row) => row.join(separator)).join("\n")}\n`);

/**
 * A PNG of grey values, 8 bits each, or of white ink on transparent paper.
 * @param {number} width
 * @param {Uint8Array} grey
 * @param {boolean} [is_clear]
 */
export function png(width, grey, is_clear = false) {
  const height = grey.length / width;
  const values = is_clear ? Uint8Array.from([...grey].flatMap((alpha) => [255, alpha])) : grey;
  const length = values.length / height;
  const word = (/** @type {number} */ value) =>
    Uint8Array.from([24, 16, 8, 0], (at) => value >>> at);
  const chunk = (/** @type {string} */ kind, /** @type {Uint8Array} */ body) => {
    const named = joined([bytes_of(kind), body]);
    return joined([word(body.length), named, word(crc32(named))]);
  };
  const lines = Array.from({ length: height }, (_, line) => [
    Uint8Array.of(0),
    values.subarray(line * length, (line + 1) * length),
  ]);
  return joined([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10),
    chunk("IHDR", joined([word(width), word(height), Uint8Array.of(8, is_clear ? 4 : 0, 0, 0, 0)])),
    chunk("IDAT", zlibSync(joined(lines.flat()))),
    chunk("IEND", new Uint8Array()),
  ]);
}
