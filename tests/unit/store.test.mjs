// What the browser keeps: moved from older layouts, kept where room is short, shared by
// two tabs, and still there in memory where the browser refuses. The database is
// fake-indexeddb; the disk under it, the locks and the tabs are made here.

import assert from "node:assert/strict";
import { test } from "node:test";
import "fake-indexeddb/auto";
import { forceCloseDatabase } from "fake-indexeddb";
import { DEFAULTS } from "../../www/base/settings.js";
import { ChannelLocks } from "../../www/store/channel_locks.js";
import { Locks } from "../../www/store/locks.js";
import { merged_text } from "../../www/store/merge.js";
import { MOST_BYTES, MOST_RUNS } from "../../www/store/runs.js";
import { MOST_DATA_SETS } from "../../www/store/data_sets.js";
import { create_stores } from "../../www/store/stores.js";
import { openDB } from "../../www/vendor/idb/index.js";

const SCOPE = "/some/where/";
const NAME = `inkling ${SCOPE}`;
const OLD = "inkling-studies";

/** @param {import("node:test").TestContext} t */
function fresh_browser(t) {
  globalThis.indexedDB = new IDBFactory();
  const manager = fake_locks();
  /** @type {ReturnType<typeof create_stores>[]} */
  const tabs = [];
  t.after(() => tabs.forEach(({ database }) => database.stop()));
  /** A tab, or the same one after a reload. @param {object} [more] */
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
function fake_locks() {
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
function fake_disk(t, kind) {
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
const bytes_of = (size, fill = 7) => new Uint8Array(size).fill(fill);

/** @param {string} id @param {object} [more] @returns {import("../../www/store/runs.js").RunRecord} */
function record_of(id, more = {}) {
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
const result_of = (outcome) => ({ outcome, reason: "", history: [{ epoch: 1 }], num_steps: 9 });

/** @param {string} id */
const ended = (id, more = {}) =>
  record_of(id, {
    state: "ended",
    result: result_of("finished"),
    history: [{ epoch: 1 }],
    ...more,
  });

/** @param {string} checksum @param {number} size @returns {any} */
const data_of = (checksum, size) => ({
  summary: { name: `${checksum}.csv`, num_rows: 10, has_labels: true, class_counts: [], checksum },
  blob: new Blob([bytes_of(size)]),
});

/** @param {string} id @param {object} [more] @returns {any} */
const study_of = (id, more = {}) => ({
  format_version: 1,
  id,
  name: `study ${id}`,
  created: "2026-11-25T12:00:00.000Z",
  remarks: "",
  runs: [],
  ...more,
});

/** @param {import("../../www/store/runs.js").RunSummary[]} list */
const ids = (list) => list.map(({ id }) => id);

// Runs

test("a run is kept with its bytes, listed without them, and written part by part", async (t) => {
  const { open } = fresh_browser(t);
  const { runs } = open();
  assert.equal(await runs.begin(record_of("a"), { checkpoint: bytes_of(100) }), true);
  const going = record_of("a", { history: [{ epoch: 1 }], name: "stale", is_pinned: true });
  assert.equal(await runs.patch("a", { name: "mine", note: "why", is_pinned: false }), true);
  assert.equal(await runs.write(going, { checkpoint: bytes_of(50) }), true);
  const over = ended("a", { name: "stale" });
  assert.equal(await runs.write(over, { model: bytes_of(30), checkpoint: undefined }), true);
  const labels = bytes_of(4);
  const probabilities = new Float32Array(40);
  const evaluated = {
    about: "the validation part",
    set_id: "validation x",
    figures: /** @type {any} */ ({}),
  };
  await runs.write({ ...over, evaluated }, { labels, probabilities });

  const again = open().runs;
  const [listed] = await again.list();
  assert.ok(listed);
  assert.equal("running" in listed, false);
  const { has_model, has_checkpoint, bytes, name, note, order, is_in_memory } = listed;
  assert.deepEqual(
    { has_model, has_checkpoint, bytes, name, note, order, is_in_memory },
    {
      has_model: true,
      has_checkpoint: false,
      bytes: 30 + 4 + 160,
      name: "mine",
      note: "why",
      order: 1,
      is_in_memory: undefined,
    },
  );
  const found = await again.get("a");
  assert.deepEqual(found?.record, { ...over, evaluated, name: "mine", note: "why", order: 1 });
  assert.deepEqual(found?.bytes, { id: "a", model: bytes_of(30), labels, probabilities });
});

test("a run that goes on is the newest again, with what it had", async (t) => {
  const { runs } = fresh_browser(t).open();
  await runs.begin(record_of("a"), { checkpoint: bytes_of(10) });
  await runs.begin(record_of("b"));
  assert.deepEqual(ids(await runs.list()), ["b", "a"]);
  await runs.begin(record_of("a", { history: [{ epoch: 1 }] }), { model: undefined });
  assert.deepEqual(ids(await runs.list()), ["a", "b"]);
  assert.deepEqual((await runs.get("a"))?.bytes.checkpoint, bytes_of(10));
});

test("age is the order of keeping, whatever the clock says", async (t) => {
  const { runs, data_sets } = fresh_browser(t).open();
  for (let at = 0; at <= MOST_RUNS; at += 1) {
    // A clock that is set back with every run.
    const created = new Date(Date.UTC(2030, 0, 1) - at * 86_400_000).toISOString();
    await runs.begin(ended(`r${at}`, { created }));
  }
  assert.deepEqual(await runs.prune({ keep: [] }), ["run r0"]);
  const list = await runs.list();
  assert.equal(list.length, MOST_RUNS);
  assert.equal(list[0]?.id, `r${MOST_RUNS}`);
  for (let at = 0; at <= MOST_DATA_SETS; at += 1) await data_sets.put(data_of(`d${at}`, 10));
  assert.equal(await data_sets.get("d0"), undefined);
  assert.equal((await data_sets.get(`d${MOST_DATA_SETS}`))?.blob.size, 10);
});

test("pruning keeps what is pinned, shown, or under way in any tab", async (t) => {
  const { open } = fresh_browser(t);
  const { runs, in_use } = open();
  const other = open();
  const model = bytes_of(1);
  // A model that only says that it is large.
  Object.defineProperty(model, "byteLength", { value: MOST_BYTES / 4 });
  for (const id of ["pinned", "elsewhere", "shown", "asked", "old", "new"]) {
    await runs.begin(ended(id), { model });
  }
  await runs.patch("pinned", { is_pinned: true });
  await other.locks.hold("run elsewhere");
  in_use.runs.push("shown");
  assert.deepEqual(await runs.prune({ keep: ["asked"] }), ["run old", "run new"]);
  assert.deepEqual(await runs.prune({ keep: ["asked"] }), []);
  assert.deepEqual(ids(await runs.list()), ["asked", "shown", "elsewhere", "pinned"]);
});

test("what is removed comes back whole and in its place", async (t) => {
  const { open } = fresh_browser(t);
  const { runs } = open();
  for (const id of ["a", "b", "c"]) await runs.begin(record_of(id), { model: bytes_of(9) });
  await runs.patch("b", { note: "the good one" });
  const before = await runs.get("b");
  const removed = await runs.remove(["b", "a"]);
  assert.deepEqual(ids(await open().runs.list()), ["c"]);
  // Whatever still writes it does not bring it back.
  assert.equal(await runs.write(ended("b"), { model: bytes_of(3) }), false);
  assert.equal(await runs.get("b"), undefined);
  assert.equal(await runs.put_back(removed), true);
  assert.deepEqual(ids(await open().runs.list()), ["c", "b", "a"]);
  assert.deepEqual(await open().runs.get("b"), before);
});

// Tabs

test("each tab shows its own run after a reload, and a new tab one that nobody runs", async (t) => {
  const { open } = fresh_browser(t);
  const first = open();
  const second = open();
  await first.runs.begin(ended("a"));
  await first.notes.set_shown_run("a");
  const release = await second.locks.hold("run b");
  await second.runs.begin(record_of("b"));
  await second.notes.set_shown_run("b");
  assert.equal(await first.runs.running_elsewhere("b"), true);
  assert.equal(await second.runs.running_elsewhere("b"), false);
  assert.equal(await open({ storage: first.storage }).notes.shown_run(), "a");
  assert.equal(await open().notes.shown_run(), "a");
  release?.();
  assert.equal(await open({ storage: second.storage }).notes.shown_run(), "b");
  assert.equal(await open().notes.shown_run(), "b");
  await first.runs.remove(["a"]);
  assert.equal(await open({ storage: first.storage }).notes.shown_run(), "b");
  const denied = {
    tab_storage: () => {
      throw new DOMException("denied", "SecurityError");
    },
  };
  const third = open(denied);
  await third.notes.set_shown_run("a");
  assert.equal(await third.notes.shown_run(), "b");
});

test("each tab has its own data set after a reload; a new tab the last one", async (t) => {
  const { open } = fresh_browser(t);
  const [first, second] = [open(), open()];
  await first.notes.set("data", "aa");
  await second.notes.set("data", "bb");
  assert.equal(await open({ storage: first.storage }).notes.get("data"), "aa");
  assert.equal(await open().notes.get("data"), "bb");
});

test("tabs of one site hear of each other, those of another do not", async (t) => {
  const { open } = fresh_browser(t);
  const first = open();
  const second = open();
  const elsewhere = open({ scope: "/" });
  const heard = new Promise((resolve) => second.database.hear("runs", resolve));
  elsewhere.database.hear("runs", () => assert.fail("heard of another site"));
  await first.runs.begin(record_of("a"));
  assert.equal(await heard, "a");
  assert.deepEqual(await elsewhere.runs.list(), []);
});

test("forgetting empties this site in all its tabs, and no other", async (t) => {
  const { open } = fresh_browser(t);
  const first = open();
  const second = open();
  const elsewhere = open({ scope: "/" });
  await second.runs.begin(record_of("a"));
  await elsewhere.runs.begin(record_of("z"));
  const told = new Promise((resolve) => second.database.hear("forget", resolve));
  assert.equal(await first.database.holds_anything(), true);
  await first.database.forget();
  await told;
  assert.match(second.notices.join(), /forgotten in another tab/);
  assert.equal(await second.runs.begin(record_of("b")), false);
  const again = open();
  assert.equal(await again.database.holds_anything(), false);
  assert.deepEqual(ids(await second.runs.list()), ["b"]);
  assert.deepEqual(ids(await open({ scope: "/" }).runs.list()), ["z"]);
});

test("a connection that was closed is opened again", async (t) => {
  const { open } = fresh_browser(t);
  const { runs, notices } = open();
  await runs.begin(record_of("a"));
  // Another tab wants it changed, and then does not.
  const wanting = indexedDB.open(NAME, 9);
  await new Promise((resolve) => {
    wanting.onupgradeneeded = () => wanting.transaction?.abort();
    wanting.onerror = resolve;
  });
  assert.equal(await runs.begin(record_of("b")), true);
  // The browser closes it without being asked.
  for (const one of connections()) forceCloseDatabase(one);
  assert.equal(await runs.begin(record_of("c")), true);
  assert.deepEqual(ids(await open().runs.list()), ["c", "b", "a"]);
  assert.deepEqual(notices, []);
});

test("a newer page in another tab is said once, and work goes on in memory", async (t) => {
  const { open } = fresh_browser(t);
  const { runs, notices } = open();
  await runs.begin(record_of("a"));
  (await openDB(NAME, 99)).close();
  assert.equal(await runs.begin(record_of("b")), false);
  assert.equal(await runs.write(ended("b"), { model: bytes_of(5) }), false);
  assert.deepEqual(ids(await runs.list()), ["b"]);
  assert.equal(notices.length, 1);
  assert.match(notices[0] ?? "", /newer version of this page/);
});

/** Open connections of the site's database. @returns {any[]} */
function connections() {
  const raw = /** @type {any} */ (indexedDB)._databases.get(NAME);
  return [...raw.connections];
}

// Room

test("the oldest goes where the browser allows no more, and it is said", async (t) => {
  for (const kind of /** @type {const} */ (["early", "late"])) {
    await t.test(`what is freed counts ${kind}`, async (t) => {
      const disk = fake_disk(t, kind);
      const { open } = fresh_browser(t);
      const { runs, data_sets, evicted, notices } = open({ estimate: disk.estimate });
      const model = bytes_of(3_000_000);
      for (const id of ["pinned", "a", "b"]) await runs.begin(ended(id), { model });
      await runs.patch("pinned", { is_pinned: true });
      await data_sets.put(data_of("loose", 100_000));
      disk.quota = disk.used + 1_500_000;
      assert.equal(await runs.begin(ended("c"), { model }), true);
      assert.deepEqual(evicted, ["run a"]);
      assert.deepEqual(ids(await open().runs.list()), ["c", "b", "pinned"]);
      // More than all that may go: nothing goes in vain.
      assert.equal(await runs.begin(ended("huge"), { model: bytes_of(9_000_000) }), false);
      assert.deepEqual(evicted, ["run a"]);
      assert.deepEqual(ids(await open().runs.list()), ["c", "b", "pinned"]);
      assert.deepEqual((await open().runs.get("b"))?.bytes.model, model);
      assert.equal((await data_sets.get("loose"))?.blob.size, 100_000);
      assert.equal(notices.length, 1);
      assert.match(notices[0] ?? "", /storage that this browser allows is full/);
      // It stays in this tab.
      assert.deepEqual(ids(await runs.list()), ["huge", "c", "b", "pinned"]);
      assert.equal((await runs.list())[0]?.is_in_memory, true);
      assert.equal((await runs.get("huge"))?.bytes.model?.length, 9_000_000);
    });
  }
});

test("data sets go too, but none that is loaded or that a run needs to go on", async (t) => {
  const disk = fake_disk(t, "late");
  const { runs, data_sets, notes, in_use, evicted } = fresh_browser(t).open({
    estimate: disk.estimate,
  });
  await data_sets.put(data_of("needed", 1_000_000));
  await data_sets.put(data_of("loaded", 1_000_000));
  await data_sets.put(data_of("spare", 1_000_000));
  await notes.set("data", "loaded");
  in_use.data.push("loaded");
  await runs.begin(record_of("cut", { state: "interrupted", data_checksum: "needed" }));
  in_use.runs.push("cut");
  disk.quota = disk.used + 500_000;
  assert.equal(await runs.begin(ended("a"), { model: bytes_of(900_000) }), true);
  assert.deepEqual(evicted, ["spare.csv"]);
  assert.equal(await data_sets.get("spare"), undefined);
  assert.ok(await data_sets.get("needed"));
  // A data set takes the place of others; here none may go, and the run stays.
  assert.equal(await data_sets.put(data_of("more", 3_000_000)), false);
  assert.deepEqual(ids(await runs.list()), ["a", "cut"]);
  assert.equal((await data_sets.get("more"))?.blob.size, 3_000_000);
});

test("in a private window, where nothing is freed, nothing goes in vain", async (t) => {
  const disk = fake_disk(t, "never");
  const { open } = fresh_browser(t);
  const { runs, evicted } = open({ estimate: disk.estimate });
  await runs.begin(ended("a"), { model: bytes_of(3_000_000) });
  disk.quota = disk.used + 1_000_000;
  assert.equal(await runs.begin(ended("b"), { model: bytes_of(3_000_000) }), false);
  assert.deepEqual(evicted, []);
  assert.equal((await open().runs.get("a"))?.bytes.model?.length, 3_000_000);
});

test("a run whose end cannot be kept is not found later as one that was cut off", async (t) => {
  const disk = fake_disk(t, "never");
  const { open } = fresh_browser(t);
  const tab = open({ estimate: disk.estimate });
  await tab.runs.begin(ended("a"), { model: bytes_of(3_000_000) });
  const release = await tab.locks.hold("run b");
  assert.equal(await tab.runs.begin(record_of("b")), true);
  await tab.notes.set_shown_run("b");
  disk.quota = disk.used + 100_000;
  assert.equal(await tab.runs.write(record_of("b"), { checkpoint: bytes_of(400_000) }), false);
  const over = ended("b");
  assert.equal(await tab.runs.write(over, { model: bytes_of(400_000) }), false);
  release?.();
  // The tab has it all; the browser has the run before, and opens that one.
  assert.equal((await tab.runs.get("b"))?.record.state, "ended");
  assert.equal((await tab.runs.get("b"))?.bytes.checkpoint?.length, 400_000);
  const reloaded = open({ storage: tab.storage });
  assert.deepEqual(ids(await reloaded.runs.list()), ["a"]);
  assert.equal(await reloaded.notes.shown_run(), "a");
  assert.equal(tab.notices.length, 1);
  // Once there is room again its next change keeps it.
  disk.quota = Infinity;
  assert.equal(await tab.runs.write({ ...over, error: "" }), true);
  assert.equal((await open().runs.get("b"))?.bytes.model?.length, 400_000);
});

test("a run's end takes the room of its own beginning", async (t) => {
  const disk = fake_disk(t, "late");
  const { open } = fresh_browser(t);
  const { runs, notices, locks } = open({ estimate: disk.estimate });
  await locks.hold("run a");
  await runs.begin(record_of("a"), { checkpoint: bytes_of(2_000_000) });
  disk.quota = disk.used + 100_000;
  const over = ended("a");
  assert.equal(await runs.write(over, { model: bytes_of(1_000_000), checkpoint: undefined }), true);
  assert.equal((await open().runs.get("a"))?.record.state, "ended");
  assert.deepEqual(notices, []);
});

test("the fault: what is written is given up, what is there can be removed", async (t) => {
  const { open } = fresh_browser(t);
  const { runs, database, notes, notices, evicted } = open();
  await runs.begin(ended("a"), { model: bytes_of(10) });
  await runs.begin(record_of("b"));
  database.refuse();
  assert.equal(await runs.write(ended("b"), { model: bytes_of(10) }), false);
  assert.equal(await notes.set("settings", { epochs: 7 }), false);
  assert.deepEqual(await notes.get("settings"), { epochs: 7 });
  assert.deepEqual(ids(await open().runs.list()), ["a"]);
  assert.equal(notices.length, 1);
  await runs.remove(["a"]);
  assert.deepEqual(ids(await open().runs.list()), []);
  assert.deepEqual(ids(await runs.list()), ["b"]);
  assert.deepEqual(evicted, []);
});

test("a browser that denies storage is heard once, and the tab has everything", async (t) => {
  const { open } = fresh_browser(t);
  const denied = new DOMException("denied by the user", "SecurityError");
  globalThis.indexedDB = /** @type {any} */ ({
    open: () => {
      throw denied;
    },
    databases: () => Promise.reject(denied),
    deleteDatabase: () => {
      throw denied;
    },
  });
  const { runs, data_sets, studies, digits, notes, notices, database } = open({ locks: null });
  assert.equal(await runs.begin(record_of("a"), { checkpoint: bytes_of(10) }), false);
  assert.equal(await runs.begin(record_of("b")), false);
  assert.equal(await runs.write(ended("a"), { model: bytes_of(20) }), false);
  assert.equal(await runs.patch("a", { name: "mine" }), false);
  assert.deepEqual(ids(await runs.list()), ["b", "a"]);
  assert.equal((await runs.get("a"))?.record.name, "mine");
  const removed = await runs.remove(["a"]);
  assert.deepEqual(ids(await runs.list()), ["b"]);
  await runs.put_back(removed);
  assert.deepEqual(ids(await runs.list()), ["b", "a"]);
  assert.equal((await runs.get("a"))?.bytes.model?.length, 20);
  await notes.set_shown_run("a");
  assert.equal(await notes.shown_run(), "a");

  assert.equal(await data_sets.put(data_of("d", 10)), false);
  assert.equal((await data_sets.get("d"))?.blob.size, 10);

  const study = study_of("s");
  assert.equal(await studies.put(study), false);
  const changed = await studies.change({ ...study, remarks: "seen" }, study);
  assert.equal(changed.is_gone, false);
  assert.equal((await studies.newest("s"))?.remarks, "seen");
  assert.equal((await studies.all()).length, 1);
  await studies.remove("s");
  assert.deepEqual(await studies.all(), []);

  const { digit } = await digits.add({ label: 1, pixels: bytes_of(784) });
  const again = await digits.add({ label: 7, pixels: bytes_of(784) });
  assert.equal(again.replaced?.label, 1);
  assert.deepEqual(await digits.all(), [{ ...digit, label: 7 }]);
  assert.equal((await digits.change(digit.id, 4))?.label, 4);
  await digits.remove(digit.id);
  assert.deepEqual(await digits.all(), []);

  await database.forget();
  assert.equal(notices.length, 1);
  assert.match(notices[0] ?? "", /refuses to keep anything.*in this tab’s memory/s);
});

test("what comes later does not overtake what waits for room", async (t) => {
  const { runs } = fresh_browser(t).open();
  await runs.begin(record_of("a"));
  const writing = runs.write(ended("a"), { model: bytes_of(10) });
  const found = await runs.get("a");
  assert.equal(found?.record.state, "ended");
  await writing;
});

// Studies

test("two tabs on one study: each writes what it changed, and both texts stay", async (t) => {
  const { open } = fresh_browser(t);
  const [first, second] = [open(), open()];
  const base = study_of("s", { runs: [{ state: "waiting" }] });
  await first.studies.put(base);
  assert.equal(await first.studies.take("s"), true);
  assert.equal(await second.studies.running_elsewhere("s"), true);
  assert.equal(await first.studies.running_elsewhere("s"), false);
  const heard = new Promise((resolve) => second.database.hear("study", resolve));
  const mine = { ...base, runs: [{ state: "finished" }], remarks: "of the first" };
  const one = await first.studies.change(/** @type {any} */ (mine), base);
  assert.deepEqual(one, { record: mine, were_joined: false, is_gone: false, is_kept: true });
  assert.equal(await heard, "s");
  // The second had read it before.
  const two = await second.studies.change(
    { ...base, name: "renamed", remarks: "of the second" },
    base,
  );
  assert.equal(two.were_joined, true);
  assert.equal(two.record.remarks, "of the first\n\nof the second");
  assert.deepEqual(two.record.runs, mine.runs);
  // The first goes on with its run; it had read neither the name nor the text.
  const three = await first.studies.change(
    /** @type {any} */ ({ ...mine, runs: [{ state: "failed" }], remarks: "of the first tab" }),
    one.record,
  );
  assert.equal(three.record.remarks, "of the first tab\n\nof the second");
  assert.equal(three.record.name, "renamed");
  assert.deepEqual((await open().studies.newest("s"))?.runs, [{ state: "failed" }]);
  await second.studies.remove("s");
  first.studies.release();
  assert.equal((await first.studies.change(mine, three.record)).is_gone, true);
  assert.deepEqual(await first.studies.all(), []);
});

test("texts that were written on in two places stay both", () => {
  /** @type {[string, string, string, string, boolean][]} */
  const cases = [
    ["a", "a", "b", "b", false],
    ["a", "b", "a", "b", false],
    ["", "b", "c", "c\n\nb", true],
    ["a", "", "a c", "a c", true],
    ["a", "a b", "", "a b", false],
    ["a", "a b", "a c", "a c\n\na b", true],
    ["b", "b more", "c\n\nb", "c\n\nb more", true],
    ["c", "c more", "c\n\nb", "c more\n\nb", true],
  ];
  for (const [base, mine, theirs, text, were_joined] of cases) {
    assert.deepEqual(merged_text(base, mine, theirs), { text, were_joined });
  }
});

test("a study that could not be kept loses nothing of another tab's", async (t) => {
  const { open } = fresh_browser(t);
  const [first, second] = [open(), open()];
  const base = study_of("s");
  await first.studies.put(base);
  first.database.refuse();
  const one = await first.studies.change({ ...base, remarks: "mine" }, base);
  assert.equal(one.is_kept, false);
  await second.studies.change({ ...base, remarks: "theirs" }, base);
  const two = await first.studies.change({ ...one.record, name: "n" }, one.record);
  assert.equal(two.record.remarks, "theirs\n\nmine");
  assert.equal((await first.studies.newest("s"))?.remarks, "theirs\n\nmine");
});

// Digits

test("the same drawing stands once, under the label it was given last", async (t) => {
  const { open } = fresh_browser(t);
  const { digits } = open();
  const one = await digits.add({ label: 1, pixels: bytes_of(784, 1) });
  const two = await digits.add({ label: 2, pixels: bytes_of(784, 2) });
  const again = await open().digits.add({ label: 7, pixels: bytes_of(784, 1) });
  assert.equal(again.is_kept, true);
  assert.deepEqual(again.replaced, one.digit);
  assert.deepEqual(await digits.all(), [{ ...one.digit, label: 7 }, two.digit]);
  assert.equal((await digits.change(two.digit.id, 3))?.label, 3);
  const removed = await digits.remove(one.digit.id);
  assert.deepEqual(removed, again.digit);
  assert.equal((await open().digits.all()).length, 1);
  if (removed) await digits.put_back(removed);
  assert.deepEqual(
    (await open().digits.all()).map(({ label }) => label),
    [7, 3],
  );
  assert.equal(await digits.remove("unknown"), null);
});

// Locks

test("one holder among all tabs; late or released, a lock is free again", async () => {
  const manager = fake_locks();
  const [first, second] = [new Locks("x", manager()), new Locks("x", manager())];
  const other_site = new Locks("y", manager());
  const release = await first.hold("run a");
  assert.ok(release);
  assert.ok(await other_site.hold("run a"));
  assert.equal(await first.hold("run a"), null);
  assert.equal(await second.hold("run a", 20), null);
  assert.equal(await first.is_held_elsewhere("run a"), false);
  assert.equal(await second.is_held_elsewhere("run a"), true);
  assert.equal(await second.is_held("run a"), true);
  const waiting = second.hold("run a", 5000);
  release();
  const next = await waiting;
  assert.ok(next);
  // A release that was used up frees nothing of the next holder's.
  release();
  assert.equal(await first.is_held_elsewhere("run a"), true);
  next();
  await Promise.resolve();
  assert.ok(await first.hold("run a", 5000));
});

test("without the browser's locks the tabs agree among themselves", async (t) => {
  /** @type {BroadcastChannel[]} */
  const channels = [];
  const tab = () => {
    const own = /** @type {BroadcastChannel[]} */ ([]);
    const open = (/** @type {string} */ name) => {
      const channel = new BroadcastChannel(name);
      channels.push(channel);
      own.push(channel);
      return channel;
    };
    const locks = new Locks("agreed", new ChannelLocks("agreed", open));
    return { locks, close: () => own.forEach((channel) => channel.close()) };
  };
  t.after(() => channels.forEach((channel) => channel.close()));
  const [first, second, third] = [tab(), tab(), tab()];
  const release = await first.locks.hold("run a");
  assert.ok(release);
  assert.equal(await second.locks.hold("run a"), null);
  assert.equal(await first.locks.hold("run a"), null);
  assert.ok(await second.locks.hold("run b"));
  assert.equal(await first.locks.is_held_elsewhere("run a"), false);
  assert.equal(await second.locks.is_held_elsewhere("run a"), true);
  assert.deepEqual(await third.locks.held(), new Set(["run a", "run b"]));

  await t.test("who waits has it once it is given back", async () => {
    const waiting = second.locks.hold("run a", 5000);
    release();
    const next = await waiting;
    assert.ok(next);
    assert.equal(await first.locks.is_held_elsewhere("run a"), true);
    next();
  });

  await t.test("of all that ask at once one has it", async () => {
    for (let round = 0; round < 5; round++) {
      const name = `run at once ${round}`;
      const asked = [first, second, third].map(({ locks }) => locks.hold(name));
      const had = (await Promise.all(asked)).filter((one) => one !== null);
      assert.equal(had.length, 1);
    }
  });

  await t.test("a tab that is closed holds nothing", async () => {
    assert.ok(await second.locks.hold("run c"));
    second.close();
    assert.equal(await first.locks.is_held_elsewhere("run c"), false);
    assert.ok(await first.locks.hold("run c"));
  });
});

test("a lock that is granted after the patience ran out is given back", async () => {
  /** @type {(() => Promise<void>)[]} */
  const grants = [];
  let num_held = 0;
  const slow = /** @type {any} */ ({
    request: (
      /** @type {string} */ _name,
      /** @type {any} */ options,
      /** @type {any} */ callback,
    ) =>
      options.ifAvailable
        ? Promise.resolve(callback(null))
        : new Promise((resolve, reject) => {
            options.signal.addEventListener("abort", () => reject(options.signal.reason));
            // Granted all the same, as a browser may that had decided before it heard.
            grants.push(async () => {
              num_held += 1;
              await callback({});
              num_held -= 1;
              resolve(null);
            });
          }),
    query: async () => ({ held: [] }),
  });
  const locks = new Locks("x", slow);
  assert.equal(await locks.hold("run a", 10), null);
  await Promise.all(grants.map((grant) => grant()));
  assert.equal(num_held, 0);
  assert.equal(await locks.is_held("run a"), false);
});

test("by plain http, without locks and randomUUID, names are held within the tab", async (t) => {
  const { randomUUID } = crypto;
  Object.defineProperty(crypto, "randomUUID", { value: undefined, configurable: true });
  t.after(() => Object.defineProperty(crypto, "randomUUID", { value: randomUUID }));
  const { locks, digits, studies, runs } = fresh_browser(t).open({ locks: null });
  const release = await locks.hold("run a", 1000);
  assert.ok(release);
  assert.equal(await locks.hold("run a"), null);
  assert.equal(await locks.is_held("run a"), true);
  assert.equal(await runs.running_elsewhere("a"), false);
  const waiting = locks.hold("run a", 5000);
  release();
  assert.ok(await waiting);
  assert.equal(await studies.take("s"), true);
  assert.equal(await studies.take("s"), true);
  const { digit } = await digits.add({ label: 1, pixels: bytes_of(784) });
  assert.match(digit.id, /^[0-9a-f-]{36}$/);
});

test("a browser that denies locks shares nothing: they are held within the tab", async () => {
  const denied = new DOMException("denied", "SecurityError");
  const locks = new Locks(
    "x",
    /** @type {any} */ ({
      request: () => Promise.reject(denied),
      query: () => Promise.reject(denied),
    }),
  );
  assert.ok(await locks.hold("run a", 1000));
  assert.equal(await locks.hold("run a"), null);
});

// From older pages

/** @param {any} config */
const old_run = (/** @type {string} */ id, /** @type {string} */ created, more = {}) => ({
  format_version: 1,
  id,
  created,
  config: { ...DEFAULTS, epochs: 3 },
  data_name: "small.csv",
  data_checksum: "aa",
  decision: null,
  history: [{ epoch: 1, step: 5 }],
  running: [{ x: 1, step: 5, train_loss: 1, train_accuracy: 0.5 }],
  result: null,
  ...more,
});

/** What the page before kept, by its own code's layout. @param {number} layout @param {(database: any) => Promise<unknown>} fill */
async function old_database(layout, fill) {
  const database = await openDB(OLD, layout, {
    upgrade(opened, from) {
      if (from < 1) opened.createObjectStore("studies", { keyPath: "id" });
      if (layout < 2) return;
      opened.createObjectStore("data", { keyPath: "checksum" });
      opened.createObjectStore("runs", { keyPath: "id" });
      opened.createObjectStore("weights", { keyPath: "id" });
      opened.createObjectStore("digits", { autoIncrement: true });
      opened.createObjectStore("page");
    },
  });
  await fill(database);
  database.close();
}

/** @param {any} database */
async function fill_second(database) {
  await database.put("studies", study_of("s"));
  await database.put("studies", { id: "later", format_version: 9 });
  for (const [checksum, created] of [
    ["aa", "2026-02-01T00:00:00.000Z"],
    ["bb", "2026-01-01T00:00:00.000Z"],
  ]) {
    await database.put("data", { checksum, created, ...data_of(checksum ?? "", 30) });
  }
  const failed = { ...result_of("failed"), reason: "The loss was no longer a number." };
  await database.put("runs", old_run("cut", "2026-03-01T00:00:00.000Z"));
  await database.put("runs", old_run("bad", "2026-03-02T00:00:00.000Z", { result: failed }));
  // The last one, on a clock that was set back.
  const finished = result_of("finished");
  await database.put("runs", old_run("good", "2026-01-01T00:00:00.000Z", { result: finished }));
  await database.put("weights", { id: "cut", checkpoint: bytes_of(5) });
  await database.put("weights", { id: "good", checkpoint: bytes_of(6), model: bytes_of(7) });
  await database.put("digits", { label: 1, pixels: bytes_of(784, 1) });
  await database.put("digits", { label: 2, pixels: bytes_of(784, 2) });
  await database.put("digits", { label: 7, pixels: bytes_of(784, 1) });
  await database.put("page", "good", "run");
  await database.put("page", "aa", "data");
  await database.put("page", { epochs: 3 }, "settings");
  await database.put("page", true, "asked");
  const tuned = { run: "good", config: DEFAULTS, model: bytes_of(8), former: bytes_of(9) };
  await database.put("page", { ...tuned, former_summary: null }, "tuned");
}

async function database_names() {
  return (await indexedDB.databases()).map(({ name }) => name);
}

/** @param {any} tab */
async function assert_moved({ runs, data_sets, studies, digits, notes }) {
  const list = await runs.list();
  assert.deepEqual(
    list.map((/** @type {any} */ { id, state, error, data_rows, name }) => ({
      id,
      state,
      error,
      data_rows,
      name,
    })),
    [
      { id: "good", state: "ended", error: "", data_rows: 10, name: "" },
      {
        id: "bad",
        state: "failed",
        error: "The loss was no longer a number.",
        data_rows: 10,
        name: "",
      },
      {
        id: "cut",
        state: "interrupted",
        error: "The page was closed in epoch 2 of 3.",
        data_rows: 10,
        name: "",
      },
    ],
  );
  const good = await runs.get("good");
  assert.equal(good.record.format_version, 2);
  assert.deepEqual(good.record.running, old_run("", "").running);
  assert.deepEqual(good.record.tuned, { config: DEFAULTS, former_summary: null });
  assert.deepEqual(good.bytes, {
    id: "good",
    checkpoint: bytes_of(6),
    model: bytes_of(7),
    tuned: bytes_of(8),
    former: bytes_of(9),
  });
  assert.deepEqual((await runs.get("cut")).bytes, { id: "cut", checkpoint: bytes_of(5) });
  assert.equal(await notes.shown_run(), "good");
  assert.equal((await data_sets.get("aa"))?.blob.size, 30);
  assert.equal((await data_sets.get("bb"))?.summary.num_rows, 10);
  assert.deepEqual(
    (await digits.all()).map((/** @type {any} */ { label, pixels }) => [label, pixels[0]]),
    [
      [7, 1],
      [2, 2],
    ],
  );
  assert.equal(await notes.get("data"), "aa");
  assert.deepEqual(await notes.get("settings"), { epochs: 3 });
  assert.equal(await notes.get("asked"), true);
  assert.deepEqual(await studies.all(), [study_of("s")]);
}

test("what the first layout kept is there", async (t) => {
  const { open } = fresh_browser(t);
  const later = { id: "one", format_version: 9, name: "kept by a later record version" };
  await old_database(1, async (database) => {
    await database.put("studies", study_of("s"));
    await database.put("studies", later);
  });
  const { studies, database, notices } = open();
  assert.deepEqual(await studies.all(), [study_of("s")]);
  assert.deepEqual(await database.read(["studies"], (at) => at("studies").get("one")), later);
  assert.deepEqual(await database_names(), [NAME]);
  assert.deepEqual(notices, []);
});

test("what the second layout kept is there, whole", async (t) => {
  const { open } = fresh_browser(t);
  await old_database(2, fill_second);
  await assert_moved(open());
  assert.deepEqual(await database_names(), [NAME]);
  const tab = open();
  await assert_moved(tab);
  // What is new comes after all of it.
  await tab.runs.begin(record_of("new"));
  await tab.digits.add({ label: 5, pixels: bytes_of(784, 5) });
  assert.equal((await tab.runs.list())[0]?.id, "new");
  assert.equal((await tab.digits.all())[2]?.label, 5);
});

test("a move that breaks off half-way loses nothing and is taken up again", async (t) => {
  const { open } = fresh_browser(t);
  await old_database(2, fill_second);
  const disk = fake_disk(t, "never");
  // Room for the studies, the data sets and the oldest run.
  disk.quota = 1500;
  const first = open();
  const some = ids(await first.runs.list());
  assert.ok(some.length > 0 && some.length < 3, `half of it: ${some}`);
  assert.match(first.notices.join(), /could not be moved here.*Nothing of it is lost/);
  assert.deepEqual((await database_names()).sort(), [NAME, OLD].sort());
  disk.quota = Infinity;
  // What a person removes meanwhile stays removed.
  await first.studies.remove("s");
  first.database.stop();
  const second = open();
  assert.deepEqual(await second.studies.all(), []);
  await second.studies.put(study_of("s"));
  await assert_moved(second);
  assert.deepEqual(await database_names(), [NAME]);
  assert.deepEqual(second.notices, []);
});

test("two tabs that move it at once move it once", async (t) => {
  const { open } = fresh_browser(t);
  await old_database(2, fill_second);
  const [first, second] = [open(), open()];
  await Promise.all([first.runs.list(), second.runs.list()]);
  await assert_moved(first);
  await assert_moved(second);
  assert.deepEqual([...first.notices, ...second.notices], []);
});

test("an older page that still runs is not waited for, and what it keeps later comes too", async (t) => {
  const { open } = fresh_browser(t);
  await old_database(2, fill_second);
  // It lets go of the database that another tab removes, and makes it anew.
  const older = await openDB(OLD, 2, { blocking: () => older.close() });
  await assert_moved(open());
  const cut = old_run("cut", "2026-03-01T00:00:00.000Z", { result: result_of("finished") });
  await old_database(2, (database) =>
    database.put("runs", { ...cut, history: [{ epoch: 1 }, { epoch: 2 }, { epoch: 3 }] }),
  );
  const found = await open().runs.get("cut");
  assert.equal(found?.record.state, "ended");
  assert.equal(found?.record.history.length, 3);
  assert.equal((await open().runs.list()).length, 3);
});

test("forgetting removes what could not be moved, too", async (t) => {
  const { open } = fresh_browser(t);
  await old_database(2, fill_second);
  const disk = fake_disk(t, "never");
  disk.quota = 100;
  const tab = open();
  assert.deepEqual(await tab.runs.list(), []);
  await tab.database.forget();
  assert.deepEqual(await database_names(), []);
  disk.quota = Infinity;
  assert.equal(await open().database.holds_anything(), false);
});
