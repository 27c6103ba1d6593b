// The inside of the network without a document: what is said of units and steps, and what
// the controller asks, and when.

import assert from "node:assert/strict";
import { test } from "node:test";
import { InsideController } from "../../www/app/inside.js";
import { KeptEpochs } from "../../www/app/kept_epochs.js";
import { create_store, initial_state } from "../../www/app/state.js";
import { DEFAULTS } from "../../www/base/settings.js";
import { is_silent } from "../../www/base/silence.js";
import { heard, heard_words, links_words } from "../../www/features/inside/painting.js";
import {
  pixel_words,
  norm,
  silent_words,
  small,
  step_words,
  unit_name,
  update_words,
  value,
  weights_words,
} from "../../www/features/inside/words.js";

const place = { layer: 0, unit: 16 };

test("a unit is named with its activation, where there is a drawing", () => {
  assert.equal(unit_name(place, 2.314), "Unit 17 of layer 1, activation 2.31");
  assert.equal(unit_name(place, null), "Unit 17 of layer 1");
  assert.equal(
    unit_name({ layer: 2, unit: 7 }, 0.5, "digit 7"),
    "Unit 8 of layer 3, activation 0.50, digit 7",
  );
  assert.deepEqual([value(-0.004), value(-0.31), value(NaN)], ["0.00", "−0.31", "no number"]);
  assert.deepEqual([small(0.00123456), small(3.14e-7), small(0)], ["0.00123", "3.1e-7", "0"]);
  // Large ones of a network that is blown up.
  assert.deepEqual(
    [value(-12345.678), value(1e6), small(45678), norm(1234567.8), norm(999.5), small(2e25)],
    ["−12,345.68", "1,000,000.00", "45,700", "1,234,600", "999.5", "2e+25"],
  );
});

test("only ReLU is silent at 0 alone", () => {
  const of = (/** @type {import("../../www/pkg/studies/inkling.js").Activation} */ kind) =>
    [0, 1e-4, -1e-4, 0.01].map((activation) => is_silent(kind, activation));
  assert.deepEqual(of("relu"), [true, false, false, false]);
  assert.deepEqual(of("gelu"), [true, true, true, false]);
});

test("silence, paths and weights are said in words", () => {
  assert.equal(silent_words(1, 8, "8 images"), "Silent on 12.5 % of 8 images.");
  assert.match(
    silent_words(8, 8, "all"),
    /^Silent on 100\.0 % of all\. It takes no part in reading any of these\.$/,
  );
  assert.match(silent_words(199, 200, "all"), /hardly ever speaks/);
  const weights = Float32Array.from([0.1, -0.3, 0.2, 0]);
  assert.equal(
    weights_words(weights, 2),
    "from −0.300 at the pixel in row 1, column 2 to 0.200 at the pixel in row 2, column 1",
  );
  const links = [
    { layer: 2, to: 7, from: 13, product: 2 },
    { layer: 2, to: 7, from: 4, product: 1 },
    { layer: 1, to: 13, from: 0, product: 1 },
  ];
  assert.match(
    links_words(links, [..."0123456789"]),
    /digit 7 is read mostly by units 14 and 5 of layer 2\.$/,
  );
  assert.equal(links_words([], []), "");
});

test("what a unit hears are lines with their signs, and a pixel's product is written out", () => {
  const terms = [
    { input: 4, weight: -0.5, value: 2, product: -1 },
    { input: 1, weight: 0.25, value: 2, product: 0.5 },
  ];
  const unit = /** @type {any} */ ({ layer: 2, unit: 7, sum: { terms } });
  assert.deepEqual(heard(unit), [
    { layer: 2, to: 7, from: 4, product: -1 },
    { layer: 2, to: 7, from: 1, product: 0.5 },
  ]);
  assert.match(heard_words(unit), /unit 8 of layer 3 hears most: blue .* orange and dashed/);
  assert.deepEqual(heard({ ...unit, layer: 0 }), [], "pixels, which stand in no list");
  assert.deepEqual(heard({ ...unit, sum: null }), [], "nothing is drawn");
  const weights = Float32Array.of(0.5, -0.25, 0, 1);
  const pixels = {
    inputs: Float32Array.of(1, 2, 3, 4),
    products: Float32Array.of(0.5, -0.5, 0, 4),
  };
  assert.equal(
    pixel_words({ weights, pixels }, 1, 2),
    "pixel in row 1, column 2: −0.250 × 2.00 = −0.50",
  );
  const undrawn = pixel_words({ weights, pixels: null }, 3, 2);
  assert.equal(undrawn, "pixel in row 2, column 2: weight 1.000");
});

const step = {
  step: 250,
  epoch: 2,
  steps_per_epoch: 250,
  pixels: new Uint8Array(0),
  labels: Uint8Array.of(1, 2),
  losses_before: Float64Array.of(1, 2),
  losses_after: Float64Array.of(0.5, 2.2),
  layers: [],
  parameters: Float32Array.of(1, 2),
  state: Float32Array.of(3, 4),
};

test("a step is said with its figures", () => {
  assert.equal(
    step_words(step, "fresh"),
    "Step 251, batch 1 of epoch 2, from fresh weights: the mean loss of its 2 images goes from 1.500 to 1.350; it falls on 1 of them.",
  );
  assert.match(
    step_words(step, "model"),
    /^Step 251, batch 1 of an epoch, on from the model that stands: /,
  );
  const layers = (/** @type {number[]} */ ...shares) =>
    shares.map((update_share) => /** @type {any} */ ({ update_share }));
  assert.match(
    update_words(layers(0.0005, 0.002)),
    /^Updates of 0\.0005 to 0\.002 .* is usual, .* nothing is amiss\.$/,
  );
  assert.match(update_words(layers(0.001, 0.2)), /large step/);
  assert.match(update_words(layers(1e-6, 2e-5)), /small step/);
  assert.match(update_words(layers(0.1, NaN)), /no numbers/);
});

/** A page with data and a model, and an engine that answers when it is told to. */
function bench() {
  const task = { side: 2, classes: ["0", "1"], full_ink: 255, is_drawn: true };
  const page = create_store(initial_state({ ...DEFAULTS }));
  const model = /** @type {any} */ ({ id: "a@1", kind: "run", summary: null, task });
  const data = /** @type {any} */ ({ checksum: "d", name: "d.csv", num_rows: 5, task });
  page.set({ model, data });
  /** @type {{ name: string, given: any[], answer: (value: unknown) => void }[]} */
  const asked = [];
  const later =
    (/** @type {string} */ name) =>
    (/** @type {any[]} */ ...given) =>
      new Promise((answer) => asked.push({ name, given, answer }));
  const names = ["read_units", "read_unit", "survey_units", "images", "look_at_step", "weights"];
  const layers = [{ num_outputs: 3 }, { num_outputs: 2 }];
  const engine = {
    ...Object.fromEntries(names.map((name) => [name, later(name)])),
    plan: async () => ({ num_parameters: 2, layers }),
  };
  let pixels = /** @type {Uint8Array | null} */ (null);
  const epochs = new KeptEpochs(page);
  const inside = new InsideController({
    page,
    engine: /** @type {any} */ (engine),
    epochs,
    pixels: () => pixels,
  });
  return {
    page,
    epochs,
    inside,
    /** @param {Uint8Array | null} drawn */
    draw(drawn) {
      pixels = drawn;
      inside.update();
    },
    /** The oldest question, answered. @param {string} name @param {unknown} value */
    async answer(name, value) {
      await new Promise((done) => setImmediate(done));
      const found = asked.shift();
      assert.equal(found?.name, name);
      found?.answer(value);
      await new Promise((done) => setImmediate(done));
      return found?.given;
    },
    get num_asked() {
      return asked.length;
    },
  };
}

const units = {
  widths: [4, 3, 2],
  activation: "relu",
  activations: new Float32Array(5),
  links: [],
};

test("nothing is asked while it is closed, and one question at a time while it is open", async () => {
  const now = bench();
  now.draw(Uint8Array.of(1, 2, 3, 4));
  now.inside.update();
  assert.equal(now.num_asked, 0);
  now.inside.open();
  now.draw(Uint8Array.of(5, 6, 7, 8));
  now.draw(Uint8Array.of(9, 9, 9, 9));
  assert.equal(now.num_asked, 1);
  await now.answer("read_units", units);
  assert.equal(now.num_asked, 1, "the newest drawing alone is asked about after it");
  const given = await now.answer("read_units", units);
  assert.deepEqual(given, [Uint8Array.of(9, 9, 9, 9), null]);
  assert.equal(now.num_asked, 0);
  assert.equal(now.inside.store.get().is_drawn, true);
  now.inside.close();
  now.draw(null);
  assert.equal(now.num_asked, 0);
});

test("a unit that another model has not is shut", async () => {
  const { inside, draw, answer, page } = bench();
  draw(Uint8Array.of(1, 2, 3, 4));
  inside.open();
  await answer("read_units", units);
  inside.open_unit({ layer: 0, unit: 2 });
  await answer("read_units", units);
  await answer("images", { pixels: new Uint8Array(20), labels: new Uint8Array(5) });
  assert.deepEqual((await answer("read_unit", { widths: units.widths }))?.slice(0, 2), [0, 2]);
  const [rows] = (await answer("survey_units", null)) ?? [];
  assert.deepEqual(rows, Uint32Array.of(0, 1, 2, 3, 4));
  page.set({ model: /** @type {any} */ ({ ...page.get().model, id: "b@1" }) });
  const other = { ...units, widths: [4, 2, 2] };
  await answer("read_units", other);
  // That was asked while the model before stood.
  assert.notEqual(inside.store.get().opened, null);
  await answer("images", { pixels: new Uint8Array(20), labels: new Uint8Array(5) });
  await answer("read_units", other);
  assert.equal(inside.store.get().opened, null);
});

test("the data are not looked through while a run needs the worker", async () => {
  const { inside, draw, answer, page } = bench();
  const of = (/** @type {"training" | "paused" | "ended"} */ phase) =>
    page.set({ run: { ...page.get().run, phase } });
  of("training");
  draw(Uint8Array.of(1, 2, 3, 4));
  inside.open();
  await answer("read_units", units);
  inside.open_unit({ layer: 0, unit: 2 });
  await answer("read_units", units);
  await answer("read_unit", { widths: units.widths });
  const { survey, survey_told } = inside.store.get();
  assert.deepEqual([survey, survey_told], [null, "Looked for once the run has ended."]);
  of("ended");
  await answer("read_units", units);
  await answer("images", { pixels: new Uint8Array(20), labels: new Uint8Array(5) });
  await answer("read_unit", { widths: units.widths });
  await answer("survey_units", {});
  assert.notEqual(inside.store.get().survey, null);
});

test("a unit that is pointed at is read beside the opened one, the newest alone", async () => {
  const { inside, draw, answer } = bench();
  draw(Uint8Array.of(1, 2, 3, 4));
  inside.open();
  await answer("read_units", units);
  inside.point_at({ layer: 0, unit: 1 });
  inside.point_at({ layer: 1, unit: 0 });
  await answer("read_units", units);
  // That was read for what was pointed at when it was asked.
  const first = await answer("read_unit", { widths: units.widths });
  assert.deepEqual(first?.slice(0, 2), [1, 0]);
  assert.equal(inside.store.get().pointed?.layer, 1);
  assert.equal(inside.store.get().opened, null);
  await answer("read_units", units);
  const again = await answer("read_unit", { widths: units.widths });
  assert.deepEqual(again?.slice(0, 2), [1, 0]);
  inside.point_at(null);
  assert.equal(inside.store.get().pointed, null);
});

test("units and survey are of the epoch that is looked at, and an overtaken answer is dropped", async () => {
  const { inside, draw, answer, page, epochs } = bench();
  const run = { ...page.get().run, id: "a", history: /** @type {any} */ ([{}, {}]) };
  page.set({ run, model: /** @type {any} */ ({ ...page.get().model, run_id: "a" }) });
  epochs.begin("a", 0);
  epochs.keep("a", 1, Uint8Array.of(1));
  epochs.keep("a", 2, Uint8Array.of(2));
  draw(Uint8Array.of(1, 2, 3, 4));
  inside.open();
  epochs.show(1);
  // That was asked of the newest.
  await answer("read_units", units);
  assert.equal(inside.store.get().units, null);
  const [, ref] = (await answer("read_units", units)) ?? [];
  assert.deepEqual([...ref.checkpoint, ref.is_start], [1, false]);
  assert.deepEqual(inside.store.get().looked_back, { epoch: 1, of: 2 });
  inside.open_unit({ layer: 0, unit: 2 });
  await answer("read_units", units);
  await answer("images", { pixels: new Uint8Array(20), labels: new Uint8Array(5) });
  const [, , , whose] = (await answer("read_unit", { widths: units.widths })) ?? [];
  assert.equal(whose.key, ref.key);
  const [, , surveyed] = (await answer("survey_units", {})) ?? [];
  assert.equal(surveyed.key, ref.key);
  assert.notEqual(inside.store.get().survey, null);
  page.set({ data: /** @type {any} */ ({ ...page.get().data, checksum: "e" }) });
  assert.equal(page.get().looked_back, null, "other data: the newest again");
  assert.equal(inside.store.get().survey, null);
});

test("a step goes on from the one before, until something else is asked for", async () => {
  const { inside, answer, page } = bench();
  const stepping = inside.one_batch();
  await answer("weights", Float32Array.of(7, 8));
  const [, , first] = (await answer("look_at_step", step)) ?? [];
  await stepping;
  assert.deepEqual(first, {
    step: 0,
    parameters: Float32Array.of(7, 8),
    state: new Float32Array(0),
  });
  void inside.one_batch();
  const [, , next] = (await answer("look_at_step", step)) ?? [];
  assert.deepEqual(next, { step: 251, parameters: step.parameters, state: step.state });
  // What the settings changed under is not shown beside them.
  const overtaken = inside.one_batch();
  page.set({ config: { ...page.get().config, learning_rate: 0.3 } });
  await answer("look_at_step", step);
  await overtaken;
  assert.match(inside.store.get().step_told, /changed meanwhile\. Press One batch again\.$/);
  page.set({ config: { ...page.get().config, learning_rate: 0.5 } });
  inside.choose_start("fresh");
  void inside.one_batch();
  const [, , fresh] = (await answer("look_at_step", step)) ?? [];
  assert.deepEqual([fresh.step, fresh.parameters], [0, null]);
});

test("a model of other layers is no start, and that is said", async () => {
  const { inside, answer } = bench();
  const stepping = inside.one_batch();
  await answer("weights", new Float32Array(3));
  await stepping;
  assert.match(inside.store.get().step_told, /^The model has other layers than the settings/);
  assert.equal(inside.store.get().is_stepping, false);
});

test("a model of other classes is no start, and that is said", async () => {
  const seen = bench();
  const { page, inside } = seen;
  const task = { side: 2, classes: ["shirt", "coat"], full_ink: 255, is_drawn: false };
  const words = { ...page.get().data, checksum: "e", class_counts: [3, 2], task };
  page.set({ data: /** @type {any} */ (words) });
  await inside.one_batch();
  assert.match(inside.store.get().step_told, /^The model tells other classes apart than the data/);
  assert.equal(seen.num_asked, 0, "nothing is learned by place");
});

test("a step can begin with a model only where there is one", () => {
  const { inside, page } = bench();
  const { model } = page.get();
  inside.open();
  assert.equal(inside.store.get().has_model, true);
  page.set({ model: null });
  assert.equal(inside.store.get().has_model, false);
  assert.equal(inside.store.get().start, "model", "it is begun with again once it is there");
  page.set({ model });
  assert.equal(inside.store.get().has_model, true);
});
