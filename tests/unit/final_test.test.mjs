// A study's final test: who may be tested and when, by models that are the study's own, and
// how looks are counted.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fake_browser, moments } from "./fake_studies.mjs";

/** A tab with a study of two values that is over, and a test set. @param {import("node:test").TestContext} t */
async function studied(t) {
  const browser = fake_browser(t);
  const tab = browser.open();
  tab.load();
  await tab.restore();
  await tab.study("0.1, 0.2");
  tab.load_test();
  return { browser, tab };
}

/** Presses the button and lets the winner's runs end. @param {any} tab */
async function press(tab) {
  tab.actions.test_winner();
  await moments();
  await tab.pools.at(-1)?.finish_shown();
  await moments();
}

test("the winner is trained once more and reads the test set", async (t) => {
  const { browser, tab } = await studied(t);
  tab.actions.test_winner();
  await moments();
  assert.equal(tab.state.phase, "testing");
  assert.equal(tab.page.get().is_study_busy, true);
  const pool = tab.pools.at(-1);
  await pool?.finish_shown();
  await moments();
  assert.equal(tab.state.phase, "idle");
  const { final_test } = /** @type {any} */ (tab.state.record);
  assert.deepEqual(final_test.runs, [
    { run_index: 1, num_correct: 3, num_rows: 4, accuracy: 0.75, loss: 0.5 },
  ]);
  assert.equal(final_test.value_index, 1);
  assert.equal(final_test.num_looks, 1);
  assert.equal(final_test.test_set.checksum, "t1");
  assert.deepEqual(tab.state.reading?.final_test, ["Looked at 1 times: 1 runs."]);
  const [row] = browser.rows.values();
  assert.equal(row.final_test.num_looks, 1, "it is kept with the study");
  assert.equal(row.runs[1].state, "finished", "the study's own runs stay as they were");
});

test("a further press counts as a look and trains nothing", async (t) => {
  const { tab } = await studied(t);
  await press(tab);
  const first = /** @type {any} */ (tab.state.record).final_test;
  const num_pools = tab.pools.length;
  await press(tab);
  const { final_test } = /** @type {any} */ (tab.state.record);
  assert.equal(tab.pools.length, num_pools);
  assert.deepEqual(final_test, { ...first, num_looks: 2 });
  // Another set is another test, and a look all the same.
  tab.load_test({ checksum: "t2" });
  await press(tab);
  assert.equal(tab.pools.length, num_pools + 1);
  const other = /** @type {any} */ (tab.state.record).final_test;
  assert.equal(other.num_looks, 3);
  assert.equal(other.test_set.checksum, "t2");
  assert.equal(other.tested_at, first.tested_at);
});

test("models that the bench compared on the set count, too", async (t) => {
  const { tab } = await studied(t);
  tab.page.set({ looks: { "test t1": ["a", "b", "c"], "test t2": ["a"] } });
  await press(tab);
  assert.equal(/** @type {any} */ (tab.state.record).final_test.num_looks, 3);
});

test("other weights than the study's are not tested", async (t) => {
  const { tab } = await studied(t);
  tab.actions.test_winner();
  await moments();
  const pool = /** @type {any} */ (tab.pools.at(-1));
  pool.checksum = "fedcba9876543210";
  await pool.finish_shown();
  await moments();
  assert.equal(/** @type {any} */ (tab.state.record).final_test, undefined);
  assert.match(tab.state.test_told, /seed 42 came out with other weights/);
  assert.equal(tab.state.phase, "idle");
});

test("a test that is stopped was no look", async (t) => {
  const { tab } = await studied(t);
  tab.actions.test_winner();
  await moments();
  tab.actions.stop_test();
  tab.pools.at(-1)?.end();
  await moments();
  assert.equal(/** @type {any} */ (tab.state.record).final_test, undefined);
  assert.match(tab.state.test_told, /^Stopped/);
  assert.equal(tab.page.get().is_study_busy, false);
  await press(tab);
  assert.equal(/** @type {any} */ (tab.state.record).final_test.num_looks, 1);
});

test("what stands in its way is said", async (t) => {
  const { browser, tab } = await studied(t);
  const told = async () => {
    tab.actions.test_winner();
    await moments();
    return tab.state.test_told;
  };
  tab.load_test({ has_labels: false });
  assert.match(await told(), /has no labels/);
  tab.load_test({ checksum: "c1" });
  assert.match(await told(), /images that this study trained on/);
  tab.load_test();
  tab.load({ checksum: "c2" });
  assert.match(await told(), /Load bars.csv under Train/);
  tab.load();
  tab.page.set({ test: null });
  assert.match(await told(), /Test CSV/);
  // A study of which runs are missing has no winner yet.
  tab.load_test();
  tab.actions.run();
  await moments();
  assert.match(await told(), /not over yet/);
  tab.actions.stop();
  tab.pools.at(-1)?.end();
  await moments();
  assert.match(await told(), /Run what is missing/);
  const empty = browser.open();
  empty.actions.test_winner();
  await moments();
  assert.equal(empty.state.test_told, "Run a study first.");
});

test("pressed while the study's end is being kept, it is kept all the same", async (t) => {
  const browser = fake_browser(t);
  const tab = browser.open();
  tab.load();
  tab.load_test();
  await tab.restore();
  tab.actions.change_form({ values: "0.1, 0.2" });
  tab.actions.run();
  await moments();
  // The database holds up what comes to be kept.
  let let_go = () => {};
  browser.hold = new Promise((resolve) => (let_go = () => resolve(undefined)));
  tab.pools.at(-1)?.finish();
  await moments();
  assert.equal(tab.state.phase, "idle");
  const num_pools = tab.pools.length;
  tab.actions.test_winner();
  await moments();
  assert.equal(tab.pools.length, num_pools, "it waits for the study before");
  let_go();
  browser.hold = null;
  await moments();
  await tab.pools.at(-1)?.finish_shown();
  await moments();
  const [row] = browser.rows.values();
  assert.equal(row.final_test?.num_looks, 1);
});

test("one tab tests at a time", async (t) => {
  const { browser, tab } = await studied(t);
  const other = browser.open();
  await other.restore();
  other.load();
  other.load_test();
  await moments();
  tab.actions.test_winner();
  await moments();
  other.actions.test_winner();
  await moments();
  assert.match(other.state.test_told, /in use in another tab/);
  await tab.pools.at(-1)?.finish_shown();
  await moments();
  // What the first tab came to is a look for the second, too.
  await press(other);
  assert.equal(/** @type {any} */ (other.state.record).final_test.num_looks, 2);
});
