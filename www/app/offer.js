// Whether a kept run can go on, with what, and what is said of it. Pure functions of
// what is kept of a run.

import * as format from "../base/format.js";

/** @import { Settings } from "../base/settings.js" */
/** @import { RunSummary } from "../store/runs.js" */
/** @import { Offer } from "./state.js" */

/** What may be learned at again after a loss that was no number. @param {number} learning_rate */
const tamer = (learning_rate) => Math.min(learning_rate / 10, 0.1);

/**
 * From where a run could go on; `null` where there is nothing to go on to.
 * @param {Pick<RunSummary, "id" | "state" | "config" | "history" | "result" | "has_checkpoint" | "data_checksum" | "data_name" | "decision" | "has_crashed" | "tuned">} run
 * @returns {Offer | null}
 */
export function offer_of(run) {
  const { state, config, history, result } = run;
  if (state === "running") return null;
  const done = history.length;
  const is_short = result?.outcome === "stopped" && done < config.epochs;
  if (state === "ended" && !(is_short && run.has_checkpoint)) return null;
  // Without an epoch that is kept, a run that failed would only begin as it did.
  if (state === "failed" && result?.outcome !== "failed") return null;
  const { change, how } = changed(run);
  const is_kept = done > 0 && run.has_checkpoint;
  const where = is_kept
    ? `It goes on from epoch ${format.count(done)} of ${format.count(config.epochs)}, which is kept`
    : "No epoch was finished: it begins again";
  return {
    run_id: run.id,
    config: { ...config, ...change },
    data_checksum: run.data_checksum,
    data_name: run.data_name,
    sentence: `${where}${how}.${run.tuned ? " Its fine-tuned model goes with that." : ""}`,
  };
}

/**
 * @param {Pick<RunSummary, "state" | "config" | "decision" | "has_crashed">} run
 * @returns {{ change: Partial<Settings>, how: string }}
 */
function changed({ state, config, decision, has_crashed }) {
  if (state === "failed") {
    const learning_rate = tamer(config.learning_rate);
    return { change: { learning_rate }, how: `, with the learning rate ${learning_rate}` };
  }
  // A device, a driver or a kernel that failed once may fail there again.
  if (has_crashed && decision?.backend === "webgpu") {
    return { change: { backend: "ndarray" }, how: ", on the CPU" };
  }
  return { change: {}, how: "" };
}
