// What the page says of how a file was read.

import assert from "node:assert/strict";
import { test } from "node:test";
import { understood_words } from "../../www/base/source_words.js";

/** @param {string[]} labels @param {string[]} [understood] */
const words = (labels, understood = []) =>
  understood_words(
    /** @type {any} */ ({
      source: { understood, changes: [], labels },
      task: { side: 28, classes: labels },
    }),
  );

test("ten labels that are not the digits are told, and the digits are not", () => {
  const from = (/** @type {number} */ first) =>
    Array.from({ length: 10 }, (_, at) => `${first + at}`);
  assert.equal(words(from(0)), "");
  assert.equal(words(from(1)), " Understood: labels 1 to 10.");
  assert.equal(words(from(-1), ["8 × 8 pixels"]), " Understood: labels -1 to 8; 8 × 8 pixels.");
  // Words are seen where classes are named.
  assert.equal(words(["bag", ...from(1).slice(1)]), "");
  assert.equal(words(from(0).slice(0, 3)), " Understood: 3 classes.");
});
