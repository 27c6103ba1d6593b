// How an engine ends: a trap anywhere, or a lost device, and nothing it is asked
// after that has an answer.

import { message_of } from "../base/fault.js";

/** Whether and why the engine is beyond use, and who waits for an answer of it. */
class Death {
  /** @type {Error | null} */
  error = null;
  /** Calls under way; each takes itself out again, or its answer would never be freed. @type {Set<(error: Error) => void>} */
  #waiting = new Set();

  /** @param {string} reason */
  strike(reason) {
    if (this.error) return;
    this.error = new Error(reason);
    this.error.name = "EngineDead";
    for (const give_up of this.#waiting) give_up(this.error);
    this.#waiting.clear();
  }

  /**
   * What `work` comes to, unless the engine dies meanwhile.
   * @template T
   * @param {Promise<T>} work
   * @returns {Promise<T>}
   */
  unless_struck(work) {
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      work.then(resolve, reject).finally(() => this.#waiting.delete(reject));
    });
  }
}

export const death = new Death();

/** The last message of Rust's panic hook: the trap after it says only "unreachable". */
let panic_message = "";
const console_error = console.error;
console.error = (...args) => {
  if (typeof args[0] === "string" && args[0].includes("panicked at")) panic_message = args[0];
  console_error(...args);
};

/** @param {unknown} error */
function is_fatal(error) {
  return error instanceof WebAssembly.RuntimeError;
}

/** Bytes of the allocation that each artifact was refused last. @type {(() => number)[]} */
const refused_bytes = [];

/**
 * Says how to ask an artifact, even one that has trapped, for what it was refused.
 * @param {() => number} ask
 */
export function ask_at_death(ask) {
  refused_bytes.push(ask);
}

/** @param {unknown} error */
function strike_for(error) {
  // The first line has the place in the source, the second the message.
  const panic = panic_message.split("\n").slice(0, 2).join(" ").trim();
  // Rust aborts without a word when an allocation is refused.
  const refused = Math.max(0, ...refused_bytes.map((ask) => ask()));
  const reason =
    refused > 0
      ? `the engine ran out of memory (it was refused ${(refused / 1e6).toFixed(1)} MB more)`
      : `the engine trapped (${message_of(error)})`;
  death.strike(panic || reason);
}

// A trap inside a future surfaces here and nowhere else: its promise stays open.
self.addEventListener("error", (event) => {
  event.preventDefault();
  strike_for(event.error ?? event.message);
});
self.addEventListener("unhandledrejection", (event) => {
  if (!is_fatal(event.reason)) return;
  event.preventDefault();
  strike_for(event.reason);
});

/**
 * Runs a piece of the engine's work; a trap in it ends the engine.
 * @template T
 * @param {() => T | Promise<T>} work
 * @returns {Promise<T>}
 */
export async function guarded(work) {
  if (death.error) throw death.error;
  try {
    return await death.unless_struck(Promise.resolve(work()));
  } catch (error) {
    if (!is_fatal(error)) throw error;
    strike_for(error);
    throw death.error;
  }
}
