// Runs a study's runs on several workers, a run each, over the same worker code
// as training. Owns those workers and the runs' states; knows nothing of the
// page. A run that fails is marked and explained, and the study goes on; one that
// is cancelled has ended within two seconds, whatever its worker is at.

import { Refused, message_of } from "../base/fault.js";
import * as Comlink from "../vendor/comlink.mjs";
import { EngineWorker } from "./engine_worker.js";
import { Occupation, PATIENCE_MS } from "./occupation.js";
import { wait_awake } from "./patience.js";
import { Station } from "./station.js";

/** @import { Event, Progress, RunResult, RunState, StudyPlan, StudyRun } from "../pkg/ndarray/inkling.js" */
/** @import { LoadedData } from "../worker/dataset.js" */
/** @import { Artifact } from "../worker/artifact.js" */
/** @import { WorkerLike } from "./engine_worker.js" */

/**
 * Asks a run's model: probabilities, one a class for each image, of images, side² bytes each.
 * @typedef {(pixels: Uint8Array) => Promise<Float32Array>} Ask
 */

/**
 * What the pool works on.
 * @typedef {object} PoolJob
 * @property {Pick<StudyPlan, "order">} plan
 * @property {StudyRun[]} runs the study's runs; those that wait are run, and replaced in this array as they move on
 * @property {Artifact} artifact
 * @property {LoadedData} data
 * @property {number} num_workers
 * @property {(index: number, progress: Progress | null) => void} on_change a run moved on: look at `runs[index]`
 * @property {(index: number, result: RunResult, ask: Ask) => Promise<void>} [with_model] awaited once a run has finished, while its worker still holds the model; what it throws is why the run failed
 * @property {(index: number) => number} [most_epochs] a run is stopped after this one, where that comes before its end
 * @property {(label: string) => WorkerLike} [make_worker] tests put their own in its place
 * @property {number} [silence_ms] without a sign of life for so long a worker counts as dead
 * @property {number} [patience_ms] within so long a run that was told to stop must have ended
 */

/** A worker that has said nothing for so long is not coming back. */
const SILENCE_MS = 120_000;

/** What a worker needs: the data set, its copy on the way in, the engine. */
const WORKER_BYTES = 250e6;

export const BEFORE_IT_BEGAN = "Cancelled before it began.";
const WITHIN_A_STEP = "Stopped within a long step, which is lost; its finished epochs stand.";

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

/**
 * A run under way.
 * @typedef {object} Lap
 * @property {Occupation<RunResult>} occupation of its worker
 * @property {boolean} is_cancelled
 * @property {() => void} call_off ends the wait for a run that was told to stop
 */

/** One study under way. */
export class Pool {
  #job;
  #silence_ms;
  #patience_ms;
  /** Indices that wait, the next one first. @type {number[]} */
  #queue;
  /** Runs that have left the queue and are not over, by index. @type {Map<number, Lap>} */
  #laps = new Map();
  #next_name = 1;
  /** Resolves when every run is over; never rejects. @type {Promise<void>} */
  done;

  /** @param {PoolJob} job */
  constructor(job) {
    this.#job = job;
    this.#silence_ms = job.silence_ms ?? SILENCE_MS;
    this.#patience_ms = job.patience_ms ?? PATIENCE_MS;
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
    for (const index of this.#laps.keys()) this.cancel_run(index);
  }

  /**
   * Ends one run, whether it waits, is getting its worker ready, or trains.
   * @param {number} index
   */
  cancel_run(index) {
    const at = this.#queue.indexOf(index);
    if (at >= 0) {
      this.#queue.splice(at, 1);
      this.#end(index, "stopped", BEFORE_IT_BEGAN);
      return;
    }
    const lap = this.#laps.get(index);
    if (!lap || lap.is_cancelled) return;
    lap.is_cancelled = true;
    lap.occupation.stop().catch(() => {});
    lap.call_off = wait_awake(this.#patience_ms, () => {
      lap.occupation.end("it was stopped within a long step");
    });
  }

  /** Takes run after run until none waits; a dead worker is replaced. */
  async #lane() {
    /** @type {Station | null} */
    let station = null;
    for (;;) {
      const index = this.#queue.shift();
      if (index === undefined) break;
      if (!station || station.is_dead) station = this.#new_station();
      await this.#run(index, station);
    }
    station?.kill("the study is over");
  }

  #new_station() {
    const make = this.#job.make_worker ?? ((label) => new EngineWorker(label));
    return new Station(make(`inkling pool ${this.#next_name++}`), this.#job.artifact);
  }

  /**
   * One run, however it ends.
   * @param {number} index
   * @param {Station} station
   */
  async #run(index, station) {
    /** @type {Lap} */
    const lap = {
      occupation: new Occupation(undefined, this.#patience_ms),
      is_cancelled: false,
      call_off: () => {},
    };
    this.#laps.set(index, lap);
    this.#change(index, { state: "running", reason: "", history: [], result: undefined });
    try {
      const result = await this.#train(index, lap.occupation, station);
      await this.#show_model(index, result, lap.occupation, station);
      this.#change(index, { history: result.history, result });
      this.#end(index, state_of(result), result.reason);
    } catch (error) {
      const { is_begun } = lap.occupation;
      if (!lap.is_cancelled) this.#end(index, "crashed", crash_words(error));
      else this.#end(index, "stopped", is_begun ? WITHIN_A_STEP : BEFORE_IT_BEGAN);
    } finally {
      lap.call_off();
      this.#laps.delete(index);
    }
  }

  /**
   * @param {number} index
   * @param {RunResult} result
   * @param {Occupation<RunResult>} occupation
   * @param {Station} station
   */
  async #show_model(index, result, { token }, station) {
    if (result.outcome !== "finished") return;
    await this.#job.with_model?.(index, result, (pixels) =>
      station.call((engine) => engine.predict_pixels(token, pixels)),
    );
  }

  /**
   * @param {number} index
   * @param {Occupation<RunResult>} occupation
   * @param {Station} station
   */
  async #train(index, occupation, station) {
    const { data } = this.#job;
    const { config } = this.#at(index).spec;
    const most_epochs = this.#job.most_epochs?.(index);
    const { token } = occupation;
    const { checksum } = data.summary;
    const watch = () =>
      wait_awake(this.#silence_ms, () => {
        station.kill(`no sign of life for ${Math.round(this.#silence_ms / 1000)} s`);
      });
    let stop_watching = () => {};
    /** @param {Event} event */
    const on_event = (event) => {
      // A worker may say something more after its run was given up.
      if (this.#laps.get(index)?.occupation !== occupation) return;
      stop_watching();
      stop_watching = watch();
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
      return await occupation.run(
        station,
        data,
        (engine) => engine.train({ token, checksum, config, most_epochs }, Comlink.proxy(on_event)),
        async () => {
          stop_watching = watch();
        },
      );
    } finally {
      stop_watching();
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

/** @param {unknown} error */
function crash_words(error) {
  return error instanceof Refused ? error.message : `The worker failed: ${message_of(error)}`;
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
