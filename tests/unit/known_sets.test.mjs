// Which known set data look like, by their file's name, their labels and their header.

import assert from "node:assert/strict";
import { test } from "node:test";
import { KNOWN_SETS, known_set, task_of_set } from "../../www/base/known_sets.js";
import { MNIST_TASK } from "../../www/base/task.js";

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
