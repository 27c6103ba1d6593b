// A unit's sum in words, from its products to what it passes on. Pure functions.

import * as format from "../../base/format.js";
import { choice_words } from "../../base/settings.js";
import { added, signed, value } from "./words.js";

/** @import { Activation, UnitSum } from "../../pkg/studies/inkling.js" */

/** Powers that are written out beneath a softmax's line. */
const MOST_POWERS = 3;

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
 * @param {ArrayLike<number>} probabilities of all classes, of the same image
 */
export function sum_lines(found, kind, probabilities) {
  const { bias, linear, norm, sum, activation, is_output } = found;
  const lines = [`w·x + b = ${value(linear - bias)} ${added(bias)} = ${value(linear)}`];
  if (norm) {
    const { mean, deviation, gain, shift } = norm;
    lines.push(
      `layer normalisation: (${value(linear)} − ${value(mean)}) / ${value(deviation)} × ${value(gain)} ${added(shift)} = ${value(sum)}`,
    );
  }
  if (is_output) lines.push(...softmax_lines(sum, activation, probabilities));
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
 * How one class's sum becomes its share, with the greatest of the others written out.
 * @param {number} sum
 * @param {number} activation its share
 * @param {ArrayLike<number>} probabilities
 */
function softmax_lines(sum, activation, probabilities) {
  const count = probabilities.length;
  const share = format.percent(activation);
  const lines = [`softmax over the ${count}: ${value(sum)} becomes ${share}`];
  const own = Math.exp(sum);
  const all = own / activation;
  if (!Number.isFinite(all) || own === 0) return lines;
  // Differences of sums are those of the shares' logarithms.
  const greatest = Array.from(probabilities)
    .sort((a, b) => b - a)
    .slice(0, Math.min(MOST_POWERS, count))
    .filter((one) => one > 0)
    .map((one) => ({ exponent: sum + Math.log(one / activation), power: all * one }));
  const named = greatest.reduce((so_far, { power }) => so_far + power, 0);
  const num_others = count - greatest.length;
  const others = num_others > 0 ? [`the other ${num_others}`] : [];
  const left = num_others > 0 ? [size(Math.max(0, all - named))] : [];
  const exponents = [...greatest.map(({ exponent }) => `e^${value(exponent)}`), ...others];
  const powers = [...greatest.map(({ power }) => size(power)), ...left];
  return [
    ...lines,
    `= e^${value(sum)} / (${exponents.join(" + ")})`,
    `= ${size(own)} / (${powers.join(" + ")})`,
  ];
}

/** A power of e: `4,720`, `0.0012`, `3.27e+13`. @param {number} number */
function size(number) {
  return number !== 0 && (number >= 1e6 || number < 1e-3)
    ? number.toExponential(1)
    : format.grouped(String(Number(number.toPrecision(3))));
}
