// What reads ink and images, what file it becomes, and when its memory goes back.

import { death } from "./death.js";

/** @import { ModelSummary } from "../pkg/ndarray/inkling.js" */

/** What a model's file can be; all but ONNX come back in. @typedef {"safetensors" | "burnpack" | "onnx"} ModelFormat */

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

  retire() {
    this.#is_retired = true;
    this.#free_if_unused();
  }

  #free_if_unused() {
    if (this.#is_retired && this.#num_users === 0 && !death.error) this.#reader.free();
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
      throw new Error(`format: found ${other}, expected safetensors, burnpack or onnx`);
    }
  }
}
