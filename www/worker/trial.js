// A trial in this worker: some steps as a run would take them, for nothing but how long they
// take and what losses they come to. It has a network of its own and leaves nothing behind.

import { macrotask } from "./macrotask.js";

/** @import { Trainer } from "../pkg/ndarray/inkling.js" */

/**
 * Steps that were taken in one go, as a run takes a slice of them.
 * @typedef {object} TrialSlice
 * @property {number} num_steps
 * @property {number} ms
 */

/**
 * The mean loss of all steps up to one.
 * @typedef {object} TrialLoss
 * @property {number} step from 1
 * @property {number} loss
 */

/**
 * A trial as it ended.
 * @typedef {object} Trial
 * @property {TrialSlice[]} slices that were timed: steps alone, then each twice as long as the one before it, as far as the budget goes
 * @property {TrialLoss[]} losses after each slice, from the first step on
 */

/** So many steps are wanted at least. */
const NUM_STEPS = 30;

/** A slice of so long is timed well enough, however coarse the browser's clock. */
const LONG_ENOUGH_MS = 20;

/** So many are timed alone, for what one takes more than a step of many. */
const NUM_ALONE = 2;

/** An epoch of one step has none that is warm: another is begun for that. */
const MOST_LAPS = 2;

/**
 * The first step, for which a device compiles its kernels, is not timed, and the budget
 * counts from its end; one step more is taken whatever it takes.
 * @param {() => Promise<Trainer>} make a run at its beginning
 * @param {object} parts
 * @param {number} parts.batch_size images a step
 * @param {number} parts.budget_ms
 * @returns {Promise<Trial>}
 */
export async function try_steps(make, { batch_size, budget_ms }) {
  /** @type {Trial} */
  const trial = { slices: [], losses: [] };
  for (let lap = 0; lap < MOST_LAPS && trial.slices.length === 0; lap += 1) {
    const trainer = await make();
    try {
      await take_lap(trainer, trial, { batch_size, budget_ms, is_first: lap === 0 });
    } finally {
      trainer.free();
    }
  }
  return trial;
}

/**
 * At most an epoch, for what follows on it is no step.
 * @param {Trainer} trainer
 * @param {Trial} trial is added to
 * @param {{ batch_size: number, budget_ms: number, is_first: boolean }} parts
 */
async function take_lap(trainer, { slices, losses }, { batch_size, budget_ms, is_first }) {
  let end_ms = performance.now() + budget_ms;
  let step = 0;
  let slice_ms = 0;
  for (;;) {
    const start_ms = performance.now();
    const events = await trainer.next(slice_ms);
    const now_ms = performance.now();
    const progress = events.find((event) => event.kind === "progress");
    const num_steps = (progress?.step ?? step) - step;
    if (!progress || num_steps === 0) return;
    const is_cold = is_first && step === 0;
    const ms = now_ms - start_ms;
    step = progress.step;
    if (is_first) losses.push({ step, loss: progress.train_loss });
    if (is_cold) end_ms = now_ms + budget_ms;
    else slices.push({ num_steps, ms });
    const is_enough = step >= NUM_STEPS && ms >= LONG_ENOUGH_MS;
    if (progress.validating || is_enough) return;
    const doubled = slices.length < NUM_ALONE ? 1 : 2 * num_steps;
    const wanted = is_cold ? 1 : Math.min(doubled, steps_in(end_ms - now_ms, slices));
    if (wanted < 1) return;
    // The trainer plans as many steps as fit by the pace that it tells here.
    slice_ms = ((wanted + 0.5) * 1000 * batch_size) / progress.samples_per_sec;
    await macrotask();
  }
}

/**
 * How many more steps fit.
 * @param {number} left_ms
 * @param {TrialSlice[]} slices
 */
function steps_in(left_ms, slices) {
  const { num_steps, ms } = slices.at(-1) ?? { num_steps: 1, ms: 0 };
  return Math.floor((left_ms * num_steps) / Math.max(ms, 1e-3));
}
