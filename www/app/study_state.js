// The state of studies: what is open, what runs, what is kept, what the form says; and
// what follows from it. `studies.js` writes it, views read it.

import { read_number } from "../base/number.js";
import { default_workers } from "../engine/pool.js";
import { why_not_assigned } from "./assigned.js";
import { factor_words, typed_values } from "./factors.js";
import { is_active } from "./state.js";

/** @import { Factor, Progress, StudyConfig, StudyPlan, StudyReading, StudyRecord, StudyRun } from "../pkg/ndarray/inkling.js" */
/** @import { Fault } from "../base/fault.js" */
/** @import { Settings } from "../base/settings.js" */
/** @import { Part } from "./assignment.js" */
/** @import { RateTest } from "./rate_test.js" */
/** @import { PageState } from "./state.js" */

/**
 * `starting` is before the first worker has its run, `stopping` from the press of Stop
 * until the last run has ended, `testing` while the winner of one that is over is tested,
 * `finding` while rates are tried before there is a study.
 * @typedef {"idle" | "starting" | "running" | "stopping" | "testing" | "finding"} StudyPhase
 */

/**
 * What the form says, as it was typed.
 * @typedef {object} StudyForm
 * @property {Factor} factor
 * @property {string} values
 * @property {string} seeds_per_value
 * @property {string} workers
 * @property {boolean} vary_split whether each seed draws its own split
 */

/**
 * @typedef {object} StudyState
 * @property {StudyPhase} phase of the study that this tab runs
 * @property {StudyRecord | null} record the study that is open; while one runs, that one
 * @property {StudyReading | null} reading of that study
 * @property {ReadonlyMap<number, Progress>} progress of its runs under way, by index
 * @property {boolean} is_stopped whether it was asked to stop
 * @property {boolean} has_failed whether the last one could not start
 * @property {string} refusal why the last press came to nothing, in sentences
 * @property {StudyForm} form
 * @property {StudyPlan | null} plan what Run study would run
 * @property {Fault | null} plan_fault what is wrong with the form
 * @property {readonly StudyRecord[]} kept the newest first
 * @property {readonly string[]} elsewhere ids of those that run in another tab
 * @property {readonly string[]} chosen ids of those ticked for comparison and report
 * @property {string} shelf_told what went wrong with the last file of studies
 * @property {string} test_told how the final test goes, or why it came to nothing
 * @property {RateTest | null} rate_test the last one, or the one under way
 * @property {string} rates_told how it stands, what it says, or why it came to nothing
 * @property {readonly StudyRecord[]} reported as they stood when a report on them was made
 * @property {string} reported_words what the person had written of the whole by then, as `words_told` has it
 * @property {{ part: Part, at: number, of: number } | null} assigned the part of the assignment that is under way
 * @property {string} assignment_told what came of the last press
 * @property {readonly string[]} left_out parts of the assignment that a person leaves out
 * @property {string} introduction in a person's own words
 * @property {string} baseline_remarks
 * @property {string} conclusion
 * @property {readonly string[]} ids of who hands it in, as typed
 */

/** @returns {StudyState} */
export function initial_studies() {
  return {
    phase: "idle",
    record: null,
    reading: null,
    progress: new Map(),
    is_stopped: false,
    has_failed: false,
    refusal: "",
    form: initial_form(),
    plan: null,
    plan_fault: null,
    kept: [],
    elsewhere: [],
    chosen: [],
    shelf_told: "",
    test_told: "",
    rate_test: null,
    rates_told: "",
    reported: [],
    reported_words: "",
    assigned: null,
    assignment_told: "",
    left_out: [],
    introduction: "",
    baseline_remarks: "",
    conclusion: "",
    ids: [],
  };
}

/** @returns {StudyForm} */
function initial_form() {
  const { factor, values } = factor_words("learning_rate");
  const workers = String(default_workers("ndarray"));
  return { factor, values, seeds_per_value: "1", workers, vary_split: false };
}

/**
 * The form that would run a study's plan again.
 * @param {StudyPlan} plan
 * @returns {StudyForm}
 */
export function form_of(plan) {
  return {
    factor: plan.factor,
    values: typed_values(plan),
    seeds_per_value: String(plan.seeds.length),
    workers: String(plan.workers),
    vary_split: plan.vary_split ?? false,
  };
}

/**
 * The study that form and bench ask for; what is no number is for the engine to refuse.
 * @param {StudyForm} form
 * @param {Settings} baseline
 * @returns {StudyConfig}
 */
export function study_config(form, baseline) {
  const whole = (/** @type {string} */ text) => read_number(text, { is_whole: true }).value;
  return {
    factor: form.factor,
    values: form.values,
    seeds_per_value: whole(form.seeds_per_value),
    workers: whole(form.workers),
    vary_split: form.vary_split,
    baseline,
  };
}

/**
 * What in the form cannot be read as a number at all.
 * @param {StudyForm} form
 * @returns {Fault | null}
 */
export function typed_fault({ seeds_per_value, workers }) {
  const fields = /** @type {const} */ ([
    ["seeds per value", seeds_per_value],
    ["workers", workers],
  ]);
  for (const [place, text] of fields) {
    const { expected } = read_number(text, { is_whole: true });
    if (!expected) continue;
    const found = `“${text.trim().slice(0, 40)}”`;
    return { place, found, expected, message: `${place}: found ${found}, expected ${expected}` };
  }
  return null;
}

/**
 * A study with its place among all of this browser's: a clock may be set back, and the
 * newest study is the newest all the same.
 * @typedef {StudyRecord & { order?: number }} OrderedRecord
 */

/** The newest first. @param {OrderedRecord} a @param {OrderedRecord} b */
export function by_order(a, b) {
  return (b.order ?? 0) - (a.order ?? 0) || b.created.localeCompare(a.created);
}

/** The order of a study that is newer than all of these. @param {readonly OrderedRecord[]} kept */
export function next_order(kept) {
  return 1 + Math.max(0, ...kept.map(({ order = 0 }) => order));
}

/** Whether this tab runs a study, or is about to. @param {Pick<StudyState, "phase">} state */
export function is_study_active({ phase }) {
  return phase !== "idle";
}

/**
 * Why no study can start now, in a sentence; empty where one can.
 * @param {Pick<PageState, "run" | "loading" | "is_tuning" | "assignment" | "data">} page
 * @param {Pick<StudyState, "phase">} state
 */
export function why_not_study(page, state) {
  const { run, loading, is_tuning } = page;
  if (state.phase === "testing")
    return "The winner is being tested. Stop that, or let it end first.";
  if (state.phase === "finding")
    return "A rate is being looked for. Stop that, or let it end first.";
  if (is_study_active(state)) return "A study runs already. Stop it, or let it end first.";
  if (is_active(run)) return "A run is under way under Train. Stop it or let it end first.";
  if (loading) return `${loading.name} is still being read. Run the study when it is there.`;
  if (is_tuning) return "Your digits are being learned under Train. Run the study after that.";
  return why_not_assigned(page);
}

/**
 * Whether a run is still to be had: one that waits or runs was left so by a closed page.
 * @param {Pick<StudyRun, "state">} run
 */
export function is_missing({ state }) {
  return state !== "finished" && state !== "diverged";
}

/** Whether the open study runs in another tab. @param {Pick<StudyState, "record" | "elsewhere">} state */
export function is_elsewhere({ record, elsewhere }) {
  return record !== null && elsewhere.includes(record.id);
}

/** Whether nobody runs the open study. @param {Pick<StudyState, "phase" | "record" | "elsewhere">} state */
export function are_runs_over(state) {
  return ["idle", "testing", "finding"].includes(state.phase) && !is_elsewhere(state);
}

/**
 * A study that nobody runs any more: what was under way has stopped.
 * @param {StudyRecord} record
 * @returns {StudyRecord}
 */
export function settled(record) {
  const is_open = (/** @type {StudyRun} */ { state }) => state === "running" || state === "waiting";
  if (!record.runs.some(is_open)) return record;
  return {
    ...record,
    runs: record.runs.map((run) =>
      is_open(run)
        ? { ...run, state: "stopped", reason: "The page was closed while the study ran." }
        : run,
    ),
  };
}

/**
 * The study with every run that is missing waiting again.
 * @param {StudyRecord} record
 * @returns {StudyRecord}
 */
export function with_waiting(record) {
  return {
    ...record,
    runs: record.runs.map((run) => (is_missing(run) ? waiting(run.spec) : run)),
  };
}

/** @param {StudyRun["spec"]} spec @returns {StudyRun} */
export function waiting(spec) {
  return { spec, state: "waiting", reason: "", history: [], result: undefined };
}

/**
 * The study with what waits ended before it began.
 * @param {StudyRecord} record
 * @param {"stopped" | "crashed"} state
 * @param {string} reason
 * @returns {StudyRecord}
 */
export function without_waiting(record, state, reason) {
  return {
    ...record,
    runs: record.runs.map((run) => (run.state === "waiting" ? { ...run, state, reason } : run)),
  };
}

/**
 * The studies that comparison and report are about: those ticked, the oldest first;
 * without any, the open one.
 * @param {Pick<StudyState, "record" | "kept" | "chosen">} state
 * @returns {StudyRecord[]}
 */
export function chosen_studies({ record, kept, chosen }) {
  const ticked = kept.filter(({ id }) => chosen.includes(id)).reverse();
  if (ticked.length === 0) return record ? [record] : [];
  return ticked.map((one) => (one.id === record?.id ? record : one));
}

/**
 * How much of a study's work is done, from 0 to 1; runs weigh what they cost.
 * @param {Pick<StudyState, "record" | "progress">} state
 * @returns {number}
 */
export function share_done({ record, progress }) {
  let total = 0;
  let done = 0;
  record?.runs.forEach(({ spec, state }, index) => {
    total += spec.cost;
    if (state === "waiting") return;
    const moment = progress.get(index);
    const share = moment && moment.num_steps > 0 ? moment.step / moment.num_steps : 0;
    done += spec.cost * (state === "running" ? share : 1);
  });
  return total > 0 ? done / total : 0;
}

/**
 * Which steps of a study's work are done.
 * @param {StudyState} state
 * @returns {{ study: boolean, comparison: boolean, insights: boolean, report: boolean }}
 */
export function study_ticks(state) {
  const { record, reading, reported } = state;
  const is_over = are_runs_over(state);
  const compared = reading?.figures.filter((row) => row.final_accuracy !== undefined) ?? [];
  return {
    study: is_over && (record?.runs.some((run) => !is_missing(run)) ?? false),
    comparison: compared.length > 1,
    insights: is_over && (reading?.insights.length ?? 0) > 0,
    // A record is never changed in place: one with other words or figures is another.
    report: record !== null && reported.includes(record),
  };
}

/** What a person has written of the hand-in as a whole, as one text. @param {Pick<StudyState, "introduction" | "baseline_remarks" | "conclusion" | "ids">} state */
export function words_told({ introduction, baseline_remarks, conclusion, ids }) {
  return JSON.stringify([introduction, baseline_remarks, conclusion, ids]);
}

/** Whether two readings of a study from the database are one. @param {StudyRecord} a @param {StudyRecord} b */
export function is_same(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}
