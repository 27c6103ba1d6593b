// What the browser keeps: found again, shared by two tabs, and still there in memory where
// the browser refuses.

import assert from "node:assert/strict";
import { test } from "node:test";
import { forceCloseDatabase } from "fake-indexeddb";
import { RunWords } from "../../www/app/run_words.js";
import { merged_text } from "../../www/store/merge.js";
import { MOST_DATA_SETS } from "../../www/store/data_sets.js";
import { openDB } from "../../www/vendor/idb/index.js";
import { MOST_BYTES, MOST_RUNS } from "../../www/store/runs.js";
import {
  NAME,
  bytes_of,
  connections,
  data_of,
  ended,
  fresh_browser,
  ids,
  record_of,
  study_of,
} from "./fake_browser.mjs";
import { small_store } from "./small_store.mjs";

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

test("what is kept as a Blob is read by every browser, and outlives its row", async (t) => {
  const { open } = fresh_browser(t);
  const { data_sets: as_blobs } = open({ keeps_blobs: true });
  const { database, data_sets } = open({ keeps_blobs: false });
  const blob = new Blob([new Uint8Array([3, 1, 4])]);
  assert.equal(await as_blobs.put({ ...data_of("pi", 3), blob }), true);
  const stored = await database.read(["data"], (at) => at("data").get("pi"));
  assert.ok(stored?.blob instanceof Blob && !stored.buffer);
  const found = await data_sets.get("pi");
  assert.notEqual(found?.blob, stored.blob);
  assert.deepEqual(
    new Uint8Array((await found?.blob.arrayBuffer()) ?? []),
    new Uint8Array([3, 1, 4]),
  );
  // One that cannot be read any more is one that is not kept.
  stored.blob.arrayBuffer = () => Promise.reject(new DOMException("gone", "NotReadableError"));
  const { read } = database;
  database.read = /** @type {any} */ (async () => [{ summary: {} }, stored]);
  assert.equal(await data_sets.get("pi"), undefined);
  database.read = read;
});

test("a set that is loaded is noted as it is written, so that nobody drops it between", async (t) => {
  const { open } = fresh_browser(t);
  const { data_sets, in_use } = open();
  const is_wanted = () => true;
  await data_sets.put(data_of("data", 10), { note: "data", is_wanted });
  await data_sets.put(data_of("other", 10));
  await data_sets.put(data_of("third", 10));
  in_use.data.push("other", "third");
  await data_sets.put(data_of("test", 10), { note: "test", is_wanted });
  // As the keeping of other data does, whenever that comes to its end.
  assert.deepEqual(await data_sets.prune({ keep: [] }), []);
  assert.equal((await data_sets.get("test"))?.blob.size, 10);
  // What is wanted no more by then is noted by nobody, and may go.
  await data_sets.put(data_of("late", 10), { note: "test", is_wanted: () => false });
  assert.deepEqual(await data_sets.prune({ keep: [] }), ["late.csv"]);
  assert.equal(await open().notes.get("test"), "test");
});

test("what is written on a run is there after a reload, however soon that came", async (t) => {
  const { open } = fresh_browser(t);
  const { runs } = open();
  await runs.begin(ended("a", { name: "", note: "as it was" }));
  const typed = small_store();
  const refresh = async () => {};
  // The page goes before its database has answered.
  const never = /** @type {any} */ ({
    get: () => new Promise(() => {}),
    patch: () => new Promise(() => {}),
  });
  const gone = new RunWords({ runs: never, typed, refresh });
  void gone.rename("a", "mine");
  void gone.note("a", "as it was, and more", "as it was");
  await runs.patch("a", { note: "another tab: as it was" });
  await new RunWords({ runs, typed, refresh }).take_held();
  const [found] = await runs.list();
  assert.equal(found?.name, "mine");
  assert.match(found?.note ?? "", /and more/);
  assert.match(found?.note ?? "", /another tab/);
  // It is taken once.
  await runs.patch("a", { name: "since then" });
  await new RunWords({ runs, typed, refresh }).take_held();
  assert.equal((await runs.list())[0]?.name, "since then");
});

test("notes that two tabs write on a run at one moment are both kept", async (t) => {
  const { open } = fresh_browser(t);
  const [one, other] = [open(), open()];
  await one.runs.begin(record_of("a"), {});
  const words = [one, other].map(
    ({ runs }) => new RunWords({ runs, typed: small_store(), refresh: async () => {} }),
  );
  await Promise.all(words.map((tab, at) => tab.note("a", `tab ${at}`, "")));
  const [found] = await other.runs.list();
  assert.match(found?.note ?? "", /tab 0/);
  assert.match(found?.note ?? "", /tab 1/);
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
