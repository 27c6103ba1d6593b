// A set of 47 classes for tests, made of the sample's digits: as they are, transposed,
// mirrored, upside down and turned. Also the engine that ships, opened in this process.

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const at = (/** @type {string} */ path) => new URL(`../../${path}`, import.meta.url);

/** @returns {Promise<any>} */
export async function open_engine() {
  const wasm = await import(at("www/pkg/ndarray/inkling.js").href);
  await wasm.default({ module_or_path: readFileSync(at("www/pkg/ndarray/inkling_bg.wasm")) });
  await wasm.open_device();
  return wasm;
}

/** What reads and writes studies, opened in this process. @returns {Promise<any>} */
export async function open_studies() {
  const studies = await import(at("www/pkg/studies/inkling.js").href);
  await studies.default({ module_or_path: readFileSync(at("www/pkg/studies/inkling_bg.wasm")) });
  return studies;
}

/** The sample that ships. @param {any} wasm */
export function sample(wasm) {
  const reader = new wasm.DatasetReader("sample.csv");
  reader.push(gunzipSync(readFileSync(at("data/sample.csv.gz"))));
  return reader.finish();
}

/** Names of 47 classes, of any letters. */
export const CLASSES = Array.from({ length: 47 }, (_, class_) =>
  class_ ? `Class ${class_}` : 'É, "0"',
);

/**
 * @param {any} wasm
 * @param {Partial<import("../../www/pkg/ndarray/inkling.js").TaskSummary>} [more] of the task
 */
export function of_47_classes(wasm, more = {}) {
  const data = sample(wasm);
  const digits = data.pixels();
  const labels = data.labels();
  data.free();
  const num_rows = 4700;
  const pixels = new Uint8Array(num_rows * 784);
  const classes = new Uint8Array(num_rows);
  let row = 0;
  for (let from = 0; row < num_rows; from = (from + 1) % labels.length) {
    const turn = row % 5;
    const class_ = labels[from] + 10 * turn;
    if (class_ >= 47) {
      // Three digits upside down and turned would be beyond the last class.
      classes[row] = labels[from];
      pixels.set(digits.subarray(784 * from, 784 * (from + 1)), 784 * row);
    } else {
      classes[row] = class_;
      for (let y = 0; y < 28; y++) {
        for (let x = 0; x < 28; x++) {
          const source = [
            28 * y + x,
            28 * x + y,
            28 * y + 27 - x,
            28 * (27 - y) + x,
            28 * (27 - x) + y,
          ];
          pixels[784 * row + 28 * y + x] = digits[784 * from + source[turn]];
        }
      }
    }
    row += 1;
  }
  const task = { side: 28, classes: CLASSES, full_ink: 255, is_drawn: true, ...more };
  return wasm.Dataset.from_parts("letters.csv", task, pixels, classes);
}
