// Gzip of several members, as `cat a.gz b.gz` makes it: where each begins, and where the last
// one ends if zeros fill the file up, as tapes and some servers leave it. A browser's
// DecompressionStream ends with the first one and takes whatever follows for junk.

import { Gunzip } from "../vendor/fflate.mjs";

/**
 * Where the members of a gzip begin, as far as they can be told.
 * @param {Blob} file
 * @param {object} options
 * @param {number} options.max_unpacked_bytes where the search ends
 * @param {AbortSignal} [options.signal] ends it with its reason
 * @returns {Promise<number[]>} the first is 0
 */
export async function member_starts(file, { max_unpacked_bytes, signal }) {
  const starts = [0];
  let num_unpacked = 0;
  // What is unpacked on the way is of no use: the browser's own stream checks it.
  const unpacker = new Gunzip((chunk) => {
    num_unpacked += chunk.length;
  });
  unpacker.onmember = (offset) => void starts.push(offset);
  const reader = file.stream().getReader();
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { done, value } = await reader.read();
      if (done) break;
      // Small pieces: what is unpacked at once is held.
      for (let at = 0; at < value.length; at += PIECE) {
        if (!pushed(unpacker, value.subarray(at, at + PIECE))) return starts;
        if (num_unpacked > max_unpacked_bytes) return starts;
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
  return starts;
}

const PIECE = 1 << 16;
/** A gzip's own last bytes, a checksum and a size: all of them may be zeros. */
const NUM_TRAILER = 8;

/**
 * Where a gzip that zeros fill up may end, the shortest first.
 * @param {Blob} file
 * @returns {Promise<number[]>} none without such zeros
 */
export async function ends_before_zeros(file) {
  let end = file.size;
  while (end > 0) {
    const start = Math.max(0, end - PIECE);
    const bytes = new Uint8Array(await file.slice(start, end).arrayBuffer());
    const last = bytes.findLastIndex((byte) => byte !== 0);
    end = start + last + 1;
    if (last >= 0) break;
  }
  const num_ends = Math.min(NUM_TRAILER + 1, file.size - end);
  return Array.from({ length: num_ends }, (_, at) => end + at);
}

/** Whether a piece could be unpacked; what is wrong with it, unpacking will tell. @param {Gunzip} unpacker @param {Uint8Array} piece */
function pushed(unpacker, piece) {
  try {
    unpacker.push(piece);
    return true;
  } catch {
    return false;
  }
}
