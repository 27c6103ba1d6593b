// Files into a data set, in one pass: unpacked, pushed to the engine's reader, and
// told how far it is. How bytes are unpacked is the business of source.js, which entries
// of an archive are meant that of archive.js.

import { bytes_at } from "./bytes.js";
import { bytes_of } from "./crossing_values.js";
import { death } from "./death.js";
import { kind_of, unpacked_chunks } from "./source.js";

/** @import { DataChange, Dataset, DatasetReader, LoadProgress, ReadingChoice } from "../pkg/ndarray/inkling.js" */
/** @import { Wasm } from "./artifact.js" */
/** @import { Wanted } from "./archive.js" */

/** More often than this nobody sees a progress bar move. */
const PROGRESS_EVERY_MS = 50;

/**
 * What the engine cannot know of where a data set comes from.
 * @typedef {object} Origin
 * @property {string[]} notes what was left out and turned
 * @property {string[]} entries files of images and labels in an archive
 * @property {string} [folders] in an archive of pictures, the folder of the classes' folders
 * @property {[image: string, label: string]} [columns] of a Parquet file of pictures
 * @property {readonly string[]} [class_names] that its numbers stand for, from 0 on
 */

/**
 * One file's bytes in order, unpacked.
 * @typedef {object} ReadPart
 * @property {string} name
 * @property {(options: ChunkOptions) => AsyncGenerator<Uint8Array, void, void>} chunks
 */

/** @typedef {{ signal: AbortSignal, on_bytes: (bytes: number) => void, on_size: (bytes: number) => void }} ChunkOptions */

/**
 * What is wanted of files.
 * @typedef {object} ReadWish
 * @property {boolean} [needs_labels] refuses a file without
 * @property {Wanted} [wanted] which half of an archive that has both
 * @property {readonly DataChange[]} [mend] changes to make where the data show a sign of it
 * @property {number | null} [label_column] the answer to a table's question: the column from 1, 0 for none
 */

/**
 * What a table asks before it can be read: which column holds the labels.
 * @typedef {object} Question
 * @property {(ReadingChoice & { pixels: Uint8Array })[]} choices the likeliest first, each with its first images
 */

/**
 * @param {Wasm["DatasetReader"]} DatasetReader the engine's
 * @param {File[]} files one, or the two of IDX
 * @param {ReadWish} wish
 * @param {AbortSignal} signal ends the reading with its reason
 * @param {(progress: LoadProgress) => unknown} on_progress
 * @returns {Promise<{ dataset: Dataset, origin: Origin } | { question: Question }>}
 */
export async function read_dataset(DatasetReader, files, wish, signal, on_progress) {
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
    const { label_column } = wish;
    if (typeof label_column === "number") reader.answer(label_column);
    /** @type {string[]} */
    const notes = [];
    /** @type {string[]} */
    const entries = [];
    let bytes_before = 0;
    let is_first = true;
    /** @type {Pick<Origin, "folders" | "columns" | "class_names">} */
    let pictures = {};
    for (const file of files) {
      const chosen = await parts_of(file, wish.wanted);
      const { parts } = chosen;
      pictures = chosen.pictures ?? pictures;
      for (const part of parts) {
        // What holds one array is called by its own name, which is no "arr_0.npy".
        if (!is_first) reader.next_file(parts.length === 1 ? file.name : part.name);
        // Two files of one archive are called after it.
        if (is_first && parts.length > 1) reader.call_it(file.name);
        if (parts.length > 1 && !chosen.pictures) entries.push(part.name);
        is_first = false;
        const on_bytes = (/** @type {number} */ now) => {
          bytes = Math.max(bytes, bytes_before + now);
        };
        report(true);
        const on_size = (/** @type {number} */ now) => reader.expect_bytes(now);
        for await (const chunk of part.chunks({ signal, on_bytes, on_size })) {
          rows = reader.push(chunk);
          if (reader.is_asking()) break;
          report(false);
        }
      }
      notes.push(...chosen.notes);
      bytes_before += file.size;
    }
    const dataset = reader.finish();
    report(true);
    if (!dataset) return { question: question_of(reader) };
    return { dataset, origin: { notes, entries, ...pictures } };
  } finally {
    if (!death.error) reader.free();
  }
}

/**
 * What of a file is read: entries of a zip, its pictures, or the file itself.
 * @param {File} file
 * @param {Wanted} [wanted]
 * @returns {Promise<{ parts: ReadPart[], notes: string[], pictures?: Pick<Origin, "folders" | "columns" | "class_names"> }>} notes are whole at the end
 */
async function parts_of(file, wanted) {
  const head = await bytes_at(file, 0, 4);
  if (String.fromCharCode(...head) === "PAR1") {
    const { pictures_of } = await import("./parquet.js");
    const found = await pictures_of(file);
    const { image, label, class_names, notes, image_chunks, label_chunks } = found;
    const parts = [
      { name: "pictures", chunks: image_chunks },
      { name: "labels", chunks: label_chunks },
    ];
    return { parts, notes, pictures: { columns: [image, label], class_names } };
  }
  if (kind_of(head) !== "zip") {
    const whole = {
      name: file.name,
      chunks: (/** @type {ChunkOptions} */ options) =>
        unpacked_chunks(file, { ...options, is_lent: true }),
    };
    return { parts: [whole], notes: [] };
  }
  // What reads archives is fetched for the first one.
  const { chosen_parts } = await import("./archive.js");
  const { entries, folders, notes } = await chosen_parts(file, wanted);
  if (folders) {
    const { image_chunks, label_chunks } = await import("./pictures.js");
    const parts = [
      {
        name: "pictures",
        chunks: (/** @type {ChunkOptions} */ options) => image_chunks(file, folders, options),
      },
      { name: "folders", chunks: () => label_chunks(folders) },
    ];
    return { parts, notes, pictures: { folders: folders.root } };
  }
  const parts = entries.map((entry) => ({
    name: entry.name,
    chunks: (/** @type {ChunkOptions} */ options) =>
      unpacked_chunks(file, { ...options, entry, is_lent: true }),
  }));
  return { parts, notes };
}

/** @param {DatasetReader} reader @returns {Question} */
function question_of(reader) {
  const choices = reader.choices().map((choice, index) => ({
    ...choice,
    pixels: bytes_of(reader.choice_pixels(index)),
  }));
  return { choices };
}
