// A thread that shares the work of an engine's runs: it joins, and never comes back.

/** @import { TeamStart } from "./team.js" */

addEventListener("message", (/** @type {MessageEvent<TeamStart>} */ { data }) => void join(data));

/** @param {TeamStart} start */
async function join({ module, memory }) {
  const wasm = await import("../pkg/threads/inkling.js");
  await wasm.default({ module_or_path: module, memory });
  try {
    wasm.join_team();
  } catch (error) {
    // It trapped within a share, which the engine must not wait for.
    wasm.give_up_team();
    throw error;
  }
}
