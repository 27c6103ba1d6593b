// What a person says beside the studies: the introduction, the remarks on the baseline and
// the conclusion, which studies it holds, and which parts of the assignment are left out. Kept with each change,
// so that a page may be closed at any moment; of two tabs neither overwrites what it has not changed.

import { PREFERENCES, on_other_tab } from "../base/preferences.js";

/** @import { SmallStore } from "../base/preferences.js" */
/** @import { Store } from "./state.js" */
/** @import { StudyState } from "./study_state.js" */

/** @typedef {Pick<StudyState, "introduction" | "baseline_remarks" | "conclusion" | "left_out" | "chosen">} Written */

const REMEMBERED = "hand in";

export class HandInWords {
  #store;
  #storage;

  /**
   * @param {Store<StudyState>} store
   * @param {SmallStore} [storage] tests put their own in its place
   * @param {typeof on_other_tab} [follow] they do so here as well
   */
  constructor(store, storage = PREFERENCES, follow = on_other_tab) {
    this.#store = store;
    this.#storage = storage;
    store.set(remembered(storage.get(REMEMBERED)));
    let { chosen } = store.get();
    store.watch(["chosen"], (state) => {
      if (state.chosen === chosen) return;
      ({ chosen } = state);
      this.#keep({ chosen });
    });
    follow(REMEMBERED, (text, before) => {
      // A box that the other tab has not touched is this one's.
      const [now, then] = [remembered(text), remembered(before)];
      for (const box of /** @type {const} */ (["introduction", "baseline_remarks", "conclusion"])) {
        if (now[box] !== then[box]) store.set({ [box]: now[box] });
      }
    });
  }

  /** @param {Partial<Written>} patch */
  write(patch) {
    this.#store.set(patch);
    this.#keep(patch);
  }

  /** @param {Partial<Written>} patch */
  #keep(patch) {
    const written = { ...remembered(this.#storage.get(REMEMBERED)), ...patch };
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
