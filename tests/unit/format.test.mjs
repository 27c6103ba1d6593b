// How figures read on the page. The expected words are the page's own
// convention: separators in English, two decimals where a figure is a result.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as format from "../../www/base/format.js";

/**
 * @template T
 * @param {(value: T) => string} say
 * @param {[T, string][]} cases
 */
function check(say, cases) {
  for (const [value, expected] of cases) assert.equal(say(value), expected, `for ${value}`);
}

test("counts have separators, and nouns their number", () => {
  check(format.count, [
    [0, "0"],
    [999, "999"],
    [42000, "42,000"],
    [1234567, "1,234,567"],
    [NaN, "–"],
  ]);
  assert.equal(format.counted(1, "epoch"), "1 epoch");
  assert.equal(format.counted(10, "epoch"), "10 epochs");
  assert.equal(format.counted(2, "loss", "losses"), "2 losses");
});

test("compact counts change unit where rounding would overflow one", () => {
  check(format.compact, [
    [999, "999"],
    [1000, "1.0 k"],
    [8256, "8.3 k"],
    [9949, "9.9 k"],
    [9950, "10 k"],
    [100480, "100 k"],
    [999499, "999 k"],
    [999500, "1.00 M"],
    [3_211_274, "3.21 M"],
    [12_345_678, "12.3 M"],
  ]);
});

test("percentages and differences of them", () => {
  assert.equal(format.percent(0.94432), "94.43 %");
  assert.equal(format.percent(1), "100.00 %");
  assert.equal(format.percent(0.5, 0), "50 %");
  assert.equal(format.percent(NaN), "–");
  check(format.points, [
    [0.0108, "+1.08 points"],
    [-0.0008, "−0.08 points"],
    [0.00001, "0.00 points"],
    [NaN, "–"],
  ]);
});

test("losses keep the figures worth reading", () => {
  check(format.loss, [
    [2.302585, "2.303"],
    [0.19342, "0.1934"],
    [0.00001, "1.0e-5"],
    [123.456, "123.5"],
    [123456, "1.2e+5"],
    [0, "0.0000"],
    [NaN, "–"],
  ]);
});

test("durations", () => {
  check(format.duration, [
    [0.42, "0.4 s"],
    [18.2, "18.2 s"],
    [59.94, "59.9 s"],
    [59.96, "1 min 00 s"],
    [125, "2 min 05 s"],
    [3599.6, "1 h 00 min"],
    [4320, "1 h 12 min"],
    [-1, "–"],
  ]);
  check(format.time_left, [
    [0.3, "under 1 s left"],
    [12.4, "12 s left"],
    [180, "about 3 min left"],
    [7200, "about 2.0 h left"],
    [NaN, "time left unknown"],
  ]);
});

test("sizes and rates", () => {
  check(format.bytes, [
    [512, "512 B"],
    [8_929_544, "8.9 MB"],
    [999_950, "1.0 MB"],
    [5e9, "5.00 GB"],
  ]);
  check(format.samples_rate, [
    [41234.5, "41,200 samples/s"],
    [0, "–"],
  ]);
});

test("a name that does not fit loses its end, and says so", () => {
  const width = (/** @type {string} */ text) => 10 * Array.from(text).length;
  assert.equal(format.cut_to_fit("bag", 60, width), "bag");
  assert.equal(format.cut_to_fit("pullover", 60, width), "pullo…");
  assert.equal(format.cut_to_fit("T-shirt or top", 90, width), "T-shirt…");
  assert.equal(format.cut_to_fit("boot", 1, width), "b…");
});
