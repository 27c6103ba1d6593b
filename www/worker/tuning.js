// Fine-tuning: a few epochs from given weights on a person's own digits among
// images the model was trained on. Builds a small data set of both and trains on
// it; the data set, the model and the run of the worker stay as they are.

import { joined } from "../base/bytes.js";
import { macrotask } from "./macrotask.js";

/** @import { RunConfig } from "../pkg/ndarray/inkling.js" */
/** @import { Images } from "./dataset.js" */
/** @import { Wasm } from "./artifact.js" */

const SLICE_MS = 50;

/** Images that the engine sets aside of any data; nobody reads their figures here. */
const NUM_HELD_OUT = 10;

/**
 * What is to be learned.
 * @typedef {object} TuningTask
 * @property {RunConfig} config of the network and of these epochs
 * @property {Float32Array} weights to begin from
 * @property {Images} remembered images of the model's own training
 * @property {Images} kept a person's digits
 * @property {number} num_copies of each of these among the others
 */

/**
 * @param {Wasm} wasm
 * @param {TuningTask} task
 * @param {AbortSignal} signal ends it between two slices
 * @returns {Promise<Uint8Array>} the model that came of it, as `.safetensors`
 */
export async function fine_tune(wasm, { config, weights, remembered, kept, num_copies }, signal) {
  const copies = Array.from({ length: num_copies }, () => kept);
  const parts = [remembered, ...copies];
  const labels = joined(parts.map((part) => part.labels));
  const dataset = wasm.Dataset.from_parts(
    "fine-tuning",
    joined(parts.map((part) => part.pixels)),
    labels,
  );
  try {
    const validation_share = NUM_HELD_OUT / labels.length;
    const trainer = await wasm.Trainer.from_weights(
      dataset,
      { ...config, validation_share },
      weights,
    );
    try {
      signal.throwIfAborted();
      for (;;) {
        for (const event of await trainer.next(SLICE_MS)) {
          if (event.kind !== "ended") continue;
          if (event.outcome === "failed") throw new Error(event.reason);
          return await trainer.to_safetensors();
        }
        await macrotask();
        signal.throwIfAborted();
      }
    } finally {
      trainer.free();
    }
  } finally {
    dataset.free();
  }
}
