// Which backend computes a run, and why, in a sentence.

import { message_of } from "../base/fault.js";

/** @import { BackendChoice } from "../pkg/ndarray/inkling.js" */
/** @import { Artifact } from "../worker/artifact.js" */
/** @import { Stations } from "./stations.js" */

/**
 * @typedef {object} BackendDecision
 * @property {Artifact} backend what will compute
 * @property {string} reason such as `CPU (ndarray): this browser found no WebGPU adapter.`
 * @property {string} device the device as the engine names it
 */

/** A WebGPU that was asked for by name and cannot be had. Offer the CPU. */
export class BackendUnavailable extends Error {
  /** @param {string} why a sentence's end */
  constructor(why) {
    super(`WebGPU cannot run: ${why}`);
    this.name = "BackendUnavailable";
  }
}

/**
 * Opens what will compute. `auto` always comes to something: WebGPU where there is an
 * adapter that serves and is no software one, else the CPU. A WebGPU that was asked for
 * by name and cannot be had rejects with `BackendUnavailable`.
 * @param {BackendChoice} choice
 * @param {Stations} stations
 * @param {AbortSignal} [signal] opens nothing more once it is aborted
 * @returns {Promise<BackendDecision>}
 */
export async function decide_backend(choice, stations, signal) {
  const on_cpu = async (/** @type {string} */ why) => {
    signal?.throwIfAborted();
    const device = await stations.on_cpu((station) => station.open());
    return { backend: /** @type {const} */ ("ndarray"), reason: `CPU (ndarray): ${why}`, device };
  };
  if (choice === "ndarray") return on_cpu("as chosen.");
  const probe = await stations.probe_webgpu();
  if (!probe.usable || (choice === "auto" && probe.is_fallback)) {
    if (choice === "webgpu") throw new BackendUnavailable(probe.reason);
    return on_cpu(probe.reason);
  }
  signal?.throwIfAborted();
  try {
    const device = await stations.of("webgpu").open();
    return { backend: "webgpu", reason: `WebGPU: ${probe.reason}`, device };
  } catch (error) {
    const why = `its device could not be opened (${message_of(error)}).`;
    if (choice === "webgpu") throw new BackendUnavailable(why);
    return on_cpu(`WebGPU was found, but ${why}`);
  }
}
