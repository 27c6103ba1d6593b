// Which kept runs make a committee and which do not, and where its members come from. Pure
// functions.

import { InputError } from "../base/input_error.js";
import { sentence_of } from "../base/fault.js";
import { task_of, task_words } from "../base/task.js";
import { is_same_split } from "./members.js";
import { run_name } from "./run_record.js";

/** @import { MemberOrigin } from "../pkg/ndarray/inkling.js" */
/** @import { RunRecord, RunSummary } from "../store/runs.js" */

/** @typedef {Pick<RunSummary, "name" | "config" | "data_name" | "data_checksum" | "task" | "state" | "result" | "has_model" | "has_checkpoint">} Candidate */

/**
 * Why kept runs make no committee, in a sentence; empty where they do.
 * @param {readonly Candidate[]} runs in the order in which they are averaged
 */
export function why_no_committee(runs) {
  const [first] = runs;
  if (!first || runs.length < 2) {
    return "Press Compare on two runs or more: a committee is the mean of several.";
  }
  for (const run of runs) {
    const why = misfit(run, first);
    if (why) return sentence_of(why);
  }
  return "";
}

/**
 * @param {Candidate} run
 * @param {Candidate} first whose place in the committee is sure
 * @returns {InputError | null}
 */
function misfit(run, first) {
  const refused = (/** @type {string} */ found, /** @type {string} */ expected) =>
    new InputError(run_name(run), found, expected);
  if (run.state !== "ended" || !run.result) {
    const found = run.state === "running" ? "a run under way" : `a run that ${STATES[run.state]}`;
    return refused(found, "one that finished or was stopped");
  }
  if (!run.has_model && !run.has_checkpoint) return refused("no model kept of it", "one");
  const as_first = `, as ${run_name(first)} has`;
  const [own, task] = [task_of(first), task_of(run)];
  if (own.side !== task.side || own.classes.length !== task.classes.length) {
    return refused(task_words(task), `${task_words(own)}${as_first}`);
  }
  const at = task.classes.findIndex((name, place) => name !== own.classes[place]);
  if (at !== -1) {
    const found = `“${task.classes[at]}” as class ${at}`;
    return refused(found, `“${own.classes[at]}”${as_first}`);
  }
  if (run.data_checksum !== first.data_checksum) {
    return refused(data_words(run), `${data_words(first)}${as_first}`);
  }
  return null;
}

const STATES = { interrupted: "was interrupted", failed: "failed", ended: "came to nothing" };

/** @param {Candidate} run */
function data_words({ data_name, data_checksum }) {
  return `data with the checksum ${data_checksum} (${data_name})`;
}

/** Where a member comes from. @param {RunRecord} record @returns {MemberOrigin} */
export function origin_of(record) {
  const { id, data_name } = record;
  return { name: run_name(record), run: id, data_name, ...split_of(record) };
}

/**
 * Whether runs held out the same images, so that what is measured on them is of images that
 * none of the runs has trained on.
 * @param {readonly Pick<RunRecord, "config" | "data_checksum">[]} runs
 */
export function hold_out_alike(runs) {
  const held = runs.map(split_of);
  return held.every((one) => is_same_split(one, held[0] ?? one));
}

/**
 * What decides which images a run held out.
 * @param {Pick<RunRecord, "config" | "data_checksum">} run
 */
function split_of({ config, data_checksum }) {
  const { seed, split_seed = seed, validation_share } = config;
  return { data_checksum, split_seed, validation_share };
}
