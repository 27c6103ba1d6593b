// What an assignment says of the bench: which settings it fixes, and what stands between
// the bench and its first run. Pure functions.

/** @import { DataSummary } from "../pkg/ndarray/inkling.js" */
/** @import { Assignment } from "../pkg/studies/inkling.js" */
/** @import { Settings } from "../base/settings.js" */
/** @import { AssignmentState, PageState } from "./state.js" */

/**
 * Why nothing is trained for the assignment as things stand, in a sentence; empty where
 * there is none, or nothing in its way.
 * @param {Pick<PageState, "assignment" | "data">} state
 */
export function why_not_assigned({ assignment, data }) {
  if (!assignment) return "";
  const { given, seed, fault } = assignment;
  if (fault) return `The assignment could not be read. ${fault}`;
  if (!given) return "The assignment is still being read.";
  const other = data ? other_data_words(given, data) : "";
  if (other) return other;
  return given.seed_from_ids && seed === null
    ? "The assignment gives you a seed of your own: enter your number as Id 1 under Study first."
    : "";
}

/**
 * That data are not the assignment's, in a sentence; empty where they are.
 * @param {Assignment} given
 * @param {Pick<DataSummary, "name" | "checksum">} data
 */
export function other_data_words({ data: asked }, { name, checksum }) {
  if (!asked || asked.checksum === checksum) return "";
  return `Data: found ${name} (checksum ${checksum}), expected the assignment’s ${asked.name} (checksum ${asked.checksum}). Load that file, or leave the assignment.`;
}

/**
 * The settings as the assignment has them: what it leaves open stays.
 * @param {Settings} config
 * @param {AssignmentState | null} assignment
 * @returns {Settings} the same object where nothing is otherwise
 */
export function assigned_settings(config, assignment) {
  const given = assignment?.given;
  if (!given) return config;
  const settings = /** @type {Settings} */ ({ split_seed: undefined, ...given.settings });
  const names = /** @type {(keyof Settings)[]} */ ([...given.fixed, ...given.hidden]);
  /** @type {Partial<Settings>} */
  const own = Object.fromEntries(names.map((name) => [name, settings[name]]));
  if (given.seed_from_ids) {
    own.seed = assignment.seed ?? config.seed;
    // The split is each one's own, too.
    if (!names.includes("split_seed")) own.split_seed = undefined;
  }
  const is_so = Object.entries(own).every(([name, value]) =>
    Object.is(config[/** @type {keyof Settings} */ (name)], value),
  );
  return is_so ? config : { ...config, ...own };
}

/**
 * Names of the settings that a student cannot change, each with the reason in words.
 * @param {AssignmentState | null} assignment
 * @returns {Map<string, string>}
 */
export function locked_settings(assignment) {
  const given = assignment?.given;
  if (!given) return new Map();
  const fixed = [...given.fixed, ...given.hidden].map(
    (name) => /** @type {const} */ ([name, "Fixed by the assignment."]),
  );
  const seeds = given.seed_from_ids ? ["seed", "split_seed"] : [];
  const own = seeds.map((name) => /** @type {const} */ ([name, "Follows from your ids."]));
  return new Map([...own, ...fixed]);
}
