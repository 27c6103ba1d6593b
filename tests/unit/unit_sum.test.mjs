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
  softmax: undefined,
};

test("a sum is written out to what the unit passes on", () => {
  assert.equal(input_name(0, 29, 28), "pixel in row 2, column 2");
  assert.equal(input_name(2, 29, 28), "unit 30 of layer 2");
  assert.equal(product(/** @type {any} */ (sum.terms[0])), "−0.098 × 2.76 = −0.27");
  assert.equal(rest_words(sum), "the other 783 products: +0.41");
  assert.equal(rest_words({ ...sum, num_terms: 1 }), "");
  assert.deepEqual(sum_lines(sum, "relu"), [
    "w·x + b = 0.14 − 0.02 = 0.12",
    "ReLU: the greater of 0 and 0.12 is 0.12",
  ]);
  const norm = { mean: 0.02, deviation: 0.5, gain: 2, shift: 0.1 };
  assert.equal(
    sum_lines({ ...sum, norm, sum: 0.5, activation: 0.5 }, "relu")[1],
    "layer normalisation: (0.12 − 0.02) / 0.50 × 2.00 + 0.10 = 0.50",
  );
  assert.equal(
    sum_lines({ ...sum, sum: 0.5, activation: 0.46 }, "tanh")[1],
    "Tanh of 0.50 is 0.46",
  );
});

test("a class's share is written out by the powers of e that it comes from", () => {
  // Python: [exp(z) for z in [4, 1, 0, -0.5, -1]], and the first over the sum.
  const greatest = [
    { exponent: 4, power: 54.59815003 },
    { exponent: 1, power: 2.718281828 },
    { exponent: 0, power: 1 },
  ];
  const lines = (/** @type {number} */ logit, /** @type {number} */ share, /** @type {any} */ of) =>
    sum_lines({ ...sum, softmax: of, sum: logit, activation: share }, "relu").slice(1);
  const powers = { own: 54.59815003, greatest, others: 0.974410101 };
  assert.deepEqual(lines(4, 0.920853, { num_classes: 5, powers }), [
    "softmax over the 5: 4.00 becomes 92.09 %",
    "= e^4.00 / (e^4.00 + e^1.00 + e^0.00 + the other 2)",
    "= 54.6 / (54.6 + 2.72 + 1 + 0.974)",
  ]);
  // One that is not among the greatest is among the others.
  const small = { ...powers, own: 0.367879441 };
  assert.deepEqual(lines(-1, 0.00620466, { num_classes: 5, powers: small }), [
    "softmax over the 5: −1.00 becomes 0.62 %",
    "= e^−1.00 / (e^4.00 + e^1.00 + e^0.00 + the other 2)",
    "= 0.368 / (54.6 + 2.72 + 1 + 0.974)",
  ]);
  const certain = { own: 2.35e17, greatest: [{ exponent: 40, power: 2.35e17 }], others: 0 };
  assert.deepEqual(lines(40, 1, { num_classes: 3, powers: certain }).slice(1), [
    "= e^40.00 / (e^40.00 + the other 2)",
    "= 2.4e+17 / (2.4e+17 + 0)",
  ]);
  const even = { own: 2.718, greatest: [{ exponent: 1, power: 2.718 }], others: 0 };
  const two = { ...even, greatest: [...even.greatest, ...even.greatest] };
  assert.deepEqual(lines(1, 0.5, { num_classes: 2, powers: two })[2], "= 2.72 / (2.72 + 2.72)");
  // Beyond what can be written.
  assert.equal(lines(900, 1, { num_classes: 2, powers: undefined }).length, 1);
});
