// What the readers of files share: a piece of one, and the error that names its place.

import { InputError } from "../base/input_error.js";

/** A file that cannot be unpacked. Its name is for whoever picked it to add. */
export class SourceError extends InputError {
  /** @override */
  name = "SourceError";
}

/** A file that the browser can no longer read, whatever it holds. */
export class UnreadableFile extends SourceError {}

/**
 * @param {Blob} file
 * @param {number} start
 * @param {number} end
 */
export async function bytes_at(file, start, end) {
  return new Uint8Array(await file.slice(start, end).arrayBuffer());
}

/** @param {Uint8Array} bytes */
export function view_of(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** @param {number} value */
export function count(value) {
  return value.toLocaleString("en-US");
}
