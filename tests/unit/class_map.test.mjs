// A test set's labels are a model's classes by their names, never by their places.

import assert from "node:assert/strict";
import { test } from "node:test";
import { class_map, file_labels } from "../../www/base/class_map.js";
import { KNOWN_SETS } from "../../www/base/known_sets.js";
import { MNIST_TASK } from "../../www/base/task.js";

const DIGITS = MNIST_TASK.classes;
const WORDS = ["eight", "five", "four", "nine", "one", "seven", "six", "three", "two", "zero"];

/** @param {string[]} classes @param {{ labels?: string[], counts?: number[] }} [more] */
const set = (classes, { labels = classes, counts = classes.map(() => 3) } = {}) =>
  /** @type {any} */ ({
    task: { ...MNIST_TASK, classes },
    source: { labels },
    class_counts: counts,
  });

test("the same names are the same classes, wherever they stand", () => {
  const { places, unknown } = class_map(["b", "a", "c"], set(["a", "b"]));
  assert.deepEqual([places, unknown], [[1, 0], []]);
});

test("names that the model has not are named, and never taken for others", () => {
  assert.deepEqual(class_map(DIGITS, set(WORDS)).unknown, WORDS);
  assert.deepEqual(class_map(WORDS, set(DIGITS)).unknown, DIGITS);
  assert.deepEqual(class_map(["a", "b"], set(["a", "x"])).unknown, ["x"]);
});

test("a class without an image need not be known", () => {
  const some = set(["a", "x"], { counts: [4, 0] });
  assert.deepEqual(class_map(["a", "b"], some), { places: [0, -1], unknown: [] });
});

test("what people named since is known by the labels of its file", () => {
  const fashion = KNOWN_SETS[0]?.classes ?? [];
  const named = set([...fashion], { labels: [...DIGITS] });
  const mine = DIGITS.map((digit) => `my ${digit}`);
  const trained = set(mine, { labels: [...DIGITS] });
  const in_order = DIGITS.map((_, at) => at);
  assert.deepEqual(class_map(fashion, set([...DIGITS])).places, in_order, "a known set");
  assert.deepEqual(class_map(DIGITS, named).places, in_order, "named after it was trained on");
  assert.deepEqual(class_map(mine, set([...DIGITS]), trained).places, in_order, "own names");
  assert.deepEqual(class_map(mine, set([...DIGITS])).unknown, DIGITS, "and nobody says whose");
});

test("a submission has the labels that the file had", () => {
  const shifted = DIGITS.map((_, at) => `${at + 10}`);
  assert.deepEqual(file_labels(DIGITS, set([...DIGITS], { labels: shifted })), shifted);
  assert.deepEqual(file_labels(KNOWN_SETS[0]?.classes ?? [], null), DIGITS);
  assert.deepEqual(file_labels(WORDS, set([...DIGITS])), WORDS);
});
