// One contender in a worker of its own: the engine that ships, or a peer. Trains
// the same network on the same images; answers `{ id, op, args }`. A classic
// worker, because the peers that ship as one file need importScripts.

/* global importScripts, tf, Papa */

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

/** Random numbers from -1 to 1, the same each time. */
function noise() {
  let state = 42;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** torch's initial weights: even, at most 1/sqrt(inputs). */
function initial_layers(hidden) {
  const next = noise();
  const widths = [784, ...hidden, 10];
  return widths.slice(1).map((outputs, at) => {
    const inputs = widths[at];
    const draw = (length) => Float32Array.from({ length }, () => next() / Math.sqrt(inputs));
    return { inputs, outputs, weight: draw(inputs * outputs), bias: draw(outputs) };
  });
}

/** Shuffled batches without end: normalised images and one-hot labels. */
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
  const count = (prototype, method, what) => {
    const original = prototype[method];
    prototype[method] = function (...args) {
      device_calls[what] += 1;
      return original.apply(this, args);
    };
  };
  count(GPUComputePassEncoder.prototype, "dispatchWorkgroups", "dispatches");
  count(GPUComputePassEncoder.prototype, "dispatchWorkgroupsIndirect", "dispatches");
  count(GPUQueue.prototype, "submit", "submits");
}

/** The very artifacts that the site ships. */
class Inkling {
  async open(backend) {
    if (backend === "webgpu") count_device_calls();
    this.backend = backend;
    this.wasm = await import(`/www/pkg/${backend}/inkling.js`);
    this.exports = await this.wasm.default();
    const device = await this.wasm.open_device();
    this.dataset = this.wasm.Dataset.from_parts("benchmark", MNIST_TASK, pixels, labels);
    return device;
  }

  async prepare({ hidden, batch_size, learning_rate, step = "fused" }) {
    this.trainer?.free();
    this.config = {
      hidden_layers: hidden.join(", "),
      epochs: 1000,
      batch_size,
      learning_rate,
      step,
      seed: 42,
      validation_share: 20,
    };
    this.trainer = await this.wasm.Trainer.create(this.dataset, this.config);
    this.step = this.secs = 0;
    const warm = this.backend === "webgpu" ? { min_steps: 5 } : { min_ms: WARM_UP_MS };
    await this.measure(warm);
  }

  /** Counts what the record of an epoch calls `train_secs`: training slices only. */
  async measure({ min_ms = 0, min_steps = 1 }) {
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
          for (const what in calls) calls[what] += device_calls[what] - before[what];
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
  async prepare(settings) {
    this.dispose();
    const num_rows = Math.floor(labels.length * 0.8);
    this.next_batch = batches(num_rows, settings.batch_size);
    await this.build(settings);
    this.step_ms = await this.time(2);
    // Once more: the first steps compiled the kernels.
    this.step_ms = await this.time(Math.max(2, Math.min(300, WARM_UP_MS / this.step_ms)));
  }

  async time(steps) {
    const start = performance.now();
    for (let step = 0; step < steps; step++) this.step();
    this.loss = await this.read_loss();
    return (performance.now() - start) / Math.ceil(steps);
  }

  async measure({ min_ms = 0, min_steps = 1 }) {
    const steps = Math.ceil(Math.max(min_steps, min_ms / this.step_ms));
    this.step_ms = await this.time(steps);
    return { step_ms: this.step_ms, steps, loss: this.loss };
  }
}

class Tfjs extends Peer {
  async open(backend) {
    const file = (name) => `${MODULES}/@tensorflow/tfjs${name}/dist`;
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

  dispose() {
    this.layers?.forEach(({ w, b }) => tf.dispose([w, b]));
    this.last?.dispose();
    this.last = null;
  }

  build({ hidden, learning_rate }) {
    this.optimizer = tf.train.sgd(learning_rate);
    this.layers = initial_layers(hidden).map(({ inputs, outputs, weight, bias }) => ({
      w: tf.variable(tf.tensor2d(weight, [inputs, outputs])),
      b: tf.variable(tf.tensor1d(bias)),
    }));
  }

  step() {
    const { x, y } = this.next_batch();
    const size = y.length / 10;
    this.last?.dispose();
    this.last = tf.tidy(() => {
      const images = tf.tensor2d(x, [size, 784]);
      const classes = tf.tensor2d(y, [size, 10]);
      return this.optimizer.minimize(() => {
        let h = images;
        this.layers.forEach(({ w, b }, at) => {
          const activation = at < this.layers.length - 1 ? "relu" : "linear";
          h = tf.fused.matMul({ a: h, b: w, bias: b, activation });
        });
        return tf.losses.softmaxCrossEntropy(classes, h);
      }, true);
    });
  }

  async read_loss() {
    return (await this.last.data())[0];
  }
}

class Jaxjs extends Peer {
  async open(backend) {
    this.jax = await import(`${MODULES}/@jax-js/jax/dist/index.js`);
    const { init, defaultDevice } = this.jax;
    const devices = await init(backend);
    if (!devices.includes(backend)) throw new Error(`jax-js has no ${backend} here`);
    defaultDevice(backend);
    return `${backend}`;
  }

  dispose() {
    if (this.parameters) this.jax.tree.dispose(this.parameters);
    this.last?.dispose();
    this.compiled?.dispose?.();
    this.parameters = this.last = null;
  }

  build({ hidden, batch_size, learning_rate }) {
    const { numpy: np, nn, jit, valueAndGrad, tree } = this.jax;
    this.batch_size = batch_size;
    this.parameters = initial_layers(hidden).map(({ inputs, outputs, weight, bias }) => ({
      w: np.array(weight).reshape([inputs, outputs]),
      b: np.array(bias),
    }));
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
    this.compiled = jit((parameters, x, y) => {
      const [loss, gradients] = valueAndGrad(loss_of)(tree.ref(parameters), x, y);
      const moved = tree.map((p, g) => p.sub(g.mul(learning_rate)), parameters, gradients);
      return [moved, loss];
    });
  }

  step() {
    const { numpy: np } = this.jax;
    const batch = this.next_batch();
    const x = np.array(batch.x).reshape([this.batch_size, 784]);
    const y = np.array(batch.y).reshape([this.batch_size, 10]);
    this.last?.dispose();
    [this.parameters, this.last] = this.compiled(this.parameters, x, y);
  }

  async read_loss() {
    // Both: the parameters of the last step are computed after its loss.
    await this.jax.blockUntilReady(this.parameters);
    return (await this.last.ref.data())[0];
  }
}

/** CSV only: rows into bytes, as our reader leaves them. */
class Papaparse {
  open() {
    importScripts(`${MODULES}/papaparse/papaparse.min.js`);
    return "papaparse";
  }

  read(file) {
    const start = performance.now();
    const images = [];
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

let contender;
const ops = {
  async open({ kind, backend, data }) {
    if (data) {
      const bytes = async (url) => new Uint8Array(await (await fetch(url)).arrayBuffer());
      [pixels, labels] = await Promise.all([bytes(data.pixels), bytes(data.labels)]);
    }
    contender = new KINDS[kind]();
    return contender.open(backend);
  },
  prepare: (settings) => contender.prepare(settings),
  measure: (amount) => contender.measure(amount),
  read: (file) => contender.read(file),
};

self.onmessage = async ({ data: { id, op, args } }) => {
  try {
    self.postMessage({ id, answer: await ops[op](args) });
  } catch (error) {
    self.postMessage({ id, error: String(error?.stack ?? error) });
  }
};
