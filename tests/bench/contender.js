// One contender in a worker of its own: the engine that ships, or a peer. Trains
// the same network on the same images; answers `{ id, op, args }`. A classic
// worker, because the peers that ship as one file need importScripts.
// Over 400 lines: a classic worker imports no module of ours, so its contenders stand in it.

/** @import { Rank, Scalar, Tensor2D, Variable } from "@tensorflow/tfjs" */
/** @import { RunConfig } from "../../www/pkg/ndarray/inkling.js" */
/** @import { Amount, Measured, OpenArgs, Read, Settings } from "./types.d.ts" */

/** The engine that ships. @typedef {typeof import("../../www/pkg/ndarray/inkling.js")} Wasm */
/** @typedef {typeof import("@jax-js/jax")} Jax */
/** @typedef {import("@jax-js/jax").numpy.Array} JaxArray */

const MEAN = 0.1307;
const DEVIATION = 0.3081;
const CLASSES = Array.from({ length: 10 }, (_, digit) => String(digit));
/** What MNIST asks of a network, as the engine is told. */
const MNIST_TASK = {
  side: 28,
  classes: CLASSES,
  full_ink: 255,
  is_drawn: true,
  normalisation: { mean: MEAN, deviation: DEVIATION },
};
const MODULES = "/node_modules";

/** Long enough that V8 has compiled the kernels for good. */
const WARM_UP_MS = 500;

let pixels = new Uint8Array();
let labels = new Uint8Array();

/**
 * Begins the engine with shared memory, and its members as the site does.
 * @param {typeof import("../../www/pkg/threads/inkling.js")} wasm
 */
async function with_team(wasm) {
  const module = await WebAssembly.compileStreaming(fetch("/www/pkg/threads/inkling_bg.wasm"));
  await wasm.default({ module_or_path: module });
  const num_threads = Math.min(navigator.hardwareConcurrency, 4);
  for (let number = 1; number < num_threads; number++) {
    const member = new Worker("/www/worker/team_member.js", { type: "module" });
    member.postMessage({ module, memory: wasm.team_memory() });
  }
  while (wasm.team_size() < num_threads) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Random numbers from -1 to 1, the same each time. */
function noise() {
  let state = 42;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** torch's initial weights: even, at most 1/sqrt(inputs). */
function initial_layers(/** @type {number[]} */ hidden) {
  const next = noise();
  const widths = [784, ...hidden, 10];
  return widths.slice(1).map((outputs, at) => {
    const inputs = widths[at];
    const draw = (/** @type {number} */ length) =>
      Float32Array.from({ length }, () => next() / Math.sqrt(inputs));
    return { inputs, outputs, weight: draw(inputs * outputs), bias: draw(outputs) };
  });
}

/** Shuffled batches without end: normalised images and one-hot labels. @param {number} num_rows @param {number} batch_size */
function batches(num_rows, batch_size) {
  const next = noise();
  const table = Float32Array.from({ length: 256 }, (_, level) => (level / 255 - MEAN) / DEVIATION);
  const images = new Float32Array(num_rows * 784);
  for (let at = 0; at < images.length; at++) images[at] = table[pixels[at]];
  const order = Uint32Array.from({ length: num_rows }, (_, row) => row);
  let row = num_rows;
  return () => {
    if (row + batch_size > num_rows) {
      for (let at = num_rows - 1; at > 0; at--) {
        const other = Math.floor(((next() + 1) / 2) * (at + 1));
        [order[at], order[other]] = [order[other], order[at]];
      }
      row = 0;
    }
    const x = new Float32Array(batch_size * 784);
    const y = new Float32Array(batch_size * 10);
    for (let at = 0; at < batch_size; at++) {
      const from = order[row++];
      x.set(images.subarray(from * 784, (from + 1) * 784), at * 784);
      y[at * 10 + labels[from]] = 1;
    }
    return { x, y };
  };
}

/** What the engine sends to the device. Must be called before the engine is loaded. */
const device_calls = { dispatches: 0, submits: 0 };
function count_device_calls() {
  /** @param {object} prototype @param {string} method @param {keyof typeof device_calls} what */
  const count = (prototype, method, what) => {
    const original = Reflect.get(prototype, method);
    /** @this {unknown} @param {unknown[]} args */
    const counted = function (...args) {
      device_calls[what] += 1;
      return original.apply(this, args);
    };
    Reflect.set(prototype, method, counted);
  };
  count(GPUComputePassEncoder.prototype, "dispatchWorkgroups", "dispatches");
  count(GPUComputePassEncoder.prototype, "dispatchWorkgroupsIndirect", "dispatches");
  count(GPUQueue.prototype, "submit", "submits");
}

/** The very artifacts that the site ships. */
class Inkling {
  /** Of the last event. */
  step = 0;
  secs = 0;

  /** @param {string} backend */
  async open(backend) {
    if (backend === "webgpu") count_device_calls();
    this.backend = backend;
    /** @type {Wasm} */
    const wasm = await import(`/www/pkg/${backend}/inkling.js`);
    if (backend === "threads") await with_team(/** @type {any} */ (wasm));
    else await wasm.default();
    const device = await wasm.open_device();
    this.dataset = wasm.Dataset.from_parts("benchmark", MNIST_TASK, pixels, labels);
    this.wasm = wasm;
    return device;
  }

  /** @param {Settings} settings */
  async prepare({ hidden, batch_size, learning_rate, step = "fused", augmentation = false }) {
    if (!this.wasm || !this.dataset) throw new Error("the engine was not opened");
    this.trainer?.free();
    /** @type {RunConfig} */
    const config = {
      hidden_layers: hidden.join(", "),
      epochs: 1000,
      batch_size,
      learning_rate,
      step,
      augmentation,
      seed: 42,
      validation_share: 20,
    };
    this.trainer = await this.wasm.Trainer.create(this.dataset, config);
    this.step = this.secs = 0;
    const warm = this.backend === "webgpu" ? { min_steps: 5 } : { min_ms: WARM_UP_MS };
    await this.measure(warm);
  }

  /**
   * Counts what the record of an epoch calls `train_secs`: training slices only.
   * @param {Amount} amount
   * @returns {Promise<Measured>}
   */
  async measure({ min_ms = 0, min_steps = 1 }) {
    if (!this.trainer) throw new Error("nothing was prepared");
    let steps = 0;
    let secs = 0;
    let loss = NaN;
    const calls = { dispatches: 0, submits: 0 };
    while (steps < min_steps || secs * 1000 < min_ms) {
      const before = { ...device_calls };
      const events = await this.trainer.next(50);
      for (const event of events) {
        if (event.kind !== "progress") continue;
        if (event.step > this.step) {
          steps += event.step - this.step;
          secs += event.elapsed_secs - this.secs;
          loss = event.train_loss;
          calls.dispatches += device_calls.dispatches - before.dispatches;
          calls.submits += device_calls.submits - before.submits;
        }
        this.step = event.step;
        this.secs = event.elapsed_secs;
      }
      // As the site's worker does between slices: lets messages in.
      await new Promise((resolve) => setTimeout(resolve));
    }
    return { step_ms: (secs * 1000) / steps, steps, loss, calls };
  }
}

/** What the peers share: so many steps, and the wait for the last one's result. */
class Peer {
  step_ms = 0;
  loss = NaN;
  /** @type {() => { x: Float32Array<ArrayBuffer>, y: Float32Array<ArrayBuffer> }} */
  next_batch = () => {
    throw new Error("nothing was prepared");
  };

  /** Frees what was built before. */
  dispose() {}
  /** @param {Settings} _settings */
  build(_settings) {}
  /** Begins one step. */
  step() {}
  /** Waits for the last one. @returns {Promise<number>} */
  async read_loss() {
    return NaN;
  }

  /** @param {Settings} settings */
  async prepare(settings) {
    this.dispose();
    const num_rows = Math.floor(labels.length * 0.8);
    this.next_batch = batches(num_rows, settings.batch_size);
    this.build(settings);
    this.step_ms = await this.time(2);
    // Once more: the first steps compiled the kernels.
    this.step_ms = await this.time(Math.max(2, Math.min(300, WARM_UP_MS / this.step_ms)));
  }

  /** @param {number} steps */
  async time(steps) {
    const start = performance.now();
    for (let step = 0; step < steps; step++) this.step();
    this.loss = await this.read_loss();
    return (performance.now() - start) / Math.ceil(steps);
  }

  /** @param {Amount} amount @returns {Promise<Measured>} */
  async measure({ min_ms = 0, min_steps = 1 }) {
    const steps = Math.ceil(Math.max(min_steps, min_ms / this.step_ms));
    this.step_ms = await this.time(steps);
    return { step_ms: this.step_ms, steps, loss: this.loss };
  }
}

class Tfjs extends Peer {
  /** @type {{ w: Variable<Rank.R2>, b: Variable<Rank.R1> }[]} */
  layers = [];
  /** @type {Scalar | null} */
  last = null;
  /** @type {ReturnType<typeof tf.train.sgd> | null} */
  optimizer = null;

  /** @param {string} backend */
  async open(backend) {
    const file = (/** @type {string} */ name) => `${MODULES}/@tensorflow/tfjs${name}/dist`;
    // The whole library: its core alone, as one file, knows no gradients. WebGL is in it.
    importScripts(`${file("")}/tf.min.js`);
    if (backend !== "webgl") {
      importScripts(`${file(`-backend-${backend}`)}/tf-backend-${backend}.min.js`);
    }
    if (backend === "wasm") tf.wasm.setWasmPaths(`${file("-backend-wasm")}/`);
    if (!(await tf.setBackend(backend))) throw new Error(`tfjs has no ${backend} backend here`);
    await tf.ready();
    const simd = backend === "wasm" ? await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT") : "";
    return `${tf.getBackend()} ${tf.version_core}${simd ? " with SIMD" : ""}`;
  }

  /** @override */
  dispose() {
    this.layers.forEach(({ w, b }) => tf.dispose([w, b]));
    this.last?.dispose();
    this.last = null;
  }

  /** @override @param {Settings} settings */
  build({ hidden, learning_rate }) {
    this.optimizer = tf.train.sgd(learning_rate);
    this.layers = initial_layers(hidden).map(({ inputs, outputs, weight, bias }) => ({
      w: tf.variable(tf.tensor2d(weight, [inputs, outputs])),
      b: tf.variable(tf.tensor1d(bias)),
    }));
  }

  /** @override */
  step() {
    const { x, y } = this.next_batch();
    const size = y.length / 10;
    this.last?.dispose();
    this.last = tf.tidy(() => {
      const images = tf.tensor2d(x, [size, 784]);
      const classes = tf.tensor2d(y, [size, 10]);
      const loss = this.optimizer?.minimize(() => {
        let h = images;
        this.layers.forEach(({ w, b }, at) => {
          const activation = at < this.layers.length - 1 ? "relu" : "linear";
          h = /** @type {Tensor2D} */ (tf.fused.matMul({ a: h, b: w, bias: b, activation }));
        });
        return /** @type {Scalar} */ (tf.losses.softmaxCrossEntropy(classes, h));
      }, true);
      if (!loss) throw new Error("tfjs was asked for the loss and gave none");
      return loss;
    });
  }

  /** @override */
  async read_loss() {
    return (await this.last?.data())?.[0] ?? NaN;
  }
}

class Jaxjs extends Peer {
  /** @type {Jax | null} */
  #jax = null;
  /** @type {{ w: JaxArray, b: JaxArray }[] | null} */
  parameters = null;
  /** @type {JaxArray | null} */
  last = null;
  batch_size = 0;
  /** A step: parameters and a batch in, parameters and the loss out. @type {any} */
  compiled = null;

  get jax() {
    if (!this.#jax) throw new Error("jax-js was not opened");
    return this.#jax;
  }

  /** @param {import("@jax-js/jax").Device} backend */
  async open(backend) {
    this.#jax = /** @type {Jax} */ (await import(`${MODULES}/@jax-js/jax/dist/index.js`));
    const { init, defaultDevice } = this.jax;
    const devices = await init(backend);
    if (!devices.includes(backend)) throw new Error(`jax-js has no ${backend} here`);
    defaultDevice(backend);
    return `${backend}`;
  }

  /** @override */
  dispose() {
    if (this.parameters) this.jax.tree.dispose(this.parameters);
    this.last?.dispose();
    this.compiled?.dispose?.();
    this.parameters = this.last = null;
  }

  /** @override @param {Settings} settings */
  build({ hidden, batch_size, learning_rate }) {
    const { numpy: np, nn, jit, valueAndGrad, tree } = this.jax;
    this.batch_size = batch_size;
    this.parameters = initial_layers(hidden).map(({ inputs, outputs, weight, bias }) => ({
      w: np.array(weight).reshape([inputs, outputs]),
      b: np.array(bias),
    }));
    /** @typedef {{ w: JaxArray, b: JaxArray }[]} Parameters */
    /** @param {Parameters} parameters @param {JaxArray} x @param {JaxArray} y */
    const loss_of = (parameters, x, y) => {
      let h = x;
      parameters.forEach(({ w, b }, at) => {
        h = np.matmul(h, w).add(b);
        if (at < parameters.length - 1) h = nn.relu(h);
      });
      return nn
        .logSoftmax(h)
        .mul(y)
        .sum()
        .mul(-1 / batch_size);
    };
    /** @param {Parameters} parameters @param {JaxArray} x @param {JaxArray} y */
    const step = (parameters, x, y) => {
      const [loss, gradients] = valueAndGrad(loss_of)(tree.ref(parameters), x, y);
      /** @param {JaxArray} p @param {JaxArray} g */
      const move = (p, g) => p.sub(g.mul(learning_rate));
      return [tree.map(move, parameters, gradients), loss];
    };
    this.compiled = jit(step);
  }

  /** @override */
  step() {
    const { numpy: np } = this.jax;
    const batch = this.next_batch();
    const x = np.array(batch.x).reshape([this.batch_size, 784]);
    const y = np.array(batch.y).reshape([this.batch_size, 10]);
    this.last?.dispose();
    [this.parameters, this.last] = this.compiled(this.parameters, x, y);
  }

  /** @override */
  async read_loss() {
    // Both: the parameters of the last step are computed after its loss.
    await this.jax.blockUntilReady(this.parameters);
    return (await this.last?.ref.data())?.[0] ?? NaN;
  }
}

/** CSV only: rows into bytes, as our reader leaves them. */
class Papaparse {
  open() {
    importScripts(`${MODULES}/papaparse/papaparse.min.js`);
    return "papaparse";
  }

  /** @param {File} file @returns {Promise<Read>} */
  read(file) {
    const start = performance.now();
    /** @type {Uint8Array[]} */
    const images = [];
    /** @type {number[]} */
    const classes = [];
    let is_header = true;
    return new Promise((resolve, reject) => {
      Papa.parse(file, {
        skipEmptyLines: true,
        chunk: ({ data }) => {
          const rows = is_header ? data.slice(1) : data;
          is_header = false;
          const part = new Uint8Array(rows.length * 784);
          rows.forEach((row, at) => {
            classes.push(Number(row[0]));
            for (let pixel = 0; pixel < 784; pixel++)
              part[at * 784 + pixel] = Number(row[pixel + 1]);
          });
          images.push(part);
        },
        error: reject,
        complete: () => resolve({ secs: (performance.now() - start) / 1000, rows: classes.length }),
      });
    });
  }
}

const KINDS = { inkling: Inkling, tfjs: Tfjs, jaxjs: Jaxjs, papaparse: Papaparse };

/** Whichever it is; each has some of these. @typedef {object} Any
 * @property {(backend: any) => unknown} open
 * @property {(settings: Settings) => Promise<void>} [prepare]
 * @property {(amount: Amount) => Promise<Measured>} [measure]
 * @property {(file: File) => Promise<Read>} [read]
 */

/** @type {Any | undefined} */
let contender;
/** @type {Record<string, (args: any) => unknown>} */
const ops = {
  /** @param {OpenArgs} args */
  async open({ kind, backend, data }) {
    if (data) {
      const bytes = async (/** @type {string} */ url) =>
        new Uint8Array(await (await fetch(url)).arrayBuffer());
      [pixels, labels] = await Promise.all([bytes(data.pixels), bytes(data.labels)]);
    }
    contender = new KINDS[kind]();
    return contender.open(backend);
  },
  prepare: (settings) => contender?.prepare?.(settings),
  measure: (amount) => contender?.measure?.(amount),
  read: (file) => contender?.read?.(file),
};

/** @param {{ id: number, op: string, args: unknown }} asked */
async function answer({ id, op, args }) {
  try {
    self.postMessage({ id, answer: await ops[op](args) });
  } catch (error) {
    self.postMessage({ id, error: String((error instanceof Error && error.stack) || error) });
  }
}
self.onmessage = ({ data }) => void answer(data);
