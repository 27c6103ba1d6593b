// What goes between the page and this worker without being copied, or for one call only.

import * as Comlink from "../vendor/comlink.mjs";

/**
 * Bytes that nobody else writes to: those of an engine with shared memory, where it lends them
 * as they lie, are copied.
 * @param {Uint8Array} bytes
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function bytes_of(bytes) {
  const { buffer } = bytes;
  return buffer instanceof ArrayBuffer
    ? /** @type {Uint8Array<ArrayBuffer>} */ (bytes)
    : new Uint8Array(bytes);
}

/**
 * Bytes of ours, given away to the page.
 * @param {Uint8Array} bytes
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function given(bytes) {
  const whole = bytes_of(bytes);
  return Comlink.transfer(whole, [whole.buffer]);
}

/**
 * Lets go of a callback that the page lent for one call.
 * @param {object | null} callback
 */
export function release(callback) {
  const lent = /** @type {{ [Comlink.releaseProxy]?: () => void } | null} */ (callback);
  lent?.[Comlink.releaseProxy]?.();
}
