// One site in one browser, for journeys: its tabs, each with a page, what they share, and
// a clock that stands still unless something moves. Everything is done in the same order
// each time.

import "fake-indexeddb/auto";
import { create_actions } from "../../www/app/actions.js";
import { start_planner } from "../../www/app/planner.js";
import { restore } from "../../www/app/restore.js";
import { create_store, in_use, initial_state } from "../../www/app/state.js";
import { DEFAULTS } from "../../www/base/settings.js";
import { create_stores } from "../../www/store/stores.js";
import { FakeEngine } from "./fake_engine.mjs";

/** A moment: whatever waits for nothing else has happened after it. */
export const moment = () => new Promise((resolve) => setImmediate(resolve));

/** @param {number} num */
export async function moments(num) {
  for (let at = 0; at < num; at++) await moment();
}

/** So long is a moment to whoever waits by the clock. */
const MOMENT_MS = 20;

/** @param {() => void} work @param {number} [after_ms] */
const later = (work, after_ms = 0) =>
  void moments(Math.max(1, Math.ceil(after_ms / MOMENT_MS))).then(work);

/** Web Locks of one browser. */
class Locks {
  /** @type {{ name: string, owner: object, grant: () => void, is_held: boolean }[]} */
  #asked = [];

  /** What a tab sees of them. @param {object} owner */
  of(owner) {
    const request = (
      /** @type {string} */ name,
      /** @type {LockOptions} */ { ifAvailable, signal },
      /** @type {(lock: Lock | null) => unknown} */ use,
    ) =>
      new Promise((resolve, reject) => {
        if (ifAvailable && this.#asked.some((one) => one.name === name)) {
          return resolve(use(null));
        }
        const mine = {
          name,
          owner,
          is_held: false,
          grant: () => {
            mine.is_held = true;
            void moment()
              .then(() => use(/** @type {Lock} */ ({ name })))
              .then(resolve, reject)
              .then(() => this.#drop((one) => one === mine));
          },
        };
        this.#asked.push(mine);
        signal?.addEventListener("abort", () => {
          if (mine.is_held) return;
          this.#drop((one) => one === mine);
          reject(signal.reason);
        });
        this.#grant();
      });
    const query = async () => ({ held: this.#asked.filter(({ is_held }) => is_held) });
    return /** @type {any} */ ({ request, query });
  }

  /** A tab is closed. @param {object} owner */
  free(owner) {
    this.#drop((one) => one.owner === owner);
  }

  /** @param {(one: { owner: object }) => boolean} is_it */
  #drop(is_it) {
    this.#asked = this.#asked.filter((one) => !is_it(one));
    this.#grant();
  }

  #grant() {
    const names = new Set();
    for (const one of [...this.#asked]) {
      if (!names.has(one.name) && !one.is_held) one.grant();
      names.add(one.name);
    }
  }
}

/** What a tab tells the others. */
class Channel {
  /** @type {Set<Channel>} */
  static #all = new Set();
  /** @type {((event: { data: unknown }) => void) | null} */
  onmessage = null;

  /** @param {string} name */
  constructor(name) {
    this.name = name;
    Channel.#all.add(this);
  }
  /** @param {unknown} data */
  postMessage(data) {
    for (const one of Channel.#all) {
      if (one === this || one.name !== this.name) continue;
      void moment().then(() => Channel.#all.has(one) && one.onmessage?.({ data }));
    }
  }
  close() {
    Channel.#all.delete(this);
  }
}

/**
 * Puts the journeys' clock and channel in the place of Node's.
 * @returns {() => void} puts them back
 */
export function without_time() {
  const { setTimeout: set, clearTimeout: clear, BroadcastChannel: channel } = globalThis;
  const fake = /** @type {any} */ ({
    setTimeout(
      /** @type {(...values: unknown[]) => void} */ work,
      /** @type {number} */ after_ms,
      /** @type {unknown[]} */ ...values
    ) {
      const timer = { is_over: false };
      later(() => !timer.is_over && work(...values), after_ms);
      return timer;
    },
    clearTimeout(/** @type {{ is_over: boolean } | undefined} */ timer) {
      if (timer) timer.is_over = true;
    },
    BroadcastChannel: Channel,
  });
  Object.assign(globalThis, fake);
  return () => {
    Object.assign(globalThis, { setTimeout: set, clearTimeout: clear, BroadcastChannel: channel });
  };
}

/** What of a page's state tells that something is under way. */
const MOVING = /** @type {const} */ (["loading", "evaluating", "is_tuning"]);

/** A page: its state, its controllers and its engine. */
export class Page {
  notices = /** @type {string[]} */ ([]);
  faults = /** @type {unknown[]} */ ([]);
  /** What the fields should show. */
  config = { ...DEFAULTS };
  /** What they showed before a run that went on brought its settings. @type {typeof DEFAULTS | null} */
  typed = null;
  /** What was offered when Continue was pressed last. @type {import("../../www/app/state.js").Offer | null} */
  offered = null;
  #num_changes = 0;
  #is_moving = false;
  /** What was downloaded last. @type {Blob | null} */
  downloaded = null;

  /** @param {number} tab @param {string} scope @param {Locks} locks @param {() => Storage} tab_storage */
  constructor(tab, scope, locks, tab_storage) {
    this.tab = tab;
    const notice = (/** @type {string} */ sentence) => void this.notices.push(sentence);
    this.store = create_store(initial_state(this.config), (error) => this.faults.push(error));
    this.store.watch(["run", "runs", "data", "model", "offer", "config", ...MOVING], (state) => {
      const is_running = ["opening", "stopping", "training"].includes(state.run.phase);
      this.#is_moving = is_running || MOVING.some((key) => Boolean(state[key]));
      this.#num_changes += 1;
    });
    this.engine = new FakeEngine(moment);
    this.stores = create_stores({
      scope,
      tab_storage,
      locks: locks.of(this),
      on_notice: notice,
      on_evicted: (names) => notice(`evicted ${names.join()}`),
      in_use: () => in_use(this.store.get()),
      estimate: async () => ({ usage: 0, quota: 1e9 }),
    });
    const engine = /** @type {any} */ (this.engine);
    const made = create_actions({
      store: this.store,
      engine,
      ...this.stores,
      fetch_set: async () => /** @type {any} */ ({ name: "sample.csv.gz", num_rows: 100 }),
      download: (blob) => void (this.downloaded = blob),
      notice,
      announce: () => {},
      later,
      typed: {
        get: (name) => tab_storage().getItem(name),
        set: (name, value) => tab_storage().setItem(name, value),
      },
    });
    this.actions = made.actions;
    this.library = made.library;
    this.words = made.words;
    this.parts = { store: this.store, engine, ...this.stores, ...made, notice };
  }

  async open() {
    start_planner({ ...this.parts, later });
    await restore({ ...this.parts, with_settings: true });
    this.stores.database.hear(
      "runs",
      () => void this.library.refresh().catch((error) => this.faults.push(error)),
    );
  }

  /** Until nothing moves by itself any more. */
  async settle() {
    let before = -1;
    for (let quiet = 0, waited = 0; quiet < 50; waited++) {
      if (waited > 100_000)
        throw new Error(`it never comes to rest: ${this.store.get().run.phase}`);
      await moment();
      const now = this.#num_changes + this.notices.length;
      quiet = now === before && !this.#is_moving ? quiet + 1 : 0;
      before = now;
    }
  }
}

let num_sites = 0;

/** A site with up to two tabs. */
export class Site {
  #scope = `/journey ${++num_sites}/`;
  #locks = new Locks();
  /** @type {Map<string, string>[]} */
  #storages = [new Map(), new Map()];
  /** Tabs that are open. @type {(Page | undefined)[]} */
  tabs = [];
  #at = 0;
  /** Settings of pages that were closed. @type {Page["config"][]} */
  settings = [];

  /** The page in front. @returns {Page} */
  get page() {
    return /** @type {Page} */ (this.tabs[this.#at]);
  }

  get pages() {
    return this.tabs.filter((page) => page !== undefined);
  }

  /** Opens the tab in front, anew if it is open. */
  async load() {
    this.#close(this.tabs[this.#at]);
    const kept = /** @type {Map<string, string>} */ (this.#storages[this.#at]);
    const storage = /** @type {any} */ ({
      getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
      setItem: (/** @type {string} */ key, /** @type {string} */ value) => kept.set(key, value),
      removeItem: (/** @type {string} */ key) => kept.delete(key),
    });
    this.tabs[this.#at] = new Page(this.#at, this.#scope, this.#locks, () => storage);
    await this.page.open();
  }

  async other_tab() {
    this.#at = 1 - this.#at;
    if (!this.tabs[this.#at]) await this.load();
  }

  /** Closes the tab behind, whatever it is at. */
  close_other() {
    const behind = 1 - this.#at;
    this.#close(this.tabs[behind]);
    this.tabs[behind] = undefined;
  }

  /** Until nothing moves in any tab. */
  async settle() {
    for (const page of this.pages) await page.settle();
    // What the one did last, the other has heard of.
    for (const page of this.pages) await page.settle();
  }

  close() {
    for (const page of this.pages) this.#close(page);
  }

  /** @param {Page | undefined} page */
  #close(page) {
    if (!page) return;
    this.settings.push(page.config);
    page.engine.unload();
    page.stores.database.stop();
    this.#locks.free(page);
  }
}
