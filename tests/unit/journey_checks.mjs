// What a person may expect of the page, whatever they did: held against its state.

import assert from "node:assert/strict";
import { run_name } from "../../www/app/run_record.js";
import { is_active, is_over, shown_evaluation, why_not_train } from "../../www/app/state.js";
import { figure_of, origin_of } from "./fake_engine.mjs";
import { moments } from "./journey_site.mjs";

/** @import { RunSummary } from "../../www/store/runs.js" */
/** @import { Page, Site } from "./journey_site.mjs" */

/** What was seen, and is not forgotten. */
export class Seen {
  /** What runs came to, as it was shown. @type {Map<string, number>} */
  results = new Map();
  /** Epochs of runs that were shown. @type {Map<string, number>} */
  epochs = new Map();
  /** Runs that went on: in which tab, and what they had come to. @type {Map<string, { tab: number, result: unknown }>} */
  continued = new Map();
  /** Names that a person gave. @type {Map<string, string>} */
  names = new Map();
  /** @type {Set<string>} */
  deleted = new Set();
}

/** Words that no person should read. */
const NONSENSE = /undefined|\[object|NaN|is not a function|not known|Cannot read|the test's engine/;

/**
 * What must hold at any moment.
 * @param {Seen} seen
 * @param {Site} site
 */
export function check(seen, site) {
  for (const page of site.pages) check_page(seen, page);
}

/** @param {Seen} seen @param {Page} page */
function check_page(seen, page) {
  const state = page.store.get();
  const { run, data, model, offer } = state;
  assert.deepEqual(page.faults, [], "a view or a promise failed");
  const told = [...page.notices, run.error, state.data_error, state.evaluation_told];
  for (const sentence of [...told, state.tuning_told, state.test_told]) {
    assert.doesNotMatch(sentence, NONSENSE);
  }
  // A run that goes on brings its settings; one that then cannot begin takes them along.
  const brought = { ...page.config, ...page.offered?.config };
  if (page.offered?.run_id === run.id && is_same(state.config, brought)) {
    page.typed ??= page.config;
    page.config = brought;
  } else if (page.typed && is_same(state.config, page.typed)) page.config = page.typed;
  assert.deepEqual(state.config, page.config, "the fields say what would run");
  if (run.result && run.config) {
    const { num_steps, validation_accuracy } = run.result;
    const origin = origin_of(run.config, run.data_checksum, num_steps);
    assert.equal(validation_accuracy, figure_of(origin), "a result beside what it is not of");
    // A tab shows it as it was, until another that goes on with it is done and it is opened again.
    const { tab, result } = seen.continued.get(run.id) ?? { tab: page.tab, result: null };
    const is_its_end = !is_active(run) && tab === page.tab && result !== run.result;
    if (is_its_end) seen.results.set(run.id, validation_accuracy);
  }
  const num = run.history.length;
  seen.epochs.set(run.id, Math.max(num, seen.epochs.get(run.id) ?? 0));
  if (offer) assert.equal(offer.run_id, run.id, "an offer of another run");
  if (offer) assert.ok(!is_active(run), "an offer while a run is under way");
  if (state.can_untune) assert.equal(model?.kind, "tuned", "a way back to no model");
  check_evaluation(page);
  // The model of a run is made of the data that the run says.
  if (model?.kind === "run" && model.run_id === run.id && is_over(run)) {
    assert.equal(model.data_checksum, run.data_checksum, "a model of other data");
  }
  if (is_active(run) && run.phase !== "opening") {
    assert.equal(data?.checksum, run.data_checksum, "a run on other data than are shown");
  }
  if (data) assert.equal(page.engine.data?.summary.checksum, data.checksum, "data that are shown");
  for (const { sentence } of state.findings ?? []) {
    assert.equal(sentence, data?.checksum, "a warning beside data that it is not of");
  }
}

/** @param {unknown} a @param {unknown} b */
const is_same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** @param {Page} page */
function check_evaluation({ store }) {
  const state = store.get();
  const { model, test, data } = state;
  const evaluation = shown_evaluation(state);
  if (!evaluation) return;
  const rows = test?.has_labels ? test.num_rows : (data?.num_rows ?? 0) / 5;
  assert.equal(evaluation.labels.length, rows, "an evaluation of other images");
  const step = model?.id.split("@")[1];
  if (!model?.config || model.kind !== "run" || step === "live") return;
  const origin = origin_of(model.config, model.data_checksum, Number(step));
  assert.ok(
    Math.abs(evaluation.figures.accuracy - figure_of(origin)) < 1e-6,
    `an evaluation beside a model that it is not of: ${origin}, ${evaluation.figures.accuracy}`,
  );
}

/**
 * What must hold once nothing moves by itself.
 * @param {Seen} seen
 * @param {Site} site
 */
export async function check_settled(seen, site) {
  await site.settle();
  check(seen, site);
  await told_of_closed_tabs(site);
  const is_paused = site.pages.some(({ store }) => store.get().run.phase === "paused");
  for (const page of site.pages) {
    check_rest(page);
    check_list(seen, page, is_paused);
    await check_model(seen, page);
  }
}

/** A tab that was closed tells nobody: the others ask. @param {Site} site */
async function told_of_closed_tabs(site) {
  const is_run = (/** @type {string} */ id) =>
    site.pages.some(({ store }) => store.get().run.id === id && is_active(store.get().run));
  const is_late = (/** @type {Page} */ { store }) =>
    store.get().runs.some(({ id, state }) => state === "running" && !is_run(id));
  for (let waited = 0; waited < 200 && site.pages.some(is_late); waited++) await moments(1);
}

/** @param {Page} page */
function check_rest({ store }) {
  const state = store.get();
  const { run, loading, evaluating, is_tuning, is_study_busy } = state;
  assert.equal(loading, null);
  assert.equal(evaluating, "");
  assert.equal(is_tuning, false);
  assert.ok(run.phase === "idle" || run.phase === "paused" || is_over(run), run.phase);
  if (!is_active(run) && !is_study_busy) assert.equal(why_not_train(state), "", "a dead Train");
}

/** @param {Seen} seen @param {Page} page @param {boolean} is_paused in any tab */
function check_list({ results, epochs, names, deleted }, { store }, is_paused) {
  const { run, runs, offer } = store.get();
  const listed = new Map(runs.map((one) => [one.id, one]));
  for (const [id, accuracy] of results) {
    if (deleted.has(id)) continue;
    const found = listed.get(id);
    assert.ok(found, "a run that came to a result is lost");
    assert.equal(found.result?.validation_accuracy, accuracy, "another result than was shown");
  }
  for (const [id, num] of epochs) {
    if (deleted.has(id) || num === 0) continue;
    const found = listed.get(id);
    assert.ok(found, "a run with finished epochs is lost");
    assert.ok(found.history.length >= num, "finished epochs are lost");
  }
  for (const [id, name] of names) {
    const found = listed.get(id);
    if (found) assert.equal(found.name, name, "a name is lost");
  }
  if (!is_paused) {
    for (const one of runs) assert.notEqual(one.state, "running", "nobody runs it");
  }
  const shown = listed.get(run.id);
  if (shown && run.name) assert.equal(run.name, run_name(shown), "two names of one run");
  if (is_active(run)) return;
  const can_go_on = shown !== undefined && may_go_on(shown);
  assert.equal(offer !== null, can_go_on, "what is offered can go on, and what can is offered");
  // Where the page was closed after the last epoch, only the end is left to do.
  const num_done = (shown?.history.length ?? 0) - (shown?.state === "interrupted" ? 1 : 0);
  if (offer) assert.ok(offer.config.epochs > num_done, "nothing to learn");
}

/** Whether there is more to learn for it. @param {RunSummary} run */
function may_go_on({ state, result, history, config, has_checkpoint }) {
  if (state === "interrupted") return true;
  if (state === "failed") return result?.outcome === "failed";
  const is_short = result?.outcome === "stopped" && history.length < config.epochs;
  return state === "ended" && is_short && has_checkpoint;
}

/** The model that is shown reads. @param {Seen} seen @param {Page} page */
async function check_model({ deleted, continued }, { store, engine }) {
  const { run, runs, model } = store.get();
  // Where its run was deleted, only its worker has it.
  if (is_active(run) || !model || deleted.has(model.run_id)) return;
  assert.equal(engine.model_id, model.id, "another model reads than is shown");
  const origin = await engine.origin_of_model(model.id).catch((error) => {
    // Where another tab went on with its run, it is not kept as it was.
    const kept = runs.find(({ id }) => id === model.run_id);
    const step = kept?.result?.num_steps ?? kept?.history.at(-1)?.step;
    if (!continued.has(model.run_id) || model.id === `${model.run_id}@${step}`) throw error;
    return null;
  });
  if (origin === null) return;
  if (model.kind === "tuned") assert.match(origin, / tuned /, "the model is not tuned");
  if (model.kind === "committee") assert.match(origin, /^the mean of .* and /, "of one alone");
  if (model.kind !== "run" || !model.config) return;
  const step = Number(model.id.split("@")[1]);
  const expected = origin_of(model.config, model.data_checksum, step);
  assert.equal(origin, expected, "the model that reads is not the one that is shown");
}
