// A browser for the tests of what is kept: its database is fake-indexeddb; the disk under it,
// the locks and the tabs are made here, and so are records to keep.

import "fake-indexeddb/auto";
import { DEFAULTS } from "../../www/base/settings.js";
import { create_stores } from "../../www/store/stores.js";

const SCOPE = "/some/where/";
export const NAME = `inkling ${SCOPE}`;

/** @param {import("node:test").TestContext} t */
export function fresh_browser(t) {
  globalThis.indexedDB = new IDBFactory();
  const manager = fake_locks();
  /** @type {ReturnType<typeof create_stores>[]} */
  const tabs = [];
  t.after(() => tabs.forEach(({ database }) => database.stop()));
  /** A tab, or the same one after a reload. @param {{ storage?: Storage } & Partial<Parameters<typeof create_stores>[0]>} [more] */
  const open = ({ storage = fake_storage(), ...more } = {}) => {
    /** @type {string[]} */
    const notices = [];
    /** @type {string[]} */
    const evicted = [];
    const in_use = { runs: /** @type {string[]} */ ([]), data: /** @type {string[]} */ ([]) };
    const stores = create_stores({
      scope: SCOPE,
      locks: manager(),
      on_notice: (sentence) => notices.push(sentence),
      on_evicted: (names) => evicted.push(...names),
      in_use: () => in_use,
      tab_storage: () => storage,
      estimate: async () => ({}),
      ...more,
    });
    tabs.push(stores);
    return { ...stores, notices, evicted, in_use, storage };
  };
  return { open };
}

/** Session storage of one tab. */
function fake_storage() {
  const map = new Map();
  return /** @type {Storage} */ (
    /** @type {unknown} */ ({
      getItem: (/** @type {string} */ key) => map.get(key) ?? null,
      setItem: (/** @type {string} */ key, /** @type {string} */ value) => map.set(key, value),
      removeItem: (/** @type {string} */ key) => map.delete(key),
    })
  );
}

/** Web Locks of one browser; each tab has its own manager. */
export function fake_locks() {
  /** @type {Map<string, { waiting: (() => void)[] }>} */
  const held = new Map();
  const manager = () => ({
    async request(
      /** @type {string} */ name,
      /** @type {any} */ { signal, ifAvailable },
      /** @type {any} */ callback,
    ) {
      await Promise.resolve();
      if (held.has(name) && ifAvailable) return callback(null);
      while (held.has(name)) {
        await new Promise((resolve, reject) => {
          held.get(name)?.waiting.push(() => resolve(null));
          signal?.addEventListener("abort", () => reject(signal.reason));
        });
      }
      const mine = { waiting: /** @type {(() => void)[]} */ ([]) };
      held.set(name, mine);
      try {
        return await callback({ name });
      } finally {
        held.delete(name);
        mine.waiting.forEach((wake) => wake());
      }
    },
    query: async () => ({ held: [...held.keys()].map((name) => ({ name })), pending: [] }),
  });
  return /** @type {() => any} */ (manager);
}

/**
 * A disk that allows so many bytes, until the test ends. `late` counts what is freed at
 * the transaction's end, as Chromium does; `never` as its private windows, which free
 * nothing; `early` within the transaction, as browsers on SQLite do.
 * @param {import("node:test").TestContext} t
 * @param {"early" | "late" | "never"} kind
 */
export function fake_disk(t, kind) {
  const disk = { quota: Infinity, used: 0 };
  const { put } = IDBObjectStore.prototype;
  /** @type {WeakMap<IDBTransaction, { start: number, put: number }>} */
  const open = new WeakMap();
  IDBObjectStore.prototype.put = function (value, ...rest) {
    const { transaction } = this;
    const { rawDatabase } = /** @type {any} */ (this)._rawObjectStore;
    let own = open.get(transaction);
    if (!own) {
      const mine = { start: disk.used, put: 0 };
      own = mine;
      open.set(transaction, mine);
      transaction.addEventListener("complete", () => {
        disk.used = kind === "never" ? mine.start + mine.put : size_of_all(rawDatabase);
      });
    }
    own.put += size_of(value);
    const taken =
      kind === "early" ? size_of_all(rawDatabase) + size_of(value) : own.start + own.put;
    if (taken > disk.quota) throw new DOMException("no room", "QuotaExceededError");
    return put.call(this, value, ...rest);
  };
  const { delete: remove } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.delete = function (key) {
    const { rawDatabase } = /** @type {any} */ (this)._rawObjectStore;
    if (kind !== "never") {
      this.transaction.addEventListener("complete", () => {
        disk.used = size_of_all(rawDatabase);
      });
    }
    return remove.call(this, key);
  };
  t.after(() => Object.assign(IDBObjectStore.prototype, { put, delete: remove }));
  return Object.assign(disk, { estimate: async () => ({ usage: disk.used }) });
}

/** @param {any} database @returns {number} */
function size_of_all(database) {
  let sum = 0;
  for (const store of database.rawObjectStores.values()) {
    for (const { value } of store.records.values()) sum += size_of(value);
  }
  return sum;
}

/** @param {any} value @returns {number} */
function size_of(value) {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength;
  if (value instanceof Blob) return value.size;
  if (typeof value !== "object" || value === null) return 8;
  return Object.values(value).reduce((sum, part) => sum + size_of(part), 16);
}

/** @param {number} size @param {number} [fill] */
export const bytes_of = (size, fill = 7) => new Uint8Array(size).fill(fill);

/** @param {string} id @param {object} [more] @returns {import("../../www/store/runs.js").RunRecord} */
export function record_of(id, more = {}) {
  return /** @type {any} */ ({
    format_version: 2,
    id,
    order: 0,
    name: `run ${id}`,
    note: "",
    created: "2026-11-25T12:00:00.000Z",
    is_pinned: false,
    state: "running",
    error: "",
    has_crashed: false,
    config: { ...DEFAULTS, epochs: 3 },
    data_name: "small.csv",
    data_checksum: "00000000000000aa",
    data_rows: 200,
    decision: null,
    history: [],
    running: [{ x: 0.5, step: 1, train_loss: 2.3, train_accuracy: 0.1 }],
    result: null,
    tuned: null,
    evaluated: null,
    ...more,
  });
}

/** @param {string} outcome @returns {any} */
export const result_of = (outcome) => ({
  outcome,
  reason: "",
  history: [{ epoch: 1 }],
  num_steps: 9,
});

/** @param {string} id */
export const ended = (id, more = {}) =>
  record_of(id, {
    state: "ended",
    result: result_of("finished"),
    history: [{ epoch: 1 }],
    ...more,
  });

/** @param {string} checksum @param {number} size @returns {any} */
export const data_of = (checksum, size) => ({
  summary: { name: `${checksum}.csv`, num_rows: 10, has_labels: true, class_counts: [], checksum },
  blob: new Blob([bytes_of(size)]),
});

/** @param {string} id @param {object} [more] @returns {any} */
export const study_of = (id, more = {}) => ({
  format_version: 1,
  id,
  name: `study ${id}`,
  created: "2026-11-25T12:00:00.000Z",
  remarks: "",
  runs: [],
  ...more,
});

/** @param {import("../../www/store/runs.js").RunSummary[]} list */
export const ids = (list) => list.map(({ id }) => id);

/** Open connections of the site's database. @returns {any[]} */
export function connections() {
  const raw = /** @type {any} */ (indexedDB)._databases.get(NAME);
  return [...raw.connections];
}
