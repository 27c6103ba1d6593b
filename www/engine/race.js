// Which backend takes a step sooner, read off a trial on each; and how that is said. Pure:
// who asks the workers and remembers what came of it is in racer.js.

import { task_of } from "../base/task.js";

/** @import { DataSummary, RunConfig } from "../pkg/ndarray/inkling.js" */
/** @import { Artifact } from "../worker/artifact.js" */
/** @import { Trial, TrialLoss, TrialSlice } from "../worker/trial.js" */

/**
 * What a race came to.
 * @typedef {object} Verdict
 * @property {number} cpu_ms a step
 * @property {number} webgpu_ms a step
 * @property {boolean} is_same whether WebGPU came to the CPU's losses
 * @property {number} num_races that it was read from
 */

/** A run's slice is so long. */
const SLICE_MS = 50;

/** And has no more steps than a device is given in one go. */
const MOST_STEPS = 64;

/** Steps from which on a slice is a long one. */
const LONG_SLICE = 8;

/** The share of a loss, or of 1, by which the two may differ. */
const TOLERANCE = 1e-3;

/**
 * Milliseconds that a step takes in a run: a slice takes its steps and, once, the way to the
 * device and back, which is long in some browsers. Both follow from a step alone and from a
 * long slice, where one was timed; and as noise can make a step alone seem long, they take no
 * more than half of what was measured away.
 * @param {readonly TrialSlice[]} slices
 * @returns {number} no number without any
 */
export function step_ms_of(slices) {
  const each = (/** @type {TrialSlice} */ { ms, num_steps }) => ms / num_steps;
  const most = Math.max(...slices.map(({ num_steps }) => num_steps));
  const long = slices.filter(({ num_steps }) => num_steps * 2 >= most);
  const best = long.toSorted((a, b) => each(a) - each(b))[0];
  if (!best) return NaN;
  const alone = slices.filter(({ num_steps }) => num_steps === 1).map(({ ms }) => ms);
  const alone_ms = Math.min(...alone);
  const is_way_seen = best.num_steps >= LONG_SLICE && alone_ms > each(best);
  if (!is_way_seen || alone_ms === Infinity) return each(best);
  const step_ms = Math.max(best.ms - alone_ms, 0) / (best.num_steps - 1);
  const way_ms = alone_ms - step_ms;
  const fit = step_ms > 0 ? Math.floor((SLICE_MS - way_ms) / step_ms) : MOST_STEPS;
  const found = step_ms + way_ms / Math.min(Math.max(fit, 1), MOST_STEPS);
  return Math.max(found, each(best) / 2);
}

/**
 * Whether two trials came to the same losses, as far as both went, one at least. What diverges
 * is followed no further than the CPU's own losses are numbers.
 * @param {readonly TrialLoss[]} cpu
 * @param {readonly TrialLoss[]} webgpu
 */
export function are_same_losses(cpu, webgpu) {
  const theirs = new Map(webgpu.map(({ step, loss }) => [step, loss]));
  const common = cpu.filter(({ step, loss }) => theirs.has(step) && Number.isFinite(loss));
  if (common.length === 0) return false;
  return common.every(({ step, loss }) => {
    const other = theirs.get(step) ?? NaN;
    return Math.abs(other - loss) <= TOLERANCE * Math.max(1, Math.abs(loss));
  });
}

/**
 * Of each backend's trials the quickest counts: whatever else a machine is at only slows them.
 * @param {object} trials
 * @param {readonly Trial[]} trials.cpu
 * @param {readonly Trial[]} trials.webgpu
 * @param {Trial | undefined} [trials.checked] WebGPU's on the CPU's batches, where these were smaller
 * @param {number} [trials.scale] so many times the work of the CPU's batches is a run's
 * @returns {Verdict}
 */
export function verdict_of({ cpu, webgpu, checked = webgpu[0], scale = 1 }) {
  const least_ms = (/** @type {readonly Trial[]} */ trials) =>
    Math.min(...trials.map(({ slices }) => step_ms_of(slices)));
  return {
    cpu_ms: scale * least_ms(cpu),
    webgpu_ms: least_ms(webgpu),
    is_same: are_same_losses(cpu[0]?.losses ?? [], checked?.losses ?? []),
    num_races: 1,
  };
}

/**
 * What two races of the same steps came to: nothing makes a step faster than it is, so the
 * quicker of each backend's counts.
 * @param {Verdict} one
 * @param {Verdict} other
 * @returns {Verdict}
 */
export function together(one, other) {
  return {
    cpu_ms: Math.min(one.cpu_ms, other.cpu_ms),
    webgpu_ms: Math.min(one.webgpu_ms, other.webgpu_ms),
    is_same: one.is_same && other.is_same,
    num_races: one.num_races + other.num_races,
  };
}

/** A machine that is at something else may have made one of two so many times slower. */
const CLOSE = 3;

/** Races after which also a close verdict stands. */
const ENOUGH_RACES = 3;

/**
 * Whether another race might come to something else.
 * @param {Verdict} verdict
 */
export function is_in_doubt({ cpu_ms, webgpu_ms, is_same, num_races }) {
  const ratio = Math.max(cpu_ms, webgpu_ms) / Math.min(cpu_ms, webgpu_ms);
  return is_same && ratio < CLOSE && num_races < ENOUGH_RACES;
}

/**
 * The faster one; the CPU where there is nothing between them, for its bits are promised.
 * @param {Verdict} verdict
 * @param {number} [num_at_once] runs that would go on: each has a core of the CPU, but they share the device
 * @returns {Artifact}
 */
export function faster({ cpu_ms, webgpu_ms, is_same }, num_at_once = 1) {
  return is_same && webgpu_ms < cpu_ms / num_at_once ? "webgpu" : "ndarray";
}

/** A verdict in a sentence or two. @param {Verdict} verdict */
export function verdict_words(verdict) {
  const { cpu_ms, webgpu_ms, is_same } = verdict;
  const [cpu, webgpu] = [cpu_ms, webgpu_ms].map(ms_words);
  if (faster(verdict) === "webgpu") return `WebGPU: ${webgpu} a step, CPU (ndarray) ${cpu}.`;
  const figures = `CPU (ndarray): ${cpu} a step, WebGPU ${webgpu}.`;
  return is_same ? figures : `${figures} WebGPU came to other losses on the same steps.`;
}

/** As `0.46 ms`, `310 ms`. @param {number} ms */
function ms_words(ms) {
  return `${Number(ms.toPrecision(2))} ms`;
}

/**
 * What a step's time depends on besides the machine, as a key.
 * @param {RunConfig} config
 * @param {DataSummary} summary of the data that it runs on
 * @param {number} ink the share of pixels that are not empty, 0 to 1: the CPU leaves these out
 * @returns {string}
 */
export function shape_of(config, summary, ink) {
  const { side, classes } = task_of(summary);
  const { batch_size = 64, hidden_layers = "128, 64", optimiser = "sgd", step = "fused" } = config;
  const is_on = (/** @type {number | boolean | undefined} */ value) => (value ? 1 : 0);
  return [
    side * side,
    ...(hidden_layers.match(/\d+/g) ?? []).map(Number),
    classes.length,
    `batch ${Math.min(batch_size, summary.num_rows)}`,
    optimiser,
    config.activation ?? "relu",
    step,
    // On or off is what a step's cost depends on.
    ...[config.layer_norm, config.augmentation, config.dropout, config.input_dropout].map(is_on),
    ...[config.momentum, config.weight_decay, config.max_norm, config.label_smoothing].map(is_on),
    `ink ${Math.round(10 * ink)}`,
  ].join(" ");
}
