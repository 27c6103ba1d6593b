// Files of studies: written, and read again. Whether a study in one is whole the engine
// decides when it reads it.

import { written } from "../base/number.js";

/** @import { StudyRecord } from "../pkg/ndarray/inkling.js" */

const read = (/** @type {string} */ _key, /** @type {unknown} */ value) =>
  typeof value === "string" && /^number:(NaN|-?Infinity)$/.test(value)
    ? Number(value.slice("number:".length))
    : value;

/**
 * Studies as a file.
 * @param {readonly StudyRecord[]} records
 * @returns {string}
 */
export function exported(records) {
  return JSON.stringify({ inkling_studies: 1, studies: records }, written, 1);
}

/**
 * The studies of such a file.
 * @param {string} text
 * @param {string} name the file's
 * @returns {StudyRecord[]}
 */
export function imported(text, name) {
  const expected = "a file of studies exported by Inkling";
  /** @type {any} */
  let value;
  try {
    value = JSON.parse(text, read);
  } catch {
    throw new Error(`${name}: found no JSON, expected ${expected}`);
  }
  if (value?.inkling_studies !== 1 || !Array.isArray(value.studies)) {
    throw new Error(`${name}: found other JSON, expected ${expected}`);
  }
  value.studies.forEach((/** @type {any} */ study, /** @type {number} */ index) => {
    const is_study =
      [1, 2].includes(study?.format_version) &&
      typeof study.id === "string" &&
      typeof study.name === "string" &&
      Array.isArray(study.plan?.values) &&
      Array.isArray(study.runs);
    if (!is_study) {
      throw new Error(`${name}, study ${index + 1}: found something else, expected ${expected}`);
    }
  });
  return value.studies;
}
