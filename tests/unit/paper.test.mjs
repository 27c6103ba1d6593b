// Pictures whose ink lies on transparent paper: laid on white, or on black where light ink
// would be gone, one paper for all of them, to the values of Pillow.

import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "../../www/base/bytes.js";
import { Paper } from "../../www/worker/paper.js";

/** @import { Picture } from "../../www/worker/paper.js" */

const SIDE = 4;
/** Ink on these places. */
const BAR = [5, 6, 9, 10];

/**
 * A bar of ink in a colour, nothing around it.
 * @param {number[]} colour grey, or red, green and blue
 * @param {{ full?: number, beneath?: number }} [other] the ink's alpha, and what stands where alpha is 0
 * @returns {Picture}
 */
function bar(colour, { full = 255, beneath = 0 } = {}) {
  const pixels = Array.from({ length: SIDE * SIDE }, (_, at) =>
    BAR.includes(at) ? [...colour, full] : [...colour.map(() => beneath), 0],
  );
  return {
    name: `bar ${colour}`,
    side: SIDE,
    depth: colour.length + 1,
    values: Uint8Array.from(pixels.flat()),
  };
}

/** A picture without alpha. @param {number} paper @param {number} ink @returns {Picture} */
function opaque(paper, ink) {
  const values = Uint8Array.from({ length: SIDE * SIDE }, (_, at) =>
    BAR.includes(at) ? ink : paper,
  );
  return { name: "opaque", side: SIDE, depth: 1, values };
}

/** The paper's and the ink's grey. @param {Uint8Array} grey */
const seen = (grey) => [grey[0], grey[5]];

/** @param {Picture[]} pictures */
function laid(...pictures) {
  const paper = new Paper();
  paper.look_at(pictures);
  return { greys: pictures.map((picture) => seen(paper.grey_of(picture))), notes: paper.notes };
}

const ON_BLACK = "light ink on transparent paper laid on black";

test("light ink lies on black, dark ink on white, whatever stands beneath", () => {
  for (const beneath of [0, 255, 90]) {
    assert.deepEqual(laid(bar([255], { beneath })), { greys: [[0, 255]], notes: [ON_BLACK] });
    assert.deepEqual(laid(bar([255, 255, 255], { beneath })), {
      greys: [[0, 255]],
      notes: [ON_BLACK],
    });
    assert.deepEqual(laid(bar([0, 0, 0], { beneath })), { greys: [[255, 0]], notes: [] });
  }
  // Ink that alpha alone carries.
  assert.deepEqual(laid(bar([255], { full: 128 })).greys, [[0, 128]]);
  assert.deepEqual(laid(bar([0], { full: 128 })).greys, [[255, 127]]);
  const yellow = laid(bar([255, 255, 0]));
  assert.deepEqual(yellow, { greys: [[0, 226]], notes: ["colours turned to grey", ON_BLACK] });
});

test("a picture without alpha is taken as it is", () => {
  assert.deepEqual(laid(opaque(255, 0), opaque(0, 255)), {
    greys: [
      [255, 0],
      [0, 255],
    ],
    notes: [],
  });
});

test("one paper is for all pictures, empty ones among them", () => {
  const empty = bar([255], { full: 0 });
  assert.deepEqual(laid(empty, opaque(0, 255), bar([255]), bar([200])).greys, [
    [0, 0],
    [0, 255],
    [0, 255],
    [0, 200],
  ]);
});

test("ink that would be gone on the paper of the others is named", () => {
  assert.throws(() => laid(bar([0]), bar([255])), {
    place: "bar 255",
    found: "light ink on transparent paper",
    expected: "dark ink, as pictures before it have; lay all of them on one paper",
  });
  assert.throws(() => laid(bar([250]), bar([0])), { found: "dark ink on transparent paper" });
});

test("what lies over paper has Pillow's values", () => {
  const values = new Uint8Array(256 * 256 * 2);
  for (let at = 0; at < 256 * 256; at += 1) values.set([at & 255, at >> 8], 2 * at);
  // Of Pillow 13.0.0, for all values and alphas: zlib.crc32(Image.alpha_composite(Image.new(
  // "RGBA", image.size, paper), image).convert("L").tobytes())
  for (const [light, expected] of [
    [false, 39276311],
    [true, 1909339384],
  ]) {
    const paper = new Paper();
    paper.look_at([bar([light ? 255 : 0])]);
    const grey = paper.grey_of({ name: "all", side: 256, depth: 2, values });
    assert.equal(crc32(grey), expected);
  }
});
