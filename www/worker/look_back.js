// A run looked back at, in this worker: what its network made of an image after an epoch that
// the page kept, and how healthy its layers were. Of the epochs one is held, the one that was
// asked about last. Fetched when one is first asked about.

import { sliced } from "./inside.js";
import { NotHeld } from "./model.js";

/** @import { TaskSummary } from "../pkg/ndarray/inkling.js" */
/** @import { Inside, KeptEpoch, MeasuredLayer } from "../pkg/studies/inkling.js" */
/** @import { Studies } from "./artifact.js" */

/**
 * An epoch that the page keeps.
 * @typedef {object} EpochRef
 * @property {string} key no other has it
 * @property {boolean} is_start whether the start of its run is meant
 * @property {Uint8Array | null} checkpoint `null` where the worker may hold it already
 */

export class HeldEpochs {
  #studies;
  /** @type {{ key: string, epoch: KeptEpoch, inside: Inside, task: TaskSummary } | null} */
  #held = null;

  /** @param {Studies} studies */
  constructor(studies) {
    this.#studies = studies;
  }

  /**
   * Good until another is asked for.
   * @param {EpochRef} ref
   */
  of({ key, is_start, checkpoint }) {
    if (this.#held?.key === key) return this.#held;
    if (!checkpoint) throw new NotHeld();
    const { KeptEpoch } = this.#studies;
    const kept = new KeptEpoch(checkpoint);
    const epoch = is_start ? kept.start() : kept;
    if (is_start) kept.free();
    const held = { key, epoch, inside: epoch.inside(), task: epoch.task() };
    this.#held?.epoch.free();
    this.#held?.inside.free();
    this.#held = held;
    return held;
  }
}

/**
 * Probabilities, one a class for each image.
 * @param {KeptEpoch} epoch
 * @param {number} count of images
 * @param {Uint8Array} pixels of all of them
 */
export async function read_images(epoch, count, pixels) {
  // A copy of its own: another epoch may be asked for meanwhile.
  const inside = epoch.inside();
  try {
    const num_classes = inside.widths().at(-1) ?? 0;
    const probabilities = new Float32Array(count * num_classes);
    await sliced(count, pixels, (image, at) =>
      probabilities.set(inside.predict(image), at * num_classes),
    );
    return probabilities;
  } finally {
    inside.free();
  }
}

/**
 * How healthy each layer is on these images, the first layer first.
 * @param {KeptEpoch} epoch
 * @param {{ pixels: Uint8Array, labels: Uint8Array }} images
 * @returns {Promise<MeasuredLayer[]>}
 */
export async function measure_layers(epoch, { pixels, labels }) {
  const health = epoch.health(labels.length);
  try {
    await sliced(labels.length, pixels, (image, from, to) =>
      health.take(image, labels.subarray(from, to)),
    );
    return health.finish();
  } finally {
    health.free();
  }
}
