// What a person says beside the studies: the introduction, the remarks on the baseline and
// the conclusion, which studies it holds, and which parts of the assignment are left out. Kept with each change,
// so that a page may be closed at any moment.

import { PREFERENCES } from "../base/preferences.js";

/** @import { SmallStore } from "../base/preferences.js" */
/** @import { Store } from "./state.js" */
/** @import { StudyState } from "./study_state.js" */

/** @typedef {Pick<StudyState, "introduction" | "baseline_remarks" | "conclusion" | "left_out" | "chosen">} Written */

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
    const { introduction, baseline_remarks, conclusion, left_out, chosen } = this.#store.get();
    const written = { introduction, baseline_remarks, conclusion, left_out, chosen };
    this.#storage.set(REMEMBERED, JSON.stringify(written));
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
  const { introduction, baseline_remarks, conclusion, left_out, chosen } = found;
  const words = (/** @type {unknown} */ told) => (typeof told === "string" ? told : "");
  return {
    introduction: words(introduction),
    baseline_remarks: words(baseline_remarks),
    conclusion: words(conclusion),
    left_out: Array.isArray(left_out) ? left_out.map(String) : [],
    chosen: Array.isArray(chosen) ? chosen.map(String) : [],
  };
}
