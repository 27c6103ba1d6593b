// What the pad asks for: digits, another set's signs, or a picture of what nobody draws
// with a pen. Pure functions of the task.

import { are_digits } from "../../base/task.js";

/** @import { TaskSummary } from "../../pkg/ndarray/inkling.js" */

/**
 * @typedef {object} PadWords
 * @property {string} lead what to do, in a sentence
 * @property {string} invitation what the empty pad says
 * @property {string} hint of the picture
 */

/** @param {TaskSummary} task @returns {PadWords} */
export function pad_words({ classes, is_drawn }) {
  if (!is_drawn) {
    return {
      lead: "Drop in or pick a picture of one thing: these are not drawn by hand.",
      invitation: "Drop a picture here",
      hint: "One thing, dark on light. Or paste it.",
    };
  }
  if (are_digits(classes)) {
    return {
      lead: "Write one digit, large, in the box.",
      invitation: "Draw a digit here",
      hint: "One digit, dark on light. Or paste it.",
    };
  }
  return {
    lead: `Write one of the ${classes.length} classes, large, in the box.`,
    invitation: "Draw one here",
    hint: "One sign, dark on light. Or paste it.",
  };
}
