// A worker and what it has been given: its engine, opened once, and a data set. What
// changes a worker goes through one queue, one thing after the other; so what has been
// fed before a question is asked is what answers it.

/** @import { Artifact } from "../worker/artifact.js" */
/** @import { LoadedData } from "../worker/dataset.js" */
/** @import { WorkerLike } from "./engine_worker.js" */

export class Station {
  #worker;
  #artifact;
  #num_threads;
  /** The device in words. @type {Promise<string> | null} */
  #opening = null;
  /** Of the data set that the worker holds; empty for none. */
  #checksum = "";
  /** The end of all changes so far. @type {Promise<unknown>} */
  #changing = Promise.resolve();

  /**
   * @param {WorkerLike} worker
   * @param {Artifact} artifact
   * @param {number} [num_threads] that may share a run on the CPU
   */
  constructor(worker, artifact, num_threads = 1) {
    this.#worker = worker;
    this.#artifact = artifact;
    this.#num_threads = num_threads;
  }

  get is_dead() {
    return this.#worker.is_dead;
  }

  /** @type {WorkerLike["call"]} */
  call(ask) {
    return this.#worker.call(ask);
  }

  /** @param {string} reason */
  kill(reason) {
    this.#worker.kill(reason);
  }

  /**
   * Loads the artifact and opens its device, once.
   * @returns {Promise<string>} the device, as the engine names it
   */
  open() {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  async #open() {
    try {
      return await this.call((engine) => engine.open(this.#artifact, this.#num_threads));
    } catch (error) {
      // It may be tried again, with a fresh worker: the wasm module of this one may be
      // half initialised.
      this.kill("its engine could not be opened");
      throw error;
    }
  }

  /**
   * Does what changes the worker once everything before it is done.
   * @template T
   * @param {() => T | Promise<T>} change
   * @returns {Promise<T>}
   */
  change(change) {
    const changed = this.#changing.then(change);
    this.#changing = changed.catch(() => {});
    return changed;
  }

  /**
   * Gives the worker a data set if it does not hold it yet.
   * @param {LoadedData} data
   */
  feed(data) {
    return this.change(() => this.feed_now(data));
  }

  /**
   * The same within a change.
   * @param {LoadedData} data
   */
  async feed_now(data) {
    await this.open();
    const { checksum } = data.summary;
    if (this.#checksum === checksum) return;
    await this.call((engine) => engine.load_data(data));
    this.#checksum = checksum;
  }
}
