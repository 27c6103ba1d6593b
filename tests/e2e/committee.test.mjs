// A committee: two runs of different seeds become one model, which reads on the pad, is
// evaluated where that is honest, comes back with a reload, and travels as a file.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { STROKES, draw, open_page, open_view, press, sees, share_in } from "./helper.mjs";

/** @import { Page } from "playwright-core" */

const sample = readFileSync(
  fileURLToPath(new URL("../../www/data/sample.csv.gz", import.meta.url)),
);

/** @param {Page} page @param {string} label @param {string} name @param {Uint8Array} bytes */
async function pick_in(page, label, name, bytes) {
  const file = { name, mimeType: "application/octet-stream", buffer: Buffer.from(bytes) };
  await page.getByLabel(label, { exact: true }).setInputFiles(file);
}

/** @param {Page} page */
const region = (page) => page.getByRole("region", { name: "Runs", exact: true });

/** @param {Page} page @param {string} button */
async function downloaded(page, button) {
  const waiting = page.waitForEvent("download");
  await press(page, button);
  const download = await waiting;
  return readFile(await download.path());
}

/** @param {Page} page @param {string} format */
async function downloaded_as(page, format) {
  await page.locator('summary[aria-label="Download model: other formats"]').click();
  return downloaded(page, format);
}

/** Two runs of other seeds on the sample. @param {Page} page */
async function train_two(page) {
  await press(page, "Sample and train");
  await sees(page, "Training status", /Finished$/, 120);
  const before = await page.locator("#run-card-text").textContent();
  await page.getByLabel("Seed", { exact: true }).fill("7");
  await press(page, "Train");
  await page.waitForFunction(
    (card) => document.querySelector("#run-card-text")?.textContent !== card,
    before,
  );
  await sees(page, "Training status", /Finished$/, 120);
}

/** @param {Page} page */
async function compare_both(page) {
  await open_view(page, "Runs");
  const buttons = region(page).getByRole("button", { name: "Compare", exact: true });
  await buttons.nth(1).waitFor();
  for (const at of [0, 1]) {
    await buttons.nth(at).click();
    await region(page).getByRole("button", { name: "Compare", pressed: true }).nth(at).waitFor();
  }
}

/** @param {Page} page */
const figures = async (page) => {
  const text = await sees(page, "Evaluation", /accuracy [\d.]+ %.*loss [\d.]+/, 60);
  return { accuracy: share_in(text, /accuracy ([\d.]+) %/), text };
};

test("two runs become one model", { timeout: 300_000 }, async (t) => {
  const query = "?backend=ndarray&epochs=2&hidden_layers=16&learning_rate=0.05";
  const { page } = await open_page(t, { query });
  await train_two(page);
  await compare_both(page);
  await region(page).getByText("They held out other images each").waitFor();
  await press(page, "Make a committee");
  // The bench, with what is asked for next.
  await page.locator("#train-view").waitFor();
  const told = await sees(page, "Evaluation", /A committee of 2 networks reads now/);
  assert.match(told, /“.*seed 7.*”/);
  assert.match(told, /held out other images each, .*Load a test CSV/);
  assert.ok(await page.getByRole("button", { name: "Evaluate", exact: true }).isDisabled());
  await page.getByText(/The model that reads now is a committee of 2 networks/).waitFor();

  await draw(page, STROKES[1]);
  await sees(page, "Prediction", /%/);

  /** @type {string} */
  let evaluated = "";
  await t.test("a test set judges it", async () => {
    await pick_in(page, "Test CSV", "test.csv.gz", sample);
    await page.locator("#test-status", { hasText: /rows\. / }).waitFor();
    await press(page, "Evaluate");
    const found = await figures(page);
    assert.ok(found.accuracy > 0.5, found.text);
    evaluated = found.text;
    assert.equal(await page.locator("#first-layer").innerText(), "", "it has no first layer");
    const csv = (await downloaded(page, "Download submission")).toString("utf8");
    assert.match(csv, /^ImageId,Label\n1,\d\n/);
  });

  await t.test("what takes one network says so", async () => {
    await press(page, "Look inside");
    await sees(page, "Inside status", /A committee is several networks/);
    await press(page, "Close inside");
    await press(page, "It was a 5");
    await press(page, "Fine-tune on them");
    const result = page.locator("#fine-tune-result");
    await result.filter({ hasText: /A committee learns nothing more/ }).waitFor();
  });

  await t.test("a reload brings it back with its figures", async () => {
    await page.reload();
    await sees(page, "Training status", /Finished$/);
    const again = await sees(page, "Evaluation", /accuracy/);
    assert.equal(again, evaluated);
    await draw(page, STROKES[1]);
    await sees(page, "Prediction", /%/);
  });

  const saved = await downloaded(page, "Download model");
  const length = Number(saved.readBigUInt64LE(0));
  const notes = JSON.parse(saved.subarray(8, 8 + length).toString("utf8")).__metadata__;
  assert.equal(notes.members, "2");
  assert.match(notes.module, /^ModuleList\(\[Sequential\(.*\), Sequential\(.*\)\]\)$/);
  assert.equal(JSON.parse(notes["members.1.origin"]).split_seed, 42);
  assert.match(notes["members.0.weights"], /^[0-9a-f]{16}$/);
  const packed = await downloaded_as(page, ".bpk for burn");
  const onnx = (await downloaded_as(page, ".onnx for ONNX Runtime")).toString("latin1");
  for (const word of ["members.0.logits", "members.1.probabilities", "Mean"]) {
    assert.ok(onnx.includes(word), word);
  }

  await t.test("its files are taken back in, in another browser", async (t) => {
    const { page: other } = await open_page(t);
    await pick_in(other, "Model file", "all.safetensors", saved);
    const words = /A committee of 2 networks of the file all\.safetensors reads now: “.*seed 7/;
    await sees(other, "Evaluation", words);
    await pick_in(other, "Test CSV", "test.csv.gz", sample);
    await other.locator("#test-status", { hasText: /rows\. / }).waitFor();
    await press(other, "Evaluate");
    assert.equal((await figures(other)).text, evaluated, "the same figures");
    await pick_in(other, "Model file", "all.bpk", packed);
    await sees(other, "Evaluation", /of the file all\.bpk reads now/);
    await press(other, "Evaluate");
    assert.equal((await figures(other)).text.split(" · loss")[0], evaluated.split(" · loss")[0]);
    const broken = Buffer.from(saved);
    broken[broken.length - 1] ^= 1;
    await pick_in(other, "Model file", "broken.safetensors", broken);
    await sees(other, "Evaluation", /broken\.safetensors, weights of member 2: found the checksum/);
  });

  await t.test("a run that is opened takes its place, for good", async () => {
    await open_view(page, "Runs");
    await region(page).getByRole("button", { name: "Open", exact: true }).first().click();
    await page.getByText(/a committee of 2 networks/).waitFor({ state: "detached" });
    await page.reload();
    await sees(page, "Training status", /Finished$/);
    await page.waitForTimeout(500);
    assert.equal(await page.getByText(/a committee of 2 networks/).count(), 0);
  });
});

test("one split for both, and the validation part judges them", { timeout: 200_000 }, async (t) => {
  const query = "?backend=ndarray&epochs=2&hidden_layers=16&learning_rate=0.05&split_seed=1";
  const { page } = await open_page(t, { query });
  await train_two(page);
  await compare_both(page);
  await page.getByText(/One model of the 2 compared runs/).waitFor();
  await press(page, "Make a committee");
  await sees(page, "Evaluation", /A committee of 2 networks reads now.*Press Evaluate/);
  // The settings that stand have no say in which images those are.
  await page.getByLabel("Seed", { exact: true }).fill("3");
  await press(page, "Evaluate");
  const { text, accuracy } = await figures(page);
  assert.match(text, /^Validation part · /);
  assert.ok(accuracy > 0.5, text);
});
