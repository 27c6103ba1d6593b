// A unit's sum in words, from its products to what it passes on.

import assert from "node:assert/strict";
import { test } from "node:test";
import { rest_words, sum_lines } from "../../www/features/inside/sum_words.js";
import { input_name, product } from "../../www/features/inside/words.js";

/** @type {import("../../www/pkg/studies/inkling.js").UnitSum} */
const sum = {
  terms: [{ input: 29, weight: -0.0981, value: 2.764, product: -0.271 }],
  num_terms: 784,
  rest: 0.411,
  bias: -0.02,
  linear: 0.12,
  norm: undefined,
  sum: 0.12,
  activation: 0.12,
  is_output: false,
};

test("a sum is written out to what the unit passes on", () => {
  assert.equal(input_name(0, 29, 28), "pixel in row 2, column 2");
  assert.equal(input_name(2, 29, 28), "unit 30 of layer 2");
  assert.equal(product(/** @type {any} */ (sum.terms[0])), "−0.098 × 2.76 = −0.27");
  assert.equal(rest_words(sum), "the other 783 products: +0.41");
  assert.equal(rest_words({ ...sum, num_terms: 1 }), "");
  assert.deepEqual(sum_lines(sum, "relu", []), [
    "w·x + b = 0.14 − 0.02 = 0.12",
    "ReLU: the greater of 0 and 0.12 is 0.12",
  ]);
  const norm = { mean: 0.02, deviation: 0.5, gain: 2, shift: 0.1 };
  assert.equal(
    sum_lines({ ...sum, norm, sum: 0.5, activation: 0.5 }, "relu", [])[1],
    "layer normalisation: (0.12 − 0.02) / 0.50 × 2.00 + 0.10 = 0.50",
  );
  assert.equal(
    sum_lines({ ...sum, sum: 0.5, activation: 0.46 }, "tanh", [])[1],
    "Tanh of 0.50 is 0.46",
  );
});

test("a class's share is written out by the powers of e that it comes from", () => {
  // Python: e = [exp(z) for z in [4, 1, 0, -0.5, -1]]; [x / sum(e) for x in e], and e itself.
  const shares = [0.920853, 0.0458466, 0.016866, 0.0102298, 0.00620466];
  const of = (/** @type {number} */ at, /** @type {number} */ logit) =>
    sum_lines(
      { ...sum, is_output: true, sum: logit, activation: shares[at] ?? NaN },
      "relu",
      shares,
    );
  assert.deepEqual(of(0, 4).slice(1), [
    "softmax over the 5: 4.00 becomes 92.09 %",
    "= e^4.00 / (e^4.00 + e^1.00 + e^0.00 + the other 2)",
    "= 54.6 / (54.6 + 2.72 + 1 + 0.974)",
  ]);
  // One that is not among the greatest is among the others.
  assert.deepEqual(of(4, -1).slice(1), [
    "softmax over the 5: −1.00 becomes 0.62 %",
    "= e^−1.00 / (e^4.00 + e^1.00 + e^0.00 + the other 2)",
    "= 0.368 / (54.6 + 2.72 + 1 + 0.974)",
  ]);
  const lines = (/** @type {number} */ logit, /** @type {number[]} */ all) =>
    sum_lines(
      { ...sum, is_output: true, sum: logit, activation: all[0] ?? NaN },
      "relu",
      Float32Array.from(all),
    ).slice(1);
  // Certain: no other share is left to write, and none is invented.
  assert.deepEqual(lines(40, [1, 0, 0]), [
    "softmax over the 3: 40.00 becomes 100.00 %",
    "= e^40.00 / (e^40.00 + the other 2)",
    "= 2.4e+17 / (2.4e+17 + 0)",
  ]);
  assert.deepEqual(lines(1, [0.5, 0.5])[2], "= 2.72 / (2.72 + 2.72)");
  // Beyond what can be written, and where the share is none.
  for (const [logit, all] of /** @type {[number, number[]][]} */ ([
    [900, [1, 0]],
    [-120, [0, 1]],
    [NaN, [NaN, NaN]],
  ])) {
    assert.equal(lines(logit, all).length, 1, `${logit}`);
  }
});
