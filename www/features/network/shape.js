// The network of a model beside the one that the settings plan. Pure functions.

/** @import { ModelRef } from "../../app/state.js" */

/**
 * A model's widths from the pixels to the digits; empty where nobody knows them.
 * @param {ModelRef} model
 * @returns {number[]}
 */
function widths_of({ summary, config }) {
  if (summary) return [784, ...summary.layers.map((layer) => layer.num_outputs)];
  if (!config) return [];
  return [
    784,
    ...config.hidden_layers
      .split(/[\s,]+/)
      .filter(Boolean)
      .map(Number),
    10,
  ];
}

/**
 * What is said of a model whose network is not the drawn one; empty where it is.
 * @param {ModelRef | null} model
 * @param {readonly number[]} planned widths of the drawn one
 */
export function other_network(model, planned) {
  const widths = model ? widths_of(model) : [];
  if (widths.length === 0 || widths.join() === planned.join()) return "";
  return `. The model that reads now is ${widths.join(" → ")}.`;
}
