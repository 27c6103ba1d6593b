// Which run a report may call the baseline of its studies: the newest kept one that was
// trained to its end with the settings and on the data that a study started from.

import { shown_evaluation } from "./state.js";
import { num_looks } from "./test_looks.js";

/** @import { DataSummary, Evaluation, RunConfig, RunResult, StudyRecord } from "../pkg/ndarray/inkling.js" */
/** @import { RunSummary } from "../store/runs.js" */
/** @import { PageState } from "./state.js" */

/**
 * @typedef {object} BaselineRun
 * @property {DataSummary} data
 * @property {RunConfig} config
 * @property {RunResult} result
 * @property {BaselineEvaluation | null} evaluation of the model that it left
 */

/**
 * @typedef {object} BaselineEvaluation
 * @property {boolean} is_test
 * @property {string} about the set in words
 * @property {Evaluation} figures
 * @property {number} num_looks how many models have read the set
 * @property {{ labels: Uint8Array, probabilities: Float32Array } | null} readings ten probabilities an image, while the model stands on the bench
 */

/** Settings that decide how a run is computed, not what comes of it. */
const HOW = ["backend", "step", "clean_curve"];

/**
 * @param {Pick<PageState, "runs" | "model" | "test" | "data" | "evaluation" | "looks">} page
 * @param {readonly StudyRecord[]} records
 * @returns {BaselineRun | null}
 */
export function baseline_of(page, records) {
  for (const run of page.runs) {
    const { config, result } = run;
    if (result?.outcome !== "finished" || result.history.length === 0) continue;
    const record = records.find(
      ({ data, plan }) => data.checksum === run.data_checksum && is_same(plan.baseline, config),
    );
    if (record) return { data: record.data, config, result, evaluation: evaluation_of(run, page) };
  }
  return null;
}

/**
 * How the run's own model read images: as it stands on the bench, or as it was kept.
 * @param {RunSummary} run
 * @param {Pick<PageState, "model" | "test" | "data" | "evaluation" | "looks">} page
 * @returns {BaselineEvaluation | null}
 */
function evaluation_of({ id, evaluated, tuned }, page) {
  const { model } = page;
  const shown = model?.kind === "run" && model.run_id === id ? shown_evaluation(page) : null;
  // A model that was tuned since is another.
  const found = shown ?? (tuned ? null : evaluated);
  if (!found) return null;
  const { about, figures, set_id } = found;
  const is_test = set_id.startsWith("test ");
  return { is_test, about, figures, num_looks: num_looks(page, set_id), readings: shown };
}

/**
 * Whether two runs' settings come to the same figures.
 * @param {RunConfig} a
 * @param {RunConfig} b
 */
export function is_same(a, b) {
  const told = (/** @type {RunConfig} */ config) => {
    const { split_seed, ...rest } = config;
    const decisive = Object.entries({ ...rest, split_seed: split_seed ?? config.seed })
      .filter(([name]) => !HOW.includes(name))
      .map(([name, value]) => [
        name,
        typeof value === "string" ? value.replace(/[\s,]+/g, ",") : value,
      ]);
    return JSON.stringify(decisive.sort(([x], [y]) => (String(x) < String(y) ? -1 : 1)));
  };
  return told(a) === told(b);
}
