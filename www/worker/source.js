// A picked file as a stream of unpacked bytes: plain, gzip or zip, told by its
// first bytes and never by its name. Runs in the worker; knows nothing of CSV.

import { crc32 } from "../base/bytes.js";
import { SourceError, UnreadableFile, bytes_at, count, view_of } from "./bytes.js";

/** @import { ZipEntry } from "./zip.js" */

/** No MNIST-like file comes near this; a zip bomb does. */
const MAX_UNPACKED_BYTES = 2 * 1024 ** 3;
/** Of the buffer that is filled again and again where chunks are lent. */
const LENT_BYTES = 1024 ** 2;

/**
 * Unpacked bytes of a file in order, a chunk at a time, nothing held whole.
 * @param {File} file
 * @param {object} [options]
 * @param {(bytes: number) => void} [options.on_bytes] bytes of the file as picked, read so far
 * @param {(bytes: number) => void} [options.on_size] the unpacked size that the file claims, before the first chunk
 * @param {AbortSignal} [options.signal] ends the stream with the signal's reason
 * @param {number} [options.max_unpacked_bytes]
 * @param {ZipEntry | null} [options.entry] of a zip; else the one that `chosen_parts` puts first
 * @param {boolean} [options.is_lent] each chunk may be gone once the next is asked for, which spares a third of the time
 * @returns {AsyncGenerator<Uint8Array, void, void>}
 */
export async function* unpacked_chunks(file, options = {}) {
  const { on_bytes = () => {}, on_size = () => {}, signal } = options;
  const { max_unpacked_bytes = MAX_UNPACKED_BYTES, is_lent = false } = options;
  const head = await bytes_at(file, 0, 4);
  const kind = kind_of(head);
  const entry = options.entry ?? (kind === "zip" ? await first_entry(file) : null);
  const part = entry ? await (await import("./zip.js")).part_of(file, entry) : null;

  if (kind === "plain" && file.size > max_unpacked_bytes) {
    throw too_large(file.size, max_unpacked_bytes);
  }
  const claimed = part?.num_unpacked ?? (kind === "gzip" ? await gzip_size(file) : file.size);
  if (claimed <= max_unpacked_bytes) on_size(claimed);

  let num_unpacked = 0;
  let crc = 0;
  const whole = { file, kind, on_bytes, signal, max_unpacked_bytes, is_lent };
  const chunks =
    kind === "gzip"
      ? gunzipped(whole)
      : stretch(whole, part?.start ?? 0, part?.end ?? file.size, part?.format ?? null);
  for await (const value of chunks) {
    num_unpacked += value.byteLength;
    if (num_unpacked > max_unpacked_bytes) {
      throw too_large(num_unpacked, max_unpacked_bytes);
    }
    if (part) crc = crc32(value, crc);
    yield value;
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
 * @typedef {object} Packed
 * @property {File} file
 * @property {"plain" | "gzip" | "zip"} kind
 * @property {(bytes: number) => void} on_bytes
 * @property {AbortSignal} [signal]
 * @property {number} max_unpacked_bytes
 * @property {boolean} is_lent
 */

/**
 * A gzip, all of its members. Zeros behind the last one are padding, as for gzip itself.
 * @param {Packed} packed
 * @returns {AsyncGenerator<Uint8Array, void, void>}
 */
async function* gunzipped(packed) {
  const { file, signal, max_unpacked_bytes } = packed;
  let num_given = 0;
  try {
    for await (const chunk of stretch(packed, 0, file.size, "gzip")) {
      num_given += chunk.byteLength;
      yield chunk;
    }
    return;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    const { ends_before_zeros, member_starts } = await import("./gzip.js");
    for (const end of [...(await ends_before_zeros(file)), file.size]) {
      const starts = await member_starts(file.slice(0, end), { max_unpacked_bytes, signal });
      if (starts.length === 1 && end === file.size) throw error;
      // From the first one again, but for what has been given out of it.
      let num_skipped = num_given;
      try {
        for (const [at, start] of starts.entries()) {
          for await (const chunk of stretch(packed, start, starts[at + 1] ?? end, "gzip")) {
            const rest = chunk.subarray(Math.min(num_skipped, chunk.byteLength));
            num_skipped -= chunk.byteLength - rest.byteLength;
            num_given += rest.byteLength;
            if (rest.byteLength > 0) yield rest;
          }
        }
        return;
      } catch (failure) {
        // A few zeros more may be its own.
        if (!(failure instanceof SourceError) || end === file.size) throw failure;
      }
    }
  }
}

/**
 * A stretch of a file, unpacked.
 * @param {Packed} packed
 * @param {number} start its bytes
 * @param {number} end
 * @param {CompressionFormat | null} format
 * @returns {AsyncGenerator<Uint8Array, void, void>}
 */
async function* stretch({ file, kind, on_bytes, signal, is_lent }, start, end, format) {
  let num_read = start;
  const count_on = (/** @type {number} */ num_bytes) => {
    num_read += num_bytes;
    on_bytes(num_read);
  };
  const slice = file.slice(start, end).stream();
  const reader = format ? reader_of(unpacking(slice, format, count_on)) : reader_of(slice, is_lent);
  // Cancelling the reader wakes a read that waits for a slow disk.
  const wake = () => void reader.cancel(signal?.reason).catch(() => {});
  signal?.addEventListener("abort", wake);
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { done, value } = await read(reader, file, kind, () => num_read);
      signal?.throwIfAborted();
      if (done) return;
      if (!format) count_on(value.byteLength);
      yield value;
    }
  } finally {
    signal?.removeEventListener("abort", wake);
    // Lets go of the file when the caller stops early.
    await reader.cancel().catch(() => {});
  }
}

/**
 * @param {ReadableStream<Uint8Array<ArrayBuffer>>} packed
 * @param {CompressionFormat} format
 * @param {(num_bytes: number) => void} count_on told of what is taken from `packed`
 * @returns {ReadableStream<Uint8Array>}
 */
function unpacking(packed, format, count_on) {
  const counting = new TransformStream({
    transform(chunk, controller) {
      count_on(chunk.byteLength);
      controller.enqueue(chunk);
    },
  });
  return packed.pipeThrough(counting).pipeThrough(new DecompressionStream(format));
}

/**
 * @typedef {object} Reader
 * @property {() => Promise<{ done: true, value?: undefined } | { done: false, value: Uint8Array }>} read
 * @property {(reason?: unknown) => Promise<void>} cancel
 */

/**
 * What reads a stream; where chunks are lent, into one buffer, if the browser can: new memory
 * for each costs as much as the reading.
 * @param {ReadableStream<Uint8Array>} stream
 * @param {boolean} [is_lent]
 * @returns {Reader}
 */
function reader_of(stream, is_lent = false) {
  if (is_lent) {
    try {
      const reader = stream.getReader({ mode: "byob" });
      let buffer = new ArrayBuffer(LENT_BYTES);
      return {
        async read() {
          const { done, value } = await reader.read(new Uint8Array(buffer));
          if (done) return { done };
          buffer = value.buffer;
          return { done, value };
        },
        cancel: (reason) => reader.cancel(reason),
      };
    } catch (error) {
      // Safari's files give chunks of their own alone.
      if (!(error instanceof TypeError)) throw error;
    }
  }
  return /** @type {Reader} */ (stream.getReader());
}

/** The table in an archive. @param {File} file */
async function first_entry(file) {
  const { chosen_parts } = await import("./archive.js");
  return (await chosen_parts(file)).entries[0];
}

/**
 * One read, its faults put into words: the platform's own name no place.
 * @param {Reader} reader
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
      throw new UnreadableFile(
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

/** @param {Uint8Array} head a file's first four bytes @returns {"plain" | "gzip" | "zip"} */
export function kind_of(head) {
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
function hex(value) {
  return value.toString(16).padStart(8, "0");
}
