// Files into a data set, in one pass: unpacked, pushed to the engine's reader, and
// told how far it is. How bytes are unpacked is the business of source.js.

import { death } from "./death.js";
import { unpacked_chunks } from "./source.js";

/** @import { Dataset, LoadProgress } from "../pkg/ndarray/inkling.js" */
/** @import { Wasm } from "./artifact.js" */

/** More often than this nobody sees a progress bar move. */
const PROGRESS_EVERY_MS = 50;

/**
 * @param {Wasm["DatasetReader"]} DatasetReader the engine's
 * @param {File[]} files one, or the two of IDX
 * @param {AbortSignal} signal ends the reading with its reason
 * @param {(progress: LoadProgress) => unknown} on_progress
 * @returns {Promise<Dataset>}
 */
export async function read_dataset(DatasetReader, files, signal, on_progress) {
  const reader = new DatasetReader(files[0].name);
  const total_bytes = files.reduce((sum, { size }) => sum + size, 0);
  let rows = 0;
  let bytes = 0;
  let last_report_ms = -Infinity;
  /** @param {boolean} is_last */
  const report = (is_last) => {
    const now_ms = performance.now();
    if (!is_last && now_ms - last_report_ms < PROGRESS_EVERY_MS) return;
    last_report_ms = now_ms;
    void on_progress({ bytes, total_bytes, rows });
  };
  try {
    let bytes_before = 0;
    for (const file of files) {
      if (file !== files[0]) reader.next_file(file.name);
      const on_bytes = (/** @type {number} */ now) => {
        bytes = bytes_before + now;
      };
      report(true);
      const on_size = (/** @type {number} */ now) => reader.expect_bytes(now);
      for await (const chunk of unpacked_chunks(file, { signal, on_bytes, on_size })) {
        rows = reader.push(chunk);
        report(false);
      }
      bytes_before += file.size;
    }
    const dataset = reader.finish();
    report(true);
    return dataset;
  } finally {
    if (!death.error) reader.free();
  }
}
