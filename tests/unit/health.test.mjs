// The health of layers without a document: what is measured, and when, and what is said of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { HealthController } from "../../www/app/health.js";
import { KeptEpochs } from "../../www/app/kept_epochs.js";
import { create_store, initial_state } from "../../www/app/state.js";
import { training_rows } from "../../www/app/training_rows.js";
import { DEFAULTS } from "../../www/base/settings.js";
import { HEALTH_FIGURES, health_plot, tick_words } from "../../www/plot/health_plots.js";
import { PRINT } from "../../www/plot/drawing.js";
import { health_sentences } from "../../www/features/inside/health_words.js";

/** @param {Partial<import("../../www/pkg/studies/inkling.js").LayerHealth>} [figures] */
const layer = (figures) => ({
  weight_norm: 5,
  gradient_norm: 0.5,
  update_share: 0.001,
  num_units: 64,
  num_silent: 2,
  activation_mean: 0.5,
  activation_deviation: 1,
  ...figures,
});
const output = layer({ num_units: 0, num_silent: 0 });

/** @param {import("../../www/features/inside/health_words.js").EpochHealth["layers"][]} moments @param {object} [config] */
const said = (moments, config) =>
  health_sentences({
    epochs: moments.map((layers, epoch) => ({ epoch, layers })),
    num_images: 256,
    config: { ...DEFAULTS, ...config },
  });

test("a healthy run has one sentence, with its numbers", () => {
  const layers = [layer(), layer({ update_share: 0.004 }), output];
  assert.deepEqual(said([layers, layers]), [
    "After epoch 1 a step moves the weights by 0.001 to 0.004 of their size: about a thousandth is usual.",
  ]);
});

test("large and small steps are told", () => {
  const large = [layer({ update_share: 0.05 }), layer(), output];
  assert.match(said([large])[0] ?? "", /by 0\.001 to 0\.05 .* these steps are large/);
  const small = [layer(), output].map((one) => ({ ...one, update_share: 1e-5 }));
  assert.match(said([small])[0] ?? "", /these steps are small/);
});

test("a layer with 60 % silent units is told, from the first epoch on", () => {
  const quiet = [layer({ num_silent: 39 }), layer(), output];
  assert.equal(said([quiet]).length, 1, "of the start nothing is said");
  const start = [layer(), layer(), output];
  assert.equal(
    said([start, quiet])[0],
    "After epoch 1, 39 of the 64 units of layer 1 (61 %) are silent on all 256 images: they take no part in reading any of these. A learning rate below 0.01, or layer normalisation, keeps more of them.",
  );
  assert.equal(said([start, [layer({ num_silent: 38 }), layer(), output]]).length, 1);
});

test("a first layer that died says which rate was too high", () => {
  const dead = [layer({ num_silent: 64, gradient_norm: 0.1 }), layer(), output];
  const [sentence, ...others] = said([[layer(), layer(), output], dead, dead], {
    learning_rate: 2,
  });
  assert.equal(
    sentence,
    "The first layer looks dead: after epoch 1, 64 of its 64 units are silent on all 256 images; at the start it was 2. From an image on which it is silent a ReLU gets no gradient, so none of these teaches it anything. A learning rate of 2 is too high for it: try a tenth.",
  );
  assert.deepEqual(others, []);
  // What follows from the death is not told as a fault with a cure of its own.
  const still = { gradient_norm: 0, update_share: 0 };
  const stopped = [layer({ num_silent: 64, ...still }), layer(still), output];
  const told = said([[layer(), layer(), output], stopped], { learning_rate: 2 });
  assert.match(told.join(" "), /^The first layer looks dead: [^.]*\. [^.]*\. [^.]*\.$/);
  // A silent tanh has a gradient.
  const tanh = said([[layer(), layer(), output], dead], { activation: "tanh" });
  assert.doesNotMatch(tanh.join(" "), /gradient/);
});

test("gradients that vanish or grow are told, with their ratio", () => {
  const vanishing = [layer({ gradient_norm: 2e-6 }), layer(), layer({ gradient_norm: 0.2 })];
  assert.match(
    said([vanishing], { activation: "sigmoid" })[0] ?? "",
    /^The gradient vanishes on its way back: at the start its norm is 0\.2 in layer 3 and 2\.0e-6 in layer 1, 100,000 times less\..* a quarter at most/,
  );
  const growing = [layer({ gradient_norm: 300 }), layer(), layer()];
  assert.match(said([growing])[0] ?? "", /grows on its way back.* 600 times more/);
  const steady = [layer({ gradient_norm: 0.006 }), layer(), layer()];
  assert.equal(said([steady]).length, 1);
});

test("figures that are no numbers are all that is said", () => {
  const broken = [layer({ gradient_norm: NaN }), output];
  assert.deepEqual(said([[layer(), output], broken]), [
    "After epoch 1 weights or gradients are no numbers any more. A learning rate of a tenth would keep them.",
  ]);
});

/** @param {number[]} shares of the first layer, one an epoch */
const moments_of = (...shares) =>
  shares.map((update_share, epoch) => ({
    epoch,
    layers: [layer({ update_share }), layer(), output],
  }));
const options = { width: 220, height: 150, theme: PRINT, is_dark: false };
const words_of = (/** @type {ReturnType<typeof health_plot>} */ { marks }) =>
  marks.flatMap((mark) => (mark.kind === "text" ? mark.text : []));

test("each figure is a line a layer, and what is no number breaks it", () => {
  for (const figure of HEALTH_FIGURES) {
    const drawing = health_plot(figure, moments_of(0.01, NaN, 0.01), options);
    const { marks, description } = drawing;
    const lines = marks.filter((mark) => mark.kind === "path" && mark.stroke && !mark.fill);
    const is_silence = figure.title === "Silent on all images";
    const is_update = figure.title === "Update / weights";
    // The last layer has no silent units; the first one's updates are two points apart.
    assert.equal(lines.length, is_silence || is_update ? 2 : 3, figure.title);
    assert.ok(description.startsWith(figure.title));
    for (const mark of marks) assert.ok(!JSON.stringify(mark).includes("null"), figure.title);
    const is_log = figure.scale === "log";
    assert.equal(/on a log axis/.test(description), is_log);
    assert.equal(
      words_of(drawing).some((words) => words === `${figure.axis}, log`),
      is_log,
    );
  }
});

test("0 stands at the foot of a log axis, under a tick of its own", () => {
  const [figure] = HEALTH_FIGURES;
  assert.ok(figure);
  const drawing = health_plot(figure, moments_of(0.01, 0, 0.02), options);
  const [line] = drawing.marks.filter((mark) => mark.kind === "path" && mark.stroke);
  assert.ok(line?.kind === "path");
  const heights = line.points.map(([, y]) => y);
  assert.equal(heights.length, 3, "the line goes on");
  const zero = drawing.marks.find(
    (mark) => mark.kind === "text" && mark.text === "0" && mark.anchor === "end",
  );
  assert.ok(zero?.kind === "text");
  assert.ok(Math.abs((heights[1] ?? 0) + 4 - zero.y) < 0.02, `${heights} ${zero.y}`);
  assert.ok((heights[1] ?? 0) > (heights[0] ?? 0) + 10, "below all else");
  const nothing = moments_of(0, 0).map((one) => ({
    ...one,
    layers: one.layers.map((each) => ({ ...each, update_share: 0 })),
  }));
  const flat = health_plot(figure, nothing, options);
  for (const mark of flat.marks) assert.ok(!/null|NaN/.test(JSON.stringify(mark)));
});

test("figures of any size stand beside their axis, not on it", () => {
  assert.deepEqual([0, 0.05, 1234.5, 20000, 3e6, -25, 1e-5].map(tick_words), [
    "0",
    "0.05",
    "1,230",
    "20,000",
    "3e6",
    "-25",
    "1e-5",
  ]);
  const weights = HEALTH_FIGURES.find(({ title }) => title === "Weights");
  assert.ok(weights);
  const sizes = [2.8, 8778, 3237500].map((weight_norm, epoch) => ({
    epoch,
    layers: [layer({ weight_norm })],
  }));
  const { marks } = health_plot(weights, sizes, options);
  // A figure of the widest usual typeface is 0.64 em; the axis's own name ends 4 px after its line.
  for (const mark of marks) {
    if (mark.kind !== "text" || mark.anchor !== "end") continue;
    assert.ok(mark.x - mark.text.length * 6.4 >= 14, mark.text);
  }
});

test("training images are spread over what is not held out", () => {
  assert.deepEqual(training_rows(10, [0, 5], 4), [1, 3, 6, 8]);
  assert.deepEqual(training_rows(4, Uint32Array.of(1), 9), [0, 2, 3]);
});

/** A page whose run has finished two epochs, and an engine that answers when told to. */
function bench() {
  const page = create_store(initial_state({ ...DEFAULTS }));
  const epochs = new KeptEpochs(page);
  const history = /** @type {any[]} */ ([{}, {}]);
  const config = { ...DEFAULTS };
  page.set({
    run: { ...page.get().run, id: "a", phase: "ended", history, config, data_checksum: "d" },
    model: /** @type {any} */ ({ id: "a@9", kind: "run", run_id: "a" }),
    data: /** @type {any} */ ({ checksum: "d", num_rows: 10 }),
  });
  epochs.begin("a", 0);
  for (const epoch of [1, 2]) epochs.keep("a", epoch, new Uint8Array(1));
  /** @type {{ given: any[], answer: (layers: any[]) => void }[]} */
  const asked = [];
  const engine = /** @type {any} */ ({
    held_out_rows: async () => Uint32Array.of(0, 5),
    measure_layers: (/** @type {any[]} */ ...given) =>
      new Promise((answer) => asked.push({ given, answer })),
  });
  const health = new HealthController({ page, engine, epochs });
  return {
    page,
    epochs,
    health,
    asked,
    async answer(/** @type {any[]} */ layers) {
      await new Promise((done) => setImmediate(done));
      const found = asked.shift();
      found?.answer(layers.map((health) => ({ health })));
      await new Promise((done) => setImmediate(done));
      return found?.given;
    },
  };
}

test("all that is kept is measured on the same rows, and again only what is new", async () => {
  const { page, epochs, health, asked, answer } = bench();
  assert.equal(asked.length, 0, "nothing before it is asked for");
  const measuring = health.measure();
  const [start, checksum, rows] = (await answer([layer(), output])) ?? [];
  assert.deepEqual([start.is_start, checksum], [true, "d"]);
  assert.deepEqual(rows, [1, 2, 3, 4, 6, 7, 8, 9]);
  assert.equal(health.store.get().told, "1 of 3 measured.");
  await answer([layer(), output]);
  await answer([layer(), output]);
  await measuring;
  const { health: found, told } = health.store.get();
  assert.deepEqual(
    found?.epochs.map(({ epoch }) => epoch),
    [0, 1, 2],
  );
  assert.match(told, /^Measured at 3 moments of the run on the same 8 training images/);
  epochs.keep("a", 3, new Uint8Array(1));
  page.set({ run: { ...page.get().run } });
  assert.match(health.store.get().told, /^1 epoch not measured yet: press again/);
  void health.measure();
  const [newest] = (await answer([layer(), output])) ?? [];
  assert.equal(newest.key, epochs.ref(3)?.key);
  assert.equal(asked.length, 0);
});

test("figures of another run or other data are not shown, and what comes late is dropped", async () => {
  const { page, health, asked, answer } = bench();
  void health.measure();
  await answer([layer(), output]);
  assert.notEqual(health.store.get().health, null);
  page.set({ data: /** @type {any} */ ({ checksum: "e", num_rows: 10 }) });
  assert.deepEqual(health.store.get(), { health: null, is_measuring: false, told: "" });
  await answer([layer(), output]);
  assert.equal(health.store.get().health, null);
  assert.equal(asked.length, 0);
  await health.measure();
  assert.match(health.store.get().told, /^Load the data that this run was trained on/);
});

test("why nothing can be measured is told truly, and gone with what it was of", async () => {
  const { page, epochs, health } = bench();
  const told = async () => {
    await health.measure();
    return health.store.get().told;
  };
  const { run, model } = page.get();
  // Another model stands, though the run's epochs are kept.
  page.set({ model: /** @type {any} */ ({ id: "file", kind: "file", run_id: "" }) });
  assert.match(await told(), /^There are no epochs to measure: train a run in this page first/);
  page.set({ model });
  assert.equal(health.store.get().told, "");

  const broken = { ...run, id: "b", phase: /** @type {const} */ ("failed"), history: [] };
  epochs.begin("b", 0);
  page.set({ run: broken, model: null });
  assert.equal(
    await told(),
    "This run ended before an epoch was over, so there is none to measure.",
  );
  const diverged = /** @type {any} */ ({ outcome: "failed" });
  page.set({ run: { ...broken, result: diverged } });
  assert.match(await told(), /so there is none to measure\. A lower learning rate gets further\.$/);
  // Refused before it was a run: nothing was trained, by whatever rate.
  const fresh = new KeptEpochs(page);
  const after = new HealthController({ page, engine: /** @type {any} */ ({}), epochs: fresh });
  page.set({ run: { ...broken, id: "" } });
  await after.measure();
  assert.match(after.store.get().told, /^There are no epochs to measure: train a run in this page/);

  const small = new KeptEpochs(page, 2 ** 20);
  const wide = new HealthController({ page, engine: /** @type {any} */ ({}), epochs: small });
  page.set({ run, model });
  small.begin("a", 0);
  small.keep("a", 1, new Uint8Array(2 ** 20 + 1));
  await wide.measure();
  assert.match(wide.store.get().told, /^An epoch of this network takes more than the 1 MB that/);
});

test("measuring can be stopped", async () => {
  const { health, answer, asked } = bench();
  void health.measure();
  await answer([layer(), output]);
  health.stop();
  await answer([layer(), output]);
  const { health: found, is_measuring, told } = health.store.get();
  assert.deepEqual([found?.epochs.length, is_measuring, asked.length], [1, false, 0]);
  assert.match(told, /^2 epochs not measured yet|^1 epoch not measured yet/);
});
