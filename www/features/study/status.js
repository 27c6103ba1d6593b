// How a study stands, in words.

import { counted, duration, time_left } from "../../base/format.js";
import { remaining_secs } from "../../engine/pool.js";
import { held_description } from "../../app/factors.js";
import { is_elsewhere } from "../../app/study_state.js";
import { DEFAULTS } from "../../base/settings.js";

/** @import { RunState, StudyPlan, StudyRecord, StudyRun } from "../../pkg/ndarray/inkling.js" */
/** @import { StudyState } from "../../app/study_state.js" */

/** @type {Record<RunState, string>} */
export const STATE_WORDS = {
  waiting: "waiting",
  running: "running",
  finished: "finished",
  diverged: "diverged",
  stopped: "stopped",
  crashed: "failed",
};

/**
 * The runs in numbers, the most telling first: `2 finished, 2 running, 2 waiting`.
 * @param {readonly StudyRun[]} runs
 */
export function run_counts(runs) {
  /** @type {RunState[]} */
  const order = ["finished", "running", "waiting", "diverged", "crashed", "stopped"];
  const parts = order
    .map((state) => ({ state, count: runs.filter((run) => run.state === state).length }))
    .filter(({ state, count }) => count > 0 || state === "finished")
    .map(({ state, count }) => `${count} ${STATE_WORDS[state]}`);
  return parts.join(", ");
}

/**
 * A sentence or two; they end with the outcome once there is one.
 * @param {Pick<StudyState, "phase" | "record" | "progress" | "is_stopped" | "has_failed" | "elsewhere" | "assigned">} state
 * @returns {string}
 */
export function study_status(state) {
  const { assigned } = state;
  if (!assigned) return own_status(state);
  const where = `Part ${assigned.at} of ${assigned.of} of the assignment`;
  // Between two parts nothing is over yet.
  return state.phase === "idle" ? `${where}.` : `${where}. ${own_status(state)}`;
}

/**
 * @param {Pick<StudyState, "phase" | "record" | "progress" | "is_stopped" | "has_failed" | "elsewhere">} state
 */
function own_status(state) {
  const { phase, record, progress, is_stopped, has_failed } = state;
  if (phase === "starting") return "Getting ready.";
  if (!record) {
    if (phase === "finding") return "A rate is being looked for.";
    if (is_stopped) return "Nothing was run. Stopped";
    return has_failed ? "It could not start. Failed" : "Choose a factor and press Run study.";
  }
  const { runs, plan, wall_secs } = record;
  const counts = `${counted(runs.length, "run")}: ${run_counts(runs)}.`;
  switch (phase) {
    case "stopping":
      return `${counts} Stopping.`;
    case "running": {
      const left = remaining_secs(runs, plan.order, progress, plan.workers);
      return `${counts} ${left === null ? "Starting the workers." : time_left(left)}`;
    }
    case "finding":
      return `${counts} A rate is being looked for.`;
    case "testing":
      return `${counts} Its winner is being tested.`;
    case "idle":
      if (is_elsewhere(state)) return `${counts} It runs in another tab.`;
      return `${counts} It took ${duration(wall_secs)}. ${outcome(runs, is_stopped)}`;
  }
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
 * What the open study is of, whatever bench and form say by now.
 * @param {StudyRecord | null} record
 */
export function about_study(record) {
  if (!record) return "";
  const { data, plan, name } = record;
  const held = { ...DEFAULTS, ...plan.baseline };
  const where = `${data.name}, ${counted(data.num_rows, "row")}`;
  return `${name}: on ${where}; ${counted(held.epochs, "epoch")} each, ${held_description(plan, { ...held, epochs: DEFAULTS.epochs })}.`;
}

/**
 * What Run study would run.
 * @param {StudyPlan} plan
 * @param {{ name: string, num_rows: number } | null} data
 * @param {number} suited workers that suit this machine
 */
export function about_plan(plan, data, suited) {
  const runs = counted(plan.runs.length, "run");
  const where = data ? ` on ${data.name}, ${counted(data.num_rows, "row")}` : "";
  const epochs = counted(plan.baseline.epochs ?? DEFAULTS.epochs, "epoch");
  const at_once = Math.min(plan.workers, plan.runs.length);
  const none = data ? "" : " Load a data set under Train first.";
  return `${runs}${where}; ${epochs} each.${none} Up to ${at_once} at a time; this machine suits ${suited}.`;
}
