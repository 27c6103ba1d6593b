// The list of the runs that this browser keeps, read anew whenever it may have changed.
// A run that another tab computes is asked after: a tab that is closed tells nobody.

import { in_turn } from "../base/readings.js";
import { offer_of } from "./offer.js";
import { run_name } from "./run_record.js";

/** @import { Runs, RunSummary } from "../store/runs.js" */
/** @import { RunController } from "./run.js" */
/** @import { PageState, Store } from "./state.js" */

/** So many runs can be told apart in one chart. */
export const MOST_PINNED = 8;

/** Whether another tab still computes a run is asked this often. */
const ASK_EVERY_MS = 2_000;

/**
 * @typedef {object} RunListParts
 * @property {Store<PageState>} store
 * @property {Runs} runs
 * @property {RunController} run
 */

export class RunList {
  #parts;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #asking;

  /** @param {RunListParts} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /** Whether a run was computed in another tab when the list was read last. */
  #was_elsewhere = false;

  /** Reads the list anew: done when what was there at the call is listed. */
  refresh = in_turn(() => this.#read());

  async #read() {
    const { store, runs, run } = this.#parts;
    const kept = await runs.list();
    const elsewhere = await Promise.all(
      kept.map(async (one) =>
        one.state === "running" && one.id !== run.id ? runs.running_elsewhere(one.id) : false,
      ),
    );
    /** @type {RunSummary[]} */
    const listed = kept.map((one, at) => {
      const is_alive = one.id === run.id || elsewhere[at] === true;
      // Whoever computed it is gone.
      return one.state === "running" && !is_alive ? { ...one, state: "interrupted" } : one;
    });
    const pinned = listed.filter(({ is_pinned }) => is_pinned).map(({ id }) => id);
    const { run: shown, is_kept } = store.get();
    const as_kept = listed.find(({ id }) => id === shown.id);
    store.set({
      runs: listed,
      pinned: pinned.slice(0, MOST_PINNED),
      is_kept: is_kept || listed.length > 0,
      // Another tab may have named it, gone on with it or deleted it.
      ...(as_kept ? { run: { ...shown, name: run_name(as_kept) } } : {}),
      ...(run.is_busy ? {} : { offer: as_kept ? offer_of(as_kept) : null }),
    });
    const is_elsewhere = elsewhere.includes(true);
    // What a tab wrote last may come to be read only after it is gone.
    this.#ask_again(is_elsewhere || this.#was_elsewhere);
    this.#was_elsewhere = is_elsewhere;
  }

  /** @param {boolean} is_elsewhere whether a run is computed in another tab */
  #ask_again(is_elsewhere) {
    clearTimeout(this.#asking);
    if (!is_elsewhere) return;
    this.#asking = setTimeout(() => {
      // What cannot be read now is asked for again by whatever changes next.
      this.refresh().catch(() => {});
    }, ASK_EVERY_MS);
  }
}
