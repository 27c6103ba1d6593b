// The zip of a hand-in: its entries, and the texts that are judged. Anyone may have made it:
// entries and sizes are bounded by the crate's own limits, what comes out of it is counted,
// and a fault is that hand-in's alone. What the texts say, the crate reads.

import { message_of } from "../base/fault.js";
import { UnreadableFile, bytes_at } from "./bytes.js";
import { unpacked_chunks } from "./source.js";
import { entries_of, part_of } from "./zip.js";

/** @import { CheckWish, HandIn } from "../pkg/studies/inkling.js" */
/** @import { Studies } from "./artifact.js" */
/** @import { ZipEntry } from "./zip.js" */

/**
 * @param {Studies} wasm
 * @param {File} file
 * @param {string} zip what it is called
 * @param {CheckWish} wish
 * @returns {Promise<HandIn>}
 */
export async function read_hand_in(wasm, file, zip, wish) {
  try {
    const { most_entries, most_packed, most_unpacked } = wasm.hand_in_limits();
    if (file.size > most_packed) {
      throw new Error(`found ${file.size} bytes, expected at most ${most_packed}`);
    }
    const entries = await directory_of(wasm, file);
    if (entries.size > most_entries) {
      throw new Error(`found ${entries.size} entries, expected at most ${most_entries}`);
    }
    const names = [...entries.keys()];
    const texts = [];
    for (const name of wasm.hand_in_texts(names)) {
      const entry = entries.get(name);
      texts.push(entry ? await text_of(file, entry, most_unpacked) : undefined);
    }
    const [metrics_json, summary_csv, metrics_csv, analysis_ipynb, report_md, settings_json] =
      texts;
    const tables = { metrics_json, summary_csv, metrics_csv, settings_json };
    return wasm.read_hand_in({ zip, names, ...tables, analysis_ipynb, report_md }, wish);
  } catch (error) {
    // A trap ends the engine, and whoever holds this worker says so.
    if (error instanceof WebAssembly.RuntimeError) throw error;
    return wasm.unread_hand_in(zip, message_of(error));
  }
}

/**
 * Entries by their path; of two with one path the last counts, as where they are unpacked.
 * @param {Studies} wasm
 * @param {File} file
 * @returns {Promise<Map<string, ZipEntry>>}
 */
async function directory_of(wasm, file) {
  try {
    return new Map((await entries_of(file)).map((entry) => [entry.name, entry]));
  } catch (error) {
    const why = wasm.no_zip_in_words(file.size, await bytes_at(file, 0, 8));
    throw new Error(why, { cause: error });
  }
}

/**
 * @param {File} file
 * @param {ZipEntry} entry
 * @param {number} most bytes once unpacked
 */
async function text_of(file, entry, most) {
  // What is encrypted, or packed by another method, is refused in words of its own.
  await part_of(file, entry);
  // Remarks that another editor kept in an encoding of its own spoil no figure.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let text = "";
  let num_bytes = 0;
  try {
    for await (const chunk of unpacked_chunks(file, { entry })) {
      num_bytes += chunk.byteLength;
      // The size that a zip claims is anyone's: what comes is counted.
      if (num_bytes > most) break;
      text += decoder.decode(chunk, { stream: true });
    }
  } catch (error) {
    // A disk that is gone is nobody's zip.
    const why =
      error instanceof UnreadableFile
        ? message_of(error)
        : "found damaged bytes; ask for the zip again";
    throw new Error(`${entry.name}: ${why}`, { cause: error });
  }
  if (num_bytes > most) {
    throw new Error(`${entry.name}: found more than ${most} bytes once unpacked`);
  }
  return text + decoder.decode();
}
