// Texts that are being written, noted where a reload finds them at once: the database takes
// longer than a page that is being closed has.

/** @import { SmallStore } from "../base/preferences.js" */

/**
 * @typedef {object} Held
 * @property {string} id of what it is written on
 * @property {string} text
 * @property {string} base what it was written on from
 */

export class HeldTexts {
  #notes;
  #name;

  /**
   * @param {SmallStore} notes
   * @param {string} name under which the tab notes them
   */
  constructor(notes, name) {
    this.#notes = notes;
    this.#name = name;
  }

  /** @returns {Held[]} the oldest first */
  all() {
    try {
      const found = JSON.parse(this.#notes.get(this.#name) || "[]");
      return Array.isArray(found) ? found.flatMap(whole) : [];
    } catch {
      // Not ours.
      return [];
    }
  }

  /** @param {Held} held in place of what is held by its id */
  set(held) {
    this.#write([...this.all().filter(({ id }) => id !== held.id), held]);
  }

  /** @param {string} id */
  drop(id) {
    const held = this.all();
    const left = held.filter((one) => one.id !== id);
    if (left.length < held.length) this.#write(left);
  }

  /** What was held and is kept by now is held no more. @param {string} id @param {string} text */
  let_go(id, text) {
    if (this.all().some((held) => held.id === id && held.text === text)) this.drop(id);
  }

  /** @param {Held[]} held */
  #write(held) {
    this.#notes.set(this.#name, held.length > 0 ? JSON.stringify(held) : "");
  }
}

/** @param {unknown} found @returns {Held[]} none where it is no such thing */
function whole(found) {
  const { id, text, base } = Object(found);
  const is_whole = [id, text, base].every((one) => typeof one === "string");
  return is_whole ? [{ id, text, base }] : [];
}
