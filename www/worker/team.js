// The CPU engine with shared memory, and the workers that share the work of its runs. The
// same bits as by one thread, see crate/src/team.rs.

import { script_url } from "../base/script_url.js";

/** The CPU engine, and how its team is called. @typedef {typeof import("../pkg/threads/inkling.js")} Threads */

/** What a member is begun with. @typedef {{ module: WebAssembly.Module, memory: WebAssembly.Memory }} TeamStart */

/**
 * @param {number} num_threads this one included
 * @returns {Promise<{ wasm: Threads, call_team: () => void } | null>} `null` where there is
 *   nothing to share, or no way to
 */
export async function open_with_team(num_threads) {
  if (num_threads < 2 || !globalThis.crossOriginIsolated) return null;
  /** @type {Threads} */
  let wasm;
  /** @type {WebAssembly.Module} */
  let module;
  try {
    wasm = await import("../pkg/threads/inkling.js");
    const url = new URL("../pkg/threads/inkling_bg.wasm", import.meta.url);
    module = await WebAssembly.compileStreaming(fetch(url));
    await wasm.default({ module_or_path: module });
  } catch (error) {
    // One thread does as well, as where there is no network and this was never fetched.
    console.warn("The engine with threads could not be opened:", error);
    return null;
  }
  let is_called = false;
  return {
    wasm,
    // They join while work is under way: it is never waited for them.
    call_team: () => {
      if (is_called) return;
      is_called = true;
      const start = { module, memory: /** @type {WebAssembly.Memory} */ (wasm.team_memory()) };
      for (let number = 1; number < num_threads; number += 1) start_member(number, start);
    },
  };
}

/** One that does not come leaves its share to the others. @param {number} number @param {TeamStart} start */
function start_member(number, start) {
  const warn = (/** @type {unknown} */ why) =>
    console.warn("A thread of the engine has ended or could not be started:", why);
  try {
    const options = { type: /** @type {const} */ ("module"), name: `${self.name} ${number}` };
    const worker = new Worker(script_url("worker/team_member.js"), options);
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      warn(event.message);
    });
    // WebKit's workers share no module and no memory with workers of their own.
    worker.postMessage(start);
  } catch (error) {
    warn(error);
  }
}
