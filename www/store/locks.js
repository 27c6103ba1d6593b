// Who may write what: one holder of a name among all tabs of the site, by Web Locks, or
// where the browser has none (plain http) by what the tabs tell each other. Where it denies
// even that, names are held among the parts of this tab alone.

import { ChannelLocks } from "./channel_locks.js";

/** @typedef {() => void} Release gives a held name back; again, it does nothing */

/**
 * What is used of the browser's locks.
 * @typedef {object} Manager
 * @property {(name: string, options: LockOptions, use: (lock: Lock | null) => any) => Promise<any>} request
 * @property {() => Promise<{ held?: LockInfo[] }>} query
 */

export class Locks {
  #prefix;
  #manager;
  /** Names that this tab holds, and what resolves when each is free again. @type {Map<string, Promise<void>>} */
  #mine = new Map();

  /**
   * @param {string} prefix the site's own
   * @param {Manager | null} [manager]
   */
  constructor(prefix, manager = globalThis.navigator?.locks ?? new ChannelLocks(prefix)) {
    this.#prefix = `${prefix} `;
    this.#manager = manager;
  }

  /**
   * Takes a name for the caller alone.
   * @param {string} name
   * @param {number} [patience_ms] how long another holder is waited for
   * @returns {Promise<Release | null>} nothing if another holds it
   */
  async hold(name, patience_ms = 0) {
    const manager = this.#manager;
    if (!manager) return this.#hold_here(name, patience_ms);
    try {
      const held = patience_ms > 0 ? await this.#queue(manager, name, patience_ms) : null;
      // Only the browser knows whether it is free: a clock may run out on a busy machine.
      return held ?? (await this.#request(manager, name, { ifAvailable: true }));
    } catch {
      // Where the browser denies locks it denies storage: nothing is shared.
      return this.#hold_here(name, patience_ms);
    }
  }

  /** Whether any tab holds it, this one too. @param {string} name */
  async is_held(name) {
    return this.#mine.has(name) || (await this.held()).has(name);
  }

  /** Whether another tab holds it. @param {string} name */
  async is_held_elsewhere(name) {
    return !this.#mine.has(name) && (await this.held()).has(name);
  }

  /** All names that are held, in any tab. @returns {Promise<Set<string>>} */
  async held() {
    const names = new Set(this.#mine.keys());
    try {
      const { held = [] } = (await this.#manager?.query()) ?? {};
      for (const { name = "" } of held) {
        if (name.startsWith(this.#prefix)) names.add(name.slice(this.#prefix.length));
      }
    } catch {
      // Denied: nothing is shared.
    }
    return names;
  }

  /**
   * @param {Manager} manager
   * @param {string} name
   * @param {number} patience_ms
   * @returns {Promise<Release | null>}
   */
  async #queue(manager, name, patience_ms) {
    const giving_up = new AbortController();
    const timer = setTimeout(() => giving_up.abort(), patience_ms);
    try {
      return await this.#request(manager, name, { signal: giving_up.signal });
    } catch (error) {
      if (giving_up.signal.aborted) return null;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * @param {Manager} manager
   * @param {string} name
   * @param {LockOptions} options
   * @returns {Promise<Release | null>}
   */
  #request(manager, name, options) {
    return new Promise((resolve, reject) => {
      manager
        .request(this.#prefix + name, options, (lock) => {
          // Granted too late: returning gives it back.
          if (!lock || options.signal?.aborted) return resolve(null);
          const { release, is_free } = this.#take(name);
          resolve(release);
          return is_free;
        })
        .catch(reject);
    });
  }

  /** @param {string} name @param {number} patience_ms @returns {Promise<Release | null>} */
  async #hold_here(name, patience_ms) {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const is_late = new Promise((resolve) => {
      timer = setTimeout(resolve, patience_ms, true);
    });
    try {
      for (let held = this.#mine.get(name); held; held = this.#mine.get(name)) {
        if (await Promise.race([held, is_late])) return null;
      }
      return this.#take(name).release;
    } finally {
      clearTimeout(timer);
    }
  }

  /** @param {string} name */
  #take(name) {
    /** @type {() => void} */
    let resolve = () => {};
    /** @type {Promise<void>} */
    const is_free = new Promise((free) => {
      resolve = free;
    });
    this.#mine.set(name, is_free);
    const release = () => {
      if (this.#mine.get(name) === is_free) this.#mine.delete(name);
      resolve();
    };
    return { release, is_free };
  }
}
