// Pictures as ink, and drawings as rows of a CSV.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  confident_mistakes,
  ink_of_picture,
  is_blank,
  rows_of_cell,
  submission_csv,
  top_digit,
} from "../../www/base/ink.js";
import { digits_csv } from "../../www/features/tuning/words.js";

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

test("light ink on transparent paper is ink, as dark ink is", () => {
  for (const tone of [0, 255]) {
    const rgba = picture(tone, tone);
    for (let at = 0; at < 81; at++) if (at % 9 !== 4) rgba[at * 4 + 3] = 0;
    const ink = ink_of_picture(rgba, 9, 9);
    assert.deepEqual([ink[4 * 9 + 4], ink[4 * 9 + 1]], [255, 0], `ink ${tone}`);
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

/** Probabilities that give `said` the certainty. @param {[number, number][]} readings */
function readings(readings) {
  const all = new Float32Array(readings.length * 10);
  readings.forEach(([said, sure], row) => {
    all.fill((1 - sure) / 9, row * 10, row * 10 + 10);
    all[row * 10 + said] = sure;
  });
  return all;
}

test("mistakes come surest first, and a cell holds its own rows", () => {
  const probabilities = readings([
    [4, 0.6],
    [4, 0.9],
    [7, 0.8],
    [4, 0.7],
  ]);
  const labels = new Uint8Array([4, 9, 9, 9]);
  assert.deepEqual(confident_mistakes(probabilities, labels), [1, 2, 3]);
  assert.deepEqual(rows_of_cell(probabilities, labels, 9, 4), [1, 3]);
  assert.deepEqual(rows_of_cell(probabilities, labels, 4, 4), [0]);
});

test("a submission counts images from 1", () => {
  const csv = submission_csv(
    readings([
      [4, 0.6],
      [0, 0.9],
    ]),
    [..."0123456789"],
  );
  assert.equal(csv, "ImageId,Label\n1,4\n2,0\n");
});

test("a submission has the training file's labels", () => {
  const csv = submission_csv(Float32Array.of(0.2, 0.8, 0.7, 0.3), ['a "b", c', "11"]);
  assert.equal(csv, 'ImageId,Label\n1,11\n2,"a ""b"", c"\n');
});
