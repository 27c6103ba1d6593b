// What the assignment asks for, in words: each point with whether it is met and what of it
// is there or missing.

import { counted, percent } from "../base/format.js";
import { other_data_words } from "./assigned.js";
import { asked_studies, parts_of, studies_of } from "./assignment.js";
import { factor_words } from "./factors.js";
import { words_told } from "./study_state.js";

/** @import { Bench, Part, PartState } from "./assignment.js" */
/** @import { PageState } from "./state.js" */
/** @import { StudyState } from "./study_state.js" */

/**
 * A point of the checklist.
 * @typedef {object} Check
 * @property {string} title
 * @property {boolean} is_done
 * @property {string} told what is there, or what is missing
 * @property {Part | null} part that can be left out
 * @property {string | null} study that can be opened
 * @property {boolean} is_left_out
 */

/** Of what assignments usually ask for; others have their factor’s name. @type {Readonly<Partial<Record<Part, string>>>} */
const TITLES = {
  baseline: "Baseline",
  learning_rate: "Learning rates, five or more",
  batch_size: "Batch sizes, five or more",
  dropout: "Dropout",
  layer_norm: "Layer normalisation",
  hidden_layers: "Hidden layers",
  dropout_layer_norm: "Dropout with and without layer normalisation",
};

/** @param {StudyState} state @param {Bench} bench @returns {Check[]} */
export function assignment_checks(state, bench) {
  const parts = parts_of(state, bench);
  const title = (/** @type {Part} */ part) => title_of(part, bench);
  return [
    ...given_checks(bench),
    ...parts.map((part) => part_check(part, title(part.part))),
    ...whole_checks(state, parts),
  ];
}

/**
 * What is missing before all of it can be handed in, in a sentence.
 * @param {StudyState} state
 * @param {Bench} bench
 */
export function missing_words(state, bench) {
  const is_given = Boolean(bench.assignment?.given);
  const missing = assignment_checks(state, bench).filter(
    // The files are what is about to be made; what a teacher asks for is missed if left out.
    ({ title, is_done, is_left_out }) =>
      !is_done && (is_given || !is_left_out) && title !== "Files",
  );
  if (missing.length === 0) return "Nothing of the assignment is missing.";
  const words = missing.map(({ title, told }) => (told ? `${title} (${told})` : title));
  return `Still missing of the assignment: ${words.join("; ")}.`;
}

/** @param {Part} part @param {Pick<Bench, "assignment">} bench */
function title_of(part, bench) {
  const usual = TITLES[part] ?? (part === "baseline" ? "" : factor_words(part).label);
  if (!bench.assignment?.given || part === "baseline") return usual;
  const { least = 1 } = asked_studies(bench).find(({ factor }) => factor === part) ?? {};
  const { label } = factor_words(part);
  return least > 1 ? `${label}, ${least} values or more` : label;
}

/** @param {string} title @param {boolean} is_done @param {string} told @returns {Check} */
function check(title, is_done, told) {
  return { title, is_done, told, part: null, study: null, is_left_out: false };
}

/** What an assignment by link gives beside its studies. @param {Bench} bench @returns {Check[]} */
function given_checks({ assignment, data }) {
  const given = assignment?.given;
  if (!given) return [];
  const checks = [];
  if (given.data) {
    const { name } = given.data;
    const told = data ? other_data_words(given, data) : `${name} is not loaded yet under Train`;
    checks.push(check("Its data", told === "", told || name));
  }
  if (given.seed_from_ids) {
    const { seed } = assignment;
    const told = seed === null ? "enter your ids below" : `seed ${seed}`;
    checks.push(check("Seed of your ids", seed !== null, told));
  }
  return checks;
}

/** @param {PartState} part @param {string} title @returns {Check} */
function part_check({ part, is_left_out, study, run, lacks }, title) {
  const accuracy = run?.result?.validation_accuracy;
  const found = run
    ? `validation accuracy ${percent(accuracy ?? NaN)}`
    : counted(study?.plan.values.length ?? 0, "value");
  return {
    title,
    is_done: lacks === "" && !is_left_out,
    told: is_left_out ? "left out" : lacks || found,
    part,
    study: study?.id ?? null,
    is_left_out,
  };
}

/** What is asked of all of it together. @param {StudyState} state @param {readonly PartState[]} parts @returns {Check[]} */
function whole_checks(state, parts) {
  const { introduction, conclusion, ids, reported } = state;
  const studies = studies_of(parts);
  const asked = parts.filter(({ part, is_left_out }) => part !== "baseline" && !is_left_out);
  const misfits = asked.filter(({ study, lacks }) => study && /^(on|with) other/.test(lacks));
  const runs = studies.flatMap((one) => one.runs);
  const curved = runs.filter(({ history, result }) => (result?.history ?? history).length > 0);
  const remarked = studies.filter(({ remarks }) => remarks.trim() !== "");
  const num_written = [introduction, conclusion].filter((text) => text.trim()).length;
  const newer = studies.filter((one) => !reported.includes(one)).map(({ name }) => name);
  if (state.reported_words !== words_told(state))
    newer.push("introduction, conclusion, remarks on the baseline or ids");
  const is_reported = studies.length > 0 && newer.length === 0;
  const names = misfits.map(({ part }) =>
    factor_words(/** @type {any} */ (part)).label.toLowerCase(),
  );
  return [
    check(
      "One factor at a time, each run from scratch, on one data set",
      studies.length > 0 && misfits.length === 0,
      misfits.length > 0 ? `does not fit the bench: ${names.join(", ")}` : "",
    ),
    check(
      "Four curves of every run",
      runs.length > 0 && curved.length === runs.length,
      `${curved.length} of ${counted(runs.length, "run")}`,
    ),
    check(
      "Remarks of your own beside each study",
      studies.length > 0 && remarked.length === studies.length,
      `${remarked.length} of ${counted(studies.length, "study", "studies")}`,
    ),
    check("Introduction and conclusion", num_written === 2, `${num_written} of 2 written`),
    check(
      "Ids",
      ids.some((id) => id.trim() !== ""),
      ids.filter((id) => id.trim()).join(", "),
    ),
    check(
      "Files",
      is_reported,
      reported.length === 0
        ? "not made since this page was opened: press Download report"
        : is_reported
          ? "made as it all stands now"
          : `changed since they were made: ${newer.join(", ")}. Press Download report again`,
    ),
  ];
}

/** What the assignment is, in a sentence under its head. @param {Pick<PageState, "assignment">} bench */
export function assignment_lead(bench) {
  const given = bench.assignment?.given;
  if (!given) return "A baseline and five studies from it, one after the other.";
  const asked = counted(given.studies.length, "study", "studies");
  return `${given.title}. It asks for a baseline${given.studies.length > 0 ? ` and ${asked} from it` : ""}.`;
}

/** @param {Pick<StudyState, "assigned" | "assignment_told">} state */
export function assignment_status({ assigned, assignment_told }) {
  if (!assigned) return assignment_told;
  return `Part ${assigned.at} of ${assigned.of}: ${title_of(assigned.part, { assignment: null }).toLowerCase()}.`;
}
