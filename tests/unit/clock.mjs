// Time that stands still unless a test has it pass. What a page waits for by a timer comes
// when the test says so, and never because the machine was slow, busy or stood still.

import { soon } from "./fake_worker.mjs";

/** @typedef {{ at_ms: number, every_ms: number, work: () => void }} Timer `every_ms`: 0 for once */

class Clock {
  #now_ms = 0;
  /** By their names, in the order in which they were set. @type {Map<number, Timer>} */
  #timers = new Map();
  #num_set = 0;

  /** Time until the next timer goes off, `Infinity` where none is set. */
  get next_ms() {
    return Math.min(...[...this.#timers.values()].map(({ at_ms }) => at_ms)) - this.#now_ms;
  }

  /** Has so much time pass; before and after each timer whatever waits for none happens. @param {number} ms */
  async pass(ms) {
    const end_ms = this.#now_ms + ms;
    for (;;) {
      await soon();
      if (this.#now_ms + this.next_ms > end_ms) break;
      this.#now_ms += this.next_ms;
      for (const [name, timer] of this.#timers) {
        if (timer.at_ms > this.#now_ms) continue;
        if (timer.every_ms > 0) timer.at_ms += timer.every_ms;
        else this.#timers.delete(name);
        timer.work();
      }
    }
    this.#now_ms = end_ms;
  }

  /** Puts it in the place of the platform's. */
  install() {
    const set = (/** @type {number} */ ms, /** @type {number} */ every_ms, work = () => {}) => {
      this.#num_set += 1;
      const name = this.#num_set;
      this.#timers.set(name, { at_ms: this.#now_ms + ms, every_ms, work });
      // For what is due at once no time need pass.
      if (ms <= 0) setImmediate(() => this.#timers.delete(name) && work());
      return name;
    };
    const clear = (/** @type {number | undefined} */ name) => this.#timers.delete(name ?? 0);
    Object.assign(globalThis, {
      /** @param {(...given: unknown[]) => void} work @param {unknown[]} given */
      setTimeout: (work, ms = 0, ...given) => set(ms, 0, () => work(...given)),
      /** @param {() => void} work */
      setInterval: (work, ms = 1) => set(ms, Math.max(1, ms), work),
      clearTimeout: clear,
      clearInterval: clear,
    });
    performance.now = () => this.#now_ms;
  }
}

/** A file's own clock, from its first test to its last. */
export function stopped_clock() {
  const clock = new Clock();
  clock.install();
  return clock;
}
