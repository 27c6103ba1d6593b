// What a study can vary, as the engine says it: the factors by name, the values that the
// form proposes, what to expect of each, and which settings of a run are the factor's own.
// Written when the site was built, for the form stands before there is an engine.

import { DEFAULTS, short_description } from "../base/settings.js";
import { FACTS as STUDY_FACTS } from "../facts/study.js";

/** @import { Factor, FactorFacts, StudyPlan } from "../pkg/ndarray/inkling.js" */
/** @import { Settings } from "../base/settings.js" */

export const { factors: FACTORS, most_seeds: MOST_SEEDS, most_workers: MOST_WORKERS } = STUDY_FACTS;

/**
 * @param {Factor} factor
 * @returns {FactorFacts}
 */
export function factor_words(factor) {
  return FACTORS.find((one) => one.factor === factor) ?? /** @type {FactorFacts} */ (FACTORS[0]);
}

/**
 * What a study holds still, in a few words: the settings but for the factor's own.
 * @param {Factor} factor
 * @param {Settings} config
 */
export function held_description(factor, config) {
  const keys = /** @type {(keyof Settings)[]} */ (factor_words(factor).settings);
  const own = Object.fromEntries(keys.map((key) => [key, DEFAULTS[key]]));
  return short_description({ ...config, ...own });
}

/**
 * The values of a planned study, as they are typed.
 * @param {Pick<StudyPlan, "factor" | "values">} plan
 * @returns {string}
 */
export function typed_values({ factor, values }) {
  const { settings, separator } = factor_words(factor);
  const labels = values.map(({ label }) => label);
  // Of two settings crossed the first is typed, and stands once with each of the other.
  const typed = settings.length > 1 ? labels.map((label) => label.split(",", 1)[0]) : labels;
  return [...new Set(typed)].join(separator);
}
