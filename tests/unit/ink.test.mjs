// Pictures as ink, and drawings as rows of a CSV.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ink_of_picture, is_blank, top_digit } from "../../www/ink.js";
import { digits_csv } from "../../www/kept_digits.js";

/** A grey picture with a bar in its middle. @param {number} paper @param {number} bar @param {number} [alpha] */
function picture(paper, bar, alpha = 255) {
  const rgba = new Uint8ClampedArray(9 * 9 * 4);
  for (let at = 0; at < 81; at++) {
    const grey = at % 9 === 4 && at > 9 && at < 72 ? bar : paper;
    rgba.set([grey, grey, grey, alpha], at * 4);
  }
  return rgba;
}

test("the bar is ink, whichever of the two is dark", () => {
  for (const [paper, bar] of /** @type {[number, number][]} */ ([
    [250, 20],
    [10, 240],
    [180, 60],
  ])) {
    const ink = ink_of_picture(picture(paper, bar), 9, 9);
    assert.equal(ink[4 * 9 + 4], 255, `bar ${bar} on ${paper}`);
    assert.equal(ink[4 * 9 + 1], 0, `paper ${paper}`);
  }
});

test("a picture without contrast, or wholly transparent, is blank", () => {
  assert.ok(is_blank(ink_of_picture(picture(200, 185), 9, 9)));
  assert.ok(is_blank(ink_of_picture(picture(0, 255, 0), 9, 9)));
});

test("the most probable digit, the first of equals", () => {
  assert.equal(top_digit([0.1, 0.7, 0.2]), 1);
  assert.equal(top_digit([0.5, 0.5]), 0);
});

test("kept digits have Kaggle's schema", () => {
  const pixels = new Uint8Array(784);
  pixels[783] = 9;
  const [header, row, end] = digits_csv([{ label: 7, pixels }]).split("\n");
  assert.match(header ?? "", /^label,pixel0,.*,pixel783$/);
  assert.equal(row?.split(",").length, 785);
  assert.match(row ?? "", /^7,0,.*,9$/);
  assert.equal(end, "");
});
