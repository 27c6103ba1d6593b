// Picked files on their way to a data set: read by the CPU worker one after the other,
// taken by nobody. A reading ends at once when it is cancelled, whatever became of the
// worker.

import { unless_aborted } from "../base/fault.js";
import { new_id } from "../base/id.js";
import * as Comlink from "../vendor/comlink.mjs";
import { wait_awake } from "./patience.js";

/** @import { LoadProgress } from "../pkg/ndarray/inkling.js" */
/** @import { LoadedData } from "../worker/dataset.js" */
/** @import { Question, ReadWish } from "../worker/reading.js" */
/** @import { Station } from "./station.js" */
/** @import { Stations } from "./stations.js" */

/**
 * @typedef {object} ReadWatch
 * @property {AbortSignal} [signal] cancels it; it rejects with the signal's reason
 * @property {(progress: LoadProgress) => void} [on_progress] never told after the end
 */

/** @typedef {ReadWatch & ReadWish} ReadOptions */

export class FileReading {
  #stations;
  #patience_ms;
  #is_spared;
  /** The end of all readings so far. @type {Promise<unknown>} */
  #last = Promise.resolve();

  /**
   * @param {Stations} stations
   * @param {number} patience_ms a worker that does not confirm a cancelling by then is ended
   * @param {(station: Station) => boolean} is_spared because it has something else to lose
   */
  constructor(stations, patience_ms, is_spared) {
    this.#stations = stations;
    this.#patience_ms = patience_ms;
    this.#is_spared = is_spared;
  }

  /**
   * @param {File[]} files one, or the two that IDX comes as, in any order
   * @param {ReadOptions} options
   * @returns {Promise<LoadedData | { question: Question }>}
   */
  read(files, { signal = new AbortController().signal, on_progress, ...wish }) {
    const turn = this.#last.then(() => this.#read(files, signal, on_progress, wish));
    this.#last = turn.catch(() => {});
    return unless_aborted(turn, signal);
  }

  /**
   * @param {File[]} files
   * @param {AbortSignal} signal
   * @param {ReadOptions["on_progress"]} on_progress
   * @param {ReadWish} wish
   */
  async #read(files, signal, on_progress, wish) {
    const token = new_id();
    let is_over = false;
    const tell = Comlink.proxy((/** @type {LoadProgress} */ progress) => {
      // It comes through a port of its own and may arrive after the end.
      if (!is_over && !signal.aborted) on_progress?.(progress);
    });
    const cancel = () => this.#cancel(token);
    signal.addEventListener("abort", cancel, { once: true });
    try {
      const station = await unless_aborted(this.#stations.open_cpu(), signal);
      return await station.call(async (engine) => await engine.read_file(token, files, wish, tell));
    } finally {
      is_over = true;
      signal.removeEventListener("abort", cancel);
    }
  }

  /**
   * Tells the worker, and ends it if it does not even answer.
   * @param {string} token
   */
  #cancel(token) {
    const station = this.#stations.of("ndarray");
    const call_off = wait_awake(this.#patience_ms, () => {
      if (!this.#is_spared(station)) station.kill("it did not answer when reading was cancelled");
    });
    station.call((engine) => engine.cancel_read(token)).then(call_off, call_off);
  }
}
