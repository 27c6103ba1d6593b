// A run as it is kept, and what follows from it: its name, the state in which it is
// shown, its model. Pure functions.

import * as format from "../base/format.js";
import { task_of } from "../base/task.js";
import { run_name } from "../store/runs.js";
import { idle_run } from "./state.js";

export { run_name };

/** @import { RunBytes, RunRecord, Runs, RunSummary } from "../store/runs.js" */
/** @import { ModelRef, RunState } from "./state.js" */

/** @param {Pick<RunRecord, "state">} run @returns {RunState["phase"]} */
export function phase_of({ state }) {
  // Whoever computed it is gone, or it would not be read here.
  return state === "running" ? "interrupted" : state;
}

/**
 * A kept run as it is shown.
 * @param {RunRecord} record
 * @returns {RunState}
 */
export function run_state(record) {
  const done = record.history.length;
  const { epochs } = record.config;
  const is_cut_off = record.state === "running" && record.result === null;
  return {
    ...idle_run(),
    phase: phase_of(record),
    id: record.id,
    name: run_name(record),
    config: record.config,
    data_name: record.data_name,
    data_checksum: record.data_checksum,
    data_rows: record.data_rows,
    decision: record.decision,
    history: record.history,
    running: record.running.slice(),
    result: record.result,
    error: is_cut_off
      ? `The page was closed in epoch ${format.count(Math.min(done + 1, epochs))} of ${format.count(epochs)}.`
      : record.error,
  };
}

/**
 * A run that nobody computes, as it is shown: whatever cut it off, it is over.
 * @param {{ record: RunRecord, bytes: RunBytes }} found
 */
export function as_over({ record, bytes }) {
  const { phase, error } = run_state(record);
  const state = phase === "interrupted" ? phase : record.state;
  return { record: { ...record, state, error }, bytes };
}

/**
 * The model of a run.
 * @param {RunRecord} record
 * @param {string} id
 * @returns {ModelRef}
 */
export function run_model(record, id) {
  return {
    id,
    kind: "run",
    name: run_name(record),
    run_id: record.id,
    config: record.config,
    data_checksum: record.data_checksum,
    summary: null,
    task: task_of(record),
  };
}

/**
 * The id of the model that a kept run came to, or else of its last epoch's; empty where
 * it came to none.
 * @param {Pick<RunSummary, "id" | "history" | "result">} run
 * @param {Pick<RunBytes, "model">} bytes
 */
export function model_id_of({ id, history, result }, bytes) {
  const step = (bytes.model && result?.num_steps) ?? history.at(-1)?.step;
  return step === undefined ? "" : `${id}@${step}`;
}

/**
 * The bytes that bring a kept run's model back; none once the run came to another one.
 * @param {Runs} runs
 * @param {string} id
 * @param {string} model_id
 * @returns {Promise<Uint8Array<ArrayBuffer> | null>}
 */
export async function model_bytes(runs, id, model_id) {
  const found = await runs.get(id);
  if (!found || model_id_of(found.record, found.bytes) !== model_id) return null;
  return found.bytes.model ?? found.bytes.checkpoint ?? null;
}
