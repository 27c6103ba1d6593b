// A wasm artifact: loaded once in a worker, and its device opened once. There is no
// second time: a device that has been opened cannot be opened again.

import { watch_for_lost_devices } from "./adapter.js";
import { ask_at_death } from "./death.js";
import { open_with_team } from "./team.js";

/** Which build of the engine a worker runs. @typedef {"ndarray" | "webgpu"} Artifact */

/**
 * All engines export the same, but for how they are begun.
 * @typedef {Omit<typeof import("../pkg/ndarray/inkling.js"), "default" | "initSync">} Wasm
 */

/** What reads and writes studies, without an engine. @typedef {typeof import("../pkg/studies/inkling.js")} Studies */

/**
 * An engine whose device is open.
 * @typedef {object} Opened
 * @property {Wasm} wasm
 * @property {string} device
 * @property {(() => void)} [call_team] has threads join in a run's work; once
 */

/**
 * @param {Artifact} artifact
 * @param {number} [num_threads] that may share a run on the CPU, where memory can be shared
 * @returns {Promise<Opened>}
 */
export async function open_artifact(artifact, num_threads = 1) {
  if (artifact === "webgpu") watch_for_lost_devices();
  const shared = artifact === "ndarray" ? await open_with_team(num_threads) : null;
  const wasm = shared?.wasm ?? (await open_alone(artifact));
  ask_at_death(wasm.refused_bytes);
  const device = await wasm.open_device();
  return shared ? { wasm, device, call_team: shared.call_team } : { wasm, device };
}

/** @param {Artifact} artifact @returns {Promise<Wasm>} */
async function open_alone(artifact) {
  /** @type {typeof import("../pkg/ndarray/inkling.js")} */
  const wasm = await import(`../pkg/${artifact}/inkling.js`);
  await wasm.default();
  return wasm;
}

/** @returns {Promise<Studies>} */
export async function open_studies() {
  const wasm = await import("../pkg/studies/inkling.js");
  await wasm.default();
  ask_at_death(wasm.refused_bytes);
  return wasm;
}
