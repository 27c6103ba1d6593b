// One worker as the page holds it: its engine behind comlink, its death noticed,
// whatever it died of and however early. Who computes what is the business of
// custody.js and pool.js.

import { carry_errors } from "../base/crossing.js";
import { new_id } from "../base/id.js";
import { script_url } from "../base/script_url.js";
import * as Comlink from "../vendor/comlink.mjs";
import { wait_awake } from "./patience.js";

/** @import { SignOfLife } from "../worker/life.js" */
/** @import { Engine } from "../worker/engine.js" */

carry_errors();

/** A worker whose script has not run after so long is not coming. */
const START_MS = 15_000;

/** Where a death cannot be told by a lock, a worker that is silent for so long counts as dead. */
const SILENCE_MS = 30_000;

/** The worker is gone: it trapped, ran out of memory, lost its device, or was ended. */
export class WorkerCrashed extends Error {
  /** @param {string} reason */
  constructor(reason) {
    super(reason);
    this.name = "WorkerCrashed";
  }
}

/**
 * A worker as it is used; tests put their own in its place.
 * @typedef {Pick<EngineWorker, "is_dead" | "call" | "kill">} WorkerLike
 */

/**
 * One worker with its engine. Comlink's promises stay open for ever when a
 * worker dies; `call` rejects them instead.
 */
export class EngineWorker {
  #name;
  /** @type {Worker} */
  #worker;
  /** @type {Comlink.Remote<Engine>} */
  #engine;
  /** What ended it. @type {WorkerCrashed | null} */
  #death = null;
  /** How to give up each call under way; each takes itself out again. @type {Set<(death: WorkerCrashed) => void>} */
  #calls = new Set();
  /** Calls off the wait for a sign of life. */
  #stop_waiting;

  /**
   * @param {string} label shown by the browser's developer tools
   * @param {{ start_ms?: number, silence_ms?: number }} [patience]
   */
  constructor(label, { start_ms = START_MS, silence_ms = SILENCE_MS } = {}) {
    // Its lock bears the same name, which no other worker has.
    this.#name = `${label} ${new_id()}`;
    this.#worker = new Worker(script_url("worker/worker.js"), { type: "module", name: this.#name });
    this.#engine = Comlink.wrap(this.#worker);
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.kill(event.message || "its script could not be loaded");
    });
    this.#worker.addEventListener("messageerror", () => this.kill("a message could not be read"));
    this.#stop_waiting = wait_awake(start_ms, () => {
      this.kill(`it did not start within ${start_ms / 1000} s`);
    });
    const listen = (/** @type {MessageEvent<Partial<SignOfLife>>} */ { data }) => {
      if (!data.is_alive) return;
      this.#worker.removeEventListener("message", listen);
      this.#stop_waiting();
      if (this.#death) return;
      if (data.holds_lock) this.#watch_lock();
      else this.#watch_silence(silence_ms);
    };
    this.#worker.addEventListener("message", listen);
  }

  /** Whether the worker is gone for good. */
  get is_dead() {
    return this.#death !== null;
  }

  /**
   * Calls the engine; rejects with `WorkerCrashed` if the worker dies meanwhile.
   * @template T
   * @param {(engine: Comlink.Remote<Engine>) => T | PromiseLike<T>} ask
   * @returns {Promise<Awaited<T>>}
   */
  call(ask) {
    if (this.#death) return Promise.reject(this.#death);
    return new Promise((resolve, reject) => {
      this.#calls.add(reject);
      Promise.resolve(ask(this.#engine))
        .then(resolve, (error) => {
          if (!(error instanceof Error) || error.name !== "EngineDead") return reject(error);
          // It can do no more, and says so to every call; this is the first.
          this.kill(error.message);
        })
        .finally(() => this.#calls.delete(reject));
    });
  }

  /**
   * Ends the worker at once and rejects every call under way.
   * @param {string} [reason]
   */
  kill(reason = "it was ended") {
    if (this.#death) return;
    this.#death = new WorkerCrashed(reason);
    this.#stop_waiting();
    this.#worker.terminate();
    for (const give_up of this.#calls) give_up(this.#death);
    this.#calls.clear();
  }

  /** The lock that the worker holds as long as it lives falls to us when it does not. */
  #watch_lock() {
    navigator.locks
      .request(this.#name, () => this.kill("the browser ended it"))
      .catch((error) => this.kill(`its lock was lost (${error})`));
  }

  /**
   * Without locks: it is asked for a sign of life again and again.
   * @param {number} silence_ms
   */
  #watch_silence(silence_ms) {
    const ask = () => {
      this.#stop_waiting = wait_awake(silence_ms, () => {
        this.kill(`no sign of life for ${silence_ms / 1000} s`);
      });
      this.call((engine) => engine.ping()).then(
        () => {
          this.#stop_waiting();
          if (!this.#death) this.#stop_waiting = wait_awake(silence_ms / 10, ask);
        },
        () => {},
      );
    };
    ask();
  }
}
