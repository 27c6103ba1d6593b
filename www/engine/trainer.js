// The page's side of the workers: who computes, who holds the data and the
// newest model, and what happens when one of them dies. Views ask this file;
// it owns no part of the page.

import { EngineWorker, WorkerCrashed } from "./engine_worker.js";
import * as Comlink from "../vendor/comlink.mjs";

/** @import { BackendChoice, DataSummary, EpochRecord, Event, LoadProgress, ModelSummary, PlanSummary, RunConfig, RunResult } from "../pkg/ndarray/inkling.js" */
/** @import { Engine, Artifact, Images, InkReading, RunStart } from "../worker/worker.js" */
/** @import { WebgpuProbe } from "../worker/adapter.js" */
/** @import { ModelFormat } from "../worker/model.js" */

/**
 * Which backend runs, and why, in one sentence a person can read.
 * @typedef {object} BackendDecision
 * @property {Artifact} backend what will compute
 * @property {string} reason such as `CPU (ndarray): this browser found no WebGPU adapter.`
 * @property {string} device the device as the engine names it
 */

/**
 * What `train` reports on the way. Every callback is optional.
 * @typedef {object} TrainListeners
 * @property {(decision: BackendDecision) => void} [on_backend] once, before the first step
 * @property {(checkpoint: Uint8Array<ArrayBuffer>, epoch: EpochRecord) => unknown} [on_checkpoint] after each epoch, awaited
 * @property {(event: Event) => void} [on_event] progress, epochs, and the end (which also resolves `train`)
 */

/**
 * A loaded data set as the page keeps it: the worker may die, this stays.
 * @typedef {object} LoadedData
 * @property {DataSummary} summary
 * @property {Blob} blob `num_rows * 784` bytes of pixels, then `num_rows` labels (none if unlabelled)
 */

/**
 * @typedef {object} TrainerOptions
 * @property {string} [fault] one that is to happen once, for tests
 * @property {() => void} [on_unfillable] told when the fault `storage-full` cannot fill this storage
 * @property {(sentence: string) => void} [on_notice] told what a person should know: a crashed worker, a replaced one
 */

/** A WebGPU that was asked for by name and cannot be had. Offer the CPU. */
export class BackendUnavailable extends Error {
  /** @param {string} reason */
  constructor(reason) {
    super(reason);
    this.name = "BackendUnavailable";
  }
}

/** A file that was being read when the person cancelled. */
export const LOAD_CANCELLED = "LoadCancelled";

/** Loads data, decides the backend, trains and reads ink. One for the page. */
export class Trainer {
  /** @type {(sentence: string) => void} */
  #notice;
  /** @type {EngineWorker} */
  #cpu;
  /** @type {EngineWorker | null} */
  #gpu = null;
  /** @type {Promise<WebgpuProbe> | null} */
  #probe = null;
  /** @type {LoadedData | null} */
  #data = null;
  /** Which worker holds the newest model. @type {EngineWorker | null} */
  #model_holder = null;
  /** Which worker is training. @type {EngineWorker | null} */
  #training = null;
  /** The device of each worker once it is open. @type {WeakMap<EngineWorker, Promise<string>>} */
  #opened = new WeakMap();
  /** What each worker has been fed with. @type {WeakMap<EngineWorker, Promise<Blob>>} */
  #fed = new WeakMap();
  #is_loading = false;
  #fault = "";
  /** @type {() => void} */
  #on_unfillable;

  /** @param {TrainerOptions} [options] */
  constructor(options = {}) {
    this.#notice = options.on_notice ?? (() => {});
    this.#fault = options.fault ?? "";
    this.#on_unfillable = options.on_unfillable ?? (() => {});
    this.#cpu = new EngineWorker("inkling cpu");
    // Opened ahead of the first need; a failure is told by whoever needs it.
    this.#open(this.#cpu, "ndarray").catch(() => {});
  }

  /** The data set that is loaded, if one is. */
  get data() {
    return this.#data;
  }

  /** Whether a run is under way (paused ones too). */
  get is_training() {
    return this.#training !== null;
  }

  /** Whether a trained, or partly trained, model can read ink. */
  get has_model() {
    return this.#model_holder !== null;
  }

  /** Resolves when the CPU engine is ready; rejects with what keeps it from being so. */
  async ready() {
    await this.#open(this.#cpu_worker(), "ndarray");
  }

  /**
   * Reads a picked file: CSV or IDX, plain, gzip or zip, told by its first bytes;
   * IDX comes as two files, in any order. On any error the data loaded before
   * stays. A cancelled load rejects with an error whose name is `LOAD_CANCELLED`.
   * @param {File | File[]} files
   * @param {(progress: LoadProgress) => void} [on_progress]
   * @returns {Promise<DataSummary>}
   */
  async load_file(files, on_progress = () => {}) {
    if (this.#is_loading) throw new Error("A file is being read already; cancel it first.");
    this.#is_loading = true;
    const worker = this.#cpu_worker();
    try {
      await this.#open(worker, "ndarray");
      const loaded = await worker.call((engine) =>
        engine.load_file([files].flat(), Comlink.proxy(on_progress)),
      );
      this.#fed.set(worker, Promise.resolve(loaded.blob));
      this.#data = loaded;
      return loaded.summary;
    } catch (error) {
      throw this.#told(error, "reading the file");
    } finally {
      this.#is_loading = false;
    }
  }

  /**
   * Reads a file without making it the data to train on; labels may be missing.
   * @param {File[]} files
   * @param {(progress: LoadProgress) => void} [on_progress]
   * @returns {Promise<LoadedData>}
   */
  async read_file(files, on_progress = () => {}) {
    if (this.#is_loading) throw new Error("A file is being read already; cancel it first.");
    this.#is_loading = true;
    const worker = this.#cpu_worker();
    try {
      await this.#open(worker, "ndarray");
      return await worker.call((engine) => engine.read_file(files, Comlink.proxy(on_progress)));
    } catch (error) {
      throw this.#told(error, "reading the file");
    } finally {
      this.#is_loading = false;
    }
  }

  /** Cancels the file being read, if one is. */
  async cancel_load() {
    if (!this.#is_loading) return;
    await this.#cpu.call((engine) => engine.cancel_load());
  }

  /**
   * Takes a data set kept from before (a reload, a store) without parsing it again.
   * @param {LoadedData} data
   */
  async load_blob(data) {
    const previous = this.#data;
    this.#data = data;
    try {
      await this.#feed(this.#cpu_worker(), "ndarray");
    } catch (error) {
      this.#data = previous;
      throw this.#told(error, "taking the data set");
    }
  }

  /**
   * Pixels (`rows.length * 784`) and labels of some rows of the loaded data.
   * @param {number[]} rows
   * @returns {Promise<Images>}
   */
  async images(rows) {
    const worker = this.#cpu_worker();
    await this.#feed(worker, "ndarray");
    return worker.call((engine) => engine.images(rows));
  }

  /**
   * Checks settings against the loaded data and says what they will build.
   * Rejects with the setting's name, what was found and what was expected.
   * @param {RunConfig} config
   * @returns {Promise<PlanSummary>}
   */
  async plan(config) {
    const worker = this.#cpu_worker();
    if (this.#data) await this.#feed(worker, "ndarray");
    else await this.#open(worker, "ndarray");
    return worker.call((engine) => engine.plan(config));
  }

  /**
   * Asks an open engine for what needs neither data nor a model: a study's plan,
   * its reading, its report.
   * @template T
   * @param {(engine: Comlink.Remote<Engine>) => T | PromiseLike<T>} ask
   * @returns {Promise<Awaited<T>>}
   */
  async ask(ask) {
    const worker = this.#cpu_worker();
    await this.#open(worker, "ndarray");
    return worker.call(ask);
  }

  /**
   * Decides what computes. `auto` always resolves; a forced WebGPU that cannot
   * be had rejects with `BackendUnavailable`.
   * @param {BackendChoice} choice
   * @returns {Promise<BackendDecision>}
   */
  async choose_backend(choice) {
    if (choice === "ndarray") return this.#decide_cpu("as chosen.");
    const probe = await this.#probe_webgpu();
    if (!probe.usable || (choice === "auto" && probe.is_fallback)) {
      if (choice === "webgpu") throw new BackendUnavailable(`WebGPU cannot run: ${probe.reason}`);
      return this.#decide_cpu(probe.reason);
    }
    try {
      const device = await this.#open(this.#gpu_worker(), "webgpu");
      return { backend: "webgpu", reason: `WebGPU: ${probe.reason}`, device };
    } catch (error) {
      const why = `its device could not be opened (${message_of(error)}).`;
      if (choice === "webgpu") throw new BackendUnavailable(`WebGPU cannot run: ${why}`);
      return this.#decide_cpu(`WebGPU was found, but ${why}`);
    }
  }

  /**
   * Trains, from scratch or from `start`, and resolves when the run has ended, however it ended.
   * Rejects if the settings are wrong, the backend cannot be had, or the worker
   * crashed (`WorkerCrashed`; it has been replaced by then).
   * @param {RunConfig} config
   * @param {TrainListeners} [listeners]
   * @param {RunStart} [start]
   * @returns {Promise<RunResult>}
   */
  async train(config, listeners = {}, start = {}) {
    if (this.#training) throw new Error("A run is under way; stop it first.");
    if (!this.#data) throw new Error("Load a data set first.");
    // Set before the first await: a second press must be refused from now on.
    this.#training = this.#cpu;
    try {
      const decision = await this.choose_backend(config.backend ?? "auto");
      listeners.on_backend?.(decision);
      const worker = decision.backend === "webgpu" ? this.#gpu_worker() : this.#cpu_worker();
      this.#training = worker;
      await this.#feed(worker, decision.backend);
      const fault = this.#fault;
      this.#fault = "";
      if (fault && !(await worker.call((engine) => engine.arm_fault(fault)))) {
        this.#on_unfillable();
      }
      const on_event = listeners.on_event ?? (() => {});
      return await worker.call((engine) =>
        engine.train(
          config,
          Comlink.proxy((/** @type {Event} */ event) => {
            // The first event tells that the new model stands.
            this.#model_holder = worker;
            on_event(event);
          }),
          start,
          listeners.on_checkpoint ? Comlink.proxy(listeners.on_checkpoint) : null,
        ),
      );
    } catch (error) {
      throw this.#told(error, "training");
    } finally {
      this.#training = null;
    }
  }

  /** Stops pulling the run under way; the model stays and can read ink. */
  async pause() {
    await this.#training?.call((engine) => engine.pause());
  }

  /** Goes on with a paused run. */
  async resume() {
    await this.#training?.call((engine) => engine.resume());
  }

  /** Ends the run under way; `train` resolves with the outcome `stopped`. */
  async stop() {
    await this.#training?.call((engine) => engine.stop());
  }

  /**
   * What the newest model reads in a raster of ink (0 empty to 255 full).
   * `null` for an empty pad; `probabilities` is `null` before any training.
   * @param {Uint8Array} ink `width * height` bytes, row by row
   * @param {number} width
   * @param {number} height
   * @returns {Promise<InkReading | null>}
   */
  async predict_ink(ink, width, height) {
    let worker = this.#model_holder ?? this.#cpu_worker();
    if (worker.is_dead) worker = this.#cpu_worker();
    if (worker === this.#cpu) await this.#open(worker, "ndarray");
    return worker.call((engine) => engine.predict_ink(ink, width, height));
  }

  /**
   * Probabilities (`rows.length * 10`) of the newest model for rows of the loaded data.
   * @param {number[]} rows
   * @returns {Promise<Float32Array | null>} `null` before any training
   */
  async predict_rows(rows) {
    const holder = this.#model_holder;
    if (!holder || holder.is_dead) return null;
    await this.#feed(holder, holder === this.#gpu ? "webgpu" : "ndarray");
    return holder.call((engine) => engine.predict_rows(rows));
  }

  /**
   * Probabilities, ten an image, of the newest model for any images.
   * @param {Uint8Array} pixels 784 an image, 0 paper to 255 ink
   * @returns {Promise<Float32Array | null>} `null` before any training
   */
  async predict_pixels(pixels) {
    const holder = this.#model_holder;
    if (!holder || holder.is_dead) return null;
    return holder.call((engine) => engine.predict_pixels(pixels));
  }

  /**
   * The newest model's parameters, flat, in the engine's documented layout.
   * @returns {Promise<Float32Array | null>} `null` before any training
   */
  async weights() {
    const holder = this.#model_holder;
    if (!holder || holder.is_dead) return null;
    return holder.call((engine) => engine.weights());
  }

  /**
   * Rows of the data set that the newest model never trained on, in split order.
   * For a model from a file nobody knows: they are those that `config` holds out.
   * @param {RunConfig} config
   * @returns {Promise<Uint32Array | null>} `null` without a model
   */
  async validation_rows(config) {
    const holder = this.#model_holder;
    if (!holder || holder.is_dead) return null;
    const rows = await holder.call((engine) => engine.validation_rows());
    if (rows) return rows;
    const worker = this.#cpu_worker();
    await this.#feed(worker, "ndarray");
    return worker.call((engine) => engine.held_out_rows(config));
  }

  /**
   * The newest model as a file: `.safetensors` for PyTorch, burn's burnpack, or ONNX.
   * @param {ModelFormat} [format]
   * @returns {Promise<Uint8Array<ArrayBuffer>>}
   */
  async save_model(format = "safetensors") {
    const holder = this.#model_holder;
    const bytes =
      holder && !holder.is_dead ? await holder.call((engine) => engine.save_model(format)) : null;
    if (!bytes) throw new Error("There is no trained model yet. Train first.");
    return /** @type {Uint8Array<ArrayBuffer>} */ (bytes);
  }

  /**
   * Takes a model out of a `.safetensors` file or a burnpack: it reads ink and images
   * from now on, on the CPU. On any error the model before it stays.
   * @param {File} file
   * @returns {Promise<ModelSummary>}
   */
  async load_model(file) {
    if (this.#training) throw new Error("A run is under way; stop it first.");
    const worker = this.#cpu_worker();
    try {
      await this.#open(worker, "ndarray");
      const summary = await worker.call((engine) => engine.load_model(file));
      this.#model_holder = worker;
      return summary;
    } catch (error) {
      throw this.#told(error, "reading the model's file");
    }
  }

  /**
   * Has the model of a checkpoint read ink and images from now on, on the CPU.
   * @param {Uint8Array} checkpoint
   */
  async load_checkpoint(checkpoint) {
    const worker = this.#cpu_worker();
    await this.#open(worker, "ndarray");
    await worker.call((engine) => engine.load_checkpoint(checkpoint));
    this.#model_holder = worker;
  }

  /**
   * A copy of the newest model, trained a little further on a person's own digits
   * among `rows` of the data, on the CPU. The newest model stays the newest.
   * @param {RunConfig} config
   * @param {number[]} rows to remember
   * @param {Images} kept
   * @param {number} num_copies of each kept digit among those rows
   * @returns {Promise<Uint8Array<ArrayBuffer>>} as `.safetensors`
   */
  async fine_tune(config, rows, kept, num_copies) {
    if (this.#training) throw new Error("A run is under way; stop it first.");
    const worker = this.#cpu_worker();
    this.#training = worker;
    try {
      const weights = await this.weights();
      if (!weights) throw new Error("There is no trained model yet. Train first.");
      await this.#feed(worker, "ndarray");
      const bytes = await worker.call((engine) =>
        engine.fine_tune(config, weights, rows, kept, num_copies),
      );
      return /** @type {Uint8Array<ArrayBuffer>} */ (bytes);
    } catch (error) {
      throw this.#told(error, "fine-tuning");
    } finally {
      this.#training = null;
    }
  }

  /** @param {string} why @returns {Promise<BackendDecision>} */
  async #decide_cpu(why) {
    const device = await this.#open(this.#cpu_worker(), "ndarray");
    return { backend: "ndarray", reason: `CPU (ndarray): ${why}`, device };
  }

  /** Asks the place that will use the answer: a worker may see less than the page. */
  #probe_webgpu() {
    this.#probe ??= this.#cpu_worker()
      .call((engine) => engine.probe_webgpu())
      .catch((error) => {
        this.#probe = null;
        throw error;
      });
    return this.#probe;
  }

  /** The CPU worker, a fresh one if the last one died. */
  #cpu_worker() {
    if (this.#cpu.is_dead) this.#cpu = new EngineWorker("inkling cpu");
    return this.#cpu;
  }

  /** The WebGPU worker, made at its first use. */
  #gpu_worker() {
    if (!this.#gpu || this.#gpu.is_dead) this.#gpu = new EngineWorker("inkling webgpu");
    return this.#gpu;
  }

  /**
   * Loads the artifact and opens the device, once a worker.
   * @param {EngineWorker} worker
   * @param {Artifact} artifact
   * @returns {Promise<string>} the device, as the engine names it
   */
  #open(worker, artifact) {
    let opened = this.#opened.get(worker);
    if (!opened) {
      opened = worker.call((engine) => engine.open(artifact));
      this.#opened.set(worker, opened);
      // A failed opening may be tried again, with a fresh worker: the wasm
      // module of this one may be half initialised.
      opened.catch((error) => worker.kill(message_of(error)));
    }
    return opened;
  }

  /**
   * Gives a worker the loaded data set if it does not hold it yet.
   * @param {EngineWorker} worker
   * @param {Artifact} artifact
   */
  async #feed(worker, artifact) {
    await this.#open(worker, artifact);
    const data = this.#data;
    if (!data) throw new Error("Load a data set first.");
    const fed = await this.#fed.get(worker)?.catch(() => null);
    if (fed === data.blob) return;
    const feeding = worker
      .call((engine) => engine.load_blob(data.blob, data.summary))
      .then(() => data.blob);
    this.#fed.set(worker, feeding);
    await feeding;
  }

  /**
   * After a crash: says so once, replaces the worker and feeds it again.
   * @param {unknown} error
   * @param {string} doing
   * @returns {unknown} the error to throw on
   */
  #told(error, doing) {
    if (!(error instanceof WorkerCrashed)) return error;
    if (this.#model_holder?.is_dead) this.#model_holder = null;
    if (this.#cpu.is_dead && this.#data) {
      this.#feed(this.#cpu_worker(), "ndarray").catch(() => {});
    }
    const kept = this.#data ? " The data set is still loaded." : "";
    this.#notice(`The worker stopped while ${doing} and was replaced.${kept}`);
    const why = error.message.replace(/\.?$/, ".");
    return new WorkerCrashed(`The worker stopped while ${doing}: ${why}${kept}`);
  }
}

/**
 * Starts the workers. The page calls this once.
 * @param {TrainerOptions} [options]
 * @returns {Trainer}
 */
export function createTrainer(options) {
  return new Trainer(options);
}

/** @param {unknown} error */
function message_of(error) {
  return error instanceof Error ? error.message : String(error);
}
