// The digits that a person drew and kept, each with the digit it was meant as. The same
// drawing stands once: kept again under another label, that label is the right one.

import { new_id } from "../base/id.js";
import { next_order } from "./run_rows.js";

/** @import { Database } from "./database.js" */

/**
 * @typedef {object} Digit
 * @property {string} id
 * @property {number} order ever increasing
 * @property {number} label
 * @property {Uint8Array} pixels 28 × 28
 */

/** What a digit and its row take, in bytes. */
const BYTES = 1500;

export class Digits {
  #database;
  /** Those that the browser does not have as they stand. @type {Map<string, Digit>} */
  #here = new Map();
  #top = 0;

  /** @param {{ database: Database }} parts */
  constructor({ database }) {
    this.#database = database;
  }

  /** In the order in which they were drawn. @returns {Promise<Digit[]>} */
  async all() {
    const found = (await this.#database.read(["digits"], (at) => at("digits").getAll())) ?? [];
    const all = [...found.filter(({ id }) => !this.#here.has(id)), ...this.#here.values()];
    this.#top = all.reduce((top, { order }) => Math.max(top, order), this.#top);
    return all.sort((a, b) => a.order - b.order);
  }

  /**
   * @param {{ label: number, pixels: Uint8Array }} drawn
   * @returns {Promise<{ digit: Digit, replaced: Digit | null, is_kept: boolean }>} `replaced` is the same drawing as it stood before
   */
  async add({ label, pixels }) {
    const drawn = { id: new_id(), label, pixels: pixels.slice() };
    const same = (/** @type {Digit} */ one) => are_equal(one.pixels, drawn.pixels);
    const here = [...this.#here.values()].find(same);
    const done = await this.#database.write(
      ["digits", "notes"],
      async (at) => {
        const replaced = here ?? (await at("digits").getAll()).find(same) ?? null;
        const digit = replaced
          ? { ...replaced, label }
          : { ...drawn, order: await next_order(at, this.#top) };
        await at("digits").put(digit);
        return { digit, replaced };
      },
      { bytes: BYTES },
    );
    if (done) {
      const { id } = done.value.digit;
      this.#here.delete(id);
      this.#database.tell("digits", id);
      return { ...done.value, is_kept: true };
    }
    const replaced = (await this.all()).find(same) ?? null;
    const digit = replaced ? { ...replaced, label } : { ...drawn, order: ++this.#top };
    this.#here.set(digit.id, digit);
    return { digit, replaced, is_kept: false };
  }

  /**
   * @param {string} id
   * @param {number} label what it was meant as
   * @returns {Promise<Digit | null>} the digit now; nothing if it is gone
   */
  async change(id, label) {
    const found = (await this.all()).find((one) => one.id === id);
    if (!found) return null;
    const digit = { ...found, label };
    await this.put_back(digit);
    return digit;
  }

  /**
   * @param {string} id
   * @returns {Promise<Digit | null>} what was removed, for `put_back`
   */
  async remove(id) {
    const found = (await this.all()).find((one) => one.id === id) ?? null;
    this.#here.delete(id);
    await this.#database.write(["digits"], (at) => at("digits").delete(id));
    this.#database.tell("digits", id);
    return found;
  }

  /**
   * Keeps a digit as it is given, at its own place.
   * @param {Digit} digit
   * @returns {Promise<boolean>} whether it is kept; else this tab has it
   */
  async put_back(digit) {
    const { id } = digit;
    this.#here.set(id, digit);
    const done = await this.#database.write(["digits"], (at) => at("digits").put(digit), {
      bytes: BYTES,
    });
    if (!done) return false;
    this.#here.delete(id);
    this.#database.tell("digits", id);
    return true;
  }
}

/** @param {Uint8Array} a @param {Uint8Array} b */
function are_equal(a, b) {
  return a.length === b.length && a.every((value, at) => value === b[at]);
}
