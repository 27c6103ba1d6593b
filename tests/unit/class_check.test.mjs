// The check of a class over a clerk and a pool that a test directs: what is trained, in
// which order and how often, and what a stop leaves.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ClassCheck } from "../../www/app/class_check.js";
import { create_store, initial_state } from "../../www/app/state.js";
import { DEFAULTS } from "../../www/base/settings.js";
import { until } from "./fake_worker.mjs";

const FORM = { sample: null, budget: 100, num_workers: 2 };

/** @param {string} key @param {number} num_steps @param {number} [num_epochs] */
const run = (key, num_steps, num_epochs = 2) => ({
  key,
  num_steps,
  cost: num_steps,
  num_epochs,
  is_asked: true,
  again: { seed: 1 },
  result: { outcome: "finished", weights_checksum: key },
});

/** @param {Record<string, ReturnType<typeof run>[]>} class_ runs by zip */
function bench(class_) {
  const page = create_store(initial_state({ ...DEFAULTS }));
  const summary = { name: "train.csv", num_rows: 10, has_labels: true, checksum: "00" };
  page.set({ data: /** @type {any} */ (summary) });
  /** @type {any[]} */
  const judged = [];
  /** Assignments that hand-ins were read by. @type {any[]} */
  const wishes = [];
  const clerk = {
    async assignment(/** @type {string} */ text) {
      if (text === "broken")
        throw new Error("assignment, link: found broken, expected a whole one");
      return { code: text };
    },
    why_other_data: async (/** @type {any} */ { code }, /** @type {any} */ { checksum }) =>
      code === checksum ? undefined : `data: found ${checksum}, expected ${code}`,
    names: async (/** @type {string[]} */ paths) => paths,
    async read(
      /** @type {File} */ _file,
      /** @type {string} */ zip,
      /** @type {any} */ { budget, assignment },
    ) {
      wishes.push(assignment);
      const runs = class_[zip] ?? [];
      const num_steps = runs.reduce((sum, one) => sum + one.num_steps, 0);
      const weights = runs.map(({ key }) => key);
      const over_budget = num_steps > budget ? "too many steps" : "";
      return { zip, fault: "", over_budget, runs, weights, num_steps };
    },
    async judge(/** @type {any} */ request) {
      judged.push(request);
      const kind = request.hand_in.over_budget ? "unreadable" : "same";
      return { zip: request.hand_in.zip, kind, verdict: kind, runs: [], missing: [] };
    },
    end() {},
  };
  /** @type {any[]} */
  const pools = [];
  const make_pool = (/** @type {any} */ job) => {
    let end = () => {};
    const done = new Promise((resolve) => (end = () => resolve(null)));
    const pool = {
      job,
      done,
      end,
      cancel: end,
      /** @param {number} at @param {any} change */
      change(at, change) {
        job.runs[at] = { ...job.runs[at], ...change };
        job.on_change(at, null);
      },
    };
    pools.push(pool);
    return pool;
  };
  const check = new ClassCheck({
    page,
    data: () => /** @type {any} */ ({ summary }),
    clerk: /** @type {any} */ (clerk),
    make_pool: /** @type {any} */ (make_pool),
  });
  const take = () =>
    check.take(Object.keys(class_).map((path) => ({ file: new File([], path), path })));
  const states = () => check.view.get().rows.map(({ state }) => state);
  return { check, take, judged, pools, states, wishes };
}

/** @param {number} num_epochs @param {string} [outcome] */
const over = (num_epochs, outcome = "finished") => ({
  state: outcome === "stopped" ? "stopped" : "finished",
  result: { outcome, history: Array(num_epochs).fill({}) },
});

test("the longest run goes first, equal ones once, and a stop loses none that is over", async () => {
  const one = [run("a", 5), run("b", 30)];
  const { check, take, judged, pools, states } = bench({
    "1.zip": one,
    "2.zip": [run("b", 30), run("c", 7, 1)],
  });
  await take();
  const first = check.check(FORM);
  await until(() => pools.length === 1);
  const steps = (/** @type {any} */ { job }) =>
    job.plan.order.map((/** @type {number} */ at) => job.runs[at].spec.cost);
  assert.deepEqual(steps(pools[0]), [30, 7, 5]);
  assert.deepEqual([0, 1, 2].map(pools[0].job.most_epochs), [2, 1, 2]);
  pools[0].change(0, over(2));
  // Stopped after the epochs that were asked for: that is all of it.
  pools[0].change(1, over(1, "stopped"));
  await until(() => judged.length === 1);
  assert.deepEqual(states(), ["training", "judged"]);
  assert.deepEqual(
    judged[0].again.map((/** @type {any} */ { key }) => key),
    ["b", "c"],
  );
  assert.deepEqual(judged[0].class, [
    { zip: "1.zip", weights: ["b"] },
    { zip: "2.zip", weights: ["b", "c"] },
  ]);
  pools[0].change(2, over(1, "stopped"));
  check.stop();
  await first;
  assert.equal(check.view.get().outcome, "Stopped");
  assert.deepEqual(states(), ["stopped", "judged"]);

  const second = check.check(FORM);
  await until(() => pools.length === 2);
  assert.deepEqual(steps(pools[1]), [5]);
  pools[1].change(0, { state: "crashed", reason: "out of memory", result: undefined });
  pools[1].end();
  await second;
  assert.equal(check.view.get().outcome, "Finished");
  assert.deepEqual(states(), ["judged", "judged"]);
  const of_first = judged.findLast(({ hand_in }) => hand_in.zip === "1.zip");
  assert.equal(
    of_first.again.find((/** @type {any} */ { key }) => key === "a").why,
    "out of memory",
  );

  // What failed is tried again, what came out is not.
  const third = check.check(FORM);
  await until(() => pools.length === 3);
  assert.deepEqual(steps(pools[2]), [5]);
  pools[2].change(0, over(2));
  pools[2].end();
  await third;
});

test("one over its budget is not trained until that is allowed", async () => {
  const { check, take, pools, states } = bench({
    "1.zip": [run("a", 500)],
    "2.zip": [run("b", 1)],
  });
  await take();
  const first = check.check(FORM);
  await until(() => pools.length === 1);
  assert.equal(pools[0].job.runs.length, 1);
  pools[0].change(0, over(2));
  pools[0].end();
  await first;
  assert.deepEqual(states(), ["asks", "judged"]);
  check.allow(check.view.get().rows[0]?.id ?? "");
  const second = check.check(FORM);
  await until(() => pools.length === 2);
  assert.equal(pools[1].job.runs.length, 1);
  pools[1].change(0, over(2));
  pools[1].end();
  await second;
  assert.deepEqual(states(), ["judged", "judged"]);
});

test("what cannot be checked is said", async () => {
  const { check, take } = bench({ "1.zip": [] });
  await check.check(FORM);
  assert.match(check.view.get().fault, /^Pick hand-ins first/);
  await take();
  const first = check.check(FORM);
  await assert.rejects(take(), /A class is being checked/);
  check.stop();
  await first;
  assert.equal(check.view.get().outcome, "Stopped");
});

test("an assignment that is broken or of other data ends the check before a zip is read", async () => {
  const { check, take, wishes, pools } = bench({ "1.zip": [] });
  await take();
  for (const [assignment, told] of [
    ["broken", "assignment, link: found broken, expected a whole one."],
    ["11", "data: found 00, expected 11. Load those under Train."],
  ]) {
    await check.check({ ...FORM, assignment });
    const { outcome, fault } = check.view.get();
    assert.deepEqual([outcome, fault], ["Failed", told]);
  }
  assert.deepEqual([wishes, pools], [[], []]);
  const checked = check.check({ ...FORM, assignment: "00" });
  await until(() => pools.length === 1);
  pools[0].end();
  await checked;
  assert.deepEqual(wishes, [{ code: "00" }]);
});
