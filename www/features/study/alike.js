// What several studies hold alike, and in what one is unlike the others, in words.

import { misfit } from "../../app/assignment.js";
import { counted } from "../../base/format.js";
import { DEFAULTS } from "../../base/settings.js";

/** @import { StudyRecord } from "../../pkg/ndarray/inkling.js" */

/**
 * What a study holds, and with it all that are like it.
 * @param {Pick<StudyRecord, "data" | "plan">} record
 */
export function held_alike({ data, plan }) {
  const { epochs, learning_rate, batch_size, hidden_layers } = plan.baseline;
  return (
    `On ${data.name}. Where a study does not vary it: ${counted(epochs ?? NaN, "epoch")}, ` +
    `learning rate ${learning_rate}, batch size ${batch_size}, hidden layers ${hidden_layers}.`
  );
}

/**
 * In what studies start from something else than the first does, in words; nothing of
 * those that start from the same. What a study varies is its own.
 * @param {readonly Pick<StudyRecord, "id" | "data" | "plan">[]} records
 * @returns {Map<string, string>} by the study's id
 */
export function unlikeness([first, ...others]) {
  if (!first) return new Map();
  const bench = { config: { ...DEFAULTS, ...first.plan.baseline }, data: first.data };
  return new Map(
    others.flatMap((record) => {
      const words = misfit(/** @type {StudyRecord} */ (record), bench);
      return words === "" ? [] : [[record.id, words]];
    }),
  );
}
