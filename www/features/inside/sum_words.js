// A unit's sum in words, from its products to what it passes on. Pure functions.

import * as format from "../../base/format.js";
import { choice_words } from "../../base/settings.js";
import { added, signed, value } from "./words.js";

/** @import { Activation, UnitSoftmax, UnitSum } from "../../pkg/studies/inkling.js" */

/**
 * What is not among the terms that are written out.
 * @param {UnitSum} sum
 */
export function rest_words({ num_terms, terms, rest }) {
  const others = num_terms - terms.length;
  return others > 0 ? `the other ${format.counted(others, "product")}: ${signed(rest)}` : "";
}

/**
 * From the sum of products to what the unit passes on, a sentence a line.
 * @param {UnitSum} found
 * @param {Activation} kind
 */
export function sum_lines(found, kind) {
  const { bias, linear, norm, sum, activation, softmax } = found;
  const lines = [`w·x + b = ${value(linear - bias)} ${added(bias)} = ${value(linear)}`];
  if (norm) {
    const { mean, deviation, gain, shift } = norm;
    lines.push(
      `layer normalisation: (${value(linear)} − ${value(mean)}) / ${value(deviation)} × ${value(gain)} ${added(shift)} = ${value(sum)}`,
    );
  }
  if (softmax) lines.push(...softmax_lines(sum, activation, softmax));
  else lines.push(activation_line(kind, sum, activation));
  return lines;
}

/** @param {Activation} kind @param {number} sum @param {number} activation */
function activation_line(kind, sum, activation) {
  if (kind === "relu") return `ReLU: the greater of 0 and ${value(sum)} is ${value(activation)}`;
  const name = choice_words("activation", { activation: kind });
  return `${name} of ${value(sum)} is ${value(activation)}`;
}

/**
 * How one class's sum becomes its share, with the greatest of the powers written out.
 * @param {number} sum
 * @param {number} activation its share
 * @param {UnitSoftmax} softmax
 */
function softmax_lines(sum, activation, { num_classes, powers }) {
  const share = format.percent(activation);
  const lines = [`softmax over the ${num_classes}: ${value(sum)} becomes ${share}`];
  if (!powers) return lines;
  const { own, greatest, others } = powers;
  const num_others = num_classes - greatest.length;
  const exponents = greatest.map(({ exponent }) => `e^${value(exponent)}`);
  const sizes = greatest.map(({ power }) => size(power));
  if (num_others > 0) {
    exponents.push(`the other ${num_others}`);
    sizes.push(size(others));
  }
  return [
    ...lines,
    `= e^${value(sum)} / (${exponents.join(" + ")})`,
    `= ${size(own)} / (${sizes.join(" + ")})`,
  ];
}

/** A power of e: `4,720`, `0.0012`, `3.27e+13`. @param {number} number */
function size(number) {
  return number !== 0 && (number >= 1e6 || number < 1e-3)
    ? number.toExponential(1)
    : format.grouped(String(Number(number.toPrecision(3))));
}
