// WebGPU as this worker sees it: whether there is an adapter that serves, and the
// loss of a device.

import { message_of } from "../base/fault.js";
import { death } from "./death.js";

/**
 * What this worker sees of WebGPU.
 * @typedef {object} WebgpuProbe
 * @property {boolean} usable whether the engine can run on it at all
 * @property {string} adapter what it is called; empty where there is none
 * @property {string} reason a sentence's end, such as `this browser found no WebGPU adapter.`
 */

/** The devices of this worker: one, but a test of its loss must reach it. @type {GPUDevice[]} */
export const devices = [];

/**
 * Needs no artifact.
 * @returns {Promise<WebgpuProbe>}
 */
export async function probe() {
  if (!("gpu" in navigator) || !navigator.gpu) {
    return none("this browser does not offer WebGPU.");
  }
  /** @type {GPUAdapter | null} */
  let found;
  try {
    found = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  } catch (error) {
    return none(`this browser’s WebGPU failed when it was asked (${message_of(error)}).`);
  }
  if (!found) return none("this browser found no WebGPU adapter.");
  const { info, features } = found;
  const name =
    info.description || [info.vendor, info.architecture].filter(Boolean).join(" ") || "unnamed";
  const adapter = info.isFallbackAdapter === true ? `${name}, a software one` : name;
  if (!features.has("timestamp-query")) {
    const reason = `the WebGPU adapter (${adapter}) lacks timestamp queries, which the engine needs.`;
    return { usable: false, adapter, reason };
  }
  return { usable: true, adapter, reason: `adapter ${adapter}.` };
}

/** @param {string} reason @returns {WebgpuProbe} */
function none(reason) {
  return { usable: false, adapter: "", reason };
}

/** burn does not tell when the GPU goes away; the device itself does. */
export function watch_for_lost_devices() {
  const request_device = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (...args) {
    const device = await request_device.apply(this, args);
    devices.push(device);
    void device.lost.then(({ message, reason }) => {
      death.strike(`the WebGPU device was lost (${message || reason})`);
    });
    return device;
  };
}
