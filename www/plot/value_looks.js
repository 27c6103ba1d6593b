// How the lines of a study's values look. The values of one factor have a colour, a dash
// and a marker each; of two factors, the one is told by colour and marker, the other by
// the dash, so that a line says both.

import { line_style } from "./line_styles.js";
import { value_colours } from "./palette.js";

/** @import { StudyPlan } from "../pkg/ndarray/inkling.js" */
/** @import { LineStyle } from "./line_styles.js" */

/** @typedef {LineStyle & { colour: string }} ValueLook */

/** Without the second factor a line is whole, with it dashed. */
const WITH = [6, 3];

/**
 * @param {Pick<StudyPlan, "factor" | "values" | "runs">} plan
 * @param {boolean} is_dark
 * @returns {ValueLook[]} one a value
 */
export function value_looks(plan, is_dark) {
  const crossed = crossed_values(plan);
  if (!crossed) {
    const colours = value_colours(plan.values.length, is_dark);
    return colours.map((colour, index) => ({ colour, ...line_style(index) }));
  }
  const rates = rates_of(crossed);
  const colours = value_colours(rates.length, is_dark);
  return crossed.map(({ dropout, is_normed }) => {
    const at = rates.indexOf(dropout);
    const { marker } = line_style(at);
    return { colour: colours[at] ?? "", dash: is_normed ? WITH : [], marker };
  });
}

/**
 * The two factors of a value of dropout crossed with layer normalisation.
 * @typedef {object} CrossedValue
 * @property {number} dropout
 * @property {boolean} is_normed
 */

/**
 * Both factors of each value, by its index; none for another factor.
 * @param {Pick<StudyPlan, "factor" | "values" | "runs">} plan
 * @returns {CrossedValue[] | null}
 */
export function crossed_values({ factor, values, runs }) {
  if (factor !== "dropout_layer_norm") return null;
  return values.map((_, index) => {
    const config = runs.find((run) => run.value_index === index)?.config;
    return { dropout: config?.dropout ?? NaN, is_normed: config?.layer_norm ?? false };
  });
}

/** The rates of dropout among them, ascending. @param {readonly CrossedValue[]} crossed */
export function rates_of(crossed) {
  return [...new Set(crossed.map(({ dropout }) => dropout))].sort((a, b) => a - b);
}
