// What reads ink and images: the model that this worker holds, what file it becomes and
// comes from, and when its memory goes back. Every question names the model it means by
// a key that the page gave it, and no other model answers.

import { InputError } from "../base/input_error.js";
import { task_of } from "../base/task.js";
import { death } from "./death.js";

/** @import { MemberOrigin, ModelSummary, TaskSummary, Model as WasmModel } from "../pkg/ndarray/inkling.js" */
/** @import { Wasm } from "./artifact.js" */

/** What a model's file can be; all but ONNX come back in. @typedef {"safetensors" | "burnpack" | "onnx"} ModelFormat */

/**
 * A network that is to be of a committee: a model's file, or a checkpoint, and the run that it
 * came from.
 * @typedef {{ bytes: Uint8Array, origin: MemberOrigin }} MemberBytes
 */

/** Eight hidden layers of 4,096 units are 0.5 GB: room for that and a header. */
const MOST_MODEL_BYTES = 600_000_000;

/** A model's header takes a few kilobytes; the engine refuses longer ones. */
const MOST_HEADER_BYTES = 2 ** 20;

/** What a burnpack begins with, as a little-endian number. */
const BURNPACK = 0x4255524e;

/** What a checkpoint of ours begins with. */
const CHECKPOINT = "INKLINGc";

/**
 * What a trainer and a model from a file have in common; only the former knows
 * which rows it held out.
 * @typedef {object} Reader
 * @property {(pixels: Uint8Array) => Promise<Float32Array>} predict
 * @property {() => Float32Array | Promise<Float32Array>} weights
 * @property {() => Uint8Array | Promise<Uint8Array>} to_safetensors
 * @property {() => Uint8Array | Promise<Uint8Array>} to_burnpack
 * @property {() => ModelSummary} summary
 * @property {() => Uint32Array} [validation_rows]
 * @property {() => void} free
 */

/**
 * A trainer, or a model from a file, that is freed once nobody asks it anything any more.
 * @template {Reader} M
 */
export class Model {
  #reader;
  #num_users = 0;
  #is_retired = false;

  /** @param {M} reader */
  constructor(reader) {
    this.#reader = reader;
  }

  /**
   * @template T
   * @param {(reader: M) => T | Promise<T>} ask
   * @returns {Promise<T>}
   */
  async use(ask) {
    this.#num_users += 1;
    try {
      return await ask(this.#reader);
    } finally {
      this.#num_users -= 1;
      this.#free_if_unused();
    }
  }

  /**
   * What can be told at once.
   * @template T
   * @param {(reader: M) => T} ask
   * @returns {T}
   */
  peek(ask) {
    return ask(this.#reader);
  }

  retire() {
    this.#is_retired = true;
    this.#free_if_unused();
  }

  #free_if_unused() {
    if (this.#is_retired && this.#num_users === 0 && !death.error) this.#reader.free();
  }
}

/** The model that is meant is not here. The page brings it back, or says that it is gone. */
export class NotHeld extends Error {
  constructor() {
    super("This worker does not hold the model that was asked for.");
    this.name = "NotHeld";
  }
}

/** The one model of this worker, the newest. */
export class HeldModel {
  /** @type {Model<Reader> | null} */
  #model = null;
  #key = "";

  /**
   * Puts a model in the place of the one that is held.
   * @param {string} key
   * @param {Model<Reader>} model
   */
  take(key, model) {
    this.#model?.retire();
    this.#model = model;
    this.#key = key;
  }

  /**
   * @template T
   * @param {string} key
   * @param {(reader: Reader) => T | Promise<T>} ask
   * @returns {Promise<T>}
   */
  async ask(key, ask) {
    const model = this.#model;
    if (!model || key !== this.#key) throw new NotHeld();
    return model.use(ask);
  }

  /**
   * What the model that is meant was trained to tell apart.
   * @param {string | null} key as in `predict`
   * @returns {TaskSummary | null} `null` where none stands
   */
  task(key) {
    if (key === "" || (key !== null && key !== this.#key)) return null;
    return this.#model?.peek((reader) => task_of(reader.summary())) ?? null;
  }

  /**
   * Probabilities of images, one a class for each.
   * @param {string | null} key `null` for whichever model stands, empty for none
   * @param {Uint8Array} pixels side² an image
   * @returns {Promise<Float32Array | null>} `null` where none stands
   */
  predict(key, pixels) {
    return this.ask_whichever(key, (reader) => reader.predict(pixels));
  }

  /**
   * @template T
   * @param {string | null} key as in `predict`
   * @param {(reader: Reader) => T | Promise<T>} ask
   * @returns {Promise<T | null>} `null` where none stands
   */
  async ask_whichever(key, ask) {
    if (key === "") return null;
    if (key !== null) return this.ask(key, ask);
    return (await this.#model?.use(ask)) ?? null;
  }
}

/**
 * @param {Reader} reader
 * @param {ModelFormat} format
 * @param {string} version of Inkling
 * @returns {Promise<Uint8Array>}
 */
export async function file_of(reader, format, version) {
  switch (format) {
    case "safetensors":
      return reader.to_safetensors();
    case "burnpack":
      return reader.to_burnpack();
    case "onnx": {
      const { write_onnx } = await import("./onnx.js");
      return write_onnx(reader.summary(), await reader.weights(), version);
    }
    default: {
      /** @type {never} */
      const other = format;
      throw new InputError("format", String(other), "safetensors, burnpack or onnx");
    }
  }
}

/**
 * A model out of a `.safetensors` file or a burnpack, told by its content.
 * @param {Wasm} wasm
 * @param {File} file
 * @returns {Promise<WasmModel>}
 */
export async function model_of_file({ Model }, file) {
  if (file.size > MOST_MODEL_BYTES) {
    const expected = `at most ${MOST_MODEL_BYTES}, the largest network's`;
    throw new InputError(file.name, `${file.size} bytes`, expected);
  }
  // What begins with another number is no model: the engine says so of its first
  // bytes, and the rest, up to gigabytes, need not be read.
  const start = new DataView(await file.slice(0, 8).arrayBuffer());
  const is_model =
    start.byteLength === 8 &&
    (start.getUint32(0, true) === BURNPACK || start.getBigUint64(0, true) <= MOST_HEADER_BYTES);
  const read = is_model ? file : file.slice(0, 8);
  return Model.from_file(file.name, new Uint8Array(await read.arrayBuffer()));
}

/**
 * A model out of bytes that the page kept: a file's, or a run's checkpoint.
 * @param {Wasm} wasm
 * @param {Uint8Array} bytes
 * @returns {Promise<WasmModel>}
 */
export function model_of_bytes({ Model }, bytes) {
  return is_checkpoint(bytes)
    ? Model.from_checkpoint(bytes)
    : Model.from_file("the model that was kept", bytes);
}

/**
 * Several networks as one file, or why they do not fit together.
 * @param {Wasm} wasm
 * @param {readonly MemberBytes[]} members in the order in which they are averaged
 * @returns {Uint8Array} `.safetensors`
 */
export function committee_file({ CommitteeDraft }, members) {
  const draft = new CommitteeDraft();
  let is_taken = false;
  try {
    for (const { bytes, origin } of members) {
      if (is_checkpoint(bytes)) draft.add_checkpoint(bytes, origin);
      else draft.add_file(bytes, origin);
    }
    is_taken = true;
    return draft.finish();
  } finally {
    // What it became has taken it along.
    if (!is_taken) draft.free();
  }
}

/** @param {Uint8Array} bytes */
function is_checkpoint(bytes) {
  return String.fromCharCode(...bytes.subarray(0, CHECKPOINT.length)) === CHECKPOINT;
}
