// Which known set data look like, by their file's name, their labels and their header.

import assert from "node:assert/strict";
import { test } from "node:test";
import { KNOWN_SETS, known_set, task_named, task_of_set } from "../../www/base/known_sets.js";
import { MNIST_TASK, keeps_digits } from "../../www/base/task.js";

const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];

/** @param {string} name @param {string[]} classes @param {string} [pixel_name] */
const found = (name, classes, pixel_name = "") => {
  const task = { ...MNIST_TASK, classes };
  const source = /** @type {any} */ ({ table: { pixel_name } });
  return known_set({ name, has_labels: true, task, source })?.name;
};

/** @param {number} first @param {number} count */
const numbers = (first, count) => Array.from({ length: count }, (_, at) => `${first + at}`);

test("each set has a name for each label", () => {
  for (const { name, labels, classes } of KNOWN_SETS) {
    assert.equal(labels.length, classes.length, name);
    assert.equal(new Set(classes).size, classes.length, name);
    assert.ok(classes.length >= 2 && classes.length <= 100, name);
  }
});

test("digits are MNIST unless the file says otherwise", () => {
  const digits = numbers(0, 10);
  assert.equal(found("train.csv", digits, "pixel0"), undefined);
  assert.equal(found("mnist_train.csv", digits, "1x1"), undefined);
  assert.equal(found("fashion-mnist_train.csv", digits, "pixel1"), "Fashion-MNIST");
  assert.equal(found("train.csv", digits, "pixel1"), "Fashion-MNIST");
  assert.equal(found("kmnist-train.csv", digits), "KMNIST");
});

test("other sets are told by their labels", () => {
  assert.equal(found("a.csv", numbers(1, 26)), "EMNIST letters");
  assert.equal(found("emnist-letters-train.csv", numbers(1, 26)), "EMNIST letters");
  assert.equal(found("A_Z Handwritten Data.csv", numbers(0, 26)), "A–Z handwritten");
  assert.equal(found("emnist-balanced-train.csv", numbers(0, 47)), "EMNIST balanced");
  assert.equal(found("emnist-byclass-train.csv", numbers(0, 62)), "EMNIST byclass");
  const signs = numbers(0, 25).filter((label) => label !== "9");
  assert.equal(found("sign_mnist_train.csv", signs), "Sign Language MNIST");
  assert.equal(found("a.csv", letters), undefined, "what is named already");
  const sign = KNOWN_SETS.find(({ name }) => name.startsWith("Sign"));
  // 9 is J, which is a sign that moves.
  assert.equal(sign?.classes[sign.labels.indexOf("10")], "K");
});

test("a known set has its own normalisation", () => {
  const [fashion] = KNOWN_SETS;
  const task = task_of_set(MNIST_TASK, /** @type {any} */ (fashion));
  assert.equal(task.normalisation, undefined);
  assert.equal(task.classes[9], "Ankle boot");
  assert.equal(task.is_drawn, false);
  assert.equal(task.side, 28);
});

test("a person's digits are learned by what reads digits, not by clothes under numbers", () => {
  assert.equal(keeps_digits(MNIST_TASK), true);
  assert.equal(keeps_digits({ ...MNIST_TASK, is_drawn: false }), false);
  assert.equal(keeps_digits({ ...MNIST_TASK, side: 8 }), false);
});

test("a file's own names are those of its numbers, or none", () => {
  const of_digits = (/** @type {number[]} */ class_counts, /** @type {string[]} */ names) =>
    task_named({ task: MNIST_TASK, class_counts }, names);
  const all = Array(10).fill(6);
  const clothes = [
    ["T - shirt / top", "Trouser", "Pullover", "Dress", "Coat"],
    ["Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
  ].flat();
  const named = of_digits(all, clothes);
  assert.deepEqual(named?.classes, clothes);
  assert.deepEqual([named?.is_drawn, named?.normalisation], [false, undefined], "known as such");
  // Three numbers of the ten, or more names than numbers.
  const three = [4, 4, 4, 0, 0, 0, 0, 0, 0, 0];
  assert.equal(of_digits(three, ["bag", "coat", "shirt"])?.is_drawn, true);
  assert.equal(of_digits(all, [...letters])?.classes.length, 26);
  for (const names of [
    [],
    ["a"],
    numbers(0, 10),
    numbers(0, 3),
    ["a", "b"],
    ["a", "b", "b"],
    ["a", "b", " "],
    ["a", "b", "c".repeat(41)],
  ]) {
    assert.equal(of_digits(three, names), null, names.join());
  }
  const from_1 = { ...MNIST_TASK, classes: ["1", "2", "3"] };
  assert.equal(task_named({ task: from_1, class_counts: [1, 1, 1] }, ["a", "b", "c"]), null);
});
