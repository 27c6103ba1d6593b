// Runs a study's runs on several workers, a run each, over the same worker code
// as training. Owns those workers and the runs' states; knows nothing of the
// page. A run that fails is marked and explained, and the study goes on.

import * as Comlink from "../vendor/comlink.mjs";
import { EngineWorker } from "./engine_worker.js";

/** @import { Event, Progress, RunResult, RunState, StudyPlan, StudyRun } from "../pkg/ndarray/inkling.js" */
/** @import { Artifact } from "../worker/worker.js" */
/** @import { LoadedData } from "./trainer.js" */

/**
 * A worker as the pool uses it; tests put their own in its place.
 * @typedef {object} PoolWorker
 * @property {boolean} is_dead
 * @property {EngineWorker["call"]} call
 * @property {(reason?: string) => void} kill
 */

/**
 * What the pool works on.
 * @typedef {object} PoolJob
 * @property {StudyPlan} plan
 * @property {StudyRun[]} runs the study's runs; those that wait are run, and replaced in this array as they move on
 * @property {Artifact} artifact
 * @property {LoadedData} data
 * @property {number} num_workers
 * @property {(index: number, progress: Progress | null) => void} on_change a run moved on: look at `runs[index]`
 * @property {(name: string) => PoolWorker} [make_worker]
 * @property {number} [silence_ms] without a sign of life for so long a worker counts as dead
 */

/** A worker that has said nothing for so long is not coming back. */
const SILENCE_MS = 120_000;
const WATCH_EVERY_MS = 2_000;

/** What a worker needs: the data set, its copy on the way in, the engine. */
const WORKER_BYTES = 250e6;

/**
 * How many workers suit this machine.
 * @param {Artifact} artifact
 * @param {{ hardwareConcurrency?: number, deviceMemory?: number }} [machine]
 */
export function default_workers(artifact, machine = globalThis.navigator ?? {}) {
  // One device serves one run at a time; a second only hides its waiting.
  if (artifact === "webgpu") return 1;
  const cores = machine.hardwareConcurrency ?? 2;
  // The page itself needs next to nothing, so few cores are all put to work.
  const by_cores = cores <= 4 ? cores : cores - 1;
  // Half of what the browser says there is (it never says more than 8 GiB).
  const by_memory = Math.floor(((machine.deviceMemory ?? 8) * 2 ** 30) / 2 / WORKER_BYTES);
  return Math.max(1, Math.min(by_cores, by_memory, 16));
}

/**
 * Seconds until all runs are over: what is under way, and what waits given to the
 * worker that is free first. `null` before anything is known of the speed.
 * @param {readonly StudyRun[]} runs
 * @param {readonly number[]} order
 * @param {ReadonlyMap<number, Progress>} progress of the runs under way
 * @param {number} num_workers
 * @returns {number | null}
 */
export function remaining_secs(runs, order, progress, num_workers) {
  /** @type {number[]} */
  const lanes = [];
  let cost = 0;
  let secs = 0;
  runs.forEach((run, index) => {
    const moment = progress.get(index);
    if (run.state === "finished" && run.result) {
      cost += run.spec.cost;
      secs += run.result.elapsed_secs;
    } else if (run.state === "running" && moment && moment.remaining_secs >= 0) {
      lanes.push(moment.remaining_secs);
      cost += run.spec.cost;
      secs += moment.elapsed_secs + moment.remaining_secs;
    }
  });
  if (cost === 0 || secs === 0) return null;
  while (lanes.length < num_workers) lanes.push(0);
  for (const index of order) {
    const run = runs[index];
    const is_known = run?.state === "running" && progress.has(index);
    if (!run || is_known || (run.state !== "waiting" && run.state !== "running")) continue;
    lanes.sort((a, b) => a - b);
    lanes[0] = (lanes[0] ?? 0) + (run.spec.cost * secs) / cost;
  }
  return Math.max(...lanes);
}

/** One study under way. */
export class Pool {
  #job;
  #silence_ms;
  /** Indices that wait, the next one first. @type {number[]} */
  #queue;
  /** Which worker trains which run. @type {Map<number, PoolWorker>} */
  #training = new Map();
  /** Runs whose stop has been asked for. @type {Set<number>} */
  #stopped = new Set();
  #next_name = 1;
  /** Resolves when every run is over; never rejects. @type {Promise<void>} */
  done;

  /** @param {PoolJob} job */
  constructor(job) {
    this.#job = job;
    this.#silence_ms = job.silence_ms ?? SILENCE_MS;
    this.#queue = Array.from(job.plan.order).filter(
      (index) => job.runs[index]?.state === "waiting",
    );
    const num_lanes = Math.max(1, Math.min(job.num_workers, this.#queue.length));
    const lanes = Array.from({ length: num_lanes }, () => this.#lane());
    this.done = Promise.all(lanes).then(() => {});
  }

  /** Ends everything; runs under way keep what they have learned so far. */
  cancel() {
    for (const index of this.#queue.slice()) this.cancel_run(index);
    this.#job.runs.forEach((run, index) => {
      if (run.state === "running") this.cancel_run(index);
    });
  }

  /**
   * Ends one run, whether it waits or is under way.
   * @param {number} index
   */
  cancel_run(index) {
    const at = this.#queue.indexOf(index);
    if (at >= 0) {
      this.#queue.splice(at, 1);
      this.#end(index, "stopped", "Cancelled before it began.");
      return;
    }
    // Its worker may still be getting ready: then it is ended before it begins.
    this.#stopped.add(index);
    this.#training
      .get(index)
      ?.call((engine) => engine.stop())
      .catch(() => {});
  }

  /** Takes run after run until none waits; a dead worker is replaced. */
  async #lane() {
    /** @type {PoolWorker | null} */
    let worker = null;
    for (;;) {
      const index = this.#queue.shift();
      if (index === undefined) break;
      try {
        this.#change(index, { state: "running", reason: "", history: [], result: undefined });
        if (!worker || worker.is_dead) worker = await this.#open_worker();
        await this.#run(index, worker);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.#end(index, "crashed", `The worker failed: ${reason}`);
      }
    }
    worker?.kill("the study is over");
  }

  async #open_worker() {
    const { artifact, data } = this.#job;
    const make = this.#job.make_worker ?? ((name) => new EngineWorker(name));
    const worker = make(`inkling study ${this.#next_name++}`);
    try {
      await worker.call((engine) => engine.open(artifact));
      await worker.call((engine) => engine.load_blob(data.blob, data.summary));
      return worker;
    } catch (error) {
      worker.kill("it could not be prepared");
      throw error;
    }
  }

  /**
   * @param {number} index
   * @param {PoolWorker} worker
   */
  async #run(index, worker) {
    if (this.#stopped.has(index)) {
      this.#end(index, "stopped", "Cancelled before it began.");
      return;
    }
    const run = this.#at(index);
    this.#training.set(index, worker);
    let num_silent = 0;
    // Counted in ticks of our own timer: while the machine sleeps, or the tab is
    // held back, neither the ticks nor the worker go on.
    const watch = setInterval(
      () => {
        num_silent += 1;
        if (num_silent * WATCH_EVERY_MS > this.#silence_ms) {
          worker.kill(`no sign of life for ${Math.round(this.#silence_ms / 1000)} s`);
        }
      },
      Math.min(WATCH_EVERY_MS, this.#silence_ms),
    );
    /** @param {Event} event */
    const on_event = (event) => {
      num_silent = 0;
      // A worker may say something more after its run was given up.
      if (this.#training.get(index) !== worker) return;
      switch (event.kind) {
        case "progress": {
          const { kind: _, ...progress } = event;
          this.#job.on_change(index, progress);
          break;
        }
        case "epoch": {
          const { kind: _, ...record } = event;
          this.#change(index, { history: [...this.#at(index).history, record] });
          break;
        }
        case "ended":
          break;
        default:
          /** @type {never} */ (event);
      }
    };
    try {
      const result = await worker.call((engine) =>
        engine.train(run.spec.config, Comlink.proxy(on_event)),
      );
      this.#change(index, { history: result.history, result });
      this.#end(index, state_of(result), result.reason);
    } finally {
      clearInterval(watch);
      this.#training.delete(index);
    }
  }

  /** @param {number} index */
  #at(index) {
    const run = this.#job.runs[index];
    if (!run) throw new Error(`run ${index} is not in the study`);
    return run;
  }

  /**
   * @param {number} index
   * @param {Partial<StudyRun>} patch
   */
  #change(index, patch) {
    this.#job.runs[index] = { ...this.#at(index), ...patch };
    this.#job.on_change(index, null);
  }

  /**
   * @param {number} index
   * @param {RunState} state
   * @param {string} reason
   */
  #end(index, state, reason) {
    this.#change(index, { state, reason });
  }
}

/**
 * @param {RunResult} result
 * @returns {RunState}
 */
function state_of(result) {
  switch (result.outcome) {
    case "finished":
      return "finished";
    case "stopped":
      return "stopped";
    case "failed":
      return "diverged";
  }
}
