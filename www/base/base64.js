// Bytes as base64 and back, by the browser's own code where it has it: a model's bytes a
// character at a time hold up the page.

/** @typedef {Uint8Array & { toBase64?: () => string }} Encodable */
/** @typedef {Uint8ArrayConstructor & { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> }} Decoder */

/** @param {Uint8Array} bytes */
export function to_base64(bytes) {
  const native = /** @type {Encodable} */ (bytes).toBase64;
  if (native) return native.call(bytes);
  let text = "";
  // A call takes only so many arguments.
  for (let from = 0; from < bytes.length; from += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(from, from + 0x8000));
  }
  return btoa(text);
}

/**
 * @param {string} text
 * @returns {Uint8Array<ArrayBuffer>}
 * @throws where it is no base64
 */
export function from_base64(text) {
  const native = /** @type {Decoder} */ (Uint8Array).fromBase64;
  if (native) return native.call(Uint8Array, text);
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = characters.charCodeAt(at);
  return bytes;
}
