// Gzip of several members, as `cat a.gz b.gz` makes it: where each begins. A browser's
// DecompressionStream ends with the first one and takes the next for junk.

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

/** Whether a piece could be unpacked; what is wrong with it, unpacking will tell. @param {Gunzip} unpacker @param {Uint8Array} piece */
function pushed(unpacker, piece) {
  try {
    unpacker.push(piece);
    return true;
  } catch {
    return false;
  }
}
