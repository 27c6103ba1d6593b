// An engine for the controllers' tests: it answers as the real one does and refuses what
// the real one refuses, but takes no time of its own. Each figure that it gives tells what
// it came from, so that a test can see whether two things that are shown belong together.
// Over 400 lines: one object that answers every question of the page.

/** @import { EpochRecord, RunConfig, RunResult } from "../../www/pkg/ndarray/inkling.js" */

/** A whole number out of words, the same each time. @param {string} text */
function digest(text) {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  }
  return hash;
}

/** What a model that was trained so comes to, as a share. @param {string} origin */
export const figure_of = (origin) => (digest(origin) % 10_000) / 10_000;

/** @param {RunConfig} config @param {string} checksum @param {number} step */
export const origin_of = (config, checksum, step) =>
  `${checksum} ${step} ${config.hidden_layers} ${config.seed}`;

const encode = (/** @type {unknown} */ value) => new TextEncoder().encode(JSON.stringify(value));
const decode = (/** @type {Uint8Array} */ bytes) => JSON.parse(new TextDecoder().decode(bytes));

/** @param {string} name @param {string} message */
function failure(name, message) {
  return Object.assign(new Error(message), { name });
}
const refused = (/** @type {string} */ message) => failure("Refused", message);

/** Steps that an epoch has. */
const STEPS = 4;

/** @param {number} epoch @param {number} step @param {RunConfig} config */
const progress_of = (epoch, step, { epochs = 0 }) => ({
  kind: "progress",
  epoch,
  num_epochs: epochs,
  step,
  num_steps: epochs * STEPS,
  steps_per_epoch: STEPS,
  validating: false,
  train_loss: 1,
  train_accuracy: 0.5,
  samples_per_sec: 1,
  elapsed_secs: step,
  remaining_secs: 1,
});

export class FakeEngine {
  /** @type {any} */
  data = null;
  model_id = "";
  /** Where the newest model comes from. @type {{ origin: string, checksum: string } | null} */
  #model = null;
  /** @type {(() => Promise<Uint8Array | null>) | null} */
  #source = null;
  #is_dead = false;
  /** @type {{ is_stop: boolean, is_paused: boolean, kill: (error: Error) => void } | null} */
  #training = null;
  #is_tuning = false;
  #is_gone = false;
  #moment;
  /** Moments that a step of a run takes. */
  step_moments = 1;
  /** Whether the worker ends with the next run. */
  is_ending_with_run = false;
  /** Whether the next plan comes to nothing. */
  is_plan_failing = false;

  /** @param {() => Promise<void>} moment resolves a moment later, as the test has it */
  constructor(moment) {
    this.#moment = moment;
  }

  /** Nothing comes of anything any more once the page is gone. @returns {Promise<void>} */
  async #tick() {
    if (!this.#is_gone) await this.#moment();
    if (this.#is_gone) await new Promise(() => {});
  }

  /** The page is closed, and its workers with it. */
  unload() {
    this.#is_gone = true;
  }

  /** The worker ends, without a word. */
  crash() {
    this.#is_dead = true;
    this.#training?.kill(
      failure("WorkerCrashed", "The worker stopped while training: it was ended."),
    );
  }

  async ready() {
    await this.#tick();
  }

  /** @param {any} data */
  set_data(data) {
    this.data = data;
  }

  /**
   * @param {any[]} files
   * @param {{ signal: AbortSignal, on_progress: (progress: any) => void, needs_labels?: boolean }} options
   */
  async read_files([file], { signal, on_progress, needs_labels }) {
    const give_up = new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
    const reading = (async () => {
      for (let part = 1; part <= 3; part++) {
        await this.#tick();
        on_progress({ bytes: part, total_bytes: 3, rows: part });
      }
      if (file.num_rows === 0) throw failure("Error", "row 1, column 1: found nothing, expected 0");
      if (needs_labels && file.is_unlabelled) throw failure("Error", "column label: found none");
      const summary = {
        name: file.name,
        num_rows: file.num_rows,
        has_labels: !file.is_unlabelled,
        checksum: digest(`${file.name} ${file.num_rows}`).toString(16).padStart(16, "0"),
        class_counts: Array(10).fill(file.num_rows / 10),
      };
      const size = file.num_rows * 785;
      return { summary, blob: new Blob([new Uint8Array(size)]) };
    })();
    give_up.catch(() => {});
    reading.catch(() => {});
    return Promise.race([reading, give_up]);
  }

  /** @param {string} checksum */
  #check_data(checksum) {
    if (this.data?.summary.checksum !== checksum) throw refused("The data has changed meanwhile.");
  }

  /** @param {string} id */
  async #check_model(id) {
    await this.#tick();
    this.#check_newest(id);
    if (!this.#is_dead) return;
    const bytes = await this.#source?.();
    // Another may have been taken in while this one was brought back.
    this.#check_newest(id);
    if (!this.#is_dead) return;
    if (!bytes) throw refused("There is no trained model any more. Train again.");
    this.#is_dead = false;
    this.#model = decode(bytes).model;
  }

  /** @param {string} id */
  #check_newest(id) {
    if (id !== this.model_id) throw refused("Another model is the newest by now.");
  }

  /** @param {string} checksum @param {number[]} rows */
  async images(checksum, rows) {
    await this.#tick();
    this.#check_data(checksum);
    for (const row of rows) {
      if (row >= this.data.summary.num_rows) throw new Error(`images: found row ${row}`);
    }
    return { pixels: new Uint8Array(rows.length * 784), labels: new Uint8Array(rows.length) };
  }

  /** Which bear the checksum of what they were found in. @param {string} checksum */
  async findings(checksum) {
    await this.#tick();
    this.#check_data(checksum);
    return [{ kind: "faint", sentence: checksum, change: null }];
  }

  /** @param {RunConfig} config */
  async plan(config) {
    await this.#tick();
    if (this.is_plan_failing) {
      this.is_plan_failing = false;
      throw failure("WorkerCrashed", "The worker stopped while planning.");
    }
    if (!((config.epochs ?? 0) >= 1))
      throw failure("Error", `Epochs: found ${config.epochs}, expected 1`);
    return { layers: [], num_parameters: 1, num_validation: 20, notes: [], step_multiply_adds: 1 };
  }

  /** Nothing here is faster than anything else. */
  async get_ready() {}

  async plan_study() {
    await this.#tick();
  }

  /** @param {RunConfig} config @param {any} listeners @param {any} start @param {AbortSignal} signal */
  async train(config, listeners, start, signal) {
    if (this.#training) throw new Error("the test's engine trains already");
    if (this.#is_tuning) throw new Error("the test's engine fine-tunes already");
    const { checksum } = this.data.summary;
    await this.#tick();
    signal.throwIfAborted();
    listeners.on_decision({ backend: "ndarray", reason: "CPU.", device: "cpu" });
    await this.#tick();
    signal.throwIfAborted();
    if (this.data.summary.checksum !== checksum) throw new Error("the data changed under a run");
    /** @type {(error: Error) => void} */
    let kill = () => {};
    const killed = new Promise((_, reject) => (kill = reject));
    killed.catch(() => {});
    // Given up, it rejects at once, whatever step is under way.
    signal.addEventListener("abort", () => kill(signal.reason), { once: true });
    const training = { is_stop: false, is_paused: false, kill };
    this.#training = training;
    this.#is_dead = false;
    try {
      return await Promise.race([this.#learn(config, listeners, start, training, signal), killed]);
    } finally {
      this.#training = null;
      if (this.is_ending_with_run) this.#is_dead = true;
      this.is_ending_with_run = false;
    }
  }

  /** @param {RunConfig} config @param {any} listeners @param {any} start @param {{ is_stop: boolean, is_paused: boolean }} training @param {AbortSignal} signal */
  async #learn(config, listeners, start, training, signal) {
    const { checksum } = this.data.summary;
    const found = start.checkpoint ? decode(start.checkpoint) : null;
    if (found && found.model.checksum !== checksum)
      throw new Error("the checkpoint is of other data");
    if (found && start.before !== "ndarray")
      throw new Error(`a run of the CPU's is to go on where ${start.before} was`);
    /** @type {EpochRecord[]} */
    const history = found?.history ?? [];
    let step = history.length * STEPS;
    if (found) this.#model = found.model;
    const { epochs = 0, learning_rate = 0 } = config;
    const is_diverging = learning_rate > 10;
    while (history.length < epochs && !training.is_stop) {
      for (let moment = 0; moment < this.step_moments; moment++) await this.#tick();
      signal.throwIfAborted();
      if (this.#is_dead || this.#training !== training) {
        const epoch = this.#epoch(history.length + 1, config, checksum);
        return this.#late(() => {
          listeners.on_event(progress_of(history.length + 1, step + 1, config));
          return listeners.on_checkpoint(epoch.checkpoint(history), epoch.record);
        });
      }
      if (training.is_paused) continue;
      step += 1;
      this.#model = { origin: origin_of(config, checksum, step), checksum };
      const epoch = history.length + 1;
      listeners.on_event(progress_of(epoch, step, config));
      if (is_diverging && step === STEPS + 1) return this.#result(config, history, step, "failed");
      if (step % STEPS !== 0) continue;
      const { record, checkpoint } = this.#epoch(epoch, config, checksum);
      await listeners.on_checkpoint(checkpoint(history), record);
      if (this.#is_dead || this.#training !== training) return new Promise(() => {});
      history.push(record);
      listeners.on_event({ kind: "epoch", ...record });
    }
    return this.#result(config, history, step, training.is_stop ? "stopped" : "finished");
  }

  /** What was on its way when its worker ended comes late. @param {() => unknown} tell @returns {Promise<never>} */
  async #late(tell) {
    for (let moment = 0; moment < 60; moment++) await this.#tick();
    tell();
    return new Promise(() => {});
  }

  /** @param {number} epoch @param {RunConfig} config @param {string} checksum */
  #epoch(epoch, config, checksum) {
    const step = epoch * STEPS;
    const model = { origin: origin_of(config, checksum, step), checksum };
    const record = {
      epoch,
      step,
      train_loss: 1,
      train_accuracy: 0.5,
      validation_loss: 1,
      validation_accuracy: figure_of(model.origin),
      elapsed_secs: step,
      train_secs: step,
    };
    const checkpoint = (/** @type {EpochRecord[]} */ before) =>
      encode({ model, history: [...before, record] });
    return { record, checkpoint };
  }

  /** @param {RunConfig} config @param {EpochRecord[]} history @param {number} num_steps @param {RunResult["outcome"]} outcome @returns {RunResult} */
  #result(config, history, num_steps, outcome) {
    const origin = this.#model?.origin ?? "";
    return {
      outcome: history.length === config.epochs ? "finished" : outcome,
      reason: outcome === "failed" ? "The loss was not a number." : "",
      backend: "ndarray",
      history: history.slice(),
      num_steps,
      num_validation: 20,
      validation_accuracy: figure_of(origin),
      validation_loss: 1,
      interval_low: 0,
      interval_high: 1,
      best_epoch: 1,
      best_validation_accuracy: 0.5,
      generalisation_gap: 0,
      elapsed_secs: num_steps,
      samples_per_sec: 1,
      weights_checksum: digest(origin).toString(16).padStart(16, "0"),
      version: "test",
    };
  }

  async pause() {
    if (this.#training) this.#training.is_paused = true;
  }
  async resume() {
    if (this.#training) this.#training.is_paused = false;
  }
  async stop() {
    if (this.#training) Object.assign(this.#training, { is_stop: true, is_paused: false });
  }
  /** @param {string} reason */
  end_training(reason) {
    if (!this.#training) return;
    this.#is_dead = true;
    this.#training.kill(failure("WorkerCrashed", reason));
  }

  /** @param {string} id */
  adopt_trained(id) {
    this.model_id = id;
    this.#source = null;
  }
  /** @param {string} id @param {() => Promise<Uint8Array | null>} bytes */
  set_model_source(id, bytes) {
    if (id === this.model_id || this.model_id === "") this.#source = bytes;
    this.#sources.set(id, bytes);
  }
  /** @type {Map<string, () => Promise<Uint8Array | null>>} */
  #sources = new Map();

  /** @param {string} id @param {Blob} file */
  async load_model(id, file) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    await this.#tick();
    if (this.#training) throw refused("A run is under way; stop it first.");
    if (this.#is_tuning) throw refused("Your digits are being learned; wait for that to end.");
    let found;
    try {
      found = decode(bytes);
    } catch {
      throw new Error("header: found 0, expected a model");
    }
    this.#is_dead = false;
    this.#model = found.model;
    this.model_id = id;
    this.#source = this.#sources.get(id) ?? null;
    return {
      layers: [],
      num_parameters: 1,
      dropout: 0,
      layer_norm: false,
      pixel_mean: 0,
      pixel_std: 1,
      ...(found.members ? { members: found.members } : {}),
    };
  }
  /** @param {{ bytes: Uint8Array, origin: any }[]} members */
  async committee_file(members) {
    await this.#tick();
    const origins = members.map(({ bytes }) => decode(bytes).model.origin);
    const checksum = decode(members[0]?.bytes ?? new Uint8Array()).model.checksum;
    return encode({
      model: { origin: `the mean of ${origins.join(" and ")}`, checksum },
      members: members.map(({ origin }) => ({ origin })),
    });
  }
  /** @param {string} id @param {Uint8Array} bytes */
  async load_checkpoint(id, bytes) {
    await this.#tick();
    if (this.#training) throw refused("A run is under way; stop it first.");
    if (this.#is_tuning) throw refused("Your digits are being learned; wait for that to end.");
    this.#is_dead = false;
    this.#model = decode(bytes).model;
    this.model_id = id;
    this.#source = this.#sources.get(id) ?? null;
  }
  /** What the newest model came from, for tests. @param {string} id */
  async origin_of_model(id) {
    await this.#check_model(id);
    return this.#model?.origin ?? "";
  }
  /** @param {string} id */
  async save_model(id) {
    await this.#check_model(id);
    return encode({ model: this.#model });
  }
  /** @param {string} id */
  async weights(id) {
    await this.#check_model(id);
    return new Float32Array(4);
  }
  /** @param {string} id @param {string} checksum */
  async validation_rows(id, checksum) {
    await this.#check_model(id);
    this.#check_data(checksum);
    return Uint32Array.from({ length: this.data.summary.num_rows / 5 }, (_, row) => row * 5);
  }
  /** @param {string} id @param {string} checksum @param {number[]} rows */
  async predict_rows(id, checksum, rows) {
    await this.#check_model(id);
    this.#check_data(checksum);
    return this.#probabilities(rows.length);
  }
  /** @param {string} id @param {Uint8Array} pixels */
  async predict_pixels(id, pixels) {
    await this.#check_model(id);
    return this.#probabilities(pixels.length / 784);
  }
  /** The first says which model it was. @param {number} num */
  #probabilities(num) {
    return new Float32Array(num * 10).fill(figure_of(this.#model?.origin ?? ""));
  }
  /** @param {Float32Array} probabilities @param {Uint8Array} labels */
  async evaluate(probabilities, labels) {
    await this.#tick();
    if (new Set(probabilities).size > 1) throw new Error("two models in one evaluation");
    return { accuracy: probabilities[0], num_rows: labels.length, num_correct: 0 };
  }
  /** @param {string} id @param {RunConfig} config */
  async fine_tune(id, config) {
    await this.#check_model(id);
    if (this.#training || this.#is_tuning) throw refused("A run is under way; stop it first.");
    const before = this.#model;
    this.#is_tuning = true;
    try {
      const num_moments = 3 * this.step_moments;
      for (let moment = 0; moment < num_moments; moment++) await this.#tick();
    } finally {
      this.#is_tuning = false;
    }
    if (!before) throw new Error("there is no model to fine-tune");
    return encode({ model: { ...before, origin: `${before.origin} tuned ${config.epochs}` } });
  }
  /** @param {Uint8Array} checkpoint */
  async stopped_result(checkpoint) {
    await this.#tick();
    const { model, history } = decode(checkpoint);
    const { num_steps, ...rest } = this.#result(
      /** @type {any} */ ({ epochs: Infinity }),
      history,
      history.length * STEPS,
      "stopped",
    );
    const checksum = digest(model.origin).toString(16).padStart(16, "0");
    return {
      ...rest,
      num_steps,
      validation_accuracy: figure_of(model.origin),
      weights_checksum: checksum,
    };
  }
  async predict_strokes() {
    await this.#tick();
    return null;
  }
  async predict_ink() {
    await this.#tick();
    return null;
  }
}
