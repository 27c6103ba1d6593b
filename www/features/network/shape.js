// The network of a model beside the one that the settings plan. Pure functions.

import { num_members } from "../../app/members.js";
import { model_task } from "../../app/state.js";
import { summary_widths } from "../../plot/weights_view.js";

/** @import { ModelRef } from "../../app/state.js" */

/**
 * A model's widths from the pixels to the classes; empty where nobody knows them.
 * @param {ModelRef} model
 * @returns {number[]}
 */
function widths_of(model) {
  const { summary, config } = model;
  if (summary) return summary_widths(summary);
  if (!config) return [];
  const { side, classes } = model_task(model);
  return [
    side * side,
    ...config.hidden_layers
      .split(/[\s,]+/)
      .filter(Boolean)
      .map(Number),
    classes.length,
  ];
}

/**
 * What is said of a model whose network is not the drawn one; empty where it is.
 * @param {ModelRef | null} model
 * @param {readonly number[]} planned widths of the drawn one
 */
export function other_network(model, planned) {
  if (num_members(model) > 1) {
    return `. The model that reads now is a committee of ${num_members(model)} networks.`;
  }
  const widths = model ? widths_of(model) : [];
  if (widths.length === 0 || widths.join() === planned.join()) return "";
  return `. The model that reads now is ${widths.join(" → ")}.`;
}
