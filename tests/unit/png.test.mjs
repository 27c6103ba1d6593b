// PNGs of 8 bits: each filter that a line may have gives back what was written, and whatever
// else there is is left to the browser.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { zlibSync } from "fflate";
import { crc32, joined } from "../../www/base/bytes.js";
import { plain_png } from "../../www/worker/png.js";

const word = (/** @type {number} */ value) => Uint8Array.from([24, 16, 8, 0], (at) => value >>> at);

/** @param {string} kind @param {Uint8Array} body */
function chunk(kind, body) {
  const named = joined([new TextEncoder().encode(kind), body]);
  return joined([word(body.length), named, word(crc32(named))]);
}

/**
 * @param {number} width
 * @param {Uint8Array} lines each with its filter before it
 * @param {{ form?: number[], before?: Uint8Array[], depth?: number }} [other]
 */
function png(width, lines, { form = [8, 0, 0, 0, 0], before = [], depth = 1 } = {}) {
  const height = lines.length / (width * depth + 1);
  return joined([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10),
    chunk("IHDR", joined([word(width), word(height), Uint8Array.from(form)])),
    ...before,
    // In two pieces, as large ones are.
    ...[zlibSync(lines)]
      .flatMap((bytes) => [bytes.subarray(0, 5), bytes.subarray(5)])
      .map((bytes) => chunk("IDAT", bytes)),
    chunk("IEND", new Uint8Array()),
  ]);
}

/**
 * What a line's values become under a filter (section 9 of the format).
 * @param {readonly number[][]} rows
 * @param {readonly number[]} filters
 * @param {number} [depth] values of a pixel
 */
function filtered(rows, filters, depth = 1) {
  const at = (/** @type {number} */ line, /** @type {number} */ column) =>
    rows[line]?.[column] ?? 0;
  return Uint8Array.from(
    rows.flatMap((row, line) => {
      const filter = filters[line] ?? 0;
      const values = row.map((value, column) => {
        const left = column - depth;
        const [a, b, c] = [at(line, left), at(line - 1, column), at(line - 1, left)];
        const p = a + b - c;
        const nearest = [a, b, c].sort((x, y) => Math.abs(p - x) - Math.abs(p - y))[0] ?? 0;
        return value - ([0, a, b, Math.floor((a + b) / 2), nearest][filter] ?? 0);
      });
      return [filter, ...values];
    }),
  );
}

test("any picture comes back, whatever its colours and its lines' filters", () => {
  const side = 7;
  const byte = fc.integer({ min: 0, max: 255 });
  // Grey, colours, and each with alpha.
  for (const [colour, depth] of /** @type {[number, number][]} */ ([
    [0, 1],
    [2, 3],
    [4, 2],
    [6, 4],
  ])) {
    const width = side * depth;
    const line = fc.array(byte, { minLength: width, maxLength: width });
    const rows = fc.array(line, { minLength: side, maxLength: side });
    const filters = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: side, maxLength: side });
    fc.assert(
      fc.property(rows, filters, (values, kinds) => {
        const form = [8, colour, 0, 0, 0];
        const read = plain_png(png(side, filtered(values, kinds, depth), { form, depth }));
        assert.deepEqual([read?.width, read?.height, read?.depth], [side, side, depth]);
        assert.deepEqual([...(read?.values ?? [])], values.flat());
      }),
    );
  }
});

test("what is no plain picture of 8 bits is left to the browser", () => {
  const lines = new Uint8Array(28 * 29);
  const whole = png(28, lines);
  assert.deepEqual(plain_png(whole)?.values, new Uint8Array(784));
  /** @type {[string, Uint8Array][]} */
  const others = [
    ["colours in place of greys", png(28, lines, { form: [8, 2, 0, 0, 0] })],
    ["a palette", png(28, lines, { form: [8, 3, 0, 0, 0] })],
    ["one bit", png(28, lines, { form: [1, 0, 0, 0, 0] })],
    ["interlaced", png(28, lines, { form: [8, 0, 0, 0, 1] })],
    ["transparent", png(28, lines, { before: [chunk("tRNS", Uint8Array.of(0, 0))] })],
    ["too large", png(100, new Uint8Array(100 * 101))],
    [
      "too few lines",
      joined([png(28, lines).subarray(0, 33), png(28, lines.subarray(29)).subarray(33)]),
    ],
    [
      "an unknown filter",
      png(
        28,
        lines.map((_, at) => (at % 29 === 0 ? 5 : 0)),
      ),
    ],
    ["cut off", whole.subarray(0, whole.length - 1)],
    ["damaged", whole.map((value, at) => (at === 50 ? value ^ 1 : value))],
    ["a text", new TextEncoder().encode("a picture")],
    ["nothing", new Uint8Array()],
  ];
  for (const [what, bytes] of others) assert.equal(plain_png(bytes), null, what);
});
