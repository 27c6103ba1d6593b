// What a person writes on the runs that are kept: their names, and notes on them. Noted in
// the tab before the database is asked, so that a reload between the two loses nothing.

import { merged_text } from "../store/merge.js";
import { HeldTexts } from "./held_texts.js";

/** @import { SmallStore } from "../base/preferences.js" */
/** @import { Runs } from "../store/runs.js" */

/**
 * @typedef {object} RunWordsParts
 * @property {Runs} runs
 * @property {SmallStore} typed what this tab notes through a reload
 * @property {() => Promise<unknown>} refresh reads the list anew
 */

export class RunWords {
  #runs;
  #refresh;
  #names;
  #notes;

  /** @param {RunWordsParts} parts */
  constructor({ runs, typed, refresh }) {
    this.#runs = runs;
    this.#refresh = refresh;
    this.#names = new HeldTexts(typed, "names of runs");
    this.#notes = new HeldTexts(typed, "notes on runs");
  }

  /** @param {string} id @param {string} name */
  async rename(id, name) {
    this.#names.set({ id, text: name, base: "" });
    await this.#runs.patch(id, { name: name.trim().slice(0, 200) });
    this.#names.let_go(id, name);
    await this.#refresh();
  }

  /** @param {string} id @param {string} note @param {string} base what it was written on from: another tab may have written too */
  async note(id, note, base) {
    this.#notes.set({ id, text: note, base });
    await this.#runs.patch(id, ({ note: theirs = "" }) => ({
      note: merged_text(base, note, theirs).text.slice(0, 10_000),
    }));
    this.#notes.let_go(id, note);
    await this.#refresh();
  }

  /** Keeps what was written just before the page went. */
  async take_held() {
    for (const { id, text } of this.#names.all()) await this.rename(id, text);
    for (const { id, text, base } of this.#notes.all()) await this.note(id, text, base);
  }
}
