// Who computes, and who holds the data set and the newest model: the page's side of its
// workers, whole. Here are the run, the fine-tuning and the range test of rates, one of
// them at a time; data, models and looks inside are in the files that this one stands on. No part of
// the page is known here.

import { Refused, unless_aborted } from "../base/fault.js";
import { PREFERENCES } from "../base/preferences.js";
import * as Comlink from "../vendor/comlink.mjs";
import { decide_backend } from "./backend.js";
import { WorkerCrashed } from "./engine_worker.js";
import { InsideCustody } from "./inside_custody.js";
import { Occupation } from "./occupation.js";
import { RaceMemory } from "./race_memory.js";
import { Racer } from "./racer.js";

/** @import { EpochRecord, Event, RateReading, RunConfig, RunResult } from "../pkg/ndarray/inkling.js" */
/** @import { Remote } from "../vendor/comlink.mjs" */
/** @import { Artifact } from "../worker/artifact.js" */
/** @import { Engine } from "../worker/engine.js" */
/** @import { RunStart } from "../worker/run.js" */
/** @import { DataCustodyOptions } from "./data_custody.js" */
/** @import { Station } from "./station.js" */

/** @typedef {import("./backend.js").BackendDecision} BackendDecision */
/** @typedef {import("../worker/dataset.js").LoadedData} LoadedData */
/** @typedef {import("../worker/model.js").ModelFormat} ModelFormat */
/** @typedef {import("../worker/dataset.js").Images} Images */
/** @typedef {import("../worker/engine.js").InkReading} InkReading */
/** @typedef {import("../worker/engine.js").Strokes} Strokes */

/**
 * What `train` reports on the way. Every callback is optional.
 * @typedef {object} TrainListeners
 * @property {(decision: BackendDecision) => void} [on_decision] once, before the first step
 * @property {(event: Event) => void} [on_event] progress, epochs, and the end (which also resolves `train`)
 * @property {(checkpoint: Uint8Array<ArrayBuffer>, epoch: EpochRecord) => unknown} [on_checkpoint] after each epoch, awaited before the epoch is told
 */

/**
 * @typedef {object} FaultOptions
 * @property {string} [fault] one that is to happen once, for tests
 * @property {RaceMemory} [races] tests put their own in its place
 * @property {() => void} [on_unfillable] told when the fault `storage-full` cannot fill this storage
 */

/** One for the page. */
export class Custody extends InsideCustody {
  #fault;
  #on_unfillable;
  #racer;
  /** @type {Occupation<RunResult> | null} */
  #training = null;
  /** @type {Occupation<Uint8Array<ArrayBuffer>> | null} */
  #tuning = null;
  /** @type {Occupation<RateReading> | null} */
  #rate_test = null;

  /** @param {DataCustodyOptions & FaultOptions} [options] */
  constructor(options = {}) {
    super(options);
    this.#fault = options.fault ?? "";
    this.#on_unfillable = options.on_unfillable ?? (() => {});
    this.#racer = new Racer(this.stations, options.races ?? new RaceMemory(PREFERENCES));
  }

  /**
   * Decides what computes a run with these settings on the loaded data. `auto` always comes
   * to something; a WebGPU that was asked for by name and cannot be had rejects with
   * `BackendUnavailable`. From then on something is under way.
   * @param {RunConfig} config
   * @param {object} [more]
   * @param {Artifact | undefined} [more.before] what began it, if it goes on
   * @param {number} [more.num_at_once] such runs that go on at the same time
   * @param {AbortSignal} [more.signal]
   * @returns {Promise<BackendDecision>}
   */
  async choose_backend(config, more = {}) {
    const { before, num_at_once = 1, signal = new AbortController().signal } = more;
    const wish = { config, data: this.data, num_at_once, before };
    try {
      const deciding = decide_backend(wish, this.stations, this.#racer, signal);
      return await unless_aborted(deciding, signal);
    } finally {
      this.#racer.cut();
    }
  }

  /**
   * Finds out ahead of a run with these settings what `auto` will choose, while nothing is
   * under way.
   * @param {RunConfig} config
   */
  async get_ready(config) {
    const { data } = this;
    const is_idle = !this.#training && !this.#tuning && !this.#rate_test;
    if (!data || !is_idle || (config.backend ?? "auto") !== "auto") return;
    const { usable, adapter } = await this.stations.probe_webgpu();
    const is_meant = this.data === data && !this.#training && !this.#tuning && !this.#rate_test;
    if (usable && is_meant) await this.#racer.get_ready(config, data, adapter);
  }

  /**
   * Trains, from scratch or from `start`, and resolves when the run has ended, however it
   * ended. Rejects if the settings are wrong, the backend cannot be had, or the worker
   * crashed (`WorkerCrashed`); and at once with the signal's reason when that is aborted,
   * after which nothing of the run goes on.
   * @param {RunConfig} config
   * @param {TrainListeners} [listeners]
   * @param {RunStart & { before?: Artifact | undefined }} [given] what it begins from, and what computed it before
   * @param {AbortSignal} [signal]
   * @returns {Promise<RunResult>}
   */
  async train(config, listeners = {}, { before, ...start } = {}, signal) {
    this.refuse_while_occupied();
    if (!this.data) throw new Refused("Load a data set first.");
    const data = this.data;
    const { checksum } = data.summary;
    const { on_decision, on_event, on_checkpoint } = listeners;
    /** @type {Occupation<RunResult>} */
    const training = new Occupation(signal, this.patience_ms);
    const { token } = training;
    // Before the first await: a second press is refused from now on.
    this.#training = training;
    try {
      const { backend } = await this.#decided(config, training.signal, on_decision, before);
      const tell = Comlink.proxy((/** @type {Event} */ event) => {
        if (training.signal.aborted) return;
        // The first event tells that the run's own model stands.
        const { station } = training;
        if (station) this.model.stands({ station, key: token, checksum });
        on_event?.(event);
      });
      const keep =
        on_checkpoint &&
        Comlink.proxy(
          (/** @type {Uint8Array<ArrayBuffer>} */ bytes, /** @type {EpochRecord} */ epoch) =>
            training.signal.aborted ? undefined : on_checkpoint(bytes, epoch),
        );
      return await this.#occupy(
        training,
        backend,
        data,
        (engine) => engine.train({ token, checksum, config, start }, tell, keep ?? null),
        (station) => this.#arm_fault(station),
      );
    } catch (error) {
      throw training.signal.aborted ? error : this.told(error, "training");
    } finally {
      this.#training = null;
    }
  }

  /** Stops pulling the run under way; the model stays and can read ink. */
  async pause() {
    await this.#training?.pause();
  }

  /** Goes on with a paused run. */
  async resume() {
    await this.#training?.resume();
  }

  /**
   * Ends the run under way: `train` resolves with the outcome `stopped`, or rejects with
   * `Cancelled` if it had not begun.
   */
  async stop() {
    await this.#training?.stop();
  }

  /**
   * Ends the run under way with its worker: `train` rejects with `WorkerCrashed`.
   * @param {string} reason
   */
  end_training(reason) {
    this.#training?.end(reason);
  }

  /**
   * A copy of the newest model, trained a little further on a person's own digits among
   * `rows` of the loaded data, on the CPU. The model itself stays as it is.
   * @param {string} model_id
   * @param {RunConfig} config
   * @param {ArrayLike<number>} rows to remember
   * @param {Images} kept
   * @param {number} num_copies of each kept digit among those rows
   * @param {{ checksum?: string, signal?: AbortSignal }} [more] the data that the rows are of, if not what is loaded now; and what gives it up
   * @returns {Promise<Uint8Array<ArrayBuffer>>} as `.safetensors`
   */
  async fine_tune(model_id, config, rows, kept, num_copies, { checksum, signal } = {}) {
    this.refuse_while_occupied();
    const data = this.named(checksum ?? this.data?.summary.checksum ?? "");
    /** @type {Occupation<Uint8Array<ArrayBuffer>>} */
    const tuning = new Occupation(signal, this.patience_ms);
    const { token } = tuning;
    this.#tuning = tuning;
    this.#racer.cut();
    try {
      const weights = await unless_aborted(this.weights(model_id), tuning.signal);
      const task = { config, weights, kept, num_copies };
      return await this.#occupy(tuning, "ndarray", data, (engine) =>
        engine.fine_tune(token, data.summary.checksum, Array.from(rows), task),
      );
    } catch (error) {
      throw tuning.signal.aborted ? error : this.told(error, "fine-tuning");
    } finally {
      this.#tuning = null;
    }
  }

  /**
   * Tests which rates lower the loss, where a run with these settings would be trained.
   * Rejects at once with the signal's reason when that is aborted.
   * @param {RunConfig} config
   * @param {{ on_reading: (reading: RateReading) => void, signal: AbortSignal }} parts told how it stands on the way
   * @returns {Promise<RateReading>} as it ended
   */
  async test_rates(config, { on_reading, signal }) {
    this.refuse_while_occupied();
    if (!this.data) throw new Refused("Load a data set first.");
    const data = this.data;
    const { checksum } = data.summary;
    /** @type {Occupation<RateReading>} */
    const testing = new Occupation(signal, this.patience_ms);
    const { token } = testing;
    this.#rate_test = testing;
    try {
      const { backend } = await this.#decided(config, testing.signal);
      const tell = Comlink.proxy((/** @type {RateReading} */ reading) => {
        if (!testing.signal.aborted && this.#rate_test === testing) on_reading(reading);
      });
      return await this.#occupy(testing, backend, data, (engine) =>
        engine.test_rates({ token, checksum, config }, tell),
      );
    } catch (error) {
      throw testing.signal.aborted ? error : this.told(error, "testing rates");
    } finally {
      this.#rate_test = null;
    }
  }

  /**
   * @protected
   * @override
   * @param {Station} station
   */
  is_occupied(station) {
    const others = [this.#tuning?.station, this.#rate_test?.station];
    return this.is_training_on(station) || others.includes(station);
  }

  /**
   * @protected
   * @override
   * @param {Station} station
   */
  is_training_on(station) {
    return station === this.#training?.station;
  }

  /**
   * @protected
   * @override
   */
  refuse_while_occupied() {
    if (this.#training) throw new Refused("A run is under way; stop it first.");
    if (this.#tuning) throw new Refused("Your digits are being learned; wait for that to end.");
    if (this.#rate_test) throw new Refused("A rate is being looked for; stop that first.");
  }

  /**
   * @param {RunConfig} config
   * @param {AbortSignal} signal
   * @param {TrainListeners["on_decision"]} [on_decision]
   * @param {Artifact} [before] what began it, if it goes on
   */
  async #decided(config, signal, on_decision, before) {
    signal.throwIfAborted();
    const decision = await this.choose_backend(config, { before, signal });
    on_decision?.(decision);
    return decision;
  }

  /**
   * Has a worker do what it is asked for long. One that is gone before it has begun, as
   * one is that would not let go of what it was at, leaves it to its successor.
   * @template T
   * @param {Occupation<T>} occupation
   * @param {Artifact} artifact
   * @param {LoadedData} data
   * @param {(engine: Remote<Engine>) => Promise<T>} start
   * @param {(station: Station) => Promise<void>} [prepare]
   * @returns {Promise<T>}
   */
  async #occupy(occupation, artifact, data, start, prepare) {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await occupation.run(this.stations.of(artifact), data, start, prepare);
      } catch (error) {
        const is_lost = occupation.is_begun || occupation.signal.aborted || attempt > 0;
        if (is_lost || !(error instanceof WorkerCrashed)) throw error;
      }
    }
  }

  /** @param {Station} station that trains first */
  async #arm_fault(station) {
    const fault = this.#fault;
    this.#fault = "";
    if (fault && !(await station.call((engine) => engine.arm_fault(fault)))) {
      this.#on_unfillable();
    }
  }
}
