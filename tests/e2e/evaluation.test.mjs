// What a model is worth and how it travels: evaluated on the validation part and
// on a test set, predicted for Kaggle, saved as a file of each format, and taken back
// in from those that come back.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { STROKES, bar_rows, draw, open_page, pick, press, sees, share_in } from "./helper.mjs";

/** @import { Page } from "playwright-core" */

const bytes_of = (/** @type {string[]} */ lines) => new TextEncoder().encode(lines.join("\n"));
const bars = bar_rows(1200);
const train_csv = { name: "bars.csv", bytes: bytes_of(bars) };
const test_rows = bars.slice(0, 301);
const unlabelled = test_rows.map((row) => row.slice(row.indexOf(",") + 1));

/** @param {Page} page @param {string} label @param {string} name @param {Uint8Array} bytes */
async function pick_in(page, label, name, bytes) {
  const file = { name, mimeType: "application/octet-stream", buffer: Buffer.from(bytes) };
  await page.getByLabel(label, { exact: true }).setInputFiles(file);
}

/** @param {Page} page @param {string} button */
async function downloaded(page, button) {
  const waiting = page.waitForEvent("download");
  await press(page, button);
  const download = await waiting;
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** @param {Page} page @param {string} format */
async function downloaded_as(page, format) {
  await page.locator('summary[aria-label="Download model: other formats"]').click();
  return downloaded(page, format);
}

test(
  "a model is evaluated, submitted, saved and taken back in",
  { timeout: 120_000 },
  async (t) => {
    const { page } = await open_page(t, {
      query: "?epochs=3&backend=ndarray&learning_rate=0.05&layer_norm=true&dropout=0.1",
    });
    await sees(page, "Evaluation", /train first/i);
    await pick(page, train_csv);
    await sees(page, "Data status", /bars\.csv/);
    await press(page, "Train");
    const ended = await sees(page, "Training status", /finished/i, 60);
    const trained = share_in(ended, /validation accuracy ([\d.]+)\s*%/);

    await press(page, "Evaluate");
    const evaluated = await sees(page, "Evaluation", /accuracy [\d.]+ %/);
    const accuracy = share_in(evaluated, /accuracy ([\d.]+) %/);
    assert.match(evaluated, /240 images/);
    assert.equal(accuracy, trained, "the run's own figure of the same part");
    const words_beneath = await page.locator("#gallery-title").evaluateHandle((title) => {
      /** @type {string[]} */
      const beneath = [];
      const list = document.getElementById("gallery");
      const look = () => beneath.push(list?.innerText ?? "no list");
      new MutationObserver(look).observe(title, {
        childList: true,
        characterData: true,
        subtree: true,
      });
      return beneath;
    });
    await page
      .getByRole("button", { name: /images? of 3 read as 3/ })
      .first()
      .click();
    await page.getByRole("heading", { name: /rightly read as 3/i }).waitFor();
    // Whatever stands beneath the heading is what it speaks of, from the first.
    const beneath = await words_beneath.jsonValue();
    assert.ok(beneath.length > 0, "the heading was watched");
    for (const words of beneath) assert.match(words, /^(3, [\d.]+\s%\s*)+$/);
    const gap_px = await page.locator("#gallery li").evaluateAll((items) =>
      Math.min(
        ...items.map((item) => {
          const [press, words] = item.children;
          if (!press || !words) return NaN;
          return words.getBoundingClientRect().top - press.getBoundingClientRect().bottom;
        }),
      ),
    );
    assert.ok(gap_px > 4, `the ring around an image, 4 px wide, is clear of its words: ${gap_px}`);

    const units = page.getByRole("img", {
      name: "Weights of 128 units of the first layer as images",
    });
    await units.waitFor();
    const num_colours = await units.locator("canvas").evaluateAll((canvases) =>
      canvases.map((canvas) => {
        const context = /** @type {HTMLCanvasElement} */ (canvas).getContext("2d");
        const { data } = context?.getImageData(0, 0, 28, 28) ?? { data: new Uint8ClampedArray() };
        return new Set(new Uint32Array(data.buffer)).size;
      }),
    );
    assert.equal(num_colours.length, 128);
    assert.ok(Math.min(...num_colours) > 50, "every unit's weights are an image, none a blank");

    const saved = await downloaded(page, "Download model");
    assert.match(saved.name, /\.safetensors$/);
    const header_length = Number(saved.bytes.readBigUInt64LE(0));
    const header = JSON.parse(saved.bytes.subarray(8, 8 + header_length).toString("utf8"));
    // Sequential(Linear, LayerNorm, ReLU, Dropout, …): the second Linear is the fifth module.
    assert.deepEqual(header["4.weight"].shape, [64, 128]);
    assert.deepEqual(header["0.weight"].shape, [128, 784]);

    const packed = await downloaded_as(page, ".bpk for burn");
    assert.equal(packed.name, "inkling.bpk");
    assert.equal(packed.bytes.subarray(0, 6).toString("latin1"), "NRUB\x01\0");
    const onnx = await downloaded_as(page, ".onnx for ONNX Runtime");
    assert.equal(onnx.name, "inkling.onnx");
    // The same numbers in each: the last layer's bias, whose layout all three share.
    const data = saved.bytes.subarray(8 + header_length);
    const bias = data.subarray(...header["8.bias"].data_offsets);
    assert.equal(bias.length, 40);
    for (const { name, bytes } of [packed, onnx]) assert.ok(bytes.includes(bias), name);

    await t.test("an unlabelled test set becomes Kaggle's submission", async () => {
      await pick_in(page, "Test CSV", "test.csv", bytes_of(unlabelled));
      await page.locator("#test-status", { hasText: /test\.csv: 300 rows\./ }).waitFor();
      const { name, bytes } = await downloaded(page, "Download submission");
      assert.equal(name, "submission.csv");
      const lines = bytes.toString("utf8").trim().split("\n");
      assert.equal(lines.length, 301);
      assert.equal(lines[0], "ImageId,Label");
      assert.match(lines[1] ?? "", /^1,\d$/);
      assert.match(lines[300] ?? "", /^300,\d$/);
      const num_right = lines
        .slice(1)
        .filter((line, at) => line.split(",")[1] === test_rows[at + 1]?.split(",")[0]).length;
      assert.ok(num_right >= 290, `${num_right} of 300 right`);
    });

    await t.test("a labelled test set is evaluated in place of the validation part", async () => {
      await pick_in(page, "Test CSV", "labelled.csv", bytes_of(test_rows));
      await page.locator("#test-status", { hasText: /labelled\.csv: 300 rows\./ }).waitFor();
      await press(page, "Evaluate");
      const text = await sees(page, "Evaluation", /labelled\.csv.*accuracy [\d.]+ %.*300 images/);
      assert.ok(share_in(text, /accuracy ([\d.]+) %/) >= 0.95, text);
    });

    await t.test("a wrong model file is named, and the model stays", async () => {
      await press(page, "Evaluate");
      const evaluated = await sees(page, "Evaluation", /accuracy [\d.]+ %/);
      const before = share_in(evaluated, /accuracy ([\d.]+) %/);
      await pick_in(page, "Model file", "bars.safetensors", train_csv.bytes.subarray(0, 5000));
      await sees(page, "Evaluation", /bars\.safetensors, header: found .*expected/);
      await pick_in(page, "Model file", "cut.safetensors", saved.bytes.subarray(0, -4));
      await sees(page, "Evaluation", /cut\.safetensors, data: found .*expected/);
      await pick_in(page, "Model file", "cut.bpk", packed.bytes.subarray(0, -4));
      await sees(page, "Evaluation", /cut\.bpk, data: found .*expected/);
      await pick_in(page, "Model file", "inkling.onnx", onnx.bytes);
      await sees(page, "Evaluation", /inkling\.onnx, header: found .*expected .*\.bpk/);
      await press(page, "Evaluate");
      const text = await sees(page, "Evaluation", /accuracy [\d.]+ %/);
      assert.equal(share_in(text, /accuracy ([\d.]+) %/), before, "the same model");
    });

    await t.test("in another tab the saved model reads the same, without training", async (t) => {
      const { page: other } = await open_page(t);
      await pick_in(other, "Model file", "inkling.safetensors", saved.bytes);
      await sees(other, "Evaluation", /784 → 128 → 64 → 10/);
      await draw(other, STROKES[1]);
      await sees(other, "Prediction", /%/);
      await pick(other, train_csv);
      await sees(other, "Data status", /bars\.csv/);
      await press(other, "Evaluate");
      const text = await sees(other, "Evaluation", /accuracy [\d.]+ %/);
      assert.equal(
        share_in(text, /accuracy ([\d.]+) %/),
        accuracy,
        "same seed, same held-out rows",
      );
      const again = await downloaded(other, "Download model");
      assert.equal(again.bytes.length, saved.bytes.length);
    });

    await t.test("so does the .bpk, whatever its name", async (t) => {
      const { page: other } = await open_page(t);
      await pick_in(other, "Model file", "model.safetensors", packed.bytes);
      await sees(other, "Evaluation", /784 → 128 → 64 → 10 with layer normalisation/);
      const again = await downloaded(other, "Download model");
      assert.deepEqual(again.bytes.subarray(8 + header_length), data, "the same numbers");
      const repacked = await downloaded_as(other, ".bpk for burn");
      assert.deepEqual(repacked.bytes, packed.bytes);
    });
  },
);
