// Journeys at random through the controllers, on the real stores and an engine that takes
// no time: sequences of what a person can do, held against what they may expect. A
// sequence that breaks an expectation is cut down, and its seed printed.
//   INKLING_ACTIONS=200000 INKLING_SEED=7 node --test tests/unit/journeys.test.mjs

import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { create_actions } from "../../www/app/actions.js";
import { start_planner } from "../../www/app/planner.js";
import { restore } from "../../www/app/restore.js";
import {
  create_store,
  initial_state,
  is_active,
  is_over,
  shown_evaluation,
  why_not_train,
} from "../../www/app/state.js";
import { DEFAULTS } from "../../www/base/settings.js";
import { create_stores } from "../../www/store/stores.js";
import { FakeEngine, figure_of, origin_of } from "./fake_engine.mjs";

const NUM_ACTIONS = Number(process.env.INKLING_ACTIONS ?? 20_000);
const SEED = Number(process.env.INKLING_SEED ?? Date.now() % 2 ** 31);
/** Actions of one visit: long ones find more, short ones cut down faster. */
const IN_A_ROW = 50;

let num_sites = 0;

/** A moment: whatever waits for nothing else has happened after it. */
const moment = () => new Promise((resolve) => setImmediate(resolve));

const files = {
  small: { name: "small.csv", num_rows: 40 },
  large: { name: "large.csv", num_rows: 400 },
  broken: { name: "broken.csv", num_rows: 0 },
  unlabelled: { name: "test.csv", num_rows: 30, is_unlabelled: true },
};

/** A page of one site: its state, its controllers and its engine. */
class Page {
  notices = /** @type {string[]} */ ([]);
  faults = /** @type {unknown[]} */ ([]);
  downloads = 0;

  /** @param {string} scope @param {() => Storage} tab_storage */
  constructor(scope, tab_storage) {
    this.store = create_store(initial_state({ ...DEFAULTS }), (error) => this.faults.push(error));
    this.engine = new FakeEngine(moment);
    this.stores = create_stores({
      scope,
      tab_storage,
      locks: null,
      on_notice: (sentence) => this.notices.push(sentence),
      on_evicted: (names) => this.notices.push(`evicted ${names.join()}`),
      in_use: () => ({ runs: [this.store.get().run.id], data: [] }),
      estimate: async () => ({ usage: 0, quota: 1e9 }),
    });
    const { actions, library, data } = create_actions({
      store: this.store,
      engine: /** @type {any} */ (this.engine),
      ...this.stores,
      fetch_set: async () => /** @type {any} */ ({ name: "sample.csv.gz", num_rows: 100 }),
      download: () => (this.downloads += 1),
      notice: (sentence) => this.notices.push(sentence),
      announce: () => {},
      later: (work) => setImmediate(() => setImmediate(work)),
    });
    this.actions = actions;
    this.library = library;
    this.data = data;
  }

  open() {
    start_planner({
      store: this.store,
      engine: /** @type {any} */ (this.engine),
      notes: this.stores.notes,
      later: (work) => setImmediate(work),
    });
    return restore({
      store: this.store,
      engine: /** @type {any} */ (this.engine),
      data_sets: this.stores.data_sets,
      notes: this.stores.notes,
      data: this.data,
      library: this.library,
      with_settings: true,
      notice: (sentence) => this.notices.push(sentence),
    });
  }

  /** Until nothing moves by itself any more. */
  async settle() {
    for (let quiet = 0, before = ""; quiet < 12;) {
      await moment();
      const { run, loading, evaluating, is_tuning, runs } = this.store.get();
      const now = JSON.stringify([
        run.phase,
        run.progress?.step,
        loading,
        evaluating,
        is_tuning,
        runs.length,
      ]);
      quiet = now === before && !loading && !evaluating && !is_tuning ? quiet + 1 : 0;
      if (run.phase === "opening" || run.phase === "stopping" || run.phase === "training")
        quiet = 0;
      before = now;
    }
  }
}

/** What a person may expect. */
class Expected {
  /** Settings that the fields should show. */
  config = { ...DEFAULTS };
  /** Runs that were seen finished, by id, with what they came to. @type {Map<string, number>} */
  finished = new Map();
  /** @type {Set<string>} */
  deleted = new Set();
}

class Site {
  constructor() {
    this.scope = `/journey ${++num_sites}/`;
    const kept = new Map();
    this.storage = () =>
      /** @type {any} */ ({
        getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
        setItem: (/** @type {string} */ key, /** @type {string} */ value) => kept.set(key, value),
        removeItem: (/** @type {string} */ key) => kept.delete(key),
      });
    this.page = new Page(this.scope, this.storage);
  }

  async reload() {
    await this.page.stores.database.close?.();
    this.page = new Page(this.scope, this.storage);
    await this.page.open();
  }
}

/** Words that no person should read. */
const NONSENSE = /undefined|\[object|NaN|is not a function|not known|Cannot read|the test's engine/;

/**
 * What must hold at any moment.
 * @param {Expected} expected
 * @param {Site} site
 */
function check(expected, { page }) {
  const state = page.store.get();
  const { run, model, data } = state;
  assert.deepEqual(page.faults, [], "a view or a promise failed");
  for (const sentence of [...page.notices, run.error, state.data_error, state.evaluation_told]) {
    assert.doesNotMatch(sentence, NONSENSE);
  }
  assert.deepEqual(state.config, expected.config, "the fields say what would run");
  if (run.result && run.config) {
    const { num_steps, validation_accuracy } = run.result;
    const origin = origin_of(run.config, run.data_checksum, num_steps);
    assert.equal(validation_accuracy, figure_of(origin), "a result beside what it is not of");
    if (run.result.outcome === "finished") expected.finished.set(run.id, validation_accuracy);
  }
  const evaluation = shown_evaluation(state);
  if (evaluation && model?.kind === "run" && model.config) {
    const step = Number(model.id.split("@")[1]);
    const origin = origin_of(model.config, model.data_checksum, step);
    assert.ok(
      Math.abs(evaluation.figures.accuracy - figure_of(origin)) < 1e-6,
      `an evaluation beside a model that it is not of: ${origin}, ${evaluation.figures.accuracy}`,
    );
    const rows = state.test?.has_labels ? state.test.num_rows : (data?.num_rows ?? 0) / 5;
    assert.equal(evaluation.labels.length, rows, "an evaluation of other images");
  }
}

/**
 * What must hold once nothing moves by itself.
 * @param {Expected} expected
 * @param {Site} site
 */
async function check_settled(expected, site) {
  const { page } = site;
  await page.settle();
  check(expected, site);
  const { run, runs, model, loading, evaluating, is_tuning, offer } = page.store.get();
  assert.equal(loading, null);
  assert.equal(evaluating, "");
  assert.equal(is_tuning, false);
  assert.ok(run.phase === "idle" || run.phase === "paused" || is_over(run), run.phase);
  if (!is_active(run)) {
    assert.equal(why_not_train(page.store.get()), "", "a dead Train");
    if (model) assert.equal(page.engine.model_id, model.id, "the model that is shown reads");
  }
  if (offer) assert.equal(offer.run_id, run.id, "an offer of another run");
  const listed = new Set(runs.map(({ id }) => id));
  for (const id of expected.finished.keys()) {
    if (expected.deleted.has(id)) continue;
    assert.ok(listed.has(id), "a finished run is lost");
  }
}

/** @typedef {fc.AsyncCommand<Expected, Site>} Command */

/**
 * @param {string} name
 * @param {(site: Site, expected: Expected) => unknown} work
 * @returns {Command}
 */
const command = (name, work) => ({
  check: () => true,
  toString: () => name,
  async run(expected, site) {
    await work(site, expected);
    await moment();
    check(expected, site);
  },
});

/** @param {Expected} expected @param {Partial<typeof DEFAULTS>} patch @param {Site} site */
function change(expected, patch, site) {
  expected.config = { ...expected.config, ...patch };
  site.page.actions.change_settings(patch);
}

/** @param {Site} site @param {number} at */
const listed = ({ page }, at) => {
  const { runs } = page.store.get();
  return runs.length > 0 ? runs[at % runs.length] : undefined;
};

const at = fc.nat({ max: 5 });
const commands = [
  fc
    .constantFrom(...Object.keys(files))
    .map((name) =>
      command(`load ${name}`, ({ page }) =>
        page.actions.load_files([/** @type {any} */ (files)[name]]),
      ),
    ),
  fc.constant(command("load the sample", ({ page }) => page.actions.load_set("sample"))),
  fc.constant(command("cancel", ({ page }) => page.actions.cancel_load())),
  fc.constant(command("bring it back", ({ page }) => page.actions.undo_load())),
  fc.constant(command("train", ({ page }) => page.actions.train())),
  fc.constant(command("sample and train", ({ page }) => page.actions.sample_and_train())),
  fc.constant(command("pause or resume", ({ page }) => page.actions.pause_or_resume())),
  fc.constant(
    command("stop", async ({ page }) => {
      page.actions.stop();
      for (let waited = 0; waited < 40; waited++) await moment();
      assert.ok(!is_active(page.store.get().run), "Stop did not stop");
    }),
  ),
  fc.constant(
    command("continue", async (site, expected) => {
      const { offer, run } = site.page.store.get();
      if (!offer) return;
      const is_begun = why_not_train(site.page.store.get()) === "";
      site.page.actions.go_on(offer.run_id);
      await site.page.settle();
      // The fields take the settings that it goes on with.
      if (is_begun) expected.config = site.page.store.get().config;
      if (is_begun && run.config) assert.ok(expected.config.epochs >= 1);
    }),
  ),
  fc
    .constantFrom(0, 1, 2, 5)
    .map((epochs) =>
      command(`epochs ${epochs}`, (site, expected) => change(expected, { epochs }, site)),
    ),
  fc
    .constantFrom(0.01, 0.1, 50)
    .map((learning_rate) =>
      command(`rate ${learning_rate}`, (site, expected) =>
        change(expected, { learning_rate }, site),
      ),
    ),
  fc
    .constantFrom("16", "32, 16")
    .map((hidden_layers) =>
      command(`hidden ${hidden_layers}`, (site, expected) =>
        change(expected, { hidden_layers }, site),
      ),
    ),
  fc.constant(
    command("use its settings", ({ page }, expected) => {
      page.actions.use_settings_of_run();
      expected.config = page.store.get().run.config ?? expected.config;
    }),
  ),
  fc.constant(command("evaluate", ({ page }) => page.actions.evaluate())),
  fc
    .constantFrom("small", "unlabelled", "broken")
    .map((name) =>
      command(`test ${name}`, ({ page }) =>
        page.actions.pick_test([/** @type {any} */ (files)[name]]),
      ),
    ),
  fc.constant(command("drop the test set", ({ page }) => page.actions.drop_test())),
  fc.boolean().map((is_good) =>
    command(`a ${is_good ? "good" : "wrong"} model file`, ({ page }) => {
      const text = is_good ? '{"model":{"origin":"a file","checksum":""}}' : "no model";
      page.actions.load_model(new File([text], "file.safetensors"));
    }),
  ),
  fc.constant(command("save the model", ({ page }) => page.actions.save_model())),
  fc.constant(
    command("fine-tune", ({ page }) =>
      page.actions.tune([{ label: 1, pixels: new Uint8Array(784) }]),
    ),
  ),
  fc.constant(command("undo the fine-tuning", ({ page }) => page.actions.untune())),
  at.map((place) =>
    command(`open run ${place}`, async (site, expected) => {
      const found = listed(site, place);
      if (!found) return;
      const is_opened = await site.page.library.open(found.id);
      if (is_opened) expected.config = found.config;
    }),
  ),
  at.map((place) =>
    command(`delete run ${place}`, async (site, expected) => {
      const found = listed(site, place);
      if (!found) return;
      await site.page.library.remove([found.id]);
      if (site.page.store.get().removed?.ids.includes(found.id)) expected.deleted.add(found.id);
    }),
  ),
  fc.constant(
    command("undo the deletion", async (site, expected) => {
      const { removed, run } = site.page.store.get();
      await site.page.library.undo();
      for (const id of removed?.ids ?? []) expected.deleted.delete(id);
      // It is opened again where nothing else is shown.
      if (run.phase === "idle") expected.config = site.page.store.get().config;
    }),
  ),
  at.map((place) =>
    command(`compare run ${place}`, (site) => {
      const found = listed(site, place);
      if (found) return site.page.library.pin(found.id, !found.is_pinned);
    }),
  ),
  fc.constant(command("the worker ends", ({ page }) => page.engine.crash())),
  fc.constant(
    command("reload", async (site, expected) => {
      // A person reads what is there before they reload: what was typed is kept by then.
      for (let waited = 0; waited < 10; waited++) await moment();
      await site.reload();
      await check_settled(expected, site);
    }),
  ),
  fc.constant(command("wait", (site, expected) => check_settled_unless_paused(expected, site))),
];

/** @param {Expected} expected @param {Site} site */
async function check_settled_unless_paused(expected, site) {
  if (site.page.store.get().run.phase === "paused") return;
  await check_settled(expected, site);
}

test("journeys at random keep what a person may expect", { timeout: 1_200_000 }, async (t) => {
  t.diagnostic(`seed ${SEED}, ${NUM_ACTIONS} actions`);
  const uncaught = /** @type {unknown[]} */ ([]);
  const note = (/** @type {unknown} */ error) => uncaught.push(error);
  process.on("unhandledRejection", note);
  t.after(() => process.off("unhandledRejection", note));
  await fc.assert(
    fc.asyncProperty(
      fc.commands(commands, { maxCommands: IN_A_ROW, size: "max" }),
      async (found) => {
        const site = new Site();
        await site.page.open();
        await fc.asyncModelRun(() => ({ model: new Expected(), real: site }), found);
        await site.page.settle();
        assert.deepEqual(uncaught.splice(0), [], "an error that nobody caught");
      },
    ),
    {
      numRuns: Math.ceil(NUM_ACTIONS / IN_A_ROW),
      seed: SEED,
      path: process.env.INKLING_PATH,
      includeErrorInReport: true,
      // Cutting down is for whoever reads it, and has its limit.
      interruptAfterTimeLimit: 600_000,
      markInterruptAsFailure: true,
    },
  );
});
