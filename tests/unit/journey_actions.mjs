// What a person can do on the bench, by name, and what each thing alone must come to.
// Over 400 lines: a list.

import assert from "node:assert/strict";
import { is_active, is_over, shown_evaluation } from "../../www/app/state.js";
import { check, check_settled } from "./journey_checks.mjs";
import { moments } from "./journey_site.mjs";

/** @import { Seen } from "./journey_checks.mjs" */
/** @import { Offer } from "../../www/app/state.js" */
/** @import { Page, Site } from "./journey_site.mjs" */

/** @typedef {(site: Site, seen: Seen) => unknown} Action */

const files = /** @type {Record<string, any>} */ ({
  small: { name: "small.csv", num_rows: 40 },
  large: { name: "large.csv", num_rows: 400 },
  broken: { name: "broken.csv", num_rows: 0 },
  unlabelled: { name: "test.csv", num_rows: 30, is_unlabelled: true },
});

const digit = { label: 1, pixels: new Uint8Array(784) };

/** @type {Map<string, Action>} */
export const actions = new Map();

/** @param {string} name @param {Action} action */
export const can = (name, action) => void actions.set(name, action);

/** @param {Site} site @param {Seen} seen */
export async function at_rest(site, seen) {
  await site.settle();
  check(seen, site);
  return site.page;
}

// Data

for (const name of Object.keys(files)) {
  can(`load ${name}`, ({ page }) => page.actions.load_files([files[name]]));
}
can("load, and reload as soon as it is there", async (site, seen) => {
  const page = await at_rest(site, seen);
  const { run, data: before } = page.store.get();
  const file = before?.name === files.large.name ? files.small : files.large;
  page.actions.load_files([file]);
  const is_there = () => page.store.get().data?.name === file.name;
  for (let waited = 0; waited < 2000 && !is_there(); waited++) await moments(1);
  if (is_active(run)) return;
  await reload(site);
  await check_settled(seen, site);
  assert.equal(site.page.store.get().data?.name, file.name, "data that were seen are gone");
});
can("load the sample", ({ page }) => page.actions.load_set("sample"));
can("cancel", ({ page }) => page.actions.cancel_load());
can("bring it back", ({ page }) => page.actions.undo_load());
can("bring it back, and look", async (site, seen) => {
  const page = await at_rest(site, seen);
  const { data_before, run } = page.store.get();
  page.actions.undo_load();
  await page.settle();
  if (!data_before || is_active(run)) return;
  assert.equal(page.store.get().data?.checksum, data_before.checksum, "it did not come back");
});

// Settings

/** @param {Page} page @param {Partial<Page["config"]>} patch */
function change(page, patch) {
  page.config = { ...page.config, ...patch };
  page.typed = null;
  page.actions.change_settings(patch);
}
for (const epochs of [0, 1, 2, 5]) can(`epochs ${epochs}`, ({ page }) => change(page, { epochs }));
for (const learning_rate of [0.01, 0.1, 50]) {
  can(`rate ${learning_rate}`, ({ page }) => change(page, { learning_rate }));
}
for (const seed of [2, 3]) can(`seed ${seed}`, ({ page }) => change(page, { seed }));
for (const hidden_layers of ["16", "32, 16"]) {
  can(`hidden ${hidden_layers}`, ({ page }) => change(page, { hidden_layers }));
}
can("use its settings", ({ page }) => {
  page.config = page.store.get().run.config ?? page.config;
  page.actions.use_settings_of_run();
});

// The run

can("train", ({ page }) => page.actions.train());
can("sample and train", ({ page }) => page.actions.sample_and_train());
can("train, and look", async (site, seen) => {
  const page = await at_rest(site, seen);
  const { config, data, run } = page.store.get();
  const why = is_active(run) || page.store.get().is_study_busy;
  Object.assign(page.engine, { is_plan_failing: false, step_moments: 1 });
  const { length: num_told } = page.notices;
  page.actions.train();
  await page.settle();
  const { run: now } = page.store.get();
  if (why) {
    assert.equal(now.id, run.id, "it trained although it may not");
    assert.ok(page.notices.length > num_told, "Train said nothing");
  } else if (!data || config.epochs < 1) {
    assert.equal(now.id, run.id, "a run that cannot begin took the place of what was shown");
    assert.ok(now.error !== "" || page.notices.length > num_told, "Train said nothing");
  } else if (config.learning_rate < 10) {
    assert.notEqual(now.id, run.id, "Train did nothing");
    assert.equal(now.result?.outcome, "finished", "it did not finish");
    assert.equal(now.history.length, config.epochs);
  }
});
can("pause or resume", ({ page }) => page.actions.pause_or_resume());
can("stop", ({ page }) => stop(page));

/** @param {Page} page */
async function stop(page) {
  page.actions.stop();
  for (let waited = 0; is_active(page.store.get().run); waited++) {
    assert.ok(waited < 160, `Stop did not stop: ${page.store.get().run.phase}`);
    await moments(1);
  }
}
can("long steps", ({ page }) => void (page.engine.step_moments = 400));
can("short steps", ({ page }) => void (page.engine.step_moments = 1));
can("continue", ({ page }, seen) => {
  const { offer } = page.store.get();
  if (offer) go_on(page, seen, offer);
});

/** @param {Page} page @param {Seen} seen @param {Offer} offer */
export function go_on(page, { results, continued }, offer) {
  page.offered = offer;
  page.typed = null;
  // What it comes to from here on is another result.
  results.delete(offer.run_id);
  continued.set(offer.run_id, { tab: page.tab, result: page.store.get().run.result });
  page.actions.go_on(offer.run_id);
}
can("continue, and look", async (site, seen) => {
  const page = await at_rest(site, seen);
  const { offer, runs } = page.store.get();
  if (!offer) return;
  const { length: num_told } = page.notices;
  page.engine.step_moments = 1;
  go_on(page, seen, offer);
  await page.settle();
  const { run, config } = page.store.get();
  const before = runs.find(({ id }) => id === offer.run_id);
  const now = page.store.get().runs.find(({ id }) => id === offer.run_id);
  if (before?.order === now?.order) {
    assert.ok(page.notices.length > num_told, "Continue said nothing");
    assert.deepEqual(config, page.config, "the fields changed, and it did not go on");
    return;
  }
  page.config = { ...page.config, ...offer.config };
  assert.equal(run.id, offer.run_id);
  assert.equal(config.learning_rate, offer.config.learning_rate, "the fields say what goes on");
  if (offer.config.learning_rate < 10) {
    assert.equal(run.result?.outcome, "finished", "it goes on to its end");
  }
});
can("continue while a file is read, and look", async (site, seen) => {
  const page = await at_rest(site, seen);
  const { offer, runs } = page.store.get();
  if (!offer) return;
  const { length: num_told } = page.notices;
  page.actions.load_files([files.small]);
  go_on(page, seen, offer);
  await page.settle();
  const told = page.notices.slice(num_told);
  const is_other = told.some((sentence) => sentence.includes("is loaded again"));
  const order = (/** @type {readonly { id: string, order: number }[]} */ all) =>
    all.find(({ id }) => id === offer.run_id)?.order;
  if (is_other) assert.notEqual(order(page.store.get().runs), order(runs), "other data in vain");
});
can("continue while the plan fails, and look", async (site, seen) => {
  const page = await at_rest(site, seen);
  const { offer } = page.store.get();
  if (!offer) return;
  change(page, { epochs: 5, seed: 4 });
  await page.settle();
  page.engine.is_plan_failing = true;
  page.actions.go_on(offer.run_id);
  await page.settle();
});
can("the worker ends with the run", ({ page }) => void (page.engine.is_ending_with_run = true));
can("a plan fails", ({ page }) => void (page.engine.is_plan_failing = true));
for (const step_moments of [20, 400]) {
  can(`train, and stop it in a step of ${step_moments}`, async (site, seen) => {
    const page = await at_rest(site, seen);
    if (is_active(page.store.get().run)) return;
    page.engine.step_moments = 1;
    page.actions.train();
    for (let waited = 0; waited < 2000 && page.store.get().run.history.length < 1; waited++) {
      await moments(1);
    }
    page.engine.step_moments = step_moments;
    await stop(page);
    await page.settle();
  });
}
for (const [what, end] of /** @type {[string, (site: Site) => unknown][]} */ ([
  ["reload it half-way", reload],
  ["its worker ends half-way", ({ page }) => page.engine.crash()],
])) {
  can(`train, ${what}, and look`, async (site, seen) => {
    const page = await at_rest(site, seen);
    if (is_active(page.store.get().run)) return;
    page.engine.step_moments = 5;
    page.actions.train();
    for (let waited = 0; waited < 2000 && page.store.get().run.history.length < 1; waited++) {
      await moments(1);
    }
    // What was written in the fields is kept by then.
    page.engine.step_moments = 400;
    await moments(30);
    check(seen, site);
    await end(site);
    await check_settled(seen, site);
  });
}
can("the worker ends", ({ page }) => page.engine.crash());
can("a study begins or ends", ({ page: { store } }) =>
  store.set({ is_study_busy: !store.get().is_study_busy }),
);

// The model

can("evaluate", ({ page }) => page.actions.evaluate());
can("evaluate, and look", async (site, seen) => {
  const page = await at_rest(site, seen);
  page.actions.evaluate();
  await page.settle();
  const state = page.store.get();
  const shown = shown_evaluation(state);
  assert.ok(shown || state.evaluation_told, "Evaluate said nothing");
  const { model, runs, run } = state;
  const kept = runs.find(({ id }) => id === model?.run_id);
  if (!shown || !kept || model?.kind !== "run" || is_active(run)) return;
  // Another tab may have gone on with its run.
  if (site.pages.length > 1 || model.id !== `${kept.id}@${kept.result?.num_steps}`) return;
  assert.deepEqual(kept.evaluated?.figures, shown.figures, "the list does not tell of it");
});
for (const name of ["small", "unlabelled", "broken"]) {
  can(`test ${name}`, ({ page }) => page.actions.pick_test([files[name]]));
}
can("drop the test set", ({ page }) => page.actions.drop_test());
can("a good model file", ({ page }) => {
  const text = '{"model":{"origin":"a file","checksum":""}}';
  page.actions.load_model(new File([text], "file.safetensors"));
});
can("a wrong model file", async ({ page }) => {
  page.actions.load_model(new File(["no model"], "wrong.safetensors"));
});
can("save the model", ({ page }) => page.actions.save_model());
can("submission", ({ page }) => page.actions.submission());
can("fine-tune", ({ page }) => page.actions.tune([digit]));
can("undo the fine-tuning", ({ page }) => page.actions.untune());
can("fine-tune, and undo it", async (site, seen) => {
  const page = await at_rest(site, seen);
  const { model } = page.store.get();
  page.actions.tune([digit]);
  await page.settle();
  const { model: tuned } = page.store.get();
  if (tuned?.id === model?.id) return;
  page.actions.untune();
  await page.settle();
  const { model: back } = page.store.get();
  assert.ok(back && back.kind !== "tuned", "the model before did not come back");
});

// Kept runs

/** @param {Page} page @param {number} at */
const listed = ({ store }, at) => {
  const { runs } = store.get();
  return runs.length > 0 ? runs[at % runs.length] : undefined;
};
for (const at of [0, 1, 2, 4]) {
  can(`open run ${at}`, async ({ page }) => {
    const found = listed(page, at);
    if (!found || !(await page.library.open(found.id))) return;
    const { run, model } = page.store.get();
    assert.ok(run.config);
    page.config = run.config;
    if (found.history.length > 0) assert.ok(model, "a run without its model");
  });
  can(`reload, open run ${at} as soon as it is listed, and look`, async (site, seen) => {
    await at_rest(site, seen);
    const opening = site.load();
    const { page } = site;
    for (let waited = 0; waited < 2000 && !listed(page, at); waited++) await moments(1);
    // A person is not always as quick.
    await moments((site.settings.length * 7) % 40);
    const found = listed(page, at);
    const { length: num_told } = page.notices;
    if (found) await page.library.open(found.id);
    await opening;
    await site.settle();
    take_settings(site);
    if (!found || page.notices.length > num_told) return;
    const { run, model } = page.store.get();
    assert.equal(run.id, found.id, "another run than the one that was opened");
    assert.notEqual(model?.kind, "committee", "a committee in the place of what was opened");
  });
  can(`delete run ${at}`, async (site, { deleted }) => {
    const { page } = site;
    const found = listed(page, at);
    if (!found) return;
    const is_under_way = site.pages.some(({ store }) => {
      const { run } = store.get();
      return run.id === found.id && run.phase !== "opening" && is_active(run);
    });
    const { length: num_told } = page.notices;
    await page.library.remove([found.id]);
    const is_gone = page.store.get().removed?.ids.includes(found.id);
    if (is_gone) assert.ok(!is_under_way, "a run that is under way was deleted");
    if (is_gone) deleted.add(found.id);
    else assert.ok(page.notices.length > num_told, "Delete said nothing");
  });
  can(`compare run ${at}`, ({ page }) => {
    const found = listed(page, at);
    if (found) return page.library.pin(found.id, !found.is_pinned);
  });
  can(`name run ${at}`, async ({ page }, { names }) => {
    const found = listed(page, at);
    if (!found) return;
    const name = `run ${names.size}`;
    await page.words.rename(found.id, name);
    names.set(found.id, name);
  });
}
can("make a committee", ({ page }) => {
  const { runs } = page.store.get();
  return page.actions.make_committee(runs.slice(0, 2).map(({ id }) => id));
});
can("make a committee, evaluate it, reload, and look", async (site, seen) => {
  const page = await at_rest(site, seen);
  const { runs, run } = page.store.get();
  const [first] = runs.filter(({ state, result }) => state === "ended" && result);
  const fits = runs.filter(
    ({ state, result, data_checksum }) =>
      state === "ended" && result && data_checksum === first?.data_checksum,
  );
  if (fits.length < 2 || is_active(run)) return;
  const { length: num_told } = page.notices;
  const is_made = await page.actions.make_committee(fits.map(({ id }) => id));
  assert.ok(is_made, `no committee: ${page.notices.slice(num_told).join(" ")}`);
  const { model } = page.store.get();
  assert.equal(model?.kind, "committee");
  assert.equal(model?.summary?.members?.length, fits.length);
  page.actions.evaluate();
  await page.settle();
  const evaluation = shown_evaluation(page.store.get());
  assert.ok(evaluation || page.store.get().evaluation_told, "Evaluate said nothing");
  await reload(site);
  await check_settled(seen, site);
  const state = site.page.store.get();
  assert.equal(state.model?.id, model?.id, "the committee is gone");
  if (evaluation) assert.deepEqual(shown_evaluation(state)?.figures, evaluation.figures);
});
can("undo the deletion", async ({ page }, { deleted }) => {
  const { removed, run } = page.store.get();
  await page.library.undo();
  for (const id of removed?.ids ?? []) deleted.delete(id);
  // It is opened again where nothing else is shown.
  if (run.phase === "idle") page.config = page.store.get().config;
});
can("delete a run, import it, undo, and look", async (site, seen) => {
  const page = await at_rest(site, seen);
  const found = listed(page, 0);
  if (!found || found.state === "running" || is_active(page.store.get().run)) return;
  const { id } = found;
  await page.library.export_runs([id]);
  await page.library.remove([id]);
  const file = /** @type {Blob} */ (page.downloaded);
  await page.library.import_runs(new File([file], "runs.json"));
  await page.words.rename(id, "from a file");
  seen.names.set(id, "from a file");
  const { run, runs } = page.store.get();
  await page.library.undo();
  if (run.phase === "idle") page.config = page.store.get().config;
  assert.equal(page.store.get().runs.length, runs.length + 1, "it did not come back");
});
can("delete two, undo both, and look", async (site, seen) => {
  const page = await at_rest(site, seen);
  const { run } = page.store.get();
  const [first, second] = page.store.get().runs.filter(({ state }) => state !== "running");
  if (!first || !second || site.pages.some(({ store }) => is_active(store.get().run))) return;
  await page.library.remove([first.id]);
  await page.library.remove([second.id]);
  await page.library.undo();
  await page.library.undo();
  await page.settle();
  const listed = page.store.get().runs.map(({ id }) => id);
  assert.ok(listed.includes(first.id) && listed.includes(second.id), "one did not come back");
  // Where nothing else is shown, what comes back is opened, with its settings.
  if (run.phase === "idle" || [first.id, second.id].includes(run.id)) {
    page.config = page.store.get().config;
  }
});
can("export", async (site, seen) => {
  const page = await at_rest(site, seen);
  const over = page.store.get().runs.filter(({ state }) => state !== "running");
  page.downloaded = null;
  await page.library.export_runs([]);
  if (over.length === 0) return;
  const file = /** @type {Blob | null} */ (page.downloaded);
  assert.ok(file, "nothing was exported");
  assert.equal(JSON.parse(await file.text()).runs.length, over.length, "runs that are missing");
});
can("import", async ({ page }, { names, results, epochs, deleted }) => {
  const file = page.downloaded;
  if (!file || file.type !== "application/json") return;
  const { length: num_told } = page.notices;
  const num = JSON.parse(await file.text()).runs.length;
  const { runs } = page.store.get();
  await page.library.import_runs(new File([file], "runs.json"));
  // One that was deleted comes as it was exported.
  for (const id of deleted) {
    for (const known of [names, results, epochs]) known.delete(id);
  }
  const is_refused = page.notices.length > num_told;
  if (is_refused) throw new Error(page.notices.at(-1));
  assert.ok(page.store.get().runs.length >= Math.min(100, runs.length + num) - 1, "runs missing");
});

// Tabs

can("the other tab", async (site) => {
  // Settings that were typed are kept by then.
  await moments(40);
  const is_new = site.pages.length === 1;
  await site.other_tab();
  if (is_new) take_settings(site);
});
can("reload", async (site, seen) => {
  // A person reads what is there before they reload: what was typed is kept by then.
  await moments(40);
  await reload(site);
  await check_settled(seen, site);
});
can("reload at rest", async (site, seen) => {
  await at_rest(site, seen);
  const { run, data, model } = site.page.store.get();
  await reload(site);
  await check_settled(seen, site);
  const state = site.page.store.get();
  if (data) assert.equal(state.data?.checksum, data.checksum, "other data than before");
  if (model?.kind === "committee") assert.equal(state.model?.id, model.id, "another committee");
  if (!state.runs.some(({ id }) => id === run.id)) return;
  assert.equal(state.run.id, run.id, "another run than before");
  assert.ok(state.run.history.length >= run.history.length, "a shorter curve than before");
  if (!is_over(run) || model?.run_id !== run.id) return;
  assert.ok(state.model, "no model, though there was one");
  // Another tab may have fine-tuned it, or gone back to the model before.
  if (site.pages.length > 1) return;
  assert.equal(state.model.kind, model.kind, "another model than before");
});
can("wait", (site, seen) => check_settled(seen, site));

/** @param {Site} site */
async function reload(site) {
  await site.load();
  take_settings(site);
}

/**
 * A tab that opens takes the settings that it, or another tab, was given last, or those of
 * the run that it shows.
 * @param {Site} site
 */
function take_settings({ page, pages, settings }) {
  const { config, run } = page.store.get();
  // One that went on a moment ago has brought its own.
  const brought = pages.map((one) => ({ ...one.config, ...one.offered?.config }));
  const given = pages.map((one) => one.config);
  const known = [...given, ...brought, ...settings, run.config ?? page.config];
  const is_known = known.some((one) => JSON.stringify(one) === JSON.stringify(config));
  assert.ok(is_known, "settings that nobody gave");
  page.config = config;
}
