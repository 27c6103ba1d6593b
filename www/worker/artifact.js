// A wasm artifact: loaded once in a worker, and its device opened once. There is no
// second time: a device that has been opened cannot be opened again.

import { watch_for_lost_devices } from "./adapter.js";
import { ask_at_death } from "./death.js";

/** Which build of the engine a worker runs. @typedef {"ndarray" | "webgpu"} Artifact */

/** Both engines export the same. @typedef {typeof import("../pkg/ndarray/inkling.js")} Wasm */

/** What reads and writes studies, without an engine. @typedef {typeof import("../pkg/studies/inkling.js")} Studies */

/** An engine whose device is open. @typedef {{ wasm: Wasm, device: string }} Opened */

/**
 * @param {Artifact} artifact
 * @returns {Promise<Opened>}
 */
export async function open_artifact(artifact) {
  if (artifact === "webgpu") watch_for_lost_devices();
  /** @type {Wasm} */
  const wasm = await import(`../pkg/${artifact}/inkling.js`);
  await wasm.default();
  ask_at_death(wasm.refused_bytes);
  return { wasm, device: await wasm.open_device() };
}

/** @returns {Promise<Studies>} */
export async function open_studies() {
  const wasm = await import("../pkg/studies/inkling.js");
  await wasm.default();
  ask_at_death(wasm.refused_bytes);
  return wasm;
}
