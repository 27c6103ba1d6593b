// The worker: owns one engine (a wasm artifact, its data set, its model), pulls
// it in slices and forwards what it reports. Knows nothing of the page.
//
// A trap leaves wasm memory in no known state, so it ends the engine: every
// call under way and every later one is rejected with the name `EngineDead`,
// and the page replaces this worker.

import * as Comlink from "../vendor/comlink.mjs";
import { ask_at_death, death, guarded } from "./death.js";
import { Fault } from "./fault.js";
import { macrotask } from "./macrotask.js";
import { Model, file_of } from "./model.js";
import { read_dataset } from "./reading.js";
import { fine_tune } from "./tuning.js";
import { probe, watch_for_lost_devices } from "./adapter.js";

/** @import { DataSummary, Dataset, EpochRecord, Evaluation, Event, LoadProgress, ModelSummary, PlanSummary, RunConfig, RunResult, Trainer } from "../pkg/ndarray/inkling.js" */
/** @import { ModelFormat, Reader } from "./model.js" */
/** @import { WebgpuProbe } from "./adapter.js" */
/** @import { ReportFiles, ReportRequest, StudyConfig, StudyPlan, StudyReading, StudyRecord } from "../pkg/ndarray/inkling.js" */

/** Which build of the engine a worker runs. @typedef {"ndarray" | "webgpu"} Artifact */

/** Both artifacts export the same. @typedef {typeof import("../pkg/ndarray/inkling.js")} Wasm */

/**
 * Rows of a data set.
 * @typedef {object} Images
 * @property {Uint8Array} pixels 784 a row, 0 paper to 255 ink
 * @property {Uint8Array} labels one a row; none if the data set has none
 */

/**
 * What the model reads in a piece of ink.
 * @typedef {object} InkReading
 * @property {Uint8Array} pixels the 28×28 the model sees
 * @property {Float32Array | null} probabilities of the ten digits; `null` without a model
 */

/**
 * What a run begins from, if not from scratch.
 * @typedef {object} RunStart
 * @property {Uint8Array} [checkpoint] of a run on the same data: it goes on
 * @property {Float32Array} [weights] flat, as the engine lays them out
 */

/** Long enough to work, short enough that Pause and Stop act within 100 ms. */
const SLICE_MS = 50;

/** While someone draws, the bars should follow the stroke. */
const SLICE_WHILE_DRAWING_MS = 12;

/** How long after a reading the pad counts as in use. */
const DRAWING_LASTS_MS = 600;

/** Eight hidden layers of 4,096 units are 0.5 GB: room for that and a header. */
const MOST_MODEL_BYTES = 600_000_000;

/** A model's header takes a few kilobytes; the engine refuses longer ones. */
const MOST_HEADER_BYTES = 2 ** 20;

/** What a burnpack begins with, as a little-endian number. */
const BURNPACK = 0x4255524e;

/** The one object that the page sees. */
export class Engine {
  /** @type {Wasm | null} */
  #wasm = null;
  /** @type {Promise<string> | null} */
  #opening = null;
  /** @type {Dataset | null} */
  #dataset = null;
  /** Of that data set; asking again would hash all its pixels again. @type {DataSummary | null} */
  #summary = null;
  /** @type {Model<Reader> | null} */
  #model = null;
  /** @type {AbortController | null} */
  #loading = null;
  /** @type {Promise<unknown>} */
  #creating = Promise.resolve();
  #is_training = false;
  #is_stop_wanted = false;
  /** @type {Model<Trainer> | null} */
  #training_model = null;
  /** Resolved by resume and by stop. @type {PromiseWithResolvers<void> | null} */
  #pause = null;
  #last_ink_ms = -Infinity;
  #fault = new Fault();

  /**
   * Takes a Web Lock and holds it as long as this worker lives.
   * @param {string} name
   * @returns {Promise<void>} once it is held
   */
  hold_lock(name) {
    return new Promise((held, denied) => {
      navigator.locks
        .request(name, () => {
          held();
          return new Promise(() => {});
        })
        .catch(denied);
    });
  }

  /**
   * What this worker sees of WebGPU. Needs no artifact.
   * @returns {Promise<WebgpuProbe>}
   */
  probe_webgpu() {
    return probe();
  }

  /**
   * Loads an artifact and opens its device, once.
   * @param {Artifact} artifact
   * @returns {Promise<string>} the device in words
   */
  open(artifact) {
    this.#opening ??= guarded(async () => {
      if (artifact === "webgpu") watch_for_lost_devices();
      /** @type {Wasm} */
      const wasm = await import(`../pkg/${artifact}/inkling.js`);
      await wasm.default();
      ask_at_death(wasm.refused_bytes);
      const device = await wasm.open_device();
      this.#wasm = wasm;
      return device;
    });
    return this.#opening;
  }

  /**
   * Reads a file, or the two IDX files, in one pass. The data set held before
   * stays until the new one is whole. A file without labels is refused.
   * @param {File[]} files
   * @param {(progress: LoadProgress) => unknown} on_progress
   * @returns {Promise<{ summary: DataSummary, blob: Blob }>}
   */
  load_file(files, on_progress) {
    return guarded(async () => {
      const dataset = await this.#read(files, on_progress);
      const summary = dataset.summary();
      if (!summary.has_labels) {
        try {
          // Asking for a label that is not there gives the engine's own
          // sentence on what such a file is.
          dataset.label(0);
        } finally {
          dataset.free();
        }
      }
      const blob = new Blob([owned(dataset.pixels()), owned(dataset.labels())]);
      await this.#replace_dataset(dataset, summary);
      return { summary, blob };
    });
  }

  /**
   * Reads a file for whoever asked and keeps nothing of it, labelled or not: a
   * set to test on, beside the one that is trained on.
   * @param {File[]} files
   * @param {(progress: LoadProgress) => unknown} on_progress
   * @returns {Promise<{ summary: DataSummary, blob: Blob }>}
   */
  read_file(files, on_progress) {
    return guarded(async () => {
      const dataset = await this.#read(files, on_progress);
      try {
        const blob = new Blob([owned(dataset.pixels()), owned(dataset.labels())]);
        return { summary: dataset.summary(), blob };
      } finally {
        if (!death.error) dataset.free();
      }
    });
  }

  /** Ends the reading of a file; `load_file` rejects with the name `LoadCancelled`. */
  cancel_load() {
    const reason = new Error("Reading was cancelled.");
    reason.name = "LoadCancelled";
    this.#loading?.abort(reason);
  }

  /**
   * Takes a data set that was parsed before.
   * @param {Blob} blob pixels, then labels
   * @param {DataSummary} summary
   */
  load_blob(blob, summary) {
    return guarded(async () => {
      const { Dataset } = this.#opened();
      const num_pixels = summary.num_rows * 784;
      const expected = num_pixels + (summary.has_labels ? summary.num_rows : 0);
      if (blob.size !== expected) {
        throw new Error(
          `${summary.name}: found ${blob.size} bytes kept, expected ${expected}; load the file again`,
        );
      }
      const bytes = new Uint8Array(await blob.arrayBuffer());
      const dataset = Dataset.from_parts(
        summary.name,
        bytes.subarray(0, num_pixels),
        bytes.subarray(num_pixels),
      );
      const { checksum } = dataset.summary();
      if (checksum !== summary.checksum) {
        dataset.free();
        throw new Error(
          `${summary.name}: found checksum ${checksum}, expected ${summary.checksum}; load the file again`,
        );
      }
      await this.#replace_dataset(dataset, summary);
    });
  }

  /**
   * Rows of the data set.
   * @param {number[]} rows
   * @returns {Promise<Images>}
   */
  images(rows) {
    return guarded(() => {
      const { pixels, labels } = this.#rows(rows);
      return Comlink.transfer({ pixels, labels }, [owned(pixels).buffer, owned(labels).buffer]);
    });
  }

  /**
   * Checks settings and says what they will build.
   * @param {RunConfig} config
   * @returns {Promise<PlanSummary>}
   */
  plan(config) {
    return guarded(() =>
      this.#dataset ? this.#dataset.plan(config) : this.#opened().plan(config),
    );
  }

  /**
   * The runs of a study.
   * @param {StudyConfig} config
   * @returns {Promise<StudyPlan>}
   */
  plan_study(config) {
    return guarded(() => this.#opened().plan_study(config));
  }

  /**
   * The comparison and the insights of a study as it stands.
   * @param {StudyRecord} record
   * @returns {Promise<StudyReading>}
   */
  read_study(record) {
    return guarded(() => this.#opened().read_study(record));
  }

  /**
   * The texts of a report on studies.
   * @param {ReportRequest} request
   * @returns {Promise<ReportFiles>}
   */
  write_report(request) {
    return guarded(() => this.#opened().write_report(request));
  }

  /** The engine's version. @returns {Promise<string>} */
  version() {
    return guarded(() => this.#opened().version());
  }

  /**
   * Trains from scratch, from given weights, or on from a checkpoint. The model
   * before this one reads ink until the new one stands.
   * @param {RunConfig} config
   * @param {(event: Event) => unknown} on_event
   * @param {RunStart} [start]
   * @param {((checkpoint: Uint8Array<ArrayBuffer>, epoch: EpochRecord) => unknown) | null} [on_checkpoint] awaited after each epoch, before the epoch is told
   * @returns {Promise<RunResult>} after every event has been delivered
   */
  train(config, on_event, start = {}, on_checkpoint = null) {
    return guarded(async () => {
      const wasm = this.#opened();
      if (this.#is_training) throw new Error("A run is under way; stop it first.");
      const dataset = this.#dataset;
      if (!dataset) throw new Error("Load a data set first.");
      this.#is_training = true;
      this.#is_stop_wanted = false;
      /** @type {unknown} */
      let delivered = null;
      try {
        const { checkpoint, weights } = start;
        const creating = checkpoint
          ? wasm.Trainer.restore(dataset, config, checkpoint)
          : weights
            ? wasm.Trainer.from_weights(dataset, config, weights)
            : wasm.Trainer.create(dataset, config);
        this.#creating = creating.catch(() => {});
        const model = new Model(await creating);
        this.#model?.retire();
        this.#model = model;
        this.#training_model = model;
        if (this.#is_stop_wanted) await model.use((trainer) => trainer.stop());
        for (;;) {
          if (this.#pause) await this.#pause.promise;
          const events = await model.use((trainer) => trainer.next(this.#slice_ms()));
          const epoch = events.find((event) => event.kind === "epoch");
          if (epoch && on_checkpoint) {
            // Kept before it is told: what a person has seen finished is never lost.
            const bytes = owned(await model.use((trainer) => trainer.checkpoint()));
            const { kind: _, ...record } = epoch;
            await on_checkpoint(Comlink.transfer(bytes, [bytes.buffer]), record);
          }
          for (const event of events) {
            delivered = on_event(event);
            if (event.kind === "progress") await this.#fault.at(event.step, wasm, model);
            if (event.kind === "ended") {
              // Two ports keep no order between them: without this the page
              // could see the result before the last epoch.
              await delivered;
              const { kind: _, ...result } = event;
              return result;
            }
          }
          await macrotask();
        }
      } finally {
        this.#is_training = false;
        this.#training_model = null;
        this.#pause = null;
        release(on_event);
        if (on_checkpoint) release(on_checkpoint);
      }
    });
  }

  /**
   * Trains weights a little further on a person's own digits among rows of the data
   * set. Nothing here is replaced: the model comes back as a file.
   * @param {RunConfig} config
   * @param {Float32Array} weights
   * @param {number[]} rows of the data set to remember
   * @param {Images} kept
   * @param {number} num_copies of each kept digit
   * @returns {Promise<Uint8Array>} `.safetensors`
   */
  fine_tune(config, weights, rows, kept, num_copies) {
    return guarded(async () => {
      if (this.#is_training) throw new Error("A run is under way; stop it first.");
      this.#is_training = true;
      try {
        const remembered = this.#rows(rows);
        const task = { config, weights, remembered, kept, num_copies };
        const bytes = owned(await fine_tune(this.#opened(), task));
        return Comlink.transfer(bytes, [bytes.buffer]);
      } finally {
        this.#is_training = false;
      }
    });
  }

  /**
   * Has a fault happen, for tests: `trap@120` and the like, see ARCHITECTURE.md.
   * @param {string} fault
   * @returns {Promise<boolean>} whether it can happen here
   */
  arm_fault(fault) {
    return this.#fault.arm(fault);
  }

  /** Stops pulling after the slice under way. */
  pause() {
    if (this.#is_training && !this.#is_stop_wanted) this.#pause ??= Promise.withResolvers();
  }

  /** Goes on pulling. */
  resume() {
    this.#pause?.resolve();
    this.#pause = null;
  }

  /** Ends the run after the slice under way; paused or not. */
  stop() {
    return guarded(async () => {
      if (!this.#is_training) return;
      this.#is_stop_wanted = true;
      await this.#training_model?.use((trainer) => trainer.stop());
      this.resume();
    });
  }

  /**
   * Prepares ink as MNIST was and reads it with the model as it stands.
   * @param {Uint8Array} ink `width * height`, 0 empty to 255 full
   * @param {number} width
   * @param {number} height
   * @returns {Promise<InkReading | null>} `null` for an empty pad
   */
  predict_ink(ink, width, height) {
    return guarded(async () => {
      this.#last_ink_ms = performance.now();
      const pixels = this.#opened().prepare_ink(ink, width, height);
      if (pixels.length === 0) return null;
      const probabilities = (await this.#model?.use((trainer) => trainer.predict(pixels))) ?? null;
      return { pixels, probabilities };
    });
  }

  /**
   * Probabilities, ten a row, of the model as it stands.
   * @param {number[]} rows
   * @returns {Promise<Float32Array | null>} `null` without a model
   */
  predict_rows(rows) {
    return guarded(async () => {
      const { pixels } = this.#rows(rows);
      return (await this.#model?.use((trainer) => trainer.predict(pixels))) ?? null;
    });
  }

  /**
   * Probabilities, ten an image, of the model as it stands.
   * @param {Uint8Array} pixels 784 an image
   * @returns {Promise<Float32Array | null>} `null` without a model
   */
  predict_pixels(pixels) {
    return guarded(
      async () => (await this.#model?.use((trainer) => trainer.predict(pixels))) ?? null,
    );
  }

  /**
   * The figures of probabilities, ten a row, against the rows' labels.
   * @param {Float32Array} probabilities
   * @param {Uint8Array} labels
   * @returns {Promise<Evaluation>}
   */
  evaluate(probabilities, labels) {
    return guarded(() => this.#opened().evaluate(probabilities, labels));
  }

  /**
   * The model's parameters, flat.
   * @returns {Promise<Float32Array | null>} `null` without a model
   */
  weights() {
    return guarded(async () => (await this.#model?.use((trainer) => trainer.weights())) ?? null);
  }

  /**
   * Rows held out from the model's training, in split order.
   * @returns {Promise<Uint32Array | null>} `null` without a model that was trained here
   */
  validation_rows() {
    return guarded(
      async () => (await this.#model?.use((reader) => reader.validation_rows?.())) ?? null,
    );
  }

  /**
   * Rows that these settings hold out, whatever a model was trained on.
   * @param {RunConfig} config
   * @returns {Promise<Uint32Array>}
   */
  held_out_rows(config) {
    return guarded(() => {
      if (!this.#dataset) throw new Error("Load a data set first.");
      return this.#dataset.validation_rows(config);
    });
  }

  /**
   * The model as it stands as a file.
   * @param {ModelFormat} format
   * @returns {Promise<Uint8Array | null>} `null` without a model
   */
  save_model(format) {
    return guarded(async () => {
      const version = this.#opened().version();
      const bytes = await this.#model?.use((reader) => file_of(reader, format, version));
      return bytes ? Comlink.transfer(bytes, [owned(bytes).buffer]) : null;
    });
  }

  /**
   * Takes a model out of a `.safetensors` file or a burnpack, told by its content; a
   * wrong file leaves the model before it alone.
   * @param {File} file
   * @returns {Promise<ModelSummary>}
   */
  load_model(file) {
    return guarded(async () => {
      const wasm = this.#opened();
      if (this.#is_training) throw new Error("A run is under way; stop it first.");
      if (file.size > MOST_MODEL_BYTES) {
        const expected = `at most ${MOST_MODEL_BYTES}, the largest network's`;
        throw new Error(`${file.name}: found ${file.size} bytes, expected ${expected}`);
      }
      // What begins with another number is no model: the engine says so of its
      // first bytes, and the rest, up to gigabytes, need not be read.
      const start = new DataView(await file.slice(0, 8).arrayBuffer());
      const is_model =
        start.byteLength === 8 &&
        (start.getUint32(0, true) === BURNPACK || start.getBigUint64(0, true) <= MOST_HEADER_BYTES);
      const read = is_model ? file : file.slice(0, 8);
      const bytes = new Uint8Array(await read.arrayBuffer());
      const model = await wasm.Model.from_file(file.name, bytes);
      if (this.#is_training) {
        model.free();
        throw new Error("A run has begun meanwhile; stop it first.");
      }
      const summary = model.summary();
      this.#model?.retire();
      this.#model = new Model(model);
      return summary;
    });
  }

  /**
   * Takes the model of a checkpoint: it reads, and does not learn.
   * @param {Uint8Array} checkpoint
   */
  load_checkpoint(checkpoint) {
    return guarded(async () => {
      if (this.#is_training) throw new Error("A run is under way; stop it first.");
      const model = await this.#opened().Model.from_checkpoint(checkpoint);
      if (this.#is_training) {
        model.free();
        throw new Error("A run has begun meanwhile; stop it first.");
      }
      this.#model?.retire();
      this.#model = new Model(model);
    });
  }

  /** @returns {Wasm} */
  #opened() {
    if (!this.#wasm) throw new Error("The engine is not open yet.");
    return this.#wasm;
  }

  #slice_ms() {
    const is_drawing = performance.now() - this.#last_ink_ms < DRAWING_LASTS_MS;
    return is_drawing ? SLICE_WHILE_DRAWING_MS : SLICE_MS;
  }

  /** @param {number[]} rows @returns {Images} */
  #rows(rows) {
    const dataset = this.#dataset;
    if (!dataset || !this.#summary) throw new Error("Load a data set first.");
    const { has_labels, num_rows } = this.#summary;
    const pixels = new Uint8Array(rows.length * 784);
    const labels = new Uint8Array(has_labels ? rows.length : 0);
    rows.forEach((row, index) => {
      if (!Number.isInteger(row) || row < 0 || row >= num_rows) {
        throw new Error(`images: found row ${row}, expected 0 to ${num_rows - 1}`);
      }
      pixels.set(dataset.image(row), index * 784);
      if (has_labels) labels[index] = dataset.label(row);
    });
    return { pixels, labels };
  }

  /**
   * @param {File[]} files
   * @param {(progress: LoadProgress) => unknown} on_progress released at the end
   * @returns {Promise<Dataset>}
   */
  async #read(files, on_progress) {
    const loading = new AbortController();
    this.#loading = loading;
    try {
      const { DatasetReader } = this.#opened();
      return await read_dataset(DatasetReader, files, loading.signal, on_progress);
    } finally {
      if (this.#loading === loading) this.#loading = null;
      release(on_progress);
    }
  }

  /**
   * @param {Dataset} dataset
   * @param {DataSummary} summary
   */
  async #replace_dataset(dataset, summary) {
    // A trainer being made still borrows the old one.
    await this.#creating;
    const old = this.#dataset;
    this.#dataset = dataset;
    this.#summary = summary;
    old?.free();
  }
}

/**
 * wasm-bindgen hands out copies of its memory, never shared ones.
 * @param {Uint8Array} bytes
 * @returns {Uint8Array<ArrayBuffer>}
 */
function owned(bytes) {
  return /** @type {Uint8Array<ArrayBuffer>} */ (bytes);
}

/**
 * Lets go of a callback that the page lent for one call.
 * @param {object} callback
 */
function release(callback) {
  const lent = /** @type {{ [Comlink.releaseProxy]?: () => void }} */ (callback);
  lent[Comlink.releaseProxy]?.();
}

Comlink.expose(new Engine());
