// What a report will hold, in words, with what of it does not fit together.

import { misfit } from "../../app/assignment.js";
import { DEFAULTS } from "../../base/settings.js";

/** @import { StudyRecord } from "../../pkg/ndarray/inkling.js" */

/**
 * @param {readonly Pick<StudyRecord, "name" | "data" | "plan">[]} records that are chosen
 * @returns {string[]} sentences
 */
export function chosen_words(records) {
  const [first, ...others] = records;
  if (!first) return ["Run a study first; tick several kept studies to hand them in together."];
  const config = { ...DEFAULTS, ...first.plan.baseline };
  const differing = others.flatMap((record) => {
    const why = misfit(/** @type {StudyRecord} */ (record), { config, data: first.data });
    return why ? [`${record.name} is ${why}`] : [];
  });
  return [
    `It will hold: ${records.map(({ name }) => name).join("; ")}.`,
    ...(differing.length > 0
      ? [
          `Not all of it fits ${first.name}: ${differing.join("; ")}. The report says so and ranks them apart; untick what should not be in it.`,
        ]
      : []),
  ];
}
