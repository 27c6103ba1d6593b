// What goes between the page and this worker without being copied, or for one call only.

import * as Comlink from "../vendor/comlink.mjs";

/**
 * wasm-bindgen hands out copies of its memory, never shared ones.
 * @param {Uint8Array} bytes
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function bytes_of(bytes) {
  return /** @type {Uint8Array<ArrayBuffer>} */ (bytes);
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
