// Faults that the address asks for, so that tests can see what comes of them. Each
// really happens. ARCHITECTURE.md lists them.

import { devices } from "./adapter.js";

/** @import { Trainer } from "../pkg/ndarray/inkling.js" */
/** @import { Model } from "./model.js" */
/** @import { Wasm } from "./artifact.js" */

/** One fault that waits for its step. */
export class Fault {
  /** @type {{ kind: string, step: number } | null} */
  #armed = null;

  /**
   * @param {string} fault such as `trap@120`
   * @returns {Promise<boolean>} whether it can happen here
   */
  async arm(fault) {
    if (fault === "storage-full") return fill_storage();
    const [kind = "", step = "0"] = fault.split("@");
    this.#armed = { kind, step: Number(step) };
    return true;
  }

  /**
   * @param {number} step the one that was done last
   * @param {Wasm} wasm
   * @param {Model<Trainer>} model the run's own
   */
  async at(step, wasm, model) {
    const fault = this.#armed;
    if (!fault || step < fault.step) return;
    this.#armed = null;
    switch (fault.kind) {
      case "trap":
        return wasm.fault_trap();
      case "out-of-memory":
        return wasm.fault_out_of_memory();
      case "nan":
        return model.use((trainer) => trainer.fault_nan());
      case "device-lost":
        for (const device of devices) device.destroy();
    }
  }
}

/**
 * Takes all the storage that this origin may have, in a file without content.
 * A private window keeps files in memory and grows none beyond 2 GB, silently.
 * @returns {Promise<boolean>} whether it is full
 */
async function fill_storage() {
  const root = await navigator.storage.getDirectory();
  const file = await root.getFileHandle("inkling fault", { create: true });
  const handle = await file.createSyncAccessHandle();
  try {
    const { quota = 0, usage = 0 } = await navigator.storage.estimate();
    // The estimate is coarse: halving finds the last bytes.
    let taken = 0;
    for (let more = Math.max(0, quota - usage); more > 1024;) {
      try {
        handle.truncate(taken + more);
      } catch {
        // What is left is less: the file's size says so.
      }
      if (handle.getSize() === taken + more) {
        taken += more;
      } else if (taken === 0 && more > 2 ** 31) {
        handle.truncate(0);
        return false;
      } else {
        more = Math.floor(more / 2);
      }
    }
    return true;
  } finally {
    handle.close();
  }
}
