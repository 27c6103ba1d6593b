// Names that never meet twice: of runs, models, workers. Made from random bytes, which
// every page has; `crypto.randomUUID` is kept from pages that come by plain http.

/**
 * A new id, written as a UUID of version 4.
 * @returns {string}
 */
export function new_id() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
