// What a range test says, and what is drawn of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { found_words, since_words, typed_rates } from "../../www/app/rate_test.js";
import { DEFAULTS } from "../../www/base/settings.js";
import { rate_plot } from "../../www/plot/rate_plot.js";

/** A loss that falls from 2.3 to 1.3 between 0.01 and 0.1. */
const points = Array.from({ length: 250 }, (_, step) => {
  const rate = 1e-5 * 10 ** (step / 50);
  const share = Math.min(1, Math.max(0, Math.log10(rate / 0.01)));
  return { rate, loss: 2.3 - share, smoothed_loss: 2.3 - share };
});
const found = { steep_from: 0.0126, steep_to: 0.1, rates: [0.005, 0.01, 0.02, 0.05, 0.1] };
const reading = { points, num_steps: 300, is_over: true, is_cut: true, found };

test("a range test says between which rates the loss falls", () => {
  assert.equal(
    found_words(reading),
    "250 steps, from a rate of 0.00001 to 0.95: the loss falls steeply between 0.013 and 0.1. Beyond that it goes up, and the test was cut.",
  );
  assert.match(found_words({ ...reading, is_cut: false }), /between 0\.013 and 0\.1\.$/);
  assert.match(
    found_words({ ...reading, found: undefined }),
    /no rate lowered the loss by more than chance/,
  );
  assert.match(found_words({ ...reading, points: [] }), /no number from the first step/);
  assert.equal(typed_rates(found), "0.005, 0.01, 0.02, 0.05, 0.1");
});

test("a test says what the bench has that it had not", () => {
  const config = { ...DEFAULTS };
  const test = { config, data: "d" };
  const data = /** @type {any} */ ({ checksum: "d" });
  assert.equal(since_words(test, { config, data }), "");
  const same = {
    ...config,
    epochs: 3,
    learning_rate: 0.5,
    backend: /** @type {const} */ ("ndarray"),
  };
  assert.equal(since_words(test, { config: same, data }), "", "it tried rates of its own");
  assert.equal(
    since_words(test, { config: { ...config, batch_size: 16, layer_norm: true }, data: null }),
    "The bench now has no data, layer normalisation on and batch size 16: these rates may not suit it. Find a rate anew.",
  );
});

test("the drawing has the steep stretch and a dot for each rate, and nothing beyond its axes", () => {
  const spiked = points.map((point, at) => (at === 240 ? { ...point, loss: 1e6 } : point));
  const drawing = rate_plot({ ...reading, points: spiked }, { width: 320, height: 200 });
  assert.match(drawing.description, /falls steeply between 0\.013 and 0\.1; proposed are 0\.005/);
  const steep = drawing.marks.filter((mark) => mark.kind === "path" && mark.width === 4);
  assert.equal(steep.length, 1);
  const dots = drawing.marks.filter((mark) => mark.kind === "circle" && mark.radius === 4);
  assert.deepEqual(
    dots.map((dot) => dot.kind === "circle" && dot.title),
    found.rates.map(String),
  );
  for (const mark of drawing.marks) {
    if (mark.kind !== "path") continue;
    assert.ok(mark.points.every(([x, y]) => x >= 0 && x <= 320 && y >= 0 && y <= 200));
  }
  const under_way = rate_plot({ ...reading, found: undefined }, { width: 320, height: 200 });
  const words = (/** @type {typeof drawing} */ { marks }) =>
    marks.flatMap((mark) => (mark.kind === "text" ? mark.text : []));
  for (const key of ["each batch", "smoothed", "falls steeply", "proposed"]) {
    assert.ok(words(drawing).includes(key), key);
  }
  assert.ok(!words(under_way).includes("proposed"), "what is not there is not explained");
  assert.ok(!under_way.marks.some((mark) => mark.kind === "path" && mark.width === 4));
});
