// Where room is short: the oldest goes, and it is said; where the browser gives none at all,
// work goes on in memory.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bytes_of,
  data_of,
  ended,
  fake_disk,
  fresh_browser,
  ids,
  record_of,
  study_of,
} from "./fake_browser.mjs";

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
