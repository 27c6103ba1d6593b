// Which class of a model each class of a data set is. Two sets may name one class otherwise,
// or have some of them only: what is told apart is told by names, never by places.

import { KNOWN_SETS } from "./known_sets.js";
import { task_of, task_words } from "./task.js";

/** @import { DataSummary, TaskSummary } from "../pkg/ndarray/inkling.js" */

/** As many names fit into a sentence. */
const SHOWN_NAMES = 12;

/** @typedef {Pick<DataSummary, "class_counts" | "source" | "task">} Labelled */

/**
 * The model's class of each class of a set.
 * @typedef {object} ClassMap
 * @property {readonly number[]} places by class of the set; -1 for one without an image
 * @property {readonly string[]} unknown classes with images that the model does not know
 */

/**
 * By the classes' names, by the labels of the files where people named the classes since, or
 * by the labels of a known set.
 * @param {readonly string[]} classes of the model
 * @param {Labelled} set
 * @param {Labelled | null} [data] what is trained on, perhaps by this model
 * @returns {ClassMap}
 */
export function class_map(classes, set, data = null) {
  const own = task_of(set).classes;
  const of_file = labels_of(set);
  // Sets that older pages kept do not say how many images a class has.
  const has_images = own.map((_, at) => (set.class_counts?.[at] ?? 1) > 0);
  const tries = [
    { names: own, known: classes },
    { names: of_file, known: classes },
    { names: of_file, known: file_labels(classes, data) },
  ];
  const all = tries.map(({ names, known }) =>
    names.map((name, at) => (has_images[at] ? known.indexOf(name) : -1)),
  );
  const unknown_by = (/** @type {number[]} */ places) =>
    own.filter((_, at) => has_images[at] && places[at] === -1);
  const [by_name = []] = all;
  const places = all.find((some) => unknown_by(some).length === 0) ?? by_name;
  return { places, unknown: unknown_by(places) };
}

/**
 * What files call a model's classes: as the loaded data did, if they have the same names,
 * or a known set; else the names themselves.
 * @param {readonly string[]} classes
 * @param {Labelled | null} data
 * @returns {readonly string[]}
 */
export function file_labels(classes, data) {
  if (data && is_same(task_of(data).classes, classes)) return labels_of(data);
  return KNOWN_SETS.find((set) => is_same(set.classes, classes))?.labels ?? classes;
}

/** Classes as the set's file has them. @param {Labelled} set */
function labels_of(set) {
  const { classes } = task_of(set);
  const labels = set.source?.labels ?? [];
  return labels.length === classes.length ? labels : classes;
}

/** @param {readonly string[]} some @param {readonly string[]} others */
function is_same(some, others) {
  return some.length === others.length && some.every((name, at) => name === others[at]);
}

/**
 * Why a model cannot be judged by a set: the size of its pictures, or labels it does not know.
 * @param {TaskSummary} task the model's
 * @param {Labelled & { name: string }} set
 * @param {Labelled | null} [data] what is trained on
 * @returns {string} a sentence; empty where it can
 */
export function why_not_judged(task, set, data = null) {
  const other = task_of(set);
  if (task.side !== other.side) {
    return `This model is for ${task_words(task)}; ${set.name} has ${task_words(other)}. Load data that fit it.`;
  }
  const { unknown } = class_map(task.classes, set, data);
  if (unknown.length === 0) return "";
  return `${set.name} has labels that this model does not know: found ${listed(unknown)}, expected ${listed(task.classes)}.`;
}

/** Of many names the first. @param {readonly string[]} names */
function listed(names) {
  const more = names.length - SHOWN_NAMES;
  return more > 0 ? `${names.slice(0, SHOWN_NAMES).join(", ")} and ${more} more` : names.join(", ");
}
