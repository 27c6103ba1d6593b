// One worker as the page holds it: its engine behind comlink, its death noticed,
// whatever it died of. Who computes what is the business of trainer.js and pool.js.

import { script_url } from "../base/script_url.js";
import * as Comlink from "../vendor/comlink.mjs";

/** @import { Engine } from "../worker/worker.js" */

/** The worker is gone: it trapped, ran out of memory or lost its device. */
export class WorkerCrashed extends Error {
  /** @param {string} reason */
  constructor(reason) {
    super(reason);
    this.name = "WorkerCrashed";
  }
}

/**
 * One worker with its engine. Comlink's promises stay open for ever when a
 * worker dies; `call` rejects them instead.
 */
export class EngineWorker {
  /** @type {Worker} */
  #worker;
  /** @type {Comlink.Remote<Engine>} */
  #engine;
  /** @type {(error: Error) => void} */
  #fail = () => {};
  /** @type {Promise<never>} */
  #dead;
  #is_dead = false;

  /** @param {string} name shown by the browser's developer tools */
  constructor(name) {
    this.#worker = new Worker(script_url("worker/worker.js"), { type: "module", name });
    this.#engine = Comlink.wrap(this.#worker);
    this.#dead = new Promise((_, reject) => {
      this.#fail = reject;
    });
    // Without a call under way nobody waits for this promise.
    this.#dead.catch(() => {});
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.kill(event.message || "its script could not be loaded");
    });
    this.#worker.addEventListener("messageerror", () => this.kill("a message could not be read"));
    this.#watch().catch(() => {
      // Dead already, and told by whoever was waiting for it.
    });
  }

  /**
   * A worker that the browser ends, for want of memory say, sends no event; but
   * a lock that it holds falls free.
   */
  async #watch() {
    if (!navigator.locks) return;
    const life = `inkling worker ${crypto.randomUUID()}`;
    await this.call((engine) => engine.hold_lock(life));
    await navigator.locks.request(life, () => this.kill("the browser ended it"));
  }

  /** Whether the worker is gone for good. */
  get is_dead() {
    return this.#is_dead;
  }

  /**
   * Calls the engine; rejects with `WorkerCrashed` if the worker dies meanwhile.
   * @template T
   * @param {(engine: Comlink.Remote<Engine>) => T | PromiseLike<T>} ask
   * @returns {Promise<Awaited<T>>}
   */
  async call(ask) {
    try {
      return await Promise.race([ask(this.#engine), this.#dead]);
    } catch (error) {
      // Comlink keeps an error's name and message, not its class.
      if (error instanceof Error && error.name === "EngineDead") {
        this.kill(error.message);
        throw new WorkerCrashed(error.message);
      }
      throw error;
    }
  }

  /**
   * Ends the worker at once and rejects every call under way.
   * @param {string} [reason]
   */
  kill(reason = "it was ended") {
    if (this.#is_dead) return;
    this.#is_dead = true;
    this.#worker.terminate();
    this.#fail(new WorkerCrashed(reason));
  }
}
