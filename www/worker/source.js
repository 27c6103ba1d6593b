// A picked file as a stream of unpacked bytes: plain, gzip or zip, told by its
// first bytes and never by its name. Runs in the worker; knows nothing of CSV.

import { crc32 } from "../base/bytes.js";
import { InputError } from "../base/input_error.js";

/** No MNIST-like file comes near this; a zip bomb does. */
const MAX_UNPACKED_BYTES = 2 * 1024 ** 3;

/** A zip's directory is a few kilobytes; one that claims more is no data set. */
const MAX_DIRECTORY_BYTES = 16 * 1024 ** 2;

/** The end record is 22 bytes and may be followed by a comment of up to 65,535. */
const MAX_ZIP_TAIL_BYTES = 22 + 65_535;

/** A file that cannot be unpacked. Its name is for whoever picked it to add. */
class SourceError extends InputError {
  /** @override */
  name = "SourceError";
}

/**
 * Unpacked bytes of a file in order, a chunk at a time, nothing held whole.
 * @param {File} file
 * @param {object} [options]
 * @param {(bytes: number) => void} [options.on_bytes] bytes of the file as picked, read so far
 * @param {(bytes: number) => void} [options.on_size] the unpacked size that the file claims, before the first chunk
 * @param {AbortSignal} [options.signal] ends the stream with the signal's reason
 * @param {number} [options.max_unpacked_bytes]
 * @returns {AsyncGenerator<Uint8Array, void, void>}
 */
export async function* unpacked_chunks(file, options = {}) {
  const { on_bytes = () => {}, on_size = () => {}, signal } = options;
  const { max_unpacked_bytes = MAX_UNPACKED_BYTES } = options;
  const head = await bytes_at(file, 0, 4);
  const kind = kind_of(head);
  const part = kind === "zip" ? await find_in_zip(file) : null;

  if (kind === "plain" && file.size > max_unpacked_bytes) {
    throw too_large(file.size, max_unpacked_bytes);
  }
  const claimed = part?.num_unpacked ?? (kind === "gzip" ? await gzip_size(file) : file.size);
  if (claimed <= max_unpacked_bytes) on_size(claimed);

  let num_read = part?.start ?? 0;
  let num_unpacked = 0;
  let crc = 0;
  const packed = part ? file.slice(part.start, part.end) : file;
  const counted = packed.stream().pipeThrough(
    new TransformStream({
      transform(chunk, controller) {
        num_read += chunk.byteLength;
        on_bytes(num_read);
        controller.enqueue(chunk);
      },
    }),
  );
  const format = part ? part.format : kind === "gzip" ? "gzip" : null;
  /** @type {ReadableStream<Uint8Array>} */
  const stream = format ? counted.pipeThrough(new DecompressionStream(format)) : counted;
  const reader = stream.getReader();
  // Cancelling the reader wakes a read that waits for a slow disk.
  const wake = () => void reader.cancel(signal?.reason).catch(() => {});
  signal?.addEventListener("abort", wake);
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { done, value } = await read(reader, file, kind, () => num_read);
      signal?.throwIfAborted();
      if (done) break;
      num_unpacked += value.byteLength;
      if (num_unpacked > max_unpacked_bytes) {
        throw too_large(num_unpacked, max_unpacked_bytes);
      }
      if (part) crc = crc32(value, crc);
      yield value;
    }
  } finally {
    signal?.removeEventListener("abort", wake);
    // Lets go of the file when the caller stops early.
    await reader.cancel().catch(() => {});
  }
  if (part && (num_unpacked !== part.num_unpacked || crc !== part.crc)) {
    throw new SourceError(
      part.name,
      `${count(num_unpacked)} bytes with CRC ${hex(crc)}`,
      `${count(part.num_unpacked)} bytes with CRC ${hex(part.crc)}; the archive is damaged, download it again`,
    );
  }
  on_bytes(file.size);
}

/**
 * One read, its faults put into words: the platform's own name no place.
 * @param {ReadableStreamDefaultReader<Uint8Array>} reader
 * @param {File} file
 * @param {"plain" | "gzip" | "zip"} kind
 * @param {() => number} num_read
 */
async function read(reader, file, kind, num_read) {
  try {
    return await reader.read();
  } catch (error) {
    const place = `byte ${count(num_read())} of ${count(file.size)}`;
    if (error instanceof DOMException) {
      throw new SourceError(
        place,
        `a file that the browser can no longer read (${error.message})`,
        "the file as it was picked; pick it again",
      );
    }
    const why = error instanceof Error ? error.message : String(error);
    const is_truncated = /truncat|unexpected (end|eof)|premature|did not (reach|complete)/i.test(
      why,
    );
    throw new SourceError(
      place,
      is_truncated ? `the end of the file inside the ${kind} data` : `broken ${kind} data (${why})`,
      `${kind} data to its end; the file is ${is_truncated ? "incomplete" : "damaged"}, download it again`,
    );
  }
}

/** @param {Uint8Array} head @returns {"plain" | "gzip" | "zip"} */
function kind_of(head) {
  if (head[0] === 0x1f && head[1] === 0x8b) return "gzip";
  const is_pk = head[0] === 0x50 && head[1] === 0x4b;
  // 3, 4 opens a first entry; 5, 6 is the end record of an archive without any.
  if (is_pk && ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6))) return "zip";
  return "plain";
}

/**
 * The unpacked size that a gzip's last four bytes give, modulo 4 GB; a file cut
 * off gives any number.
 * @param {File} file
 */
async function gzip_size(file) {
  const tail = view_of(await bytes_at(file, Math.max(0, file.size - 4), file.size));
  return tail.byteLength === 4 ? tail.getUint32(0, true) : 0;
}

/**
 * One file inside an archive.
 * @typedef {object} ZipPart
 * @property {string} name
 * @property {number} start offset of its packed bytes in the archive
 * @property {number} end
 * @property {number} num_unpacked
 * @property {number} crc
 * @property {CompressionFormat | null} format `null`: stored as it is
 */

/**
 * The training table inside a zip. Reads the directory at the archive's end, as
 * the format wants it: entries may lie in any order, and a picked file can be
 * read at any place, so nothing before the entry has to be unpacked.
 * @param {File} file
 * @returns {Promise<ZipPart>}
 */
async function find_in_zip(file) {
  const tail_start = Math.max(0, file.size - MAX_ZIP_TAIL_BYTES);
  const tail = view_of(await bytes_at(file, tail_start, file.size));
  let end_record = tail.byteLength - 22;
  while (end_record >= 0 && tail.getUint32(end_record, true) !== 0x06054b50) end_record -= 1;
  if (end_record < 0) {
    throw new SourceError(
      `last ${count(tail.byteLength)} bytes`,
      "no zip directory",
      "one at the archive's end; the file is incomplete, download it again",
    );
  }
  const num_entries = tail.getUint16(end_record + 10, true);
  const directory_size = tail.getUint32(end_record + 12, true);
  const directory_start = tail.getUint32(end_record + 16, true);
  if (num_entries === 0xffff || directory_start === 0xffffffff) {
    throw new SourceError("archive", "a zip64 archive", "a plain zip of less than 4 GB");
  }
  if (directory_size > MAX_DIRECTORY_BYTES || directory_start + directory_size > file.size) {
    throw new SourceError(
      "zip directory",
      `${count(directory_size)} bytes at ${count(directory_start)}`,
      `at most ${count(MAX_DIRECTORY_BYTES)} bytes inside the file; it is damaged, download it again`,
    );
  }
  const directory = await bytes_at(file, directory_start, directory_start + directory_size);
  const entries = zip_entries(directory, num_entries);
  const entry = choose_entry(entries);
  if (entry.is_encrypted) {
    throw new SourceError(entry.name, "an encrypted entry", "one without password");
  }
  if (entry.method !== 0 && entry.method !== 8) {
    throw new SourceError(
      entry.name,
      `compression method ${entry.method}`,
      "0 (stored) or 8 (deflate)",
    );
  }
  // The local header repeats name and extra field with lengths of its own.
  const local = view_of(await bytes_at(file, entry.header_start, entry.header_start + 30));
  if (local.byteLength < 30 || local.getUint32(0, true) !== 0x04034b50) {
    throw new SourceError(
      `byte ${count(entry.header_start)}`,
      "no header of a zip entry",
      `that of ${entry.name}; the archive is damaged, download it again`,
    );
  }
  const start = entry.header_start + 30 + local.getUint16(26, true) + local.getUint16(28, true);
  const end = start + entry.num_packed;
  if (end > file.size) {
    throw new SourceError(
      entry.name,
      `the end of the file at byte ${count(file.size)}`,
      `data up to byte ${count(end)}; the file is incomplete, download it again`,
    );
  }
  const format = entry.method === 8 ? "deflate-raw" : null;
  return { name: entry.name, start, end, num_unpacked: entry.num_unpacked, crc: entry.crc, format };
}

/**
 * @typedef {object} ZipEntry
 * @property {string} name
 * @property {boolean} is_encrypted
 * @property {number} method
 * @property {number} crc
 * @property {number} num_packed
 * @property {number} num_unpacked
 * @property {number} header_start
 */

/**
 * @param {Uint8Array} directory
 * @param {number} num_entries
 * @returns {ZipEntry[]}
 */
function zip_entries(directory, num_entries) {
  const view = view_of(directory);
  const text = new TextDecoder();
  /** @type {ZipEntry[]} */
  const entries = [];
  let at = 0;
  for (let index = 0; index < num_entries; index += 1) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== 0x02014b50) {
      throw new SourceError(
        "zip directory",
        `${count(index)} entries`,
        `${count(num_entries)}; the archive is damaged, download it again`,
      );
    }
    const name_length = view.getUint16(at + 28, true);
    entries.push({
      name: text.decode(directory.subarray(at + 46, at + 46 + name_length)),
      is_encrypted: (view.getUint16(at + 8, true) & 1) === 1,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      num_packed: view.getUint32(at + 20, true),
      num_unpacked: view.getUint32(at + 24, true),
      header_start: view.getUint32(at + 42, true),
    });
    at += 46 + name_length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}

/**
 * Kaggle's `train.csv`; else the only table with `train` in its name; else the only table.
 * @param {ZipEntry[]} entries
 * @returns {ZipEntry}
 */
function choose_entry(entries) {
  // macOS puts a shadow of each file into an archive; it holds no data.
  const tables = entries.filter(
    ({ name }) => /\.csv$/i.test(name) && !name.startsWith("__MACOSX/"),
  );
  const named = tables.filter(({ name }) => /(^|\/)train\.csv$/i.test(name));
  const training = tables.filter(({ name }) => /train[^/]*$/i.test(name));
  const chosen = [named, training, tables].find((list) => list.length === 1)?.[0];
  if (chosen) return chosen;
  const names = (tables.length > 0 ? tables : entries).map(({ name }) => name);
  const shown = names.slice(0, 5).join(", ") + (names.length > 5 ? ", …" : "");
  throw new SourceError(
    "archive",
    names.length > 0 ? `the entries ${shown}` : "an archive without entries",
    "train.csv, or one .csv file",
  );
}

/**
 * @param {Blob} file
 * @param {number} start
 * @param {number} end
 */
async function bytes_at(file, start, end) {
  return new Uint8Array(await file.slice(start, end).arrayBuffer());
}

/** @param {Uint8Array} bytes */
function view_of(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * @param {number} found
 * @param {number} limit
 */
function too_large(found, limit) {
  return new SourceError(
    "file size",
    `${count(found)} bytes or more once unpacked`,
    `at most ${count(limit)}; MNIST as a table is 77 MB`,
  );
}

/** @param {number} value */
function count(value) {
  return value.toLocaleString("en-US");
}

/** @param {number} value */
function hex(value) {
  return value.toString(16).padStart(8, "0");
}
