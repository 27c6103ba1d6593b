// Tables of the bars that tests train on, as bytes of a file.

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
