// Workers that a test can hold up, silence and end: each has a real engine of
// www/worker/, over a made-up wasm whose data sets and models are told apart by one
// number. Nothing here runs in a thread of its own.

import { WorkerCrashed } from "../../www/engine/engine_worker.js";

/** @import { Remote } from "../../www/vendor/comlink.mjs" */
/** @import { RunConfig } from "../../www/pkg/ndarray/inkling.js" */
/** @import { Wasm } from "../../www/worker/artifact.js" */

// What a worker's own files expect of their surroundings; taken away once they are read.
const { MessageChannel } = globalThis;
Object.assign(globalThis, {
  self: { addEventListener() {} },
  // The platform's own would keep the process from ending.
  MessageChannel: class {
    port1 = { onmessage: () => {} };
    port2 = { postMessage: () => setImmediate(() => this.port1.onmessage()) };
  },
});
const { Engine } = await import("../../www/worker/engine.js");
Object.assign(globalThis, { MessageChannel });

/** The way back to the event loop, some times over. */
export async function soon(times = 20) {
  for (let at = 0; at < times; at += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** What has not come by then hangs. A test's limit alone would leave the wait to go on. */
const LIMIT_MS = 50_000;

/** Waits until something holds. @param {() => boolean} holds */
export async function until(holds) {
  const end_ms = Date.now() + LIMIT_MS;
  while (!holds()) {
    if (Date.now() > end_ms) throw new Error(`waited in vain until ${holds}`);
    await soon(1);
  }
}

/** A promise and who resolves it. */
export function gate() {
  let open = () => {};
  const promise = new Promise((resolve) => {
    open = () => resolve(undefined);
  });
  return { promise, open };
}

/**
 * A file of made-up data, as the made-up reader takes it.
 * @param {string} name
 * @param {number} value of each pixel
 * @param {number} num_rows
 */
export function data_file(name, value, num_rows = 4, labels = "labels") {
  return new File([JSON.stringify({ value, num_rows, labels })], name);
}

/** A file, or a checkpoint, of a model that says `value` of each image. @param {number} value */
export function model_bytes(value, kind = "file") {
  // A burnpack begins so; a checkpoint with its own name.
  const start = kind === "checkpoint" ? "INKLINGc" : "NRUBxxxx";
  return new TextEncoder().encode(`${start}${value}`);
}

class FakeDataset {
  is_free = false;
  /** @param {string} name @param {Uint8Array} rows pixels @param {Uint8Array} given labels */
  constructor(name, rows, given) {
    this.name = name;
    this.rows = rows;
    this.given = given;
  }
  summary() {
    const { name, rows, given } = this;
    const num_rows = rows.length / 784;
    const has_labels = given.length > 0;
    return {
      name,
      num_rows,
      has_labels,
      class_counts: [],
      source: { understood: [], entries: [] },
      checksum: `${rows[0]}/${num_rows}`,
    };
  }
  has_labels() {
    return this.given.length > 0;
  }
  /** @param {(pixels: Uint8Array, labels: Uint8Array) => void} take */
  lend_bytes(take) {
    take(this.rows, this.given);
  }
  /** @param {number} row */
  image(row) {
    return this.rows.subarray(row * 784, row * 784 + 784);
  }
  /** @param {number} row */
  label(row) {
    if (this.given.length === 0) throw new Error(`${this.name}, column label: found no labels`);
    return this.given[row];
  }
  findings() {
    return [];
  }
  plan() {
    if (this.is_free) throw new Error("a data set was used after it was freed");
    return { num_train: this.rows.length / 784, of: this.rows[0] };
  }
  /** @param {RunConfig} config */
  validation_rows({ seed = 0 }) {
    return Uint32Array.of(seed);
  }
  free() {
    this.is_free = true;
  }
}

/** What says the same number of each image. */
class FakeModel {
  is_free = false;
  /** @param {number} value */
  constructor(value) {
    this.value = value;
  }
  /** @param {Uint8Array} pixels */
  async predict(pixels) {
    return new Float32Array((pixels.length / 784) * 10).fill(this.value);
  }
  weights() {
    return Float32Array.of(this.value);
  }
  to_safetensors() {
    return model_bytes(this.value);
  }
  to_burnpack() {
    return model_bytes(this.value);
  }
  summary() {
    return { value: this.value };
  }
  free() {
    this.is_free = true;
  }
}

/** A run of an epoch a slice. Its model says its seed. */
class FakeTrainer extends FakeModel {
  is_stopped = false;
  /** @type {{ epoch: number }[]} */
  history = [];
  /** @param {FakeWasm} wasm @param {RunConfig} config @param {number} [epoch] that is done */
  constructor(wasm, { seed = 0, epochs = 0 }, epoch = 0) {
    super(seed);
    this.wasm = wasm;
    this.epochs = epochs;
    this.epoch = epoch;
    wasm.trainers.push(this);
  }
  async next() {
    this.wasm.num_slices += 1;
    await this.wasm.holds.next?.promise;
    await soon(1);
    if (this.is_stopped || this.epoch === this.epochs) {
      const outcome = this.is_stopped ? "stopped" : "finished";
      return [{ kind: "ended", outcome, history: this.history, reason: "", num_steps: this.epoch }];
    }
    this.epoch += 1;
    const epoch = { kind: "epoch", epoch: this.epoch };
    this.history.push({ epoch: this.epoch });
    return [{ kind: "progress", step: this.epoch }, epoch];
  }
  checkpoint() {
    return model_bytes(this.value, "checkpoint");
  }
  validation_rows() {
    return Uint32Array.of(this.value);
  }
  stop() {
    this.is_stopped = true;
  }
}

class FakeReader {
  #text = "";
  /** @param {string} name */
  constructor(name) {
    this.name = name;
  }
  expect_bytes() {}
  is_asking() {
    return false;
  }
  /** @param {Uint8Array} chunk */
  push(chunk) {
    this.#text += new TextDecoder().decode(chunk);
    return 1;
  }
  finish() {
    if (!this.#text.startsWith("{")) {
      const fields = { place: "row 1", found: "no row", expected: "785 columns" };
      throw Object.assign(new Error("row 1: found no row, expected 785 columns"), fields);
    }
    const { value, num_rows, labels } = JSON.parse(this.#text);
    const pixels = new Uint8Array(num_rows * 784).fill(value);
    return new FakeDataset(this.name, pixels, new Uint8Array(labels ? num_rows : 0));
  }
  free() {}
}

/**
 * @typedef {object} FakeWasm
 * @property {number} num_slices
 * @property {FakeTrainer[]} trainers
 * @property {Record<string, { promise: Promise<unknown> }>} holds
 */

/** A wasm of which a test can hold up `make` (a trainer), `next` (a slice) and `push` (a read). */
function fake_wasm() {
  /** @type {FakeWasm} */
  const seen = { num_slices: 0, trainers: [], holds: {} };
  const wasm = {
    DatasetReader: FakeReader,
    Dataset: {
      /** @param {string} name @param {unknown} _task @param {Uint8Array} pixels @param {Uint8Array} labels */
      from_parts: (name, _task, pixels, labels) => new FakeDataset(name, pixels, labels),
    },
    Trainer: {
      /** @param {FakeDataset} dataset @param {RunConfig} config */
      async create(dataset, config) {
        await seen.holds.make?.promise;
        if (dataset.is_free) throw new Error("a data set was used after it was freed");
        if (!((config.epochs ?? 0) > 0)) throw new Error("epochs: found 0, expected 1 to 1,000");
        return new FakeTrainer(seen, config);
      },
      /** @param {FakeDataset} _dataset @param {RunConfig} config */
      restore: async (_dataset, config) => new FakeTrainer(seen, config, 1),
      /** @param {FakeDataset} _dataset @param {RunConfig} config @param {Float32Array} weights */
      from_weights: async (_dataset, config, weights) =>
        new FakeTrainer(seen, { ...config, seed: (weights[0] ?? 0) + 1000 }),
    },
    Model: {
      /** @param {string} name @param {Uint8Array} bytes */
      async from_file(name, bytes) {
        const text = new TextDecoder().decode(bytes);
        if (!text.startsWith("NRUB")) throw new Error(`${name}: found no model`);
        return new FakeModel(Number(text.slice(8)));
      },
      /** @param {Uint8Array} bytes */
      async from_checkpoint(bytes) {
        return new FakeModel(Number(new TextDecoder().decode(bytes).slice(8)));
      },
    },
    plan: () => ({ num_train: 0, of: null }),
    prepare_ink: () => new Uint8Array(784),
    /** @type {Wasm["prepare_strokes"]} */
    prepare_strokes: (points, lengths, width, paper) =>
      lengths.length || paper
        ? new Uint8Array(784).fill(points.length + 100 * width + (paper?.[0] ?? 0))
        : new Uint8Array(0),
    version: () => "1.2.3",
    /** @param {Float32Array} probabilities @param {Uint8Array} labels */
    evaluate: (probabilities, labels) => ({ num_rows: labels.length, loss: probabilities[0] }),
  };
  // So much of an engine as the worker's own files ask for here.
  return { seen, wasm: /** @type {Wasm} */ (/** @type {unknown} */ (wasm)) };
}

/** One worker as EngineWorker is one; what it is asked arrives a turn of the event loop later. */
export class FakeWorker {
  is_dead = false;
  /** Never answers again, and nobody is told: dead, with its death unnoticed. */
  is_silent = false;
  reason = "";
  #wasm = fake_wasm();
  /** What its engine does, and what holds that up. */
  wasm = this.#wasm.seen;
  /** Names of what it was asked, in order. @type {string[]} */
  asked = [];
  /** What is held up before it reaches the engine, by name. @type {Record<string, { promise: Promise<unknown> }>} */
  holds = {};
  /** What a method of the engine comes to instead. @type {Record<string, (...args: any[]) => unknown>} */
  instead = {};
  /** @type {Set<(error: Error) => void>} */
  #giving_up = new Set();
  #engine;

  /** @param {string} label */
  constructor(label) {
    this.label = label;
    const engine = new Engine(async (artifact) => ({
      wasm: this.#wasm.wasm,
      device: `a ${artifact}`,
    }));
    this.engine = engine;
    const probe = { usable: true, adapter: "made up", reason: "adapter made up." };
    this.instead.probe_webgpu = async () => probe;
    const proxy = new Proxy(engine, {
      get:
        (_, key) =>
        async (/** @type {unknown[]} */ ...args) => {
          const name = String(key);
          this.asked.push(name);
          await this.holds[name]?.promise;
          const instead = this.instead[name];
          return instead ? instead(...args) : Reflect.get(engine, key).apply(engine, args);
        },
    });
    // As comlink has it: each method answers in a promise.
    this.#engine = /** @type {Remote<typeof engine>} */ (/** @type {unknown} */ (proxy));
  }

  /**
   * @template T
   * @param {(engine: Remote<InstanceType<typeof Engine>>) => T | PromiseLike<T>} ask
   * @returns {Promise<Awaited<T>>}
   */
  call(ask) {
    if (this.is_dead) return Promise.reject(new WorkerCrashed(this.reason));
    return new Promise((resolve, reject) => {
      this.#giving_up.add(reject);
      setImmediate(() => {
        if (this.is_dead || this.is_silent) return;
        Promise.resolve(ask(this.#engine))
          .then(resolve, reject)
          .finally(() => this.#giving_up.delete(reject));
      });
    });
  }

  kill(reason = "it was ended") {
    if (this.is_dead) return;
    this.is_dead = true;
    this.reason = reason;
    // Nothing goes on in a worker that is gone.
    this.wasm.holds.next = gate();
    for (const give_up of this.#giving_up) give_up(new WorkerCrashed(reason));
  }

  /** How often it was asked something. @param {string} name */
  count(name) {
    return this.asked.filter((asked) => asked === name).length;
  }
}

/** Makes workers and remembers them. @param {(worker: FakeWorker, nth: number) => void} [prepare] */
export function fake_workers(prepare = () => {}) {
  const made = /** @type {FakeWorker[]} */ ([]);
  return {
    made,
    /** @param {string} label */
    make_worker(label) {
      const worker = new FakeWorker(label);
      made.push(worker);
      prepare(worker, made.length);
      return worker;
    },
    /** The newest of a label. @param {string} label */
    of(label) {
      const found = made.findLast((worker) => worker.label === label);
      if (!found) throw new Error(`no worker ${label}`);
      return found;
    },
  };
}
