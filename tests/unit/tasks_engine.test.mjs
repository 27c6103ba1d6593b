// The engine that ships, run here: MNIST's bits are those of the release before there
// were tasks, and a set of another task goes the whole way, from bytes to a report.

import assert from "node:assert/strict";
import { test } from "node:test";
import { write_onnx } from "../../www/worker/onnx.js";
import { CLASSES, of_47_classes, open_engine, open_studies, sample } from "./letters_set.mjs";

const wasm = await open_engine();
const studies = await open_studies();

const SETTINGS = {
  epochs: 2,
  batch_size: 64,
  learning_rate: 0.05,
  seed: 42,
  validation_share: 20,
  hidden_layers: "32, 16",
};

/** Trains to the end. @param {any} trainer */
async function ended(trainer) {
  for (;;) {
    for (const event of await trainer.next(50)) if (event.kind === "ended") return event;
  }
}

test("MNIST comes out as before tasks, to the last bit", async () => {
  const data = sample(wasm);
  assert.equal(data.summary().checksum, "be042f95a4d3261f");
  // Of the engine built from commit bde9bca, the last before data sets had a task.
  const expected = [
    [{}, "97deb7cc5150804c", 0.4251300067901611],
    [
      { momentum: 0.9, weight_decay: 1e-4, layer_norm: true, dropout: 0.2, batch_size: 50 },
      "98828921a4172f20",
      0.41762173652648926,
    ],
    [{ augmentation: true, hidden_layers: "13" }, "acbd6940848ce07b", 0.5238874340057373],
    [{ step: "plain" }, "91a76301669a061a", 0.4251376838684082],
  ];
  for (const [more, checksum, loss] of expected) {
    const trainer = await wasm.Trainer.create(data, { ...SETTINGS, .../** @type {any} */ (more) });
    const result = await ended(trainer);
    assert.deepEqual([result.weights_checksum, result.validation_loss], [checksum, loss]);
    assert.equal("normalisation" in result, false);
    trainer.free();
  }
  data.free();
});

test("wide networks come out as before weights stood in blocks, to the last bit", async () => {
  const digits = sample(wasm);
  const inverted = digits.pixels().map((/** @type {number} */ pixel) => 255 - pixel);
  const task = { side: 28, classes: CLASSES.slice(0, 10), full_ink: 255, is_drawn: false };
  const inked = wasm.Dataset.from_parts("inked.csv", task, inverted, digits.labels());
  const everything = { layer_norm: true, dropout: 0.2, momentum: 0.9, weight_decay: 1e-4 };
  const ragged = { hidden_layers: "130, 45, 3", batch_size: 7 };
  // Of the engine built from commit 58418dc, the last whose weights stood row by row.
  // Inked pictures have few zeros and take the dense product in the first layer, too.
  const expected = /** @type {[any, object, string, number][]} */ ([
    [digits, { hidden_layers: "2048", batch_size: 128 }, "0b685f45a39f7db2", 0.5368144817352295],
    [
      digits,
      { hidden_layers: "512, 256", batch_size: 512, momentum: 0.9 },
      "f3fbf0c269434b96",
      0.7625630378723145,
    ],
    [
      digits,
      { hidden_layers: "800, 401", batch_size: 50, augmentation: true, ...everything },
      "af20bde39957d503",
      0.31996735382080077,
    ],
    [digits, ragged, "5bf5df417c5e53a6", 0.5983386306762696],
    [
      inked,
      { hidden_layers: "800, 401", batch_size: 50, learning_rate: 0.01, ...everything },
      "71771624f495007c",
      0.2690988245010376,
    ],
    [inked, { ...ragged, learning_rate: 0.01 }, "8376d2a639d08bb0", 1.2515226020812988],
  ]);
  for (const [data, more, checksum, loss] of expected) {
    const trainer = await wasm.Trainer.create(data, { ...SETTINGS, epochs: 1, ...more });
    const result = await ended(trainer);
    assert.deepEqual([result.weights_checksum, result.validation_loss], [checksum, loss]);
    trainer.free();
  }
  inked.free();
  digits.free();
});

test("a set of 47 classes is trained, evaluated, kept, exported and reported", async () => {
  const data = of_47_classes(wasm);
  const summary = data.summary();
  assert.deepEqual(summary.task.classes, CLASSES);
  assert.equal(summary.class_counts.length, 47);
  const config = { ...SETTINGS, epochs: 6, learning_rate: 0.1 };
  const plan = data.plan(config);
  assert.deepEqual([plan.layers[0].num_inputs, plan.layers.at(-1).num_outputs], [784, 47]);
  assert.equal(plan.train_counts.length, 47);

  const trainer = await wasm.Trainer.create(data, config);
  const result = await ended(trainer);
  assert.deepEqual(result.normalisation, plan.normalisation);
  // Always naming the commonest class comes to less than a tenth.
  assert.ok(result.validation_accuracy > 0.4, String(result.validation_accuracy));

  const rows = trainer.validation_rows();
  const pixels = new Uint8Array(rows.length * 784);
  const labels = Uint8Array.from(rows, (row, place) => {
    pixels.set(data.image(row), 784 * place);
    return data.label(row);
  });
  const probabilities = await trainer.predict(pixels);
  const figures = wasm.evaluate(probabilities, labels, 47);
  assert.equal(figures.accuracy, result.validation_accuracy);
  assert.equal(figures.confusion.length, 47 * 47);
  assert.throws(
    () => wasm.evaluate(probabilities, labels, 10),
    /10 for each of at least one label/,
  );

  for (const file of [await trainer.to_safetensors(), await trainer.to_burnpack()]) {
    const model = await wasm.Model.from_file("m", file);
    assert.deepEqual(model.summary().task, { ...summary.task, normalisation: plan.normalisation });
    assert.deepEqual(await model.predict(pixels), probabilities);
    model.free();
  }
  const model = await wasm.Model.from_checkpoint(await trainer.checkpoint());
  assert.deepEqual(model.summary().task.classes, CLASSES);
  model.free();
  const onnx = Buffer.from(write_onnx(trainer.summary(), await trainer.weights(), "0.1.0"));
  assert.ok(onnx.includes("Class 46"));

  // Seconds are the machine's own: any digits may stand in them, those that are looked for, too.
  const epoch_secs = { elapsed_secs: 2, train_secs: 1 };
  const history = result.history.map((/** @type {object} */ epoch) => ({
    ...epoch,
    ...epoch_secs,
  }));
  const report = studies.write_report({
    created: "2026-11-26",
    ids: [],
    introduction: "",
    conclusion: "",
    plots: [],
    studies: [],
    baseline: {
      data: summary,
      config,
      result: { ...result, history, elapsed_secs: 2, samples_per_sec: 9400 },
      remarks: "",
      plots: [],
      evaluations: [{ is_test: false, name: "Validation part", figures }],
    },
  });
  const text = JSON.stringify(report);
  assert.match(text, /tell 47 classes of pictures apart/);
  assert.match(text, /784 pixels through hidden layers of 32 and 16 units to 47 outputs/);
  assert.match(text, /the mean and the standard deviation of the training part/);
  assert.match(text, /Class \d+ as Class \d+ \(/);
  assert.match(text, /\(pixel \/ 255 − 0\.1\d{3}\) \/ 0\.3\d{3}\./);
  assert.doesNotMatch(text, /handwritten|each digit|0\.1307/);
  trainer.free();
  data.free();
});

test("pictures of eight by eight go the same way", async () => {
  const data = sample(wasm);
  const digits = data.pixels();
  const labels = data.labels().subarray(0, 1000);
  const pixels = new Uint8Array(1000 * 64);
  for (let place = 0; place < pixels.length; place++) {
    const [row, y, x] = [Math.floor(place / 64), Math.floor((place % 64) / 8), place % 8];
    pixels[place] = digits[784 * row + 28 * Math.floor(3.5 * y + 1) + Math.floor(3.5 * x + 1)];
  }
  data.free();
  const classes = Array.from({ length: 10 }, (_, digit) => `${digit}`);
  const task = { side: 8, classes, full_ink: 16, is_drawn: true };
  const small = wasm.Dataset.from_parts("digits.csv", task, pixels, labels.slice());
  for (const more of [{}, { augmentation: true }]) {
    const trainer = await wasm.Trainer.create(small, { ...SETTINGS, epochs: 40, ...more });
    const result = await ended(trainer);
    assert.ok(result.validation_accuracy > 0.4, String(result.validation_accuracy));
    // What the pad prepares is of the size that the model reads.
    const ink = new Uint8Array(100).fill(255);
    const prepared = wasm.prepare_ink(ink, 10, 10, 8, true);
    assert.equal(prepared.length, 64);
    assert.equal((await trainer.predict(prepared)).length, 10);
    await assert.rejects(trainer.predict(new Uint8Array(784 + 1)), /64 for each image/);
    trainer.free();
  }
  const names = classes.map((name) => `No. ${name}`);
  assert.deepEqual(wasm.renamed_task(task, names).classes, names);
  assert.throws(() => wasm.renamed_task(task, names.slice(1)), /found 9, expected 10/);
  small.free();
});
