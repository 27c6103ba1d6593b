// How many models have been scored on a test set. Each further one makes it a set by which
// something may have been chosen, so each is counted, over reloads and by all tabs.

import { preference, set_preference } from "../base/preferences.js";

/** @import { PageState, Store } from "./state.js" */

/** Ids of the models that read a set, by the set's id. @typedef {Readonly<Record<string, readonly string[]>>} Looks */

const REMEMBERED = "test looks";

/** More than anybody remembers; the sets that were read last are kept. */
const MOST_SETS = 20;
const MOST_MODELS = 999;

/** Where they are kept; tests put their own in its place. */
const STORAGE = { get: preference, set: set_preference };

export class TestLooks {
  #store;
  #storage;

  /** @param {Store<PageState>} store @param {typeof STORAGE} [storage] */
  constructor(store, storage = STORAGE) {
    this.#store = store;
    this.#storage = storage;
    store.set({ looks: remembered(storage.get(REMEMBERED)) });
  }

  /**
   * A model was scored on a set. The same model again shows nothing new.
   * @param {string} set_id `test <checksum>`
   * @param {string} model_id
   */
  add(set_id, model_id) {
    // Another tab may have looked, too.
    const { [set_id]: models = [], ...others } = remembered(this.#storage.get(REMEMBERED));
    const seen = [...new Set([...models, model_id])].slice(-MOST_MODELS);
    const sets = [...Object.entries(others), [set_id, seen]].slice(-MOST_SETS);
    const looks = Object.fromEntries(sets);
    this.#store.set({ looks });
    this.#storage.set(REMEMBERED, JSON.stringify(looks));
  }
}

/**
 * How many models have read a set.
 * @param {Pick<PageState, "looks">} state
 * @param {string} set_id
 */
export function num_looks({ looks }, set_id) {
  return looks[set_id]?.length ?? 0;
}

/** @param {string | null} text @returns {Looks} */
function remembered(text) {
  try {
    const entries = Object.entries(Object(JSON.parse(text ?? "{}")));
    return Object.fromEntries(
      entries.flatMap(([set, models]) =>
        Array.isArray(models) ? [[set, models.map(String)]] : [],
      ),
    );
  } catch {
    // Text that is not ours: nothing was looked at.
    return {};
  }
}
