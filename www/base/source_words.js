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

/**
 * A sentence after a space; empty where a set is as plain MNIST.
 * @param {Pick<DataSummary, "source" | "task">} data
 */
export function understood_words(data) {
  const { understood = [], changes = [] } = data.source ?? {};
  const { classes } = task_of(data);
  const all = [
    ...(classes.length === 10 ? [] : [`${classes.length} classes`]),
    ...understood,
    ...changes.map((change) => CHANGED[change]),
  ];
  return all.length > 0 ? ` Understood: ${all.join("; ")}.` : "";
}
