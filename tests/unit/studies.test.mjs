// The controllers of studies: what a person asks for is done or refused with a sentence, and
// a study that could not start is still to be had.

import assert from "node:assert/strict";
import { test } from "node:test";
import { held_description, typed_values } from "../../www/app/factors.js";
import { share_done, study_config, study_ticks } from "../../www/app/study_state.js";
import { DEFAULTS } from "../../www/base/settings.js";
import { BackendUnavailable } from "../../www/engine/backend.js";
import { about_plan, study_status } from "../../www/features/study/status.js";
import { DATA, fake_browser, moments } from "./fake_studies.mjs";

/** @param {any} record */
const states = (record) => record?.runs.map((/** @type {any} */ run) => run.state);

/** @import { Factor, StudyValue } from "../../www/pkg/ndarray/inkling.js" */

test("a study runs, is read and kept, and its steps are ticked", async (t) => {
  const browser = fake_browser(t);
  const tab = browser.open();
  tab.load();
  tab.actions.change_form({ values: "0.1, 0.2" });
  tab.actions.run();
  assert.equal(tab.state.phase, "starting", "at once");
  assert.ok(tab.page.get().is_study_busy);
  await moments();
  assert.equal(tab.state.phase, "running");
  assert.deepEqual(states(tab.state.record), ["running", "running"]);
  assert.equal(tab.state.kept.length, 1, "it is listed while it runs");
  assert.deepEqual(study_ticks(tab.state), {
    study: false,
    comparison: false,
    insights: false,
    report: false,
  });
  tab.pools[0]?.finish();
  await moments();
  assert.equal(tab.state.phase, "idle");
  assert.ok(!tab.page.get().is_study_busy);
  assert.match(study_status(tab.state), /^2 runs: 2 finished\. .*Finished$/);
  assert.equal(share_done(tab.state), 1);
  const [kept] = [...browser.rows.values()];
  assert.deepEqual(states(kept), ["finished", "finished"]);
  const reported = (await tab.actions.read_for_report()).map(({ record }) => record);
  tab.actions.reported(reported);
  assert.deepEqual(study_ticks(tab.state), {
    study: true,
    comparison: true,
    insights: true,
    report: true,
  });
  tab.actions.remark("Another word.");
  assert.ok(!study_ticks(tab.state).report, "the report does not hold it");
  assert.deepEqual([tab.notices, tab.faults], [[], []]);
});

test("a study is refused while something else goes on, and says why", async (t) => {
  const tab = fake_browser(t).open();
  tab.actions.run();
  await moments();
  assert.match(tab.state.refusal, /^There is no data to study\./);
  tab.load();
  assert.equal(tab.state.refusal, "", "it says so no more");
  const run = tab.page.get().run;
  for (const [patch, why, undo] of /** @type {[any, RegExp, any][]} */ ([
    [{ run: { ...run, phase: "training" } }, /^A run is under way/, { run }],
    [{ loading: { name: "a.csv", progress: null } }, /^a\.csv is still/, { loading: null }],
    [{ is_tuning: true }, /^Your digits are being learned/, { is_tuning: false }],
  ])) {
    tab.page.set(patch);
    tab.actions.run();
    await moments();
    assert.match(tab.state.refusal, why);
    assert.equal(tab.state.phase, "idle");
    tab.page.set(undo);
    // It is told as past, not taken away before it could be read.
    assert.match(tab.state.refusal, /press Run study again/);
    tab.actions.change_form({ values: "0.1" });
    assert.equal(tab.state.refusal, "");
  }
  assert.equal(tab.pools.length, 0);
});

test("what cannot be read in the form is named, and nothing starts", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const tab = fake_browser(t).open();
  tab.load();
  const half = { ...tab.state.form, seeds_per_value: "1,5" };
  assert.equal(study_config(half, DEFAULTS).seeds_per_value, 1.5, "and not 15");
  tab.actions.change_form({ seeds_per_value: "1 x" });
  tab.actions.run();
  await moments();
  assert.equal(tab.pools.length, 0);
  assert.equal(tab.state.record, null);
  assert.match(tab.state.refusal, /^seeds per value: found “1 x”, expected a/);
  tab.actions.change_form({ seeds_per_value: "1", values: "x" });
  t.mock.timers.tick(200);
  await moments();
  assert.equal(tab.state.plan_fault?.place, "values, item 1");
});

test("Stop while it starts stops at once, and nothing runs afterwards", async (t) => {
  const tab = fake_browser(t).open();
  tab.load();
  /** @type {(decision: any) => void} */
  let decide = () => {};
  tab.engine.backend = () => new Promise((resolve) => (decide = resolve));
  tab.actions.run();
  await moments();
  assert.equal(tab.state.phase, "starting");
  tab.actions.stop();
  await moments();
  assert.equal(tab.state.phase, "idle");
  decide({ backend: "ndarray" });
  await moments();
  assert.equal(tab.pools.length, 0);
  assert.match(study_status(tab.state), /6 stopped\. .*Stopped$/);
  tab.engine.backend = async () => ({ backend: "ndarray" });
  tab.actions.run_missing();
  await moments();
  assert.equal(tab.state.phase, "running");
});

test("Stop waits for the pool's runs, and another study can run after it", async (t) => {
  const tab = fake_browser(t).open();
  tab.load();
  tab.actions.run();
  await moments();
  tab.actions.stop();
  assert.equal(tab.state.phase, "stopping");
  assert.ok(tab.pools[0]?.is_cancelled);
  tab.pools[0]?.end();
  await moments();
  assert.match(study_status(tab.state), /Stopped$/);
  await tab.study("0.5");
  assert.match(study_status(tab.state), /1 finished\. .*Finished$/);
});

test("a refused WebGPU leaves a study that is kept, says why, and can be had", async (t) => {
  const browser = fake_browser(t);
  const tab = browser.open();
  tab.load();
  tab.engine.backend = async () => {
    throw new BackendUnavailable("this browser found no adapter.");
  };
  tab.actions.change_form({ values: "0.1, 0.2" });
  tab.actions.run();
  await moments();
  assert.equal(tab.state.phase, "idle");
  assert.match(tab.state.refusal, /WebGPU cannot run: .* Choose another backend/);
  assert.match(study_status(tab.state), /2 failed\. .*Failed$/);
  const later = browser.open();
  await later.restore();
  assert.deepEqual(states(later.state.record), ["crashed", "crashed"]);
  assert.match(later.state.record?.runs[0]?.reason ?? "", /^WebGPU cannot run/);
  later.load();
  later.actions.run_missing();
  await moments();
  later.pools[0]?.finish();
  await moments();
  assert.match(study_status(later.state), /2 finished\. .*Finished$/);
});

test("the rest of a study is computed where its finished runs were", async (t) => {
  const tab = fake_browser(t).open();
  tab.load();
  tab.actions.change_form({ values: "0.1, 0.2" });
  tab.actions.run();
  await moments();
  const [first, ...others] = tab.engine.asked;
  assert.deepEqual(others, []);
  assert.equal(first?.before, undefined, "nothing has computed it yet");
  assert.equal(first?.num_at_once, tab.state.record?.plan.workers);
  assert.ok(Number(first?.num_at_once) >= 1);
  assert.deepEqual(
    first?.config,
    tab.state.record?.plan.runs[0]?.config,
    "its longest run decides",
  );
  // One run ends, the other is cut off.
  tab.pools[0]?.finish_one();
  tab.pools[0]?.each("running", { state: "stopped" });
  tab.pools[0]?.end();
  await moments();
  tab.actions.run_missing();
  await moments();
  const again = tab.engine.asked.at(-1);
  assert.equal(again?.before, "ndarray");
  assert.deepEqual(again?.config, tab.state.record?.plan.runs[1]?.config);
  tab.pools[1]?.finish();
  await moments();
});

test("a study goes on with the data it began on only", async (t) => {
  const tab = fake_browser(t).open();
  tab.load();
  tab.actions.run();
  await moments();
  tab.actions.stop();
  tab.pools[0]?.end();
  await moments();
  tab.load({ name: "other.csv", checksum: "c2" });
  tab.actions.run_missing();
  await moments();
  assert.match(tab.state.refusal, /begun on bars\.csv \(checksum c1\); found other\.csv \(c2\)/);
  tab.load();
  tab.actions.run_missing();
  await moments();
  assert.equal(tab.state.phase, "running", "the lock was given back");
});

test("opening a kept study writes it into the form; while one runs it is refused", async (t) => {
  const tab = fake_browser(t).open();
  tab.load();
  tab.actions.change_form({ seeds_per_value: "2", workers: "3" });
  await tab.study("0.1, 0.2");
  const first = tab.state.record?.id ?? "";
  tab.actions.change_form({ factor: "batch_size", seeds_per_value: "1", workers: "1" });
  await tab.study("16, 32");
  tab.actions.open(first);
  assert.deepEqual(tab.state.form, {
    factor: "learning_rate",
    values: "0.1, 0.2",
    seeds_per_value: "2",
    workers: "3",
    vary_split: false,
  });
  tab.actions.run();
  await moments();
  tab.actions.open(first);
  tab.actions.remove(tab.state.record?.id ?? "");
  await moments();
  assert.match(tab.notices[0] ?? "", /^A study runs\. Open another one/);
  assert.match(tab.notices[1] ?? "", /^This study runs\. Stop it/);
  assert.equal(tab.state.kept.length, 3);
  tab.pools.at(-1)?.finish();
  await moments();
  tab.actions.open(first);
  assert.equal(tab.state.record?.id, first);
  tab.actions.remove(first);
  await moments();
  assert.equal(tab.state.record, null);
  assert.equal(tab.state.kept.length, 2);
});

test("the newest study stays the newest when the clock is set back", async (t) => {
  const browser = fake_browser(t);
  const tab = browser.open();
  tab.load();
  await tab.study("0.1");
  t.mock.timers.enable({ apis: ["Date"], now: new Date("2020-01-01") });
  await tab.study("0.2");
  t.mock.timers.reset();
  const newest = tab.state.record?.id;
  assert.equal(tab.state.kept[0]?.id, newest);
  const later = browser.open();
  await later.restore();
  assert.equal(later.state.record?.id, newest);
});

test("a file of studies is taken whole or named", async (t) => {
  const tab = fake_browser(t).open();
  tab.load();
  await tab.study("0.1");
  const { exported } = await import("../../www/app/study_files.js");
  const text = exported(tab.state.kept);
  tab.actions.import_file(new File([text], "studies.json"));
  await moments(30);
  assert.equal(tab.state.kept.length, 2);
  assert.match(tab.state.record?.name ?? "", /\(imported\)$/);
  assert.notEqual(tab.state.kept[0]?.id, tab.state.kept[1]?.id);
  tab.actions.import_file(new File(['{"a":1}'], "other.json"));
  await moments(30);
  assert.match(tab.state.shelf_told, /^other\.json: found other JSON/);
  assert.equal(tab.state.kept.length, 2);
});

test("a study that an older page kept, or that a file holds, is brought to this format", async (t) => {
  const browser = fake_browser(t);
  const tab = browser.open();
  tab.load();
  tab.actions.change_form({ seeds_per_value: "2" });
  await tab.study("0.1");
  const [kept] = browser.rows.values();
  assert.deepEqual([kept.format_version, kept.plan.vary_split], [2, false]);
  const { vary_split: _, ...plan } = kept.plan;
  const old = { ...kept, id: "old", format_version: 1, plan };
  browser.rows.set("old", old);
  const other = browser.open();
  await other.restore();
  other.actions.open("old");
  await moments();
  // Several seeds varied their split, before that could be chosen.
  const { record, form } = other.state;
  assert.deepEqual([record?.format_version, record?.plan.vary_split], [2, true]);
  assert.equal(record?.id, "old");
  assert.equal(form.vary_split, true);

  const { exported } = await import("../../www/app/study_files.js");
  other.actions.import_file(new File([exported([old])], "studies.json"));
  await moments(30);
  assert.match(other.state.record?.name ?? "", /\(imported\)$/);
  assert.equal(other.state.record?.format_version, 2);
});

test("whether each seed draws its own split is the form's to say", async (t) => {
  const tab = fake_browser(t).open();
  tab.load();
  tab.actions.change_form({ seeds_per_value: "2", vary_split: true });
  await tab.study("0.1");
  assert.equal(tab.state.record?.plan.vary_split, true);
});

test("the form says what it would run, and what it holds still", async () => {
  const config = { ...DEFAULTS, learning_rate: 0.1, dropout: 0.2, layer_norm: true, epochs: 3 };
  assert.equal(
    held_description({ factor: "learning_rate" }, { ...DEFAULTS, learning_rate: 0.1 }),
    "default settings",
  );
  assert.doesNotMatch(held_description({ factor: "learning_rate" }, config), /learning rate/);
  assert.doesNotMatch(
    held_description({ factor: "dropout_layer_norm" }, config),
    /dropout|layer norm/,
  );
  assert.match(
    held_description({ factor: "batch_size" }, config),
    /epochs 3.*learning rate 0\.1|learning rate 0\.1.*epochs 3/,
  );
  const of = (/** @type {string[]} */ ...labels) => labels.map((label) => ({ label, axis: 0 }));
  const values = of("0, off", "0, on", "0.2, off", "0.2, on");
  /** @param {Factor} factor @param {StudyValue[]} all */
  const typed = (factor, all) => typed_values({ factor, factor_name: "", values: all });
  assert.equal(typed("dropout_layer_norm", values), "0, 0.2");
  assert.equal(typed("hidden_layers", of("32", "64, 32")), "32; 64, 32");
  const pair = {
    factor: /** @type {const} */ ("two_factors"),
    crossed: ["learning_rate", "hidden_layers"],
    factor_name: "learning rate × hidden layers",
    values: of("0.1 × 8", "0.1 × 16, 4", "1 × 8", "1 × 16, 4"),
  };
  assert.equal(typed_values(pair), "learning rate: 0.1, 1 × hidden layers: 8; 16, 4");
  assert.doesNotMatch(held_description(pair, config), /learning rate/);
  const plan = { runs: Array(6).fill(0), workers: 8, baseline: { epochs: 10 } };
  assert.equal(
    about_plan(/** @type {any} */ (plan), { name: "train.csv.gz", num_rows: 42_000 }, 2),
    "6 runs on train.csv.gz, 42,000 rows; 10 epochs each. Up to 6 at a time; this machine suits 2.",
  );
  assert.match(about_plan(/** @type {any} */ (plan), null, 2), /^6 runs; 10 epochs each\. Load a/);
  assert.equal(DATA.num_rows, 1200);
});

test("what was read of a study before this tab's words were kept does not stand in their place", async (t) => {
  const browser = fake_browser(t);
  const one = browser.open();
  one.load();
  await one.study("0.1");
  const other = browser.open();
  other.load();
  await other.restore();
  one.actions.remark("High.");
  // The other's words are kept, and this tab begins to read them.
  let show_read = () => {};
  browser.hold_reading = new Promise((resolve) => (show_read = () => resolve(null)));
  other.actions.remark("Low.");
  other.actions.end_remarks();
  await moments();
  // Its own are done with, and wait to be kept while that reading comes to its end.
  let go_on = () => {};
  browser.hold = new Promise((resolve) => (go_on = () => resolve(null)));
  one.actions.end_remarks();
  browser.hold_reading = null;
  show_read();
  await moments();
  browser.hold = null;
  go_on();
  await moments();
  for (const tab of [one, other]) {
    assert.match(tab.state.record?.remarks ?? "", /High\./);
    assert.match(tab.state.record?.remarks ?? "", /Low\./);
  }
  const [kept] = /** @type {any[]} */ ([...browser.rows.values()]);
  assert.match(kept.remarks, /High\..*Low\.|Low\..*High\./s);
});
