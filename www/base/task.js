// What a data set asks of a network, as the page reads it off the set's summary: how
// large its pictures are and what its classes are called.

/** @import { TaskSummary } from "../pkg/ndarray/inkling.js" */

/** MNIST's: sets kept by pages that knew no other have none of their own. @type {TaskSummary} */
export const MNIST_TASK = {
  side: 28,
  classes: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
  full_ink: 255,
  is_drawn: true,
  normalisation: { mean: 0.1307, deviation: 0.3081 },
};

/**
 * The task of a set; MNIST's where there is no set, or one that an older page kept.
 * @param {{ task?: TaskSummary | undefined } | null | undefined} data
 * @returns {TaskSummary}
 */
export function task_of(data) {
  return data?.task ?? MNIST_TASK;
}

/** Size and classes in words. @param {TaskSummary} task */
export function task_words({ side, classes }) {
  return `${side} × ${side} pixels and ${classes.length} classes`;
}

/** Whether the classes are the ten digits under their own names. @param {readonly string[]} classes */
export function are_digits(classes) {
  return classes.length === 10 && classes.every((name, at) => name === `${at}`);
}

/**
 * Whether a person's kept digits, 28 × 28 pixels of the ten digits, can be learned too.
 * @param {TaskSummary} task
 */
export function keeps_digits({ side, classes, is_drawn }) {
  // Clothes bear numbers until somebody names them.
  return side === 28 && is_drawn && are_digits(classes);
}

/** What one of the classes is called. @param {readonly string[]} classes */
export function class_noun(classes) {
  return are_digits(classes) ? "digit" : "class";
}

/**
 * A class's name; its number where nobody named it.
 * @param {readonly string[]} classes
 * @param {number} at
 */
export function class_name(classes, at) {
  return classes[at] ?? String(at);
}

/** Pixels of a picture. @param {{ task?: TaskSummary | undefined } | null | undefined} data */
export function num_pixels_of(data) {
  const { side } = task_of(data);
  return side * side;
}
