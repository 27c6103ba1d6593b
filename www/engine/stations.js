// The page's own workers: one on the CPU, which also reads, plans and draws, and one on
// WebGPU once that is used. A dead one is replaced when it is next needed.

import { EngineWorker, WorkerCrashed } from "./engine_worker.js";
import { Station } from "./station.js";

/** @import { WebgpuProbe } from "../worker/adapter.js" */
/** @import { Artifact } from "../worker/artifact.js" */
/** @import { WorkerLike } from "./engine_worker.js" */

export class Stations {
  #make_worker;
  #num_threads;
  /** @type {Map<Artifact, Station>} */
  #stations = new Map();
  /** @type {Promise<WebgpuProbe> | null} */
  #probe = null;
  /** When it was asked for first. */
  #probed_at_ms = 0;

  /**
   * @param {(label: string) => WorkerLike} [make_worker] tests put their own in
   * @param {number} [num_threads] that may share a run on the CPU
   */
  constructor(make_worker = (label) => new EngineWorker(label), num_threads = 1) {
    this.#make_worker = make_worker;
    this.#num_threads = num_threads;
  }

  /** The worker of that backend, a fresh one if the last one died. @param {Artifact} artifact */
  of(artifact) {
    let station = this.#stations.get(artifact);
    if (!station || station.is_dead) {
      const label = `inkling ${artifact === "webgpu" ? "webgpu" : "cpu"}`;
      station = new Station(this.#make_worker(label), artifact, this.#num_threads);
      this.#stations.set(artifact, station);
    }
    return station;
  }

  /** The CPU worker, opened; one that dies while it starts is tried once more. */
  async open_cpu() {
    return this.on_cpu((station) => station);
  }

  /**
   * Asks the CPU worker for what leaves nothing behind there. If it dies meanwhile, its
   * successor is asked: what it died of was most likely nothing of ours.
   * @template T
   * @param {(station: Station) => T | Promise<T>} ask
   * @returns {Promise<T>}
   */
  async on_cpu(ask) {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const station = this.of("ndarray");
        await station.open();
        return await ask(station);
      } catch (error) {
        if (!(error instanceof WorkerCrashed) || attempt > 0) throw error;
      }
    }
  }

  /** When what a worker sees of WebGPU was asked for, by `performance.now`. */
  get probed_at_ms() {
    return this.#probed_at_ms;
  }

  /** What a worker sees of WebGPU, which may be less than the page does; asked once. */
  probe_webgpu() {
    if (!this.#probe) this.#probed_at_ms = performance.now();
    this.#probe ??= this.on_cpu((station) => station.call((engine) => engine.probe_webgpu())).catch(
      (error) => {
        this.#probe = null;
        throw error;
      },
    );
    return this.#probe;
  }
}
