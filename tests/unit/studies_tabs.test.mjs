// Studies in two tabs, and through a reload: each is followed where it runs, and nothing that
// was typed is lost.

import assert from "node:assert/strict";
import { test } from "node:test";
import { HandInWords } from "../../www/app/hand_in_words.js";
import { create_store } from "../../www/app/state.js";
import { initial_studies } from "../../www/app/study_state.js";
import { study_status } from "../../www/features/study/status.js";
import { fake_browser, moments } from "./fake_studies.mjs";
import { small_store } from "./small_store.mjs";

/** @param {any} record */
const states = (record) => record?.runs.map((/** @type {any} */ run) => run.state);

test("a study in another tab is followed there, and not run or deleted twice", async (t) => {
  const browser = fake_browser(t);
  const first = browser.open();
  first.load();
  first.actions.change_form({ values: "0.1, 0.2" });
  first.actions.run();
  await moments();
  const second = browser.open();
  second.load();
  await second.restore();
  const id = second.state.record?.id ?? "";
  assert.deepEqual(second.state.elsewhere, [id]);
  assert.match(study_status(second.state), /It runs in another tab\.$/);
  assert.deepEqual(states(second.state.record), ["running", "running"]);
  second.actions.run_missing();
  await moments();
  assert.match(second.state.refusal, /^This study runs in another tab/);
  second.actions.remove(id);
  await moments();
  assert.match(second.notices[0] ?? "", /runs in another tab\. Stop it there/);
  first.pools[0]?.finish();
  await moments(30);
  assert.deepEqual(states(second.state.record), ["finished", "finished"]);
  assert.match(study_status(second.state), /Finished$/);
});

test("a tab that opens while another tells of its study shows it", async (t) => {
  const browser = fake_browser(t);
  const first = browser.open();
  first.load();
  await first.study("0.1, 0.2");
  const second = browser.open();
  const restoring = second.restore();
  // Told faster than the list is read.
  for (let at = 0; at < 5; at += 1) {
    second.listener();
    await new Promise((resolve) => queueMicrotask(() => resolve(undefined)));
  }
  await restoring;
  assert.equal(second.state.record?.id, first.state.record?.id);
});

test("a study whose tab was closed has stopped, and goes on elsewhere", async (t) => {
  const browser = fake_browser(t);
  const first = browser.open();
  first.load();
  first.actions.run();
  await moments();
  first.close();
  const second = browser.open();
  second.load();
  await second.restore();
  assert.match(second.state.record?.runs[0]?.reason ?? "", /^The page was closed/);
  second.actions.run_missing();
  await moments();
  second.pools[0]?.finish();
  await moments();
  assert.match(study_status(second.state), /6 finished/);
});

test("remarks that were typed right before a reload are there after it", async (t) => {
  const browser = fake_browser(t);
  const tab = browser.open();
  tab.load();
  await tab.study("0.1, 0.2");
  tab.actions.remark("Kept.");
  tab.actions.end_remarks();
  await moments(30);
  tab.actions.remark("Kept. And typed");
  // Nothing was written since, and nothing will be.
  tab.close();
  const written = () => [...browser.rows.values()][0]?.remarks;
  assert.equal(written(), "Kept.");
  const later = browser.open();
  await later.restore();
  await moments(30);
  assert.equal(later.state.record?.remarks, "Kept. And typed");
  assert.equal(written(), "Kept. And typed");
  // It was taken once; what is written elsewhere later stands.
  later.actions.remark("Rewritten.");
  later.actions.end_remarks();
  await moments(30);
  const last = browser.open();
  await last.restore();
  assert.equal(last.state.record?.remarks, "Rewritten.");
});

test("remarks of two tabs on one study both stand", async (t) => {
  const browser = fake_browser(t);
  const first = browser.open();
  first.load();
  await first.study("0.1, 0.2");
  const second = browser.open();
  await second.restore();
  const written = () => [...browser.rows.values()][0]?.remarks;

  first.actions.remark("From the first");
  second.actions.remark("From the sec");
  first.actions.remark("From the first.");
  first.actions.end_remarks();
  await moments(30);
  assert.equal(second.state.record?.remarks, "From the sec", "nobody types into what is typed");
  second.actions.remark("From the second.");
  second.actions.end_remarks();
  await moments(30);
  assert.equal(written(), "From the first.\n\nFrom the second.");
  assert.equal(first.state.record?.remarks, written());
  assert.equal(second.state.record?.remarks, written());
  assert.match(second.notices[0] ?? "", /at the same time\. Both stand there now/);

  second.actions.remark(`${written()} More.`);
  second.actions.end_remarks();
  await moments(30);
  assert.equal(first.state.record?.remarks, "From the first.\n\nFrom the second. More.");
  first.actions.rename(first.state.record?.id ?? "", "Rates");
  await moments(30);
  assert.equal(second.state.kept[0]?.name, "Rates");
  assert.match(second.state.record?.remarks ?? "", /More\.$/);
});

test("a tab that runs a study leaves what another wrote on it", async (t) => {
  const browser = fake_browser(t);
  const first = browser.open();
  first.load();
  first.actions.run();
  await moments();
  const second = browser.open();
  await second.restore();
  second.actions.remark("Seen from the second.");
  second.actions.end_remarks();
  await moments();
  first.actions.remark("Typed while it ru");
  first.pools[0]?.finish();
  await moments(30);
  first.actions.remark("Typed while it runs.");
  first.actions.end_remarks();
  await moments(30);
  const [row] = [...browser.rows.values()];
  assert.equal(row.remarks, "Seen from the second.\n\nTyped while it runs.");
  assert.ok(row.runs.every((/** @type {any} */ run) => run.state === "finished"));
});

test("what is written of the whole in one tab is seen in the other, and overwritten by none", () => {
  const storage = small_store();
  /** @type {((value: string, before: string | null) => void)[]} */
  const followers = [];
  const tab = () => {
    const store = create_store(initial_studies());
    /** @type {typeof followers} */
    const own = [];
    /** @type {import("../../www/base/preferences.js").SmallStore} */
    const shared = {
      get: storage.get,
      set: (name, value) => {
        const before = storage.get(name);
        storage.set(name, value);
        for (const told of followers.filter((one) => !own.includes(one))) told(value, before);
      },
    };
    const words = new HandInWords(store, shared, (name, told) => {
      assert.equal(name, "hand in");
      own.push(told);
      followers.push(told);
    });
    return { store, words };
  };
  const [first, second] = [tab(), tab()];
  second.words.write({ conclusion: "Small batches." });
  assert.equal(first.store.get().conclusion, "Small batches.");
  // Whatever else the first tab keeps.
  first.words.write({ introduction: "Why?" });
  first.store.set({ chosen: ["1"] });
  followers.length = 0;
  second.words.write({ baseline_remarks: "Slow." });
  first.words.write({ left_out: ["dropout"] });
  const { introduction, conclusion, baseline_remarks, chosen, left_out } = tab().store.get();
  assert.deepEqual(
    [introduction, conclusion, baseline_remarks],
    ["Why?", "Small batches.", "Slow."],
  );
  assert.deepEqual([chosen, left_out], [["1"], ["dropout"]]);
});
