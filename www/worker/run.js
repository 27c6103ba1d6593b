// One run in this worker: pulls its trainer slice by slice, hands out what it reports
// and a checkpoint after each epoch, and pauses, stops or gives up between two slices.
// What the run trains on, and which model is the newest, is known elsewhere.

import { given } from "./crossing_values.js";
import { macrotask } from "./macrotask.js";
import { Model } from "./model.js";

/** @import { Dataset, EpochRecord, Event, RunConfig, RunResult, Trainer } from "../pkg/ndarray/inkling.js" */
/** @import { Wasm } from "./artifact.js" */

/**
 * What a run begins from, if not from scratch.
 * @typedef {object} RunStart
 * @property {Uint8Array} [checkpoint] of a run on the same data: it goes on
 * @property {Float32Array} [weights] flat, as the engine lays them out
 */

/**
 * A run as the page asks for it.
 * @typedef {object} RunTask
 * @property {string} token what it is stopped by, and the key of its model
 * @property {string} checksum of the data set it is meant for
 * @property {RunConfig} config
 * @property {RunStart} [start]
 * @property {number} [most_epochs] it is stopped after this one, where that comes before its end
 */

/**
 * What a run reports to, and how it is pulled.
 * @typedef {object} RunParts
 * @property {() => number} slice_ms how long the next slice may take
 * @property {(model: Model<Trainer>) => void} on_stands once, before the first event: the run's own model is there to be asked
 * @property {(event: Event) => unknown} on_event
 * @property {((checkpoint: Uint8Array<ArrayBuffer>, epoch: EpochRecord) => unknown) | null} on_checkpoint awaited after each epoch, before the epoch is told
 * @property {(step: number, model: Model<Trainer>) => Promise<void>} at_step after each slice, with the step that was done last
 * @property {number} [most_epochs] it is stopped after this one
 */

export class Run {
  #signal;
  #is_stop_wanted = false;
  /** @type {Model<Trainer> | null} */
  #model = null;
  #is_paused = false;
  /** Wakes a run that waits to be resumed. */
  #wake = () => {};

  /** @param {AbortSignal} signal gives the run up: it ends without a result */
  constructor(signal) {
    this.#signal = signal;
    signal.addEventListener("abort", () => this.resume());
  }

  /** Stops pulling after the slice under way. */
  pause() {
    this.#is_paused = !this.#is_stop_wanted;
  }

  /** Goes on pulling. */
  resume() {
    this.#is_paused = false;
    this.#wake();
  }

  /** Ends the run after the slice under way, paused or not; its trainer may still be in the making. */
  async stop() {
    this.#is_stop_wanted = true;
    await this.#model?.use((trainer) => trainer.stop());
    this.resume();
  }

  /**
   * Trains to the end.
   * @param {Promise<Trainer>} making
   * @param {RunParts} parts
   * @returns {Promise<RunResult>} after every event has been delivered
   */
  async train(making, parts) {
    const { slice_ms, on_stands, on_event, on_checkpoint, at_step, most_epochs } = parts;
    const model = new Model(await making);
    this.#model = model;
    let stands = false;
    try {
      if (this.#is_stop_wanted) await model.use((trainer) => trainer.stop());
      for (;;) {
        if (this.#is_paused) await new Promise((wake) => (this.#wake = () => wake(null)));
        this.#signal.throwIfAborted();
        const events = await model.use((trainer) => trainer.next(slice_ms()));
        this.#signal.throwIfAborted();
        if (!stands) on_stands(model);
        stands = true;
        const epoch = events.find((event) => event.kind === "epoch");
        if (epoch && on_checkpoint) {
          // Kept before it is told: what a person has seen finished is never lost.
          const bytes = given(await model.use((trainer) => trainer.checkpoint()));
          const { kind: _, ...record } = epoch;
          await on_checkpoint(bytes, record);
          this.#signal.throwIfAborted();
        }
        if (epoch && epoch.epoch === most_epochs) await model.use((trainer) => trainer.stop());
        for (const event of events) {
          const delivered = on_event(event);
          if (event.kind === "progress") await at_step(event.step, model);
          if (event.kind === "ended") {
            // Two ports keep no order between them: without this the page could see
            // the result before the last epoch.
            await delivered;
            const { kind: _, ...result } = event;
            return result;
          }
        }
        await macrotask();
      }
    } finally {
      this.#model = null;
      if (!stands) model.retire();
    }
  }
}

/**
 * @param {Wasm} wasm
 * @param {Dataset} dataset
 * @param {RunConfig} config
 * @param {RunStart} start
 * @returns {Promise<Trainer>}
 */
export function trainer_of({ Trainer }, dataset, config, { checkpoint, weights }) {
  if (checkpoint) return Trainer.restore(dataset, config, checkpoint);
  if (weights) return Trainer.from_weights(dataset, config, weights);
  return Trainer.create(dataset, config);
}
