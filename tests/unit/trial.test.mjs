// The steps that a race takes in a worker, on a made-up trainer and a made-up clock.

import assert from "node:assert/strict";
import { test } from "node:test";
// Its way back to the event loop does not keep the process.
import "./fake_worker.mjs";
import { try_steps } from "../../www/worker/trial.js";

/** @import { TestContext } from "node:test" */
/** @import { Trainer } from "../../www/pkg/ndarray/inkling.js" */

const BATCH_SIZE = 64;

/**
 * Trainers that plan by their pace, as the engine's do, and a clock that only they move on.
 * @param {TestContext} t
 * @param {{ step_ms: number, way_ms?: number, compile_ms?: number, steps_per_epoch?: number, fails_at?: number }} given
 */
function site(
  t,
  { step_ms, way_ms = 0, compile_ms = 0, steps_per_epoch = 1e9, fails_at = Infinity },
) {
  let now = 1000;
  t.mock.method(performance, "now", () => now);
  const seen = { slices: /** @type {number[]} */ ([]), num_made: 0, num_free: 0 };
  let is_compiled = false;
  const make = async () => {
    seen.num_made += 1;
    let step = 0;
    /** @type {number | null} */
    let pace = null;
    const next = async (/** @type {number} */ budget_ms) => {
      if (step === steps_per_epoch) throw new Error("a trial went on after its epoch");
      const fitting = pace === null ? 1 : Math.max(1, Math.floor(budget_ms / pace));
      const num_steps = Math.min(fitting, steps_per_epoch - step);
      const ms = way_ms + num_steps * step_ms + (is_compiled ? 0 : compile_ms);
      is_compiled = true;
      now += ms;
      if (step + num_steps > fails_at) throw new Error("the device was lost");
      const unit_ms = ms / num_steps;
      pace = pace === null ? unit_ms : 0.9 * pace + 0.1 * unit_ms;
      step += num_steps;
      seen.slices.push(num_steps);
      const samples_per_sec = (BATCH_SIZE * 1000) / pace;
      const validating = step === steps_per_epoch;
      return [{ kind: "progress", step, train_loss: 1 / step, samples_per_sec, validating }];
    };
    const free = () => void (seen.num_free += 1);
    return /** @type {Trainer} */ (/** @type {unknown} */ ({ next, free }));
  };
  return { make, seen, took: () => now - 1000 };
}

const parts = (budget_ms = 1e6) => ({ batch_size: BATCH_SIZE, budget_ms });

test("slices grow until there are thirty steps and a time worth reading", async (t) => {
  const { make, seen } = site(t, { step_ms: 0.5, compile_ms: 700 });
  const { slices, losses } = await try_steps(make, parts());
  assert.deepEqual(seen.slices, [1, 1, 1, 2, 4, 8, 16, 32, 64]);
  assert.deepEqual(slices[0], { num_steps: 1, ms: 0.5 }, "what was compiled is not timed");
  assert.deepEqual(slices.at(-1), { num_steps: 64, ms: 32 });
  assert.deepEqual(
    losses.map(({ step }) => step),
    [1, 2, 3, 5, 9, 17, 33, 65, 129],
    "the first step's loss counts",
  );
  assert.deepEqual([seen.num_made, seen.num_free], [1, 1]);
});

test("slow steps are few, and a step is timed whatever it takes", async (t) => {
  const quick = site(t, { step_ms: 10 });
  await try_steps(quick.make, parts(80));
  assert.deepEqual(quick.seen.slices, [1, 1, 1, 2, 4], "the budget is used up and not more");
  const slow = site(t, { step_ms: 400, compile_ms: 900 });
  const { slices } = await try_steps(slow.make, parts(80));
  assert.deepEqual(slices, [{ num_steps: 1, ms: 400 }]);
  assert.equal(slow.took(), 1700);
});

test("a long way to the device does not hide how fast its steps are", async (t) => {
  const { make } = site(t, { step_ms: 0.125, way_ms: 2 });
  const { slices } = await try_steps(make, parts());
  assert.deepEqual(slices[0], { num_steps: 1, ms: 2.125 });
  const { num_steps, ms } = slices.at(-1) ?? { num_steps: 0, ms: 0 };
  assert.ok(
    num_steps >= 128 && Math.abs(ms - (2 + 0.125 * num_steps)) < 1e-6,
    `${num_steps} steps`,
  );
});

test("a trial ends with its epoch, and one of a single step has another", async (t) => {
  const short = site(t, { step_ms: 1, steps_per_epoch: 5 });
  await try_steps(short.make, parts());
  assert.deepEqual(short.seen.slices, [1, 1, 1, 2]);
  const single = site(t, { step_ms: 1, compile_ms: 50, steps_per_epoch: 1 });
  const { slices, losses } = await try_steps(single.make, parts());
  assert.deepEqual(slices, [{ num_steps: 1, ms: 1 }], "it is warm");
  assert.deepEqual(losses, [{ step: 1, loss: 1 }]);
  assert.deepEqual([single.seen.num_made, single.seen.num_free], [2, 2]);
});

test("a trainer that fails is freed, and the trial with it", async (t) => {
  const { make, seen } = site(t, { step_ms: 1, fails_at: 3 });
  await assert.rejects(try_steps(make, parts()), /the device was lost/);
  assert.equal(seen.num_free, 1);
});
