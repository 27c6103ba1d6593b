// Which runs make a committee, on which images one may be judged, what is said of it, and what
// its controller keeps, makes and refuses.

import assert from "node:assert/strict";
import { test } from "node:test";
import { CommitteeController } from "../../www/app/committee.js";
import { hold_out_alike, origin_of, why_no_committee } from "../../www/app/committee_words.js";
import {
  committee_words,
  data_checksum_of,
  held_out,
  splitting,
  why_no_validation,
} from "../../www/app/members.js";
import { create_store, evaluable, idle_run, initial_state } from "../../www/app/state.js";
import { DEFAULTS } from "../../www/base/settings.js";
import { MNIST_TASK } from "../../www/base/task.js";
import { evaluation_text } from "../../www/features/evaluation/text.js";
import { other_network } from "../../www/features/network/shape.js";
import { committee_hint } from "../../www/features/runs/words.js";
import { fresh_browser } from "./fake_browser.mjs";

const result = /** @type {any} */ ({ outcome: "finished" });

/** @param {Record<string, unknown>} [patch] @returns {any} a run that ended */
const run = (patch = {}) => ({
  id: "r1",
  name: "first",
  config: { ...DEFAULTS },
  data_name: "a.csv",
  data_checksum: "00000000000000aa",
  state: "ended",
  result,
  history: [],
  has_model: true,
  has_checkpoint: false,
  ...patch,
});

test("two runs of the same data that ended make a committee", () => {
  assert.equal(why_no_committee([run(), run({ id: "r2", name: "second" })]), "");
  // One that was stopped by force has its last epoch's checkpoint alone.
  const forced = run({ has_model: false, has_checkpoint: true });
  assert.equal(why_no_committee([run(), forced]), "");
});

test("what does not fit together is refused with what was found and expected", () => {
  const second = (/** @type {Record<string, unknown>} */ patch) =>
    why_no_committee([run(), run({ id: "r2", name: "second", ...patch })]);
  assert.match(why_no_committee([]), /Press Compare on two runs or more/);
  assert.match(why_no_committee([run()]), /Press Compare on two runs or more/);
  const expected = "expected one that finished or was stopped.";
  for (const [state, words] of [
    ["running", "a run under way"],
    ["interrupted", "a run that was interrupted"],
    ["failed", "a run that failed"],
  ]) {
    assert.equal(second({ state, result: null }), `second: found ${words}, ${expected}`);
  }
  assert.equal(second({ result: null }), `second: found a run that came to nothing, ${expected}`);
  assert.equal(second({ has_model: false }), "second: found no model kept of it, expected one.");
  assert.equal(
    second({ data_name: "b.csv", data_checksum: "00000000000000bb" }),
    "second: found data with the checksum 00000000000000bb (b.csv), expected data with the " +
      "checksum 00000000000000aa (a.csv), as first has.",
  );
  assert.equal(
    second({ task: { ...MNIST_TASK, side: 8 } }),
    "second: found 8 × 8 pixels and 10 classes, expected 28 × 28 pixels and 10 classes, as " +
      "first has.",
  );
  const named = { ...MNIST_TASK, classes: MNIST_TASK.classes.with(3, "Dress") };
  assert.equal(
    second({ task: named }),
    "second: found “Dress” as class 3, expected “3”, as first has.",
  );
});

/** @param {Record<string, unknown>[]} patches of the settings @returns {any} */
const summary_of = (patches) => ({
  layers: [],
  task: MNIST_TASK,
  members: patches.map((patch, at) => ({
    model: {},
    weights_checksum: "",
    origin: origin_of(run({ id: `r${at}`, name: `run ${at}`, config: { ...DEFAULTS, ...patch } })),
  })),
});

/** @param {any} summary @returns {any} */
const committee = (summary) => ({
  id: "committee 1",
  kind: "committee",
  name: "a committee of 2 runs",
  run_id: "",
  config: null,
  data_checksum: data_checksum_of(summary),
  summary,
});

const alike = [
  { seed: 1, split_seed: 7 },
  { seed: 7, validation_share: 0.2 },
];
const apart = [{ seed: 1 }, { seed: 2 }];
const data = /** @type {any} */ ({ name: "a.csv", checksum: "00000000000000aa", num_rows: 9 });
const labelled = /** @type {any} */ ({ name: "t.csv", checksum: "cc", has_labels: true });

test("images that another member trained on judge no committee", () => {
  const model = committee(summary_of(apart));
  assert.equal(held_out(model.summary), "different");
  assert.equal(evaluable({ model, test: null, data }), null);
  assert.match(why_no_validation(model), /held out other images each.*Load a test CSV/);
  const state = { ...initial_state({ ...DEFAULTS }), run: idle_run(), data, model };
  assert.match(evaluation_text(state), /“run 0” and “run 1”.*held out other images each/);
  // A test set does.
  const wanted = { model_id: "committee 1", set_id: "test cc" };
  assert.deepEqual(evaluable({ model, test: labelled, data }), wanted);
  const text = evaluation_text({ ...state, test: labelled });
  assert.match(text, /Press Evaluate/);
  assert.doesNotMatch(text, /held out other/);
});

test("a part that all of them held out does, whatever the settings say by now", () => {
  const model = committee(summary_of(alike));
  const wanted = { model_id: "committee 1", set_id: "validation 00000000000000aa" };
  assert.deepEqual(evaluable({ model, test: null, data }), wanted);
  assert.equal(why_no_validation(model), "");
  const by = splitting(model, { ...DEFAULTS, seed: 99, validation_share: 5 });
  assert.equal(by.split_seed, 7);
  assert.equal(by.validation_share, 20);
  // Of other data nothing is held out.
  assert.equal(evaluable({ model, test: null, data: { ...data, checksum: "bb" } }), null);
});

test("of a file that says nothing of its members nobody knows", () => {
  const summary = summary_of(apart);
  for (const member of summary.members) delete member.origin;
  assert.equal(held_out(summary), "unknown");
  assert.equal(data_checksum_of(summary), "");
  summary.members[0].origin = origin_of(run());
  assert.equal(held_out(summary), "different", "of one alone is known");
  assert.equal(held_out(null), "unknown");
});

test("a committee is named by its members, in every place", () => {
  const model = committee(summary_of(apart));
  const words = "A committee of 2 networks reads now: “run 0” and “run 1”.";
  assert.ok(committee_words(model).startsWith(words), committee_words(model));
  const file = { ...model, kind: "file", name: "c.bpk" };
  assert.match(committee_words(file), /^A committee of 2 networks of the file c\.bpk reads now/);
  const many = committee_words(committee(summary_of(Array.from({ length: 8 }, () => ({})))));
  assert.match(
    many,
    /^A committee of 8 networks reads now: “run 0”, “run 1”, “run 2” and 5 more\./,
  );
  assert.match(other_network(model, [784, 10]), /is a committee of 2 networks\./);
});

test("the button says what it would make, or why it makes nothing", () => {
  const idle = { run: idle_run(), is_tuning: false };
  const other = { ...DEFAULTS, seed: 2 };
  const [one, two] = [run(), run({ name: "second" })];
  assert.equal(committee_hint([one, two], idle).can, true);
  assert.doesNotMatch(committee_hint([one, two], idle).sentence, /test CSV/);
  assert.match(committee_hint([one, { ...two, config: other }], idle).sentence, /test CSV/);
  assert.equal(committee_hint([one], idle).can, false);
  const busy = /** @type {any} */ ({ run: { phase: "paused" }, is_tuning: false });
  assert.equal(committee_hint([one, two], busy).can, false);
  assert.equal(hold_out_alike([one, { ...two, config: other }]), false);
});

test("the newest few are kept with what was found of them, or in this tab's memory", async (t) => {
  const { open } = fresh_browser(t);
  const { committees, database } = open();
  const file = (/** @type {number} */ at) => new Uint8Array([at, 1, 2]);
  for (const at of [1, 2, 3, 4, 5]) assert.equal(await committees.put(`c${at}`, file(at)), true);
  const probabilities = new Float32Array(4);
  const evaluation = /** @type {any} */ ({
    model_id: "c5",
    labels: new Uint8Array(2),
    probabilities,
    rows: null,
  });
  await committees.put_evaluation("c5", evaluation);
  // Of one that went nothing is kept.
  await committees.put_evaluation("c1", { ...evaluation, model_id: "c1" });
  const again = open().committees;
  assert.equal(await again.get("c1"), null);
  assert.deepEqual(await again.get("c2"), { id: "c2", file: file(2), evaluation: null });
  assert.deepEqual(await again.get("c5"), { id: "c5", file: file(5), evaluation });

  database.refuse();
  assert.equal(await committees.put("c6", file(6)), false);
  assert.deepEqual((await committees.get("c6"))?.file, file(6));
  assert.equal(await open().committees.get("c6"), null);
});

/** @param {any[]} runs that are kept */
function bench(runs) {
  const store = create_store(initial_state({ ...DEFAULTS }));
  /** @type {Map<string, any>} */
  const kept = new Map();
  /** @type {Map<string, unknown>} */
  const notes = new Map();
  /** @type {string[]} */
  const told = [];
  const engine = {
    /** @type {any[]} */
    loaded: [],
    /** @type {any[]} */
    members: [],
    async committee_file(/** @type {any[]} */ members) {
      engine.members = members;
      return new Uint8Array([members.length]);
    },
    /** What happens while a file is read. */
    meanwhile() {},
    async load_model(
      /** @type {string} */ id,
      /** @type {File} */ file,
      /** @type {() => void} */ refuse,
    ) {
      engine.meanwhile();
      refuse();
      engine.loaded.push({ id, bytes: new Uint8Array(await file.arrayBuffer()) });
      return summary_of(apart);
    },
    set_model_source() {},
  };
  const parts = /** @type {any} */ ({
    store,
    engine,
    runs: {
      get: async (/** @type {string} */ id) => {
        const record = runs.find((one) => one.id === id);
        return record && { record, bytes: { model: new Uint8Array([1]) } };
      },
    },
    committees: {
      put: async (/** @type {string} */ id, /** @type {unknown} */ file) =>
        kept.set(id, { id, file, evaluation: null }),
      get: async (/** @type {string} */ id) => kept.get(id) ?? null,
      put_evaluation: async (/** @type {string} */ id, /** @type {unknown} */ evaluation) =>
        kept.set(id, { ...kept.get(id), evaluation }),
    },
    notes: {
      get: async (/** @type {string} */ name) => notes.get(name),
      set: async (/** @type {string} */ name, /** @type {unknown} */ value) =>
        notes.set(name, value),
    },
    in_turn: (/** @type {string} */ _, /** @type {() => Promise<void>} */ work) => work(),
    notice: (/** @type {string} */ sentence) => told.push(sentence),
    announce: () => {},
  });
  return { store, kept, notes, told, engine, parts, controller: new CommitteeController(parts) };
}

const two = [run(), run({ id: "r2", name: "second", config: { ...DEFAULTS, seed: 2 } })];

test("a committee is kept before it is shown, and brought back with its evaluation", async () => {
  const { store, kept, notes, engine, parts, controller } = bench(two);
  assert.equal(await controller.make(["r1", "r2"]), true);
  const { model } = store.get();
  assert.equal(model?.kind, "committee");
  assert.equal(model?.name, "a committee of 2 runs");
  assert.equal(notes.get("committee"), model?.id);
  const origins = engine.members.map(({ origin }) => [origin.run, origin.name, origin.split_seed]);
  assert.deepEqual(origins, [
    ["r1", "first", DEFAULTS.seed],
    ["r2", "second", 2],
  ]);
  const evaluation = /** @type {any} */ ({ model_id: model?.id, set_id: "test cc" });
  await controller.keep_evaluation(evaluation);
  assert.equal(kept.size, 1);

  // The page is opened anew, over what is kept.
  const fresh = create_store(initial_state({ ...DEFAULTS }));
  const later = new CommitteeController({ ...parts, store: fresh });
  await later.bring_back(() => true);
  assert.equal(fresh.get().model?.id, model?.id);
  assert.equal(fresh.get().evaluation, evaluation);
  assert.deepEqual(engine.loaded.at(-1).bytes, new Uint8Array([2]));
});

test("a reload brings back what took its place, and not the committee", async () => {
  const { store, notes, controller } = bench(two);
  await controller.make(["r1", "r2"]);
  store.set({ model: /** @type {any} */ ({ id: "r1@4", kind: "run", run_id: "r1" }) });
  assert.equal(notes.get("committee"), "");
});

test("what cannot be made is told, and the model that stands stays", async () => {
  const { store, told, engine, notes, controller } = bench([
    run(),
    run({ id: "r2", name: "second", state: "failed", result: null }),
  ]);
  assert.equal(await controller.make(["r1", "r2"]), false);
  assert.match(told[0] ?? "", /second: found a run that failed, expected/);
  assert.equal(await controller.make(["r1", "r3"]), false);
  assert.match(told[1] ?? "", /not kept any more/);
  store.set({ run: { ...idle_run(), phase: "training" } });
  assert.equal(await controller.make(["r1", "r1"]), false);
  assert.match(told[2] ?? "", /A run is under way/);
  assert.deepEqual([engine.loaded.length, store.get().model], [0, null]);
  assert.ok(!notes.get("committee"), "no reload brings one");
});

test("a run that begins while a committee is read keeps its place", async () => {
  const { store, told, engine, notes, controller } = bench(two);
  engine.meanwhile = () => store.set({ run: { ...idle_run(), phase: "opening" } });
  assert.equal(await controller.make(["r1", "r2"]), false);
  assert.match(told[0] ?? "", /A run is under way/);
  assert.equal(store.get().model, null);
  assert.equal(notes.get("committee"), "", "and no reload brings the committee in its place");
});
