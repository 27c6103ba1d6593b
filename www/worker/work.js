// What occupies this worker: one run or one fine-tuning at a time, each under a token
// that the page gave it. Knows how each is paused, stopped and given up, whether it has
// begun or not yet come; what it computes is the business of run.js and tuning.js.

import { Cancelled, Refused } from "../base/fault.js";
import { Run } from "./run.js";

/**
 * What is under way.
 * @typedef {object} Occupant
 * @property {string} token
 * @property {Run} run
 * @property {AbortController} abort gives it up
 * @property {boolean} has_model whether its own model is the one that this worker holds
 */

export class Work {
  /** @type {Occupant | null} */
  #occupant = null;
  /** What was to end before it had come; only the next to come can be that. */
  #ended_early = { token: "", is_dropped: false };

  /** Whether something is under way. */
  get is_under_way() {
    return this.#occupant !== null;
  }

  /** Whether a run is under way whose own model is the one that is held. */
  get has_model() {
    return this.#occupant?.has_model ?? false;
  }

  /**
   * @template T
   * @param {string} token
   * @param {(occupant: Occupant) => Promise<T>} work
   * @returns {Promise<T>}
   */
  async occupy(token, work) {
    if (this.#occupant) throw new Refused("A run is under way; stop it first.");
    const abort = new AbortController();
    const occupant = { token, abort, run: new Run(abort.signal), has_model: false };
    this.#occupant = occupant;
    const early = this.#ended_early;
    if (early.token === token) void (early.is_dropped ? this.drop(token) : this.stop(token));
    try {
      abort.signal.throwIfAborted();
      return await work(occupant);
    } finally {
      this.#occupant = null;
    }
  }

  /** @param {string} token */
  pause(token) {
    this.#run(token)?.pause();
  }

  /** @param {string} token */
  resume(token) {
    this.#run(token)?.resume();
  }

  /** Ends it with what it has come to. @param {string} token */
  async stop(token) {
    const run = this.#run(token);
    if (run) await run.stop();
    else this.#ended_early = { token, is_dropped: false };
  }

  /** Ends it without a result. @param {string} token */
  drop(token) {
    if (this.#occupant?.token === token) this.#occupant.abort.abort(new Cancelled());
    else this.#ended_early = { token, is_dropped: true };
  }

  /** @param {string} token */
  #run(token) {
    return this.#occupant?.token === token ? this.#occupant.run : null;
  }
}
