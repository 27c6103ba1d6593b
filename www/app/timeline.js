// The controller of the slider over a run's epochs: which can be shown, which is, and the play
// through all of them. What is shown is the newest until a person asks for an earlier one, and
// again as soon as the inside is closed or something else stands. Knows no document.

import { create_store } from "./state.js";

/** @import { KeptEpochs } from "./kept_epochs.js" */
/** @import { PageState, View } from "./state.js" */

/** How long an epoch stands while they are played. */
const PLAY_MS = 700;

/**
 * @typedef {object} TimelineState
 * @property {number[]} epochs that can be shown, in order, 0 the start; none where nothing is kept
 * @property {number} last epoch that is finished: there the model is as it stands
 * @property {number} shown
 * @property {number} every 1 where all epochs are kept, 2 where every second one is
 * @property {boolean} is_playing
 * @property {boolean} is_too_large not even one epoch of this network is kept
 */

export class Timeline {
  store = create_store(/** @type {TimelineState} */ (nothing_kept()));
  #page;
  #epochs;
  #later;
  #read;
  #is_open = false;
  /** Of the play under way; another number ends it. */
  #play = 0;

  /**
   * @param {object} parts
   * @param {View<PageState>} parts.page
   * @param {KeptEpochs} parts.epochs
   * @param {() => Promise<unknown>} parts.read done when the epoch that is shown has been read
   * @param {(work: () => void, after_ms: number) => unknown} [parts.later] tests put their own clock in its place
   */
  constructor({ page, epochs, read, later = (work, after_ms) => setTimeout(work, after_ms) }) {
    this.#page = page;
    this.#epochs = epochs;
    this.#later = later;
    this.#read = read;
    page.watch(["run", "model", "looked_back"], () => this.#look());
  }

  open() {
    this.#is_open = true;
    this.#look();
  }

  /** The newest is shown again. */
  close() {
    this.#is_open = false;
    this.stop();
    this.#epochs.show(null);
  }

  /**
   * A person asks for an epoch: the next one in that direction that is kept.
   * @param {number} wanted
   */
  choose(wanted) {
    this.stop();
    this.#show(wanted);
  }

  /** Plays all epochs from the one shown on, from the start where that is the last. */
  play() {
    const { shown, last } = this.store.get();
    const play = ++this.#play;
    this.store.set({ is_playing: true });
    if (shown >= last) this.#show(0);
    const step = () => {
      if (play !== this.#play) return;
      this.#show(this.store.get().shown + 1);
      // Something else stands, or the end is reached.
      if (this.#page.get().looked_back === null) this.stop();
      else stand();
    };
    // Where reading takes long, the next epoch would come before this one was ever seen.
    const stand = () => void this.#read().then(() => this.#later(step, PLAY_MS));
    stand();
  }

  stop() {
    this.#play += 1;
    this.store.set({ is_playing: false });
  }

  /** @param {number} wanted */
  #show(wanted) {
    const { epochs, shown, last } = this.store.get();
    const found =
      wanted >= shown
        ? epochs.find((epoch) => epoch >= wanted)
        : epochs.findLast((epoch) => epoch <= wanted);
    this.#epochs.show(found === undefined || found >= last ? null : found);
    // The slider goes to what is shown, wherever it was pulled to.
    this.#look();
  }

  #look() {
    if (!this.#is_open) return;
    const { kept, every } = this.#epochs;
    if (kept.length === 0) {
      this.store.set({ ...nothing_kept(), is_too_large: this.#epochs.is_too_large });
      return;
    }
    const { run, looked_back } = this.#page.get();
    const last = run.history.length;
    const earlier = kept.map(({ epoch }) => epoch).filter((epoch) => epoch < last);
    const shown = looked_back ? looked_back.epoch : last;
    const epochs = [0, ...earlier, last];
    this.store.set({ epochs, last, shown, every, is_too_large: false });
  }
}

/** @returns {TimelineState} */
function nothing_kept() {
  return { epochs: [], last: 0, shown: 0, every: 1, is_playing: false, is_too_large: false };
}
