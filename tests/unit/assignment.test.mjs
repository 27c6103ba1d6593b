// The assignment as a whole: what is missing runs in its order, what does not fit is named,
// and nothing is ticked that is not there.

import assert from "node:assert/strict";
import { test } from "node:test";
import { misfit, parts_of } from "../../www/app/assignment.js";
import { assignment_checks, assignment_status } from "../../www/app/assignment_words.js";
import { study_status } from "../../www/features/study/status.js";
import { fake_browser, moments } from "./fake_studies.mjs";

/** What the usual assignment asks for, in its order. */
const ASKED = ["learning_rate", "batch_size", "dropout", "layer_norm", "dropout_layer_norm"];

/** @typedef {ReturnType<ReturnType<typeof fake_browser>["open"]>} Tab */

/** @param {Tab} tab */
const checks = (tab) =>
  new Map(assignment_checks(tab.state, tab.page.get()).map((one) => [one.title, one]));

/** Points that are ticked. @param {Tab} tab */
const done = (tab) =>
  [...checks(tab).values()].filter((one) => one.is_done).map((one) => one.title);

/** Has every study that begins come to its end. @param {Tab} tab @param {number} num */
async function finish(tab, num) {
  for (let at = 0; at < num; at++) {
    await moments(40);
    tab.pools.at(-1)?.finish();
  }
  await moments(60);
}

/** @param {Tab} tab */
const factors_run = (tab) => tab.state.kept.map(({ plan }) => plan.factor).reverse();

test("one press runs the baseline and the five studies, and ticks them for the report", async (t) => {
  const tab = fake_browser(t).open();
  tab.actions.run_assignment();
  assert.match(tab.state.assignment_told, /no data yet/);
  tab.load();
  assert.deepEqual(done(tab), []);
  tab.actions.run_assignment();
  assert.equal(assignment_status(tab.state), "Part 1 of 6: baseline.");
  assert.equal(study_status(tab.state), "Part 1 of 6 of the assignment.");
  // What would cross it is refused with a sentence, and a second press changes nothing.
  tab.actions.run();
  assert.match(tab.state.refusal, /The assignment runs/);
  tab.actions.run_assignment();
  await moments(40);
  assert.match(study_status(tab.state), /^Part 2 of 6 of the assignment\. 6 runs: /);
  await finish(tab, 5);
  assert.equal(tab.state.assigned, null);
  assert.deepEqual(tab.asked, ["train", "evaluate"]);
  assert.deepEqual(factors_run(tab), ASKED);
  assert.match(study_status(tab.state), /Finished$/);
  assert.match(tab.state.assignment_told, /The assignment has run/);
  assert.equal(tab.state.chosen.length, 5);
  assert.deepEqual(done(tab), [
    "Baseline",
    "Learning rates, five or more",
    "Batch sizes, five or more",
    "Dropout",
    "Layer normalisation",
    "Dropout with and without layer normalisation",
    "One factor at a time, each run from scratch, on one data set",
    "Four curves of every run",
  ]);
  assert.deepEqual(tab.faults, []);

  await t.test("again, it runs nothing that is there", async () => {
    tab.actions.run_assignment();
    await moments(10);
    assert.match(tab.state.assignment_told, /All of it is there/);
    assert.equal(tab.pools.length, 5);
  });

  await t.test("words, ids and files are points of their own", async () => {
    assert.equal(checks(tab).get("Introduction and conclusion")?.told, "0 of 2 written");
    tab.actions.write_words({ introduction: "Why.", conclusion: " " });
    assert.equal(checks(tab).get("Introduction and conclusion")?.told, "1 of 2 written");
    tab.actions.write_words({ conclusion: "So." });
    tab.actions.write_ids(["a1", "", ""]);
    assert.ok(done(tab).includes("Introduction and conclusion"));
    assert.ok(done(tab).includes("Ids"));
    const files = () => checks(tab).get("Files");
    assert.match(files()?.told ?? "", /^not made since this page was opened/);
    assert.equal(files()?.is_done, false);
    tab.actions.reported(tab.state.kept);
    assert.ok(done(tab).includes("Files"));
    tab.actions.write_words({ conclusion: "Otherwise." });
    assert.match(files()?.told ?? "", /^changed since they were made: introduction, conclusion/);
    tab.actions.write_words({ conclusion: "So." });
    assert.ok(done(tab).includes("Files"), "it says again what they hold");
    tab.actions.write_words({ baseline_remarks: "It had not finished." });
    assert.ok(!done(tab).includes("Files"), "they lack the remarks on the baseline");
    tab.actions.write_words({ baseline_remarks: "" });
    assert.ok(done(tab).includes("Files"));
    tab.actions.remark("One more.");
    assert.ok(!done(tab).includes("Files"));
    const { name = "" } = tab.state.record ?? {};
    assert.equal(
      files()?.told,
      `changed since they were made: ${name}. Press Download report again`,
    );
  });
});

test("what does not fit the bench is marked, and run anew", async (t) => {
  const tab = fake_browser(t).open();
  tab.load();
  tab.actions.change_form({ factor: "dropout" });
  await tab.study("0, 0.1, 0.2");
  assert.ok(done(tab).includes("Dropout"));
  const [study] = tab.state.kept;
  assert.ok(study);

  await t.test("other settings than the factor's own", () => {
    const { config } = tab.page.get();
    tab.page.set({ config: { ...config, dropout: 0.5 } });
    assert.equal(misfit(study, tab.page.get()), "", "the factor's setting is the study's own");
    tab.page.set({ config: { ...config, epochs: 3 } });
    assert.equal(checks(tab).get("Dropout")?.told, "with other settings: epochs 10");
    const whole = checks(tab).get("One factor at a time, each run from scratch, on one data set");
    assert.equal(whole?.told, "does not fit the bench: dropout");
    // A plan of the engine's has no split seed where none was given.
    const { split_seed: _, ...baseline } = study.plan.baseline;
    const planned = { ...study, plan: { ...study.plan, baseline } };
    tab.page.set({ config: { ...config, split_seed: 7 } });
    assert.equal(misfit(planned, tab.page.get()), "with other settings: split seed as the seed");
    tab.page.set({ config: { ...config, clean_curve: true } });
    assert.equal(misfit(planned, tab.page.get()), "", "to look on is no other training");
    tab.page.set({ config });
  });

  await t.test("other data", () => {
    tab.load({ checksum: "c2", name: "other.csv" });
    assert.equal(checks(tab).get("Dropout")?.told, "on other data: bars.csv");
    assert.equal(checks(tab).get("Dropout")?.is_done, false);
    tab.load();
    assert.ok(done(tab).includes("Dropout"));
  });

  await t.test("fewer rates than are asked for", async () => {
    tab.actions.change_form({ factor: "learning_rate" });
    await tab.study("0.1, 0.2");
    const rates = checks(tab).get("Learning rates, five or more");
    assert.equal(rates?.told, "2 values, at least 5 are asked for");
    assert.equal(rates?.is_done, false);
  });
});

test("a stop ends the whole, and the next press goes on with what is missing", async (t) => {
  const tab = fake_browser(t).open();
  tab.load();
  tab.actions.run_assignment();
  await moments(40);
  tab.actions.stop();
  tab.pools.at(-1)?.end();
  await moments(60);
  assert.equal(tab.state.assigned, null);
  assert.match(tab.state.assignment_told, /^Stopped\. Press again/);
  assert.equal(tab.pools.length, 1, "no other study begins");
  assert.match(checks(tab).get("Learning rates, five or more")?.told ?? "", /runs are missing/);

  tab.actions.run_assignment();
  await finish(tab, 5);
  assert.match(tab.state.assignment_told, /The assignment has run/);
  assert.deepEqual(factors_run(tab), ASKED, "the stopped study went on, it was not begun anew");
  assert.deepEqual(tab.asked, ["train", "evaluate"], "the baseline was there");
});

test("a part that is left out is neither run nor asked for, also after a reload", async (t) => {
  const browser = fake_browser(t);
  const tab = browser.open();
  tab.load();
  for (const part of /** @type {const} */ (["batch_size", "dropout_layer_norm"])) {
    tab.actions.leave_out(part, true);
  }
  tab.actions.run_assignment();
  await finish(tab, 3);
  assert.deepEqual(factors_run(tab), ["learning_rate", "dropout", "layer_norm"]);
  assert.equal(checks(tab).get("Batch sizes, five or more")?.told, "left out");
  const after = browser.open();
  assert.deepEqual(after.state.left_out, ["batch_size", "dropout_layer_norm"]);
  after.actions.leave_out("batch_size", false);
  assert.deepEqual(after.state.left_out, ["dropout_layer_norm"]);
});

test("a baseline that comes to nothing ends the whole with a sentence", async (t) => {
  const tab = fake_browser(t).open();
  tab.load();
  tab.outcome = "failed";
  tab.actions.run_assignment();
  await moments(40);
  assert.equal(tab.state.assigned, null);
  assert.match(tab.state.assignment_told, /did not come to its end/);
  assert.equal(tab.pools.length, 0);
  assert.equal(
    parts_of(tab.state, tab.page.get())[0]?.lacks,
    "not trained yet with the bench’s settings",
  );
});

test("all parts start from the bench as it was: a change meanwhile ends the whole, and says so", async (t) => {
  const tab = fake_browser(t).open();
  tab.load();
  tab.actions.change_form({ seeds_per_value: "3" });
  tab.actions.run_assignment();
  await moments(40);
  const { config } = tab.page.get();
  tab.page.set({ config: { ...config, learning_rate: 0.2 } });
  await finish(tab, 3);
  assert.equal(tab.state.assigned, null);
  assert.match(tab.state.assignment_told, /were changed meanwhile/);
  assert.deepEqual(factors_run(tab), ["learning_rate"]);

  await t.test("set back, it goes on, with the seeds that were asked for", async () => {
    tab.page.set({ config });
    tab.actions.run_assignment();
    await moments(40);
    // What is left out while it runs is not run.
    tab.actions.leave_out("dropout_layer_norm", true);
    await finish(tab, 4);
    assert.deepEqual(factors_run(tab), ["learning_rate", "batch_size", "dropout", "layer_norm"]);
    for (const { plan } of tab.state.kept) assert.equal(plan.seeds.length, 3);
  });

  await t.test("while the baseline trains, too, and it is not said to have failed", async () => {
    tab.page.set({ config: { ...config, epochs: 4 } });
    tab.actions.run_assignment();
    tab.page.set({ config: { ...config, epochs: 5 } });
    await moments(40);
    assert.match(tab.state.assignment_told, /were changed meanwhile/);
  });
});

test("seeds that are changed after a stop are those of the parts that had not begun", async (t) => {
  const tab = fake_browser(t).open();
  tab.load();
  tab.actions.run_assignment();
  await moments(40);
  tab.actions.stop();
  tab.pools.at(-1)?.end();
  await moments(60);
  tab.actions.change_form({ seeds_per_value: "2" });
  tab.actions.run_assignment();
  await finish(tab, 5);
  const seeds = tab.state.kept.map(({ plan }) => plan.seeds.length).reverse();
  assert.deepEqual(seeds, [1, 2, 2, 2, 2]);
});
