// The digits that a person kept, as the page has them: read once, kept one by one, and
// read anew when another tab changed them.

/** @import { Database } from "../store/database.js" */
/** @import { Digit, Digits } from "../store/digits.js" */

/**
 * @param {Digits} digits
 * @param {Pick<Database, "hear">} database tells what another tab changed
 */
export function create_kept_digits(digits, database) {
  /** @type {readonly Digit[]} */
  let kept = [];
  /** @type {Set<() => void>} */
  const listeners = new Set();

  const refresh = async () => {
    kept = await digits.all();
    for (const listener of listeners) listener();
  };
  database.hear("digits", () => void refresh());

  return {
    refresh,
    all: () => kept,
    /** @param {number} label @param {Uint8Array} pixels */
    async add(label, pixels) {
      const { digit } = await digits.add({ label, pixels });
      await refresh();
      return digit;
    },
    /** @param {string | number} id */
    async remove(id) {
      await digits.remove(String(id));
      await refresh();
    },
    /** @param {() => void} listener */
    on_change: (listener) => void listeners.add(listener),
  };
}
