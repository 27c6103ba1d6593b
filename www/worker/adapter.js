// WebGPU as this worker sees it: whether there is an adapter that serves, and the
// loss of a device.

import { death } from "./death.js";

/**
 * What this worker sees of WebGPU.
 * @typedef {object} WebgpuProbe
 * @property {boolean} usable whether the engine can run on it at all
 * @property {boolean} is_fallback whether it is a software adapter
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
    return { usable: false, is_fallback: false, reason: "this browser does not offer WebGPU." };
  }
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) {
    return { usable: false, is_fallback: false, reason: "this browser found no WebGPU adapter." };
  }
  const { info } = adapter;
  const name =
    info.description || [info.vendor, info.architecture].filter(Boolean).join(" ") || "unnamed";
  const is_fallback = info.isFallbackAdapter === true;
  if (!adapter.features.has("timestamp-query")) {
    const reason = `the WebGPU adapter (${name}) lacks timestamp queries, which the engine needs.`;
    return { usable: false, is_fallback, reason };
  }
  if (is_fallback) {
    const reason = `the only WebGPU adapter (${name}) is a software one, slower than the CPU itself.`;
    return { usable: true, is_fallback, reason };
  }
  return { usable: true, is_fallback, reason: `adapter ${name}.` };
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
