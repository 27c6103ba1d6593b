// The epochs of the run that this page trained last, so that it can be looked back at: the
// checkpoints that are handed out anyway, by reference, in this page's memory and within a
// limit. Which of them is looked at now stands in the page's state. Nothing of it is kept
// beyond the page, and no run waits for it.

import { new_id } from "../base/id.js";
import { is_active, is_over } from "./state.js";

/** @import { EpochRef } from "../worker/look_back.js" */
/** @import { PageState, Store } from "./state.js" */

/** Bytes of checkpoints that are kept at most. */
export const MOST_EPOCH_BYTES = 64 * 2 ** 20;

/**
 * A run as it stood after an epoch.
 * @typedef {object} KeptEpoch
 * @property {number} epoch from 1
 * @property {string} key no other epoch of any run has it
 * @property {Uint8Array<ArrayBuffer>} checkpoint
 */

export class KeptEpochs {
  #store;
  #most_bytes;
  #run_id = "";
  /** @type {KeptEpoch[]} */
  #kept = [];
  /** Each epoch that this divides is kept, and the newest. */
  #every = 1;
  /** What is looked at, and what it stands beside. @type {{ ref: EpochRef, beside: string } | null} */
  #shown = null;

  /**
   * @param {Store<PageState>} store
   * @param {number} [most_bytes]
   */
  constructor(store, most_bytes = MOST_EPOCH_BYTES) {
    this.#store = store;
    this.#most_bytes = most_bytes;
    store.watch(["run", "model", "data"], () => {
      if (this.#shown && this.#shown.beside !== this.#beside()) this.show(null);
    });
  }

  /**
   * A run begins, or goes on after so many epochs: what came after them is no part of it.
   * @param {string} run_id
   * @param {number} num_epochs
   */
  begin(run_id, num_epochs) {
    this.show(null);
    const is_same = run_id === this.#run_id;
    this.#kept = is_same ? this.#kept.filter(({ epoch }) => epoch <= num_epochs) : [];
    if (!is_same) this.#every = 1;
    this.#run_id = run_id;
  }

  /**
   * @param {string} run_id
   * @param {number} epoch
   * @param {Uint8Array<ArrayBuffer>} checkpoint
   */
  keep(run_id, epoch, checkpoint) {
    if (run_id !== this.#run_id) return;
    this.#kept.push({ epoch, key: new_id(), checkpoint });
    for (;;) {
      const last = this.#kept.length - 1;
      this.#kept = this.#kept.filter((one, at) => at === last || one.epoch % this.#every === 0);
      const bytes = this.#kept.reduce((sum, one) => sum + one.checkpoint.length, 0);
      if (bytes <= this.#most_bytes) return;
      if (this.#kept.length === 1) this.#kept = [];
      else this.#every *= 2;
    }
  }

  /** Of the run and the model that stand; none where they are others. */
  get kept() {
    return this.#is_own && this.#store.get().run.id === this.#run_id ? this.#kept : [];
  }

  /** Why there are none, in a sentence. */
  get why_none() {
    const { run } = this.#store.get();
    // One that was refused has no id: nothing was trained, so no advice follows from it.
    if (run.id !== "" && run.id === this.#run_id && is_over(run)) {
      if (run.history.length === 0) {
        const ended = "This run ended before an epoch was over, so there is none to measure.";
        const has_diverged = run.result?.outcome === "failed";
        return has_diverged ? `${ended} A lower learning rate gets further.` : ended;
      }
      if (this.is_too_large) {
        return `An epoch of this network takes more than the ${this.#most_bytes / 2 ** 20} MB that this page keeps of them, so there is none to measure.`;
      }
    }
    return "There are no epochs to measure: train a run in this page first. It keeps its epochs until it is closed.";
  }

  /** Whether the run that stands is over and this page's own, and not one of its epochs fits. */
  get is_too_large() {
    const { run } = this.#store.get();
    const is_of_page = run.id === this.#run_id && is_over(run) && run.history.length > 0;
    return is_of_page && this.#is_own && this.#kept.length === 0;
  }

  /** 1 where all epochs are kept, 2 where every second one is, and so on. */
  get every() {
    return this.#every;
  }

  /**
   * Looks at an epoch, 0 for the start; at the newest again where it is not kept.
   * @param {number | null} epoch `null` for the model as it stands
   */
  show(epoch) {
    const ref = epoch === null ? null : this.ref(epoch);
    if (!ref && !this.#shown) return;
    this.#shown = ref && { ref, beside: this.#beside() };
    const { history } = this.#store.get().run;
    this.#store.set({ looked_back: ref && { epoch: epoch ?? 0, of: history.length } });
  }

  /** What is looked at, as a worker is asked for it; `null` for the model as it stands. */
  get shown() {
    return this.#shown?.ref ?? null;
  }

  /**
   * An epoch as a worker is asked for it.
   * @param {number} epoch 0 for the start, which follows from any of the others
   * @returns {EpochRef | null} `null` where it is not kept
   */
  ref(epoch) {
    const { kept } = this;
    const found = epoch === 0 ? kept[0] : kept.find((one) => one.epoch === epoch);
    if (!found) return null;
    const is_start = epoch === 0;
    const key = is_start ? `start of ${found.key}` : found.key;
    return { key, is_start, checkpoint: found.checkpoint };
  }

  /** An epoch is looked at as long as all of this stands. */
  #beside() {
    const { run, data } = this.#store.get();
    return `${run.id} ${data?.checksum} ${this.#is_own}`;
  }

  /** Whether the model that stands is the run's own. */
  get #is_own() {
    const { run, model } = this.#store.get();
    return is_active(run) || (model?.kind === "run" && model.run_id === run.id);
  }
}
