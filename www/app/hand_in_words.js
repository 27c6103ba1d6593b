// What a person says of the report as a whole: the introduction and the conclusion, which
// studies it holds, and which parts of the assignment are left out. Kept with each change,
// so that a page may be closed at any moment.

import { PREFERENCES } from "../base/preferences.js";

/** @import { SmallStore } from "../base/preferences.js" */
/** @import { Store } from "./state.js" */
/** @import { StudyState } from "./study_state.js" */

/** @typedef {Pick<StudyState, "introduction" | "conclusion" | "left_out" | "chosen">} Written */

const REMEMBERED = "hand in";

export class HandInWords {
  #store;
  #storage;

  /** @param {Store<StudyState>} store @param {SmallStore} [storage] tests put their own in its place */
  constructor(store, storage = PREFERENCES) {
    this.#store = store;
    this.#storage = storage;
    store.set(remembered(storage.get(REMEMBERED)));
    let { chosen } = store.get();
    store.watch(["chosen"], (state) => {
      if (state.chosen === chosen) return;
      ({ chosen } = state);
      this.#keep();
    });
  }

  /** @param {Partial<Written>} patch */
  write(patch) {
    this.#store.set(patch);
    this.#keep();
  }

  #keep() {
    const { introduction, conclusion, left_out, chosen } = this.#store.get();
    this.#storage.set(REMEMBERED, JSON.stringify({ introduction, conclusion, left_out, chosen }));
  }
}

/** @param {string | null} text @returns {Written} */
function remembered(text) {
  /** @type {Record<string, unknown>} */
  let found = {};
  try {
    found = Object(JSON.parse(text ?? "{}"));
  } catch {
    // Text that is not ours: the boxes start empty.
  }
  const { introduction, conclusion, left_out, chosen } = found;
  return {
    introduction: typeof introduction === "string" ? introduction : "",
    conclusion: typeof conclusion === "string" ? conclusion : "",
    left_out: Array.isArray(left_out) ? left_out.map(String) : [],
    chosen: Array.isArray(chosen) ? chosen.map(String) : [],
  };
}
