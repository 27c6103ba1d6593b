// One epoch looked at, in this worker: trained by the engine on a network of its own, beside
// whatever is under way, with what each layer was before and after it. Leaves nothing behind.

import { Refused } from "../base/fault.js";
import { measure_layers } from "./look_back.js";
import { refuse_too_large } from "./look_limit.js";
import { macrotask } from "./macrotask.js";

/** @import { EpochRecord, PlanSummary, Trainer } from "../pkg/ndarray/inkling.js" */
/** @import { LayerHealth } from "../pkg/studies/inkling.js" */
/** @import { Studies } from "./artifact.js" */
/** @import { Images } from "./dataset.js" */

/** Short enough that the pad's bars follow the pen meanwhile. */
const SLICE_MS = 12;
/** How often the page hears how far it is. */
const TOLD_EVERY_MS = 200;
/** Images that are read between two messages. */
const READ_AT_ONCE = 256;

/**
 * What an epoch begins with: a checkpoint that it goes on from, parameters, or neither for
 * those that such a run draws.
 * @typedef {object} EpochStart
 * @property {Uint8Array | null} checkpoint
 * @property {Float32Array | null} parameters
 */

/**
 * An epoch that was looked at.
 * @typedef {object} EpochLook
 * @property {EpochRecord} record as a run has it, the accuracy after it included
 * @property {number} accuracy_before it, of the validation part
 * @property {number} num_validation
 * @property {number} num_measured training images that the layers were measured on
 * @property {{ moved: number, before: LayerHealth, after: LayerHealth }[]} layers the first one first; `moved` as a share of the weights before
 * @property {Uint8Array} checkpoint after it
 */

/**
 * @param {Studies} studies
 * @param {object} parts
 * @param {PlanSummary} parts.plan what the settings build of the data
 * @param {() => Promise<Trainer>} parts.make
 * @param {Images} parts.validation
 * @param {Images} parts.measured training images
 * @param {(share: number) => unknown} parts.on_progress told how much of its steps are done, 0 to 1
 * @param {AbortSignal} parts.signal gives it up
 * @returns {Promise<EpochLook>}
 */
export async function train_one_epoch({ KeptEpoch }, parts) {
  const { plan, make, validation, measured, on_progress, signal } = parts;
  refuse_too_large(plan.num_parameters);
  const trainer = await make();
  try {
    const first = await trainer.weights();
    const accuracy_before = await accuracy_of(trainer, validation, signal);
    const record = await epoch_of(trainer, on_progress, signal);
    const checkpoint = await trainer.checkpoint();
    const after = new KeptEpoch(checkpoint);
    const before = after.with_parameters(first);
    try {
      const moved = after.moved_since(before);
      const then = await measure_layers(before, measured);
      const now = await measure_layers(after, measured);
      const layers = now.map((layer, at) => ({
        moved: moved[at] ?? NaN,
        before: (then[at] ?? layer).health,
        after: layer.health,
      }));
      return {
        record,
        accuracy_before,
        num_validation: validation.labels.length,
        num_measured: measured.labels.length,
        layers,
        checkpoint,
      };
    } finally {
      before.free();
      after.free();
    }
  } finally {
    trainer.free();
  }
}

/**
 * @param {Trainer} trainer
 * @param {(share: number) => unknown} on_progress
 * @param {AbortSignal} signal
 * @returns {Promise<EpochRecord>}
 */
async function epoch_of(trainer, on_progress, signal) {
  let told_ms = performance.now();
  for (;;) {
    signal.throwIfAborted();
    for (const event of await trainer.next(SLICE_MS)) {
      if (event.kind === "progress" && performance.now() - told_ms > TOLD_EVERY_MS) {
        told_ms = performance.now();
        const { step, epoch, steps_per_epoch } = event;
        on_progress((step - (epoch - 1) * steps_per_epoch) / steps_per_epoch);
      }
      if (event.kind === "epoch") {
        const { kind: _, ...record } = event;
        return record;
      }
      if (event.kind === "ended") throw new Refused(event.reason ?? "It ended before its epoch.");
    }
    await macrotask();
  }
}

/**
 * The share of images that is read right.
 * @param {Trainer} trainer
 * @param {Images} images
 * @param {AbortSignal} signal
 */
async function accuracy_of(trainer, { pixels, labels }, signal) {
  const size = pixels.length / Math.max(1, labels.length);
  let num_right = 0;
  for (let from = 0; from < labels.length; from += READ_AT_ONCE) {
    signal.throwIfAborted();
    const to = Math.min(labels.length, from + READ_AT_ONCE);
    const read = await trainer.predict(pixels.subarray(from * size, to * size));
    const num_classes = read.length / (to - from);
    for (let at = from; at < to; at++) {
      const own = read.subarray((at - from) * num_classes, (at - from + 1) * num_classes);
      if (own.indexOf(Math.max(...own)) === labels[at]) num_right += 1;
    }
    await macrotask();
  }
  return num_right / Math.max(1, labels.length);
}
