// Remarks that are being typed, noted where a reload finds them at once: the database takes
// longer than a page that is being closed has.

/** @import { SmallStore } from "../base/preferences.js" */

/**
 * @typedef {object} Held
 * @property {string} id of the study
 * @property {string} text
 * @property {string} base what it was written on from
 */

/** Under this name the tab notes them. */
const TYPED = "typed remarks";

export class HeldRemarks {
  #notes;

  /** @param {SmallStore} notes */
  constructor(notes) {
    this.#notes = notes;
  }

  /** @returns {Held | null} */
  get() {
    try {
      const { id, text, base } = Object(JSON.parse(this.#notes.get(TYPED) || "null"));
      const is_whole = [id, text, base].every((one) => typeof one === "string");
      return is_whole ? { id, text, base } : null;
    } catch {
      // Not ours.
      return null;
    }
  }

  /** @param {Held} held */
  set(held) {
    this.#notes.set(TYPED, JSON.stringify(held));
  }

  drop() {
    this.#notes.set(TYPED, "");
  }

  /** What was held and is kept by now is held no more. @param {string} id @param {string} text */
  let_go(id, text) {
    const held = this.get();
    if (held?.id === id && held.text === text) this.drop();
  }
}
