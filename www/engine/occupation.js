// A piece of work that occupies a worker for long, a run or a fine-tuning, from the
// moment it is asked for: how it begins there, and how it ends, with what it has come
// to, without a result, or with its worker. After its end nothing of it goes on.

import { Cancelled, unless_aborted } from "../base/fault.js";
import { new_id } from "../base/id.js";
import { WorkerCrashed } from "./engine_worker.js";
import { wait_awake } from "./patience.js";

/** @import { Remote } from "../vendor/comlink.mjs" */
/** @import { LoadedData } from "../worker/dataset.js" */
/** @import { Engine } from "../worker/engine.js" */
/** @import { Station } from "./station.js" */

/** A worker that has not let go by then is ended; a person waits no longer. */
export const PATIENCE_MS = 2000;

/** @template T */
export class Occupation {
  /** What the worker calls it by, and the key of its model there. */
  token = new_id();
  /** Aborted when it ends before its time, with what `run` rejects with. @type {AbortSignal} */
  signal;
  #abort = new AbortController();
  #patience_ms;
  /** @type {Station | null} */
  #station = null;
  /** What the worker makes of it, once it has been asked. @type {Promise<T> | null} */
  #working = null;

  /**
   * @param {AbortSignal | undefined} signal gives it up, whatever it is at
   * @param {number} [patience_ms]
   */
  constructor(signal, patience_ms = PATIENCE_MS) {
    const own = this.#abort.signal;
    this.signal = signal ? AbortSignal.any([signal, own]) : own;
    this.#patience_ms = patience_ms;
  }

  /** The worker that it occupies, or will. */
  get station() {
    return this.#station;
  }

  /** Whether its worker has been asked to begin: what it learns from then on is not nothing. */
  get is_begun() {
    return this.#working !== null;
  }

  /**
   * Gives the worker its data, starts the work there and waits for what comes of it.
   * @param {Station} station
   * @param {LoadedData} data
   * @param {(engine: Remote<Engine>) => Promise<T>} start
   * @param {(station: Station) => Promise<void>} [prepare] once the worker has its data
   * @returns {Promise<T>} rejects at once with the signal's reason when that is aborted
   */
  async run(station, data, start, prepare = async () => {}) {
    this.#station = station;
    try {
      const beginning = station.change(async () => {
        this.signal.throwIfAborted();
        await station.feed_now(data);
        this.signal.throwIfAborted();
        await prepare(station);
        this.signal.throwIfAborted();
        const working = /** @type {Promise<T>} */ (station.call(start));
        working.catch(() => {});
        if (!station.is_dead) this.#working = working;
        // In an object, or the queue would wait for the end.
        return { working };
      });
      const { working } = await unless_aborted(beginning, this.signal);
      return await unless_aborted(working, this.signal);
    } catch (error) {
      if (!this.signal.aborted) throw error;
      this.#drop();
      throw this.signal.reason;
    }
  }

  /** Stops pulling. */
  async pause() {
    if (this.#working) await this.#station?.call((engine) => engine.pause(this.token));
  }

  /** Goes on. */
  async resume() {
    if (this.#working) await this.#station?.call((engine) => engine.resume(this.token));
  }

  /** Ends it with what it has come to; before it has begun there, without. */
  async stop() {
    if (this.#working) await this.#station?.call((engine) => engine.stop(this.token));
    else this.#abort.abort(new Cancelled("It was stopped before it began."));
  }

  /**
   * Ends it with its worker, at once; `run` rejects with `WorkerCrashed`.
   * @param {string} reason
   */
  end(reason) {
    // One that is not occupied yet has done nothing to be ended for.
    if (this.#working) this.#station?.kill(reason);
    this.#abort.abort(new WorkerCrashed(reason));
  }

  /** Has the worker let go; until it has, it takes nothing else in. */
  #drop() {
    const station = this.#station;
    const working = this.#working;
    if (!working || !station || station.is_dead) return;
    // What the work came to is told where it is awaited.
    void station.change(() => working.catch(() => {}));
    const call_off = wait_awake(this.#patience_ms, () =>
      station.kill("it did not stop when it was told to"),
    );
    working.finally(call_off).catch(() => {});
    station.call((engine) => engine.drop(this.token)).catch(() => {});
  }
}
