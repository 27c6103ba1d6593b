// What a study can vary, as the engine says it: the factors by name, the values that the
// form proposes, what to expect of each, and which settings of a run are the factor's own.
// Written when the site was built, for the form stands before there is an engine.

import { DEFAULTS, short_description } from "../base/settings.js";
import { FACTS as STUDY_FACTS } from "../facts/study.js";

/** @import { Factor, FactorFacts, StudyPlan } from "../pkg/ndarray/inkling.js" */
/** @import { Settings } from "../base/settings.js" */

export const {
  factors: FACTORS,
  most_seeds: MOST_SEEDS,
  most_workers: MOST_WORKERS,
  usual: USUAL_STUDIES,
} = STUDY_FACTS;

/**
 * @param {Factor} factor
 * @returns {FactorFacts}
 */
export function factor_words(factor) {
  return FACTORS.find((one) => one.factor === factor) ?? /** @type {FactorFacts} */ (FACTORS[0]);
}

/**
 * The settings that a study varies.
 * @param {Pick<StudyPlan, "factor" | "crossed">} plan
 */
export function varied_settings({ factor, crossed = [] }) {
  return /** @type {(keyof Settings)[]} */ ([...factor_words(factor).settings, ...crossed]);
}

/**
 * What a study holds still, in a few words: the settings but for those that it varies.
 * @param {Pick<StudyPlan, "factor" | "crossed">} plan
 * @param {Settings} config
 */
export function held_description(plan, config) {
  const keys = varied_settings(plan);
  const own = Object.fromEntries(keys.map((key) => [key, DEFAULTS[key]]));
  return short_description({ ...config, ...own });
}

/**
 * The values of a planned study, as they are typed.
 * @param {Pick<StudyPlan, "factor" | "crossed" | "factor_name" | "values">} plan
 * @returns {string}
 */
export function typed_values(plan) {
  const { factor, values } = plan;
  const { settings, separator } = factor_words(factor);
  if (plan.crossed?.length) return typed_pairs(plan);
  const labels = values.map(({ label }) => label);
  // Of two settings crossed the first is typed, and stands once with each of the other.
  const typed = settings.length > 1 ? labels.map((label) => label.split(",", 1)[0]) : labels;
  return [...new Set(typed)].join(separator);
}

/** @param {Pick<StudyPlan, "crossed" | "factor_name" | "values">} plan */
function typed_pairs({ crossed = [], factor_name, values }) {
  const names = factor_name.split(" × ");
  const pairs = values.map(({ label }) => label.split(" × "));
  const parts = crossed.map((key, at) => {
    const separator = FACTORS.find(({ settings }) => settings.join() === key)?.separator ?? ", ";
    return `${names[at]}: ${[...new Set(pairs.map((pair) => pair[at]))].join(separator)}`;
  });
  return parts.join(" × ");
}
