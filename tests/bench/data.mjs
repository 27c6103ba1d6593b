// The data that all contenders are given: real MNIST where it lies beside the
// checkout, else the sample that ships; as a plain CSV and as bytes.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Ignored by git, and under the root that the benchmark's server serves. */
const FOLDER = "tests/output/bench";

/** @returns {{ words: string, csv: string, csv_bytes: number, num_rows: number, pixels: string, labels: string, packed: string }} paths relative to the root */
export function prepare_data() {
  const real = fileURLToPath(new URL("../../../shared/mnist/train.csv.gz", import.meta.url));
  const is_real = existsSync(real);
  const packed = is_real ? real : `${ROOT}data/sample.csv.gz`;
  const bytes = readFileSync(packed);
  const stamp = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  const paths = {
    csv: `${FOLDER}/${stamp}.csv`,
    pixels: `${FOLDER}/${stamp}.pixels`,
    labels: `${FOLDER}/${stamp}.labels`,
  };
  const csv = gunzipSync(bytes);
  if (!existsSync(ROOT + paths.labels)) {
    mkdirSync(ROOT + FOLDER, { recursive: true });
    const { pixels, labels } = parse(csv);
    writeFileSync(ROOT + paths.csv, csv);
    writeFileSync(ROOT + paths.pixels, pixels);
    writeFileSync(ROOT + paths.labels, labels);
  }
  const num_rows = readFileSync(ROOT + paths.labels).length;
  const what = is_real ? "real MNIST" : "the sample that ships";
  const words = `${what}, ${num_rows} rows, ${(csv.length / 1e6).toFixed(1)} MB of CSV`;
  return { words, num_rows, csv_bytes: csv.length, packed, ...paths };
}

/**
 * A parser of the benchmark's own, so that no contender's reader feeds the others.
 * @param {Buffer} csv label and 784 pixels a row, below a header
 */
function parse(csv) {
  const values = new Uint8Array(csv.length >> 1);
  let count = 0;
  let value = -1;
  for (let at = csv.indexOf("\n") + 1; at < csv.length; at++) {
    const digit = csv[at] - 48;
    if (digit >= 0 && digit <= 9) value = Math.max(0, value) * 10 + digit;
    else if (value >= 0) {
      values[count++] = value;
      value = -1;
    }
  }
  if (value >= 0) values[count++] = value;
  if (count % 785 !== 0) throw new Error(`found ${count} values, expected rows of 785`);
  const num_rows = count / 785;
  const pixels = new Uint8Array(num_rows * 784);
  const labels = new Uint8Array(num_rows);
  for (let row = 0; row < num_rows; row++) {
    labels[row] = values[row * 785];
    pixels.set(values.subarray(row * 785 + 1, (row + 1) * 785), row * 784);
  }
  return { pixels, labels };
}
