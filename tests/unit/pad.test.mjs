// What is drawn on the pad: what undo and redo make of it, who draws, how much it holds.

import assert from "node:assert/strict";
import { test } from "node:test";
import { undo_key } from "../../www/features/pad/keys.js";
import { Drawing, MOST_POINTS, PEN_WIDTH } from "../../www/features/pad/strokes.js";

/** @import { Pointer } from "../../www/features/pad/strokes.js" */

/** @param {Partial<Pointer>} [is] @returns {Pointer} */
function pointer(is = {}) {
  return { id: 1, kind: "mouse", is_primary: true, at_ms: 0, ...is };
}

/**
 * Draws a stroke from start to end.
 * @param {Drawing} drawing
 * @param {...[number, number]} points
 */
function draw(drawing, ...points) {
  const [[x, y] = [0, 0], ...rest] = points;
  assert.ok(drawing.begin(pointer(), x, y), "the stroke begins");
  for (const [x, y] of rest) drawing.extend(1, x, y);
  assert.ok(drawing.end(1), "the stroke ends");
}

/** All points of the strokes that can be seen. @param {Drawing} drawing */
function seen(drawing) {
  return drawing.shown.map((mark) => (mark.kind === "stroke" ? mark.points : "picture"));
}

test("strokes go to the engine as points, lengths and the pen's width", () => {
  const drawing = new Drawing();
  assert.equal(drawing.has_ink, false);
  draw(drawing, [0.25, 0.5], [0.5, 0.75], [0.75, 0.5]);
  draw(drawing, [0.5, 0.125]);
  const { points, lengths, width, paper } = drawing.ink();
  assert.deepEqual([...points], [0.25, 0.5, 0.5, 0.75, 0.75, 0.5, 0.5, 0.125]);
  assert.deepEqual([...lengths], [3, 1]);
  assert.equal(width, PEN_WIDTH);
  assert.equal(paper, undefined);
});

test("undo takes back stroke by stroke, redo brings them again", () => {
  const drawing = new Drawing();
  draw(drawing, [0.1, 0.1]);
  draw(drawing, [0.2, 0.2]);
  assert.ok(drawing.undo());
  assert.deepEqual(seen(drawing), [[0.1, 0.1]]);
  assert.ok(drawing.redo());
  assert.deepEqual(seen(drawing), [
    [0.1, 0.1],
    [0.2, 0.2],
  ]);
  assert.equal(drawing.redo(), false);
  assert.ok(drawing.undo() && drawing.undo());
  assert.equal(drawing.undo(), false);
  assert.equal(drawing.has_ink, false);
});

test("a new stroke ends what could be done again", () => {
  const drawing = new Drawing();
  draw(drawing, [0.1, 0.1]);
  drawing.undo();
  assert.ok(drawing.can_redo);
  draw(drawing, [0.2, 0.2]);
  assert.equal(drawing.can_redo, false);
  assert.deepEqual(seen(drawing), [[0.2, 0.2]]);
});

test("a cleared pad can be had back, and an empty one is not cleared again", () => {
  const drawing = new Drawing();
  assert.equal(drawing.clear(), false);
  draw(drawing, [0.1, 0.1]);
  draw(drawing, [0.2, 0.2]);
  assert.ok(drawing.clear());
  assert.equal(drawing.clear(), false);
  assert.equal(drawing.has_ink, false);
  assert.equal(drawing.ink().points.length, 0);
  draw(drawing, [0.3, 0.3]);
  assert.ok(drawing.undo() && drawing.undo());
  assert.deepEqual(seen(drawing), [
    [0.1, 0.1],
    [0.2, 0.2],
  ]);
  assert.ok(drawing.redo());
  assert.equal(drawing.has_ink, false);
});

test("a picture takes the place of what was drawn, and gives it back", () => {
  const drawing = new Drawing();
  const ink = new Uint8Array(280 * 280).fill(9);
  draw(drawing, [0.1, 0.1]);
  drawing.put_picture(ink);
  draw(drawing, [0.2, 0.2], [0.4, 0.4]);
  assert.deepEqual(seen(drawing), ["picture", [0.2, 0.2, 0.4, 0.4]]);
  assert.equal(drawing.ink().paper, ink);
  assert.deepEqual([...drawing.ink().lengths], [2]);
  drawing.undo();
  assert.deepEqual(seen(drawing), ["picture"]);
  drawing.undo();
  assert.deepEqual(seen(drawing), [[0.1, 0.1]]);
  assert.equal(drawing.ink().paper, undefined);
});

test("undo in the middle of a stroke takes it from the pointer", () => {
  const drawing = new Drawing();
  drawing.begin(pointer(), 0.1, 0.1);
  drawing.undo();
  assert.equal(drawing.extend(1, 0.5, 0.5), false);
  assert.equal(drawing.end(1), false);
  assert.equal(drawing.has_ink, false);
});

test("a second finger neither bends nor ends the stroke of the first", () => {
  const drawing = new Drawing();
  const first = pointer({ id: 5, kind: "touch" });
  const second = pointer({ id: 6, kind: "touch", is_primary: false });
  assert.ok(drawing.begin(first, 0.1, 0.1));
  assert.equal(drawing.begin(second, 0.9, 0.9), false);
  assert.equal(drawing.extend(6, 0.9, 0.8), false);
  assert.ok(drawing.extend(5, 0.2, 0.2));
  assert.equal(drawing.end(6), false);
  assert.ok(drawing.extend(5, 0.3, 0.3));
  assert.ok(drawing.end(5));
  assert.deepEqual(seen(drawing), [[0.1, 0.1, 0.2, 0.2, 0.3, 0.3]]);
});

test("a pen takes the pad from the hand that rests on it", () => {
  const drawing = new Drawing();
  assert.ok(drawing.begin(pointer({ id: 5, kind: "touch", at_ms: 100 }), 0.9, 0.9));
  assert.ok(drawing.begin(pointer({ id: 2, kind: "pen", at_ms: 150 }), 0.1, 0.1));
  assert.equal(drawing.extend(5, 0.8, 0.8), false);
  assert.ok(drawing.extend(2, 0.2, 0.2));
  assert.ok(drawing.end(2));
  assert.deepEqual(seen(drawing), [[0.1, 0.1, 0.2, 0.2]]);
  // The hand that comes down while the pen is in the air draws nothing.
  drawing.saw_pen(400);
  assert.equal(drawing.begin(pointer({ id: 7, kind: "touch", at_ms: 900 }), 0.9, 0.9), false);
  assert.ok(drawing.begin(pointer({ id: 8, kind: "touch", at_ms: 3000 }), 0.9, 0.9));
});

test("a pointer whose end went past the page does not hold the pad", () => {
  const drawing = new Drawing();
  assert.ok(drawing.begin(pointer({ id: 5, kind: "touch" }), 0.1, 0.1));
  assert.ok(drawing.begin(pointer({ id: 9, kind: "touch" }), 0.2, 0.2));
  assert.ok(drawing.begin(pointer({ id: 9, kind: "touch" }), 0.3, 0.3));
  assert.equal(drawing.shown.length, 3);
  assert.ok(drawing.end(9));
  assert.ok(drawing.begin(pointer({ id: "keys", kind: "keys" }), 0.4, 0.4));
  assert.ok(drawing.begin(pointer(), 0.5, 0.5));
  assert.equal(drawing.extend("keys", 0.6, 0.6), false);
});

test("points too near to be seen, or that are none, are left out", () => {
  const drawing = new Drawing();
  assert.equal(drawing.begin(pointer(), NaN, 0.5), false);
  drawing.begin(pointer(), 0.5, 0.5);
  assert.equal(drawing.extend(1, 0.5005, 0.5), false);
  assert.equal(drawing.extend(1, Infinity, 0.5), false);
  assert.ok(drawing.extend(1, 0.51, 0.5));
  assert.deepEqual(seen(drawing), [[0.5, 0.5, 0.51, 0.5]]);
});

test("the pad holds as many points as the engine takes, and no more", () => {
  const drawing = new Drawing();
  drawing.begin(pointer(), 0, 0);
  for (let at = 1; at < MOST_POINTS + 50; at++) drawing.extend(1, at % 2, 0.5);
  assert.ok(drawing.is_full);
  assert.equal(drawing.ink().points.length, 2 * MOST_POINTS);
  drawing.end(1);
  assert.equal(drawing.begin(pointer(), 0.5, 0.5), false);
  drawing.clear();
  assert.equal(drawing.is_full, false);
  assert.ok(drawing.begin(pointer(), 0.5, 0.5));
});

test("what lies long behind is forgotten, whole drawings at a time", () => {
  const drawing = new Drawing();
  const num_drawings = 30;
  for (let each = 0; each < num_drawings; each++) {
    drawing.begin(pointer(), 0, 0);
    for (let at = 1; at < 1000; at++) drawing.extend(1, at % 2, 0.5);
    drawing.end(1);
    draw(drawing, [0.5, 0.5]);
    drawing.clear();
  }
  let num_back = 0;
  while (drawing.undo()) {
    if (drawing.has_ink) num_back += 1;
    // Half a drawing never comes back.
    if (drawing.has_ink) assert.equal(drawing.shown[0]?.kind, "stroke");
    if (drawing.shown.length === 2) assert.equal(seen(drawing)[0]?.length, 2000);
  }
  // Two steps of each drawing have ink; some twenty drawings of a thousand points fit.
  assert.ok(num_back >= 36 && num_back <= 42, `${num_back}`);
});

test("the pad's undo keys, and the fields that keep their own", () => {
  /** Stands for the elements of a page. */
  class Element {
    /** @param {string} kind */
    constructor(kind) {
      this.kind = kind;
    }
    /** @param {string} selector */
    closest(selector) {
      return selector.includes(this.kind) ? this : null;
    }
  }
  Object.assign(globalThis, { Element });
  const key = (/** @type {object} */ is) =>
    undo_key({
      key: "z",
      code: "KeyZ",
      ctrlKey: true,
      metaKey: false,
      altKey: false,
      shiftKey: false,
      target: new Element("canvas"),
      ...is,
    });
  assert.equal(key({}), "undo");
  assert.equal(key({ ctrlKey: false, metaKey: true }), "undo");
  assert.equal(key({ shiftKey: true, key: "Z" }), "redo");
  assert.equal(key({ key: "y", code: "KeyY" }), "redo");
  assert.equal(key({ key: "я" }), "undo");
  assert.equal(key({ target: null }), "undo");
  assert.equal(key({ ctrlKey: false }), null);
  // AltGr is Ctrl and Alt, and writes letters.
  assert.equal(key({ altKey: true }), null);
  assert.equal(key({ key: "y", code: "KeyY", ctrlKey: false, metaKey: true }), null);
  assert.equal(key({ key: "c", code: "KeyC" }), null);
  assert.equal(key({ target: new Element("textarea") }), null);
});
