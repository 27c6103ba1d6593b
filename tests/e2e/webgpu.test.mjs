// A short run on WebGPU, really executed, on Chromium's software adapter; the
// same run on ndarray is its oracle.

import assert from "node:assert/strict";
import { test } from "node:test";
import { STROKES, bar_rows, draw, open_page, open_view, pick, press, sees } from "./helper.mjs";

/** 1,200 rows, 960 of them trained on: 30 steps of 32. */
const small = { name: "bars.csv", bytes: new TextEncoder().encode(bar_rows(1200).join("\n")) };
const SETTINGS = "epochs=1&batch_size=32&learning_rate=0.05&hidden_layers=32,16";

/** @param {import("playwright-core").Page} page @returns {Promise<number[]>} both losses */
async function losses(page) {
  const table = page.getByRole("table", { name: "Loss and accuracy after each epoch" });
  const cells = await table.getByRole("row").last().getByRole("cell").allInnerTexts();
  // From the right: time, two accuracies, validation loss, training loss.
  return cells.slice(-5, -3).map(Number);
}

test("30 steps on WebGPU give ndarray's losses", { timeout: 300_000 }, async (t) => {
  const { page } = await open_page(t, { query: `?backend=webgpu&${SETTINGS}`, webgpu: true });
  await pick(page, small);
  await sees(page, "Data status", /bars\.csv/);
  await press(page, "Train");
  const ended = await sees(page, "Training status", /finished/i, 240);
  assert.match(ended, /webgpu/i);
  await page.getByText("Figures as a table").click();
  const on_webgpu = await losses(page);

  await draw(page, STROKES[1]);
  await sees(page, "Prediction", /%/);

  await page.getByLabel("Backend", { exact: true }).selectOption("ndarray");
  await press(page, "Train");
  await sees(page, "Training status", /finished.*ndarray|ndarray.*finished/is, 60);
  const on_cpu = await losses(page);
  on_cpu.forEach((loss, at) => {
    assert.ok(
      Math.abs(loss - on_webgpu[at]) <= 1e-3,
      `losses ${on_webgpu.join(", ")} on webgpu, ${on_cpu.join(", ")} on ndarray`,
    );
  });
});

test("a study on WebGPU, on the software adapter", { timeout: 200_000 }, async (t) => {
  const { page } = await open_page(t, { query: "?epochs=1&backend=webgpu", webgpu: true });
  const bytes = new TextEncoder().encode(bar_rows(400).join("\n"));
  await pick(page, { name: "bars.csv", bytes });
  await sees(page, "Data status", /400/);
  await open_view(page, "Study");
  await page.getByLabel("Factor", { exact: true }).selectOption("learning_rate");
  await page.getByLabel("Values", { exact: true }).fill("0.05, 0.1");
  await press(page, "Run study");
  assert.match(
    await sees(page, "Study status", /(Finished|Stopped|Failed)$/, 150),
    /2 finished.*Finished$/s,
  );
});
