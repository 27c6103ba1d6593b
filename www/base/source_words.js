// What was understood of a file, and done since, in words.

import { task_of } from "./task.js";

/** @import { DataChange, DataSummary } from "../pkg/ndarray/inkling.js" */

/** What a change is called once it is done. @type {Record<DataChange, string>} */
const CHANGED = {
  invert: "inverted",
  transpose: "transposed",
  drop_repeats: "repeats left out",
  drop_singles: "classes of one image left out",
  stretch: "stretched to 255",
};

/** @param {readonly string[]} labels */
const are_other_numbers = (labels) =>
  labels.some((label, at) => label !== `${at}`) && labels.every((label) => /^-?\d+$/.test(label));

/**
 * A sentence after a space; empty where a set is as plain MNIST.
 * @param {Pick<DataSummary, "source" | "task">} data
 */
export function understood_words(data) {
  const { understood = [], changes = [] } = data.source ?? {};
  const { classes } = task_of(data);
  const labels = data.source?.labels ?? [];
  const all = [
    ...(classes.length === 10 ? [] : [`${classes.length} classes`]),
    // Ten numbers that are not the digits, such as 1 to 10.
    ...(labels.length === 10 && are_other_numbers(labels)
      ? [`labels ${labels[0]} to ${labels[9]}`]
      : []),
    ...understood,
    ...changes.map((change) => CHANGED[change]),
  ];
  return all.length > 0 ? ` Understood: ${all.join("; ")}.` : "";
}
