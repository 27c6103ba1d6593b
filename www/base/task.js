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
 * @param {{ task?: TaskSummary } | null | undefined} data
 * @returns {TaskSummary}
 */
export function task_of(data) {
  return data?.task ?? MNIST_TASK;
}

/** Pixels of a picture. @param {{ task?: TaskSummary } | null | undefined} data */
export function num_pixels_of(data) {
  const { side } = task_of(data);
  return side * side;
}
