// What a study can vary: the factors by name, the values that the form proposes, what to
// expect of each, and which settings of a run are the factor's own.

import { DEFAULTS, short_description } from "../base/settings.js";

/** @import { Factor, StudyPlan } from "../pkg/ndarray/inkling.js" */
/** @import { Settings } from "../base/settings.js" */

/**
 * @typedef {object} FactorWords
 * @property {Factor} factor
 * @property {string} label
 * @property {string} values
 * @property {string} hint one sentence
 * @property {readonly (keyof Settings)[]} keys the settings that it varies
 */

/** @type {readonly FactorWords[]} */
export const FACTORS = [
  {
    factor: "learning_rate",
    label: "Learning rate",
    values: "0.001, 0.003, 0.01, 0.03, 0.1, 0.3",
    hint: "How far each step goes. Too small learns slowly, too large swings or diverges.",
    keys: ["learning_rate"],
  },
  {
    factor: "batch_size",
    label: "Batch size",
    values: "16, 32, 64, 128, 256, 512",
    hint: "Images a step. Small batches take many noisy steps an epoch, large ones few smooth steps.",
    keys: ["batch_size"],
  },
  {
    factor: "dropout",
    label: "Dropout",
    values: "0, 0.1, 0.2, 0.3, 0.5",
    hint: "Share of hidden units switched off in each step: meant to narrow the gap between training and validation.",
    keys: ["dropout"],
  },
  {
    factor: "layer_norm",
    label: "Layer normalisation",
    values: "off, on",
    hint: "Keeps each layer’s values in one range, which often allows larger steps.",
    keys: ["layer_norm"],
  },
  {
    factor: "hidden_layers",
    label: "Hidden layers",
    values: "32, 32; 64, 32; 128, 64; 256, 128; 256, 128, 64",
    hint: "Shapes separated by semicolons, widths within a shape by commas.",
    keys: ["hidden_layers"],
  },
  {
    factor: "dropout_layer_norm",
    label: "Dropout × layer normalisation",
    values: "0, 0.2, 0.5",
    hint: "Each dropout once without and once with layer normalisation.",
    keys: ["dropout", "layer_norm"],
  },
];

/**
 * @param {Factor} factor
 * @returns {FactorWords}
 */
export function factor_words(factor) {
  return FACTORS.find((one) => one.factor === factor) ?? /** @type {FactorWords} */ (FACTORS[0]);
}

/**
 * What a study holds still, in a few words: the settings but for the factor's own.
 * @param {Factor} factor
 * @param {Settings} config
 */
export function held_description(factor, config) {
  const own = Object.fromEntries(factor_words(factor).keys.map((key) => [key, DEFAULTS[key]]));
  return short_description({ ...config, ...own });
}

/**
 * The values of a planned study, as they are typed.
 * @param {Pick<StudyPlan, "factor" | "values">} plan
 * @returns {string}
 */
export function typed_values({ factor, values }) {
  const labels = values.map(({ label }) => label);
  switch (factor) {
    case "hidden_layers":
      return labels.join("; ");
    case "dropout_layer_norm":
      // Each dropout stands twice, as in `0.2, off` and `0.2, on`.
      return [...new Set(labels.map((label) => label.split(",", 1)[0]))].join(", ");
    default:
      return labels.join(", ");
  }
}
