// Data sets that courses use besides MNIST, and what their classes are called. Told by a
// file's name or by the labels that it has; whoever loads one decides.

/** @import { DataSummary, TaskSummary } from "../pkg/ndarray/inkling.js" */

/**
 * @typedef {object} KnownSet
 * @property {string} name as people write it
 * @property {RegExp} file what its files are called
 * @property {readonly string[]} labels as the file has them
 * @property {readonly string[]} classes what they mean, each in its place
 * @property {boolean} is_drawn whether its pictures are signs that a hand draws
 */

/** Whole numbers from `first` on. @param {number} first @param {number} count */
const numbers = (first, count) => Array.from({ length: count }, (_, at) => `${first + at}`);

const DIGITS = numbers(0, 10);
const CAPITALS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
const SMALL = CAPITALS.map((letter) => letter.toLowerCase());

/** The more telling ones first. @type {readonly KnownSet[]} */
export const KNOWN_SETS = [
  {
    name: "Fashion-MNIST",
    file: /fashion/i,
    labels: DIGITS,
    classes: [
      "T-shirt/top",
      "Trouser",
      "Pullover",
      "Dress",
      "Coat",
      "Sandal",
      "Shirt",
      "Sneaker",
      "Bag",
      "Ankle boot",
    ],
    is_drawn: false,
  },
  {
    name: "KMNIST",
    file: /kmnist|kuzushiji/i,
    labels: DIGITS,
    classes: ["お", "き", "す", "つ", "な", "は", "ま", "や", "れ", "を"],
    is_drawn: true,
  },
  {
    name: "EMNIST letters",
    file: /letters/i,
    labels: numbers(1, 26),
    classes: CAPITALS,
    is_drawn: true,
  },
  {
    name: "A–Z handwritten",
    file: /a[_ -]?z/i,
    labels: numbers(0, 26),
    classes: CAPITALS,
    is_drawn: true,
  },
  {
    name: "Sign Language MNIST",
    file: /sign/i,
    // J and Z are signs that move.
    labels: numbers(0, 25).filter((label) => label !== "9"),
    classes: CAPITALS.filter((letter) => letter !== "J" && letter !== "Z"),
    is_drawn: false,
  },
  {
    name: "EMNIST balanced",
    file: /balanced|bymerge/i,
    labels: numbers(0, 47),
    classes: [...DIGITS, ...CAPITALS, ..."abdefghnqrt"],
    is_drawn: true,
  },
  {
    name: "EMNIST byclass",
    file: /byclass/i,
    labels: numbers(0, 62),
    classes: [...DIGITS, ...CAPITALS, ...SMALL],
    is_drawn: true,
  },
];

/**
 * The known set that data look like, while their classes bear the file's labels still.
 * Ten digits are MNIST unless the file's name or its first pixel's says otherwise:
 * Fashion-MNIST counts its pixels from 1, MNIST from 0.
 * @param {Pick<DataSummary, "name" | "has_labels" | "source"> & { task: TaskSummary }} data
 * @returns {KnownSet | null}
 */
export function known_set({ name, has_labels, source, task }) {
  if (!has_labels || task.side !== 28) return null;
  const alike = KNOWN_SETS.filter(({ labels }) => is_same(labels, task.classes));
  const by_name = alike.find(({ file }) => file.test(name));
  const by_labels = alike.find(({ labels }) => labels !== DIGITS);
  const is_from_1 = source?.table?.pixel_name === "pixel1";
  return by_name ?? by_labels ?? (is_from_1 ? alike[0] : undefined) ?? null;
}

/**
 * The task of data whose file names the classes of its numbers.
 * @param {{ task: TaskSummary, class_counts: readonly number[] }} data
 * @param {readonly string[]} names in the order of the numbers, from 0 on
 * @returns {TaskSummary | null} `null` where they say nothing new, or are no names of these classes
 */
export function task_named({ task, class_counts }, names) {
  const { classes } = task;
  const is_bad = new Set(names).size < names.length || names.some((name) => !is_name(name));
  // The digits are ten classes, however few of them there are.
  const is_short = names.length < 2 || class_counts.slice(names.length).some((count) => count > 0);
  const are_numbers = is_same(classes, numbers(0, classes.length));
  if (is_bad || is_short || !are_numbers || is_same(names, numbers(0, names.length))) return null;
  const known = KNOWN_SETS.find(({ classes }) => is_same(classes.map(plain), names.map(plain)));
  return task_of_set(task, { classes: names, is_drawn: known?.is_drawn ?? task.is_drawn });
}

/** As many characters as the engine lets a class's name have. */
export const MAX_NAME = 40;

/** Whether a class can be called so. @param {string} name */
export function is_name(name) {
  return name.trim() !== "" && name.length <= MAX_NAME;
}

/** Letters and digits of a name: one set's "T-shirt/top" is another's "T - shirt / top". @param {string} name */
function plain(name) {
  return name.replaceAll(/[^\p{L}\p{N}]/gu, "");
}

/** @param {readonly string[]} some @param {readonly string[]} others */
function is_same(some, others) {
  return some.length === others.length && some.every((label, at) => label === others[at]);
}

/**
 * The task of data that are a known set: its names, whether it is drawn, and no
 * normalisation but its own.
 * @param {TaskSummary} task
 * @param {Pick<KnownSet, "classes" | "is_drawn">} set
 * @returns {TaskSummary}
 */
export function task_of_set(task, set) {
  const { side, full_ink } = task;
  return { side, full_ink, classes: [...set.classes], is_drawn: set.is_drawn };
}
