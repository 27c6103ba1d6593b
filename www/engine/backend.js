// Which backend computes a run, and why, in a sentence.

import { message_of, unless_aborted } from "../base/fault.js";
import { faster, verdict_words } from "./race.js";
import { LATE, within } from "./racer.js";

/** @import { RunConfig } from "../pkg/ndarray/inkling.js" */
/** @import { WebgpuProbe } from "../worker/adapter.js" */
/** @import { Artifact } from "../worker/artifact.js" */
/** @import { LoadedData } from "../worker/dataset.js" */
/** @import { Racer } from "./racer.js" */
/** @import { Stations } from "./stations.js" */

/**
 * @typedef {object} BackendDecision
 * @property {Artifact} backend what will compute
 * @property {string} reason such as `CPU (ndarray): this browser found no WebGPU adapter.`
 * @property {string} device the device as the engine names it
 */

/**
 * What is to be computed.
 * @typedef {object} BackendWish
 * @property {RunConfig} config
 * @property {LoadedData | null} data that it is computed on
 * @property {number} num_at_once such runs that go on at the same time
 * @property {Artifact | undefined} before what began it, if it goes on: only there its bits go on too
 */

/** `auto` waits no longer for WebGPU; with all else, a person waits two seconds. */
const PATIENCE_MS = 1800;

const SILENT = "WebGPU did not answer in time.";

/** A WebGPU that was asked for by name and cannot be had. Offer the CPU. */
export class BackendUnavailable extends Error {
  /** @param {string} why a sentence's end */
  constructor(why) {
    super(`WebGPU cannot run: ${why}`);
    this.name = "BackendUnavailable";
  }
}

/**
 * Opens what will compute. `auto` always comes to something, and soon: of two that serve the
 * one whose steps are faster, else the CPU. A WebGPU that was asked for by name and cannot be
 * had rejects with `BackendUnavailable`.
 * @param {BackendWish} wish
 * @param {Stations} stations
 * @param {Racer} racer
 * @param {AbortSignal} signal opens nothing more once it is aborted
 * @returns {Promise<BackendDecision>}
 */
export async function decide_backend(
  { config, data, num_at_once, before },
  stations,
  racer,
  signal,
) {
  const on_cpu = async (/** @type {string} */ reason) => {
    signal.throwIfAborted();
    const device = await stations.on_cpu((station) => station.open());
    return { backend: /** @type {const} */ ("ndarray"), reason, device };
  };
  const cpu_since = (/** @type {string} */ why) => on_cpu(`CPU (ndarray): ${why}`);
  const on_webgpu = async (/** @type {string} */ reason) => {
    signal.throwIfAborted();
    const device = await stations.of("webgpu").open();
    return { backend: /** @type {const} */ ("webgpu"), reason, device };
  };
  const { backend: choice = "auto" } = config;
  if (choice === "ndarray") return cpu_since("as chosen.");
  if (choice === "webgpu") {
    const probe = await stations.probe_webgpu();
    if (!probe.usable) throw new BackendUnavailable(probe.reason);
    return on_webgpu(`WebGPU: ${probe.reason}`).catch((error) => {
      signal.throwIfAborted();
      throw new BackendUnavailable(unopened(error));
    });
  }
  if (before === "ndarray") return cpu_since("as this began.");
  const start_ms = performance.now();
  const probe = await unless_aborted(probed(stations), signal);
  if (!probe.usable) return cpu_since(probe.reason);
  let reason = "WebGPU: as this began.";
  if (before === undefined) {
    if (!data) return cpu_since("there are no data to time a step on.");
    const found = await racer.decide(config, data, probe.adapter, signal).catch((error) => {
      signal.throwIfAborted();
      return { why: `a step could not be timed (${message_of(error)}).` };
    });
    if (found === LATE) {
      return cpu_since("WebGPU was not ready in time. The next run finds it ready.");
    }
    if ("why" in found) return cpu_since(found.why);
    reason = verdict_words(found.verdict);
    if (faster(found.verdict, num_at_once) === "ndarray") return on_cpu(reason);
  }
  const left_ms = Math.max(0, start_ms + PATIENCE_MS - performance.now());
  const opened = on_webgpu(reason).catch((error) => {
    signal.throwIfAborted();
    return cpu_since(`WebGPU was found, but ${unopened(error)}`);
  });
  const in_time = await unless_aborted(within(left_ms, opened), signal);
  return in_time === LATE ? cpu_since(SILENT) : in_time;
}

/**
 * What is there, as far as it is said in time from when it was first asked.
 * @param {Stations} stations
 * @returns {Promise<WebgpuProbe>}
 */
async function probed(stations) {
  const asked = stations.probe_webgpu();
  const left_ms = PATIENCE_MS - (performance.now() - stations.probed_at_ms);
  const found = await within(Math.max(0, left_ms), asked);
  return found === LATE ? { usable: false, adapter: "", reason: SILENT } : found;
}

/** @param {unknown} error */
function unopened(error) {
  return `its device could not be opened (${message_of(error)}).`;
}
