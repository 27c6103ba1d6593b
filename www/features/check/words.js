// The check of a class in words. Verdicts are the crate's own; here is what stands around them.

import { count, counted, duration, time_left } from "../../base/format.js";
import { read_number } from "../../base/number.js";

/** @import { CheckState, ClassRow } from "../../app/class_check.js" */
/** @import { VerdictKind } from "../../pkg/studies/inkling.js" */

/** From what asks for a look to what asks for none. @type {readonly VerdictKind[]} */
const BY_WEIGHT = [
  "differs",
  "foreign",
  "equal_weights",
  "otherwise",
  "other_data",
  "unreadable",
  "not_comparable",
  "near_webgpu",
  "not_asked",
  "same",
];

/** @param {ClassRow} row */
export function weight_of({ verdict }) {
  return verdict ? BY_WEIGHT.indexOf(verdict.kind) : BY_WEIGHT.length;
}

/** What stands in the column of verdicts. @param {ClassRow} row */
export function verdict_words({ state, verdict, num_trained, num_asked }) {
  if (verdict) return verdict.verdict;
  switch (state) {
    case "waiting":
      return "waiting";
    case "reading":
      return "being read";
    case "training":
      return `${num_trained} of ${counted(num_asked, "run")} trained again`;
    case "stopped":
      return "not judged: the check was stopped";
    case "judged":
    case "asks":
      return "";
  }
}

/** How its runs came out, in a few words. @param {ClassRow} row */
export function runs_words({ verdict }) {
  const runs = verdict?.runs ?? [];
  if (runs.length === 0) return "";
  const num_same = runs.filter(({ kind }) => kind === "same").length;
  const num_left = runs.filter(({ kind }) => kind === "not_asked").length;
  const left = num_left > 0 ? `, ${count(num_left)} not trained again` : "";
  return `${count(num_same)} of ${counted(runs.length, "run")} same${left}`;
}

/**
 * A sentence or two; they end with the outcome once there is one.
 * @param {CheckState} state
 */
export function check_status(state) {
  const { phase, rows, num_runs, num_done, secs_left, outcome, fault, elapsed_secs } = state;
  const zips = counted(rows.length, "hand-in");
  switch (phase) {
    case "reading": {
      const at = rows.filter(({ hand_in }) => hand_in).length + 1;
      return `Reading hand-in ${count(Math.min(at, rows.length))} of ${count(rows.length)}.`;
    }
    case "training": {
      const runs = `${count(num_done)} of ${counted(num_runs, "run")} trained again.`;
      return `${zips}: ${runs} ${secs_left === null ? "Starting the workers." : time_left(secs_left)}`;
    }
    case "stopping":
      return `${zips}. Stopping.`;
    case "idle":
      break;
  }
  if (outcome === "") {
    return rows.length > 0 ? `${zips} picked. Press Check class.` : "Pick the zips of a class.";
  }
  if (outcome === "Failed") return `${fault} Failed`;
  return `${zips}: ${verdict_counts(rows)}. It took ${duration(elapsed_secs)}. ${outcome}`;
}

/** @param {readonly ClassRow[]} rows */
function verdict_counts(rows) {
  const num_of = (/** @type {(row: ClassRow) => boolean} */ test) => rows.filter(test).length;
  const num_same = num_of(({ verdict }) => verdict?.kind === "same");
  const num_asks = num_of(({ state }) => state === "asks");
  const num_open = num_of(({ verdict }) => !verdict);
  const num_other = rows.length - num_same - num_asks - num_open;
  const parts = [`${count(num_same)} with the same bits`];
  if (num_other > 0) parts.push(`${count(num_other)} to look at`);
  if (num_asks > 0) parts.push(`${count(num_asks)} over the budget of steps`);
  if (num_open > 0) parts.push(`${count(num_open)} not judged`);
  return parts.join(", ");
}

/**
 * A whole number as typed.
 * @param {string} text
 * @param {string} label of its field
 * @returns {{ value: number | null, fault: string }} `null` where nothing is typed
 */
export function whole_number(text, label) {
  const { value, expected } = read_number(text, { is_whole: true });
  if (expected === "" && Number.isNaN(value)) return { value: null, fault: "" };
  if (Number.isInteger(value) && value >= 1) return { value, fault: "" };
  const wanted = expected || "a whole number of at least 1";
  return { value: null, fault: `${label}: found “${text.trim()}”, expected ${wanted}.` };
}
