// How a study stands, in words and as a share of its work.

import { duration, time_left } from "../../base/format.js";
import { remaining_secs } from "../../engine/pool.js";
import { run_counts } from "./runs.js";

/** @import { Progress, StudyRecord, StudyRun } from "../../pkg/ndarray/inkling.js" */

/**
 * @typedef {object} StudyMoment
 * @property {StudyRecord | null} record the study that is shown
 * @property {ReadonlyMap<number, Progress>} progress of the runs under way
 * @property {boolean} is_starting
 * @property {boolean} is_running
 * @property {boolean} is_stopped whether it was asked to stop
 * @property {string} failure why it could not start
 */

/**
 * A sentence or two; they end with the outcome once there is one.
 * @param {StudyMoment} moment
 * @returns {string}
 */
export function study_status({ record, progress, is_starting, is_running, is_stopped, failure }) {
  if (is_starting) return "Getting ready.";
  if (!record) return failure ? `${failure} Failed` : "Choose a factor and press Run study.";
  const { runs, plan, wall_secs } = record;
  const counts = `${runs.length} ${runs.length === 1 ? "run" : "runs"}: ${run_counts(runs)}.`;
  if (is_running) {
    if (is_stopped) return `${counts} Stopping.`;
    const left = remaining_secs(runs, plan.order, progress, plan.workers);
    return `${counts} ${left === null ? "Starting the workers." : time_left(left)}`;
  }
  return `${counts} It took ${duration(wall_secs)}. ${outcome(runs, is_stopped)}`;
}

/**
 * @param {readonly StudyRun[]} runs
 * @param {boolean} is_stopped
 */
function outcome(runs, is_stopped) {
  const states = new Set(runs.map(({ state }) => state));
  if (is_stopped || states.has("stopped")) return "Stopped";
  return states.has("finished") || states.has("diverged") ? "Finished" : "Failed";
}

/**
 * How much of a study's work is done, from 0 to 1; runs weigh what they cost.
 * @param {StudyRecord | null} record
 * @param {ReadonlyMap<number, Progress>} progress
 * @returns {number}
 */
export function share_done(record, progress) {
  let total = 0;
  let done = 0;
  record?.runs.forEach(({ spec, state }, index) => {
    total += spec.cost;
    if (state === "waiting") return;
    const moment = state === "running" ? progress.get(index) : null;
    done += spec.cost * (state === "running" ? share_of(moment) : 1);
  });
  return total > 0 ? done / total : 0;
}

/** @param {Progress | null | undefined} moment */
const share_of = (moment) => (moment && moment.num_steps > 0 ? moment.step / moment.num_steps : 0);
