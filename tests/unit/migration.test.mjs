// What older pages kept is moved into the one database, whole, however the move is cut off.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULTS } from "../../www/base/settings.js";
import { openDB } from "../../www/vendor/idb/index.js";
import {
  NAME,
  bytes_of,
  data_of,
  fake_disk,
  fresh_browser,
  ids,
  record_of,
  result_of,
  study_of,
} from "./fake_browser.mjs";

/** The database of the pages before. */
const OLD = "inkling-studies";

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
