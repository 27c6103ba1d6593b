// What Train refuses, everything else refuses that is made of the bench's settings, in the same
// words: a step, an epoch, a test of rates, a study.

import assert from "node:assert/strict";
import { test } from "node:test";
import { InsideController } from "../../www/app/inside.js";
import { KeptEpochs } from "../../www/app/kept_epochs.js";
import { OneEpochController } from "../../www/app/one_epoch.js";
import { RateTester } from "../../www/app/rate_test.js";
import { RunController } from "../../www/app/run.js";
import { create_store, initial_state } from "../../www/app/state.js";
import { initial_studies } from "../../www/app/study_state.js";
import { DEFAULTS } from "../../www/base/settings.js";
import { fake_browser, moments } from "./fake_studies.mjs";

/** As the form has it of a rate of `abc`: it knows what was written, the engine has no number. */
const TYPED = {
  place: "Learning rate",
  found: "“abc”",
  expected: "a number",
  message: "Learning rate: found “abc”, expected a number",
};
const ABC = { config: { ...DEFAULTS, learning_rate: NaN }, typed_fault: TYPED };

/** What the engine says of settings, or of their split of the data. */
const REFUSED = [
  "batch size: found 0, expected a whole number from 1 to 8,192",
  "row 7, column label: found 3, which no other row has, expected two images or more of each class to split",
];

/** Each thing that is made of the settings, and what it says. @param {object} engine @param {object} patch */
function makers(engine, patch) {
  const page = create_store(initial_state({ ...DEFAULTS }));
  const data = /** @type {any} */ ({ checksum: "d", name: "d.csv", num_rows: 5 });
  const asked = /** @type {string[]} */ ([]);
  const noticed = /** @type {string[]} */ ([]);
  const all = new Proxy(/** @type {any} */ ({ data: { summary: data }, ...engine }), {
    get: (own, name) =>
      own[name] ?? (() => (asked.push(String(name)), Promise.reject(new Error("found nothing")))),
  });
  page.set(/** @type {any} */ ({ data, ...patch }));
  const epochs = new KeptEpochs(page);
  const inside = new InsideController({ page, engine: all, epochs, pixels: () => null });
  const one_epoch = new OneEpochController({ page, engine: all, inside: inside.store });
  const studies = create_store(initial_studies());
  const parts = /** @type {any} */ ({ store: studies, page, engine: all });
  const rates = new RateTester(parts);
  const run = new RunController(
    /** @type {any} */ ({
      store: page,
      engine: all,
      epochs,
      on_kept: async () => {},
      notice: (/** @type {string} */ sentence) => void noticed.push(sentence),
      later() {},
    }),
  );
  /** @type {Record<string, () => Promise<string>>} */
  const told = {
    Train: async () => (await run.begin(page.get().config), page.get().run.error),
    "One batch": async () => (await inside.one_batch(), inside.store.get().step_told),
    "One epoch": async () => (await one_epoch.train(), one_epoch.store.get().told),
    "Find a rate": async () => (await rates.find(), studies.get().rates_told),
  };
  return { told, asked, noticed, page };
}

test("what cannot be read as a number is said as it was written, wherever it is used", async () => {
  const { told, asked } = makers({}, ABC);
  for (const [name, press] of Object.entries(told)) {
    assert.equal(await press(), `${TYPED.message}.`, name);
  }
  assert.deepEqual(asked, [], "the engine is not asked about no number");
});

test("what the engine refuses is refused in the same words", async () => {
  for (const message of REFUSED) {
    const plan = () => Promise.reject(new Error(message));
    const { told, asked } = makers({ plan }, {});
    for (const [name, press] of Object.entries(told)) {
      assert.equal(await press(), `${message}.`, name);
    }
    assert.deepEqual(asked, [], "nothing is begun");
  }
});

test("what Train refused is put away with the settings that it was of", async () => {
  const { told, page } = makers({ plan: async () => ({}) }, ABC);
  await told.Train?.();
  assert.equal(page.get().run.phase, "failed");
  page.set({ config: { ...DEFAULTS, learning_rate: NaN, epochs: 2 }, typed_fault: TYPED });
  assert.equal(page.get().run.phase, "idle");
  const other = { ...TYPED, message: "Epochs: found “x”, expected a whole number" };
  await told.Train?.();
  page.set({ typed_fault: other });
  assert.equal(await told.Train?.(), `${other.message}.`, "the newest press says its own");
});

test("each press of Train that is refused is answered, for the same reason too", async () => {
  const { told, noticed, page } = makers({}, ABC);
  assert.equal(await told.Train?.(), `${TYPED.message}.`);
  assert.deepEqual(noticed, [], "it stands in the state of the run");
  for (const num of [1, 2]) {
    assert.equal(await told.Train?.(), `${TYPED.message}.`);
    assert.deepEqual(noticed, Array(num).fill(`${TYPED.message}.`));
  }
  assert.equal(page.get().run.phase, "failed");
});

test("a study says what of the bench is no number, before a press and after it", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const tab = fake_browser(t).open();
  tab.load();
  tab.page.set(ABC);
  tab.actions.change_form({ factor: "batch_size", values: "16, 32" });
  tab.actions.run();
  await moments();
  assert.equal(tab.state.refusal, `${TYPED.message}.`);
  assert.equal(tab.pools.length, 0);
  t.mock.timers.tick(400);
  await moments();
  assert.equal(tab.state.plan_fault?.message, TYPED.message);
});
