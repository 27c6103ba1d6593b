// Other optimisers and activations than SGD and ReLU, in the page: chosen under More,
// trained, kept in the address, the card and model files, and varied by a study.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { bar_rows, open_page, open_view, pick, press, sees, share_in } from "./helper.mjs";

const bars = { name: "bars.csv", bytes: new TextEncoder().encode(bar_rows(1000).join("\n")) };

for (const backend of ["ndarray", "webgpu"]) {
  test(`Adam and GELU learn and come back on ${backend}`, async (t) => {
    const { page } = await open_page(t, {
      query: `?backend=${backend}&epochs=2&batch_size=32&hidden_layers=32,16&learning_rate=0.003`,
      webgpu: backend === "webgpu",
    });
    await pick(page, bars);
    await sees(page, "Data status", /bars\.csv/);
    await press(page, "More");
    await page.getByLabel("Optimiser", { exact: true }).selectOption("adam");
    await page.getByLabel("Activation", { exact: true }).selectOption("gelu");
    await page.waitForURL(/activation=gelu.*optimiser=adam/);
    await press(page, "Train");
    const ended = await sees(page, "Training status", /Finished$/, 120);
    const accuracy = share_in(ended, /validation accuracy ([\d.]+) %/);
    assert.ok(accuracy > 0.6, ended);
    const card = await page.locator("#run-card-text").textContent();
    assert.match(card ?? "", /optimiser=adam/);
    assert.match(card ?? "", /activation=gelu/);

    await press(page, "Evaluate");
    const evaluated = await sees(page, "Evaluation", /accuracy [\d.]+ %/);
    assert.equal(share_in(evaluated, /accuracy ([\d.]+) %/), accuracy);
    const waiting = page.waitForEvent("download");
    await press(page, "Download model");
    const file = await readFile(await (await waiting).path());
    await page.getByLabel("Model file", { exact: true }).setInputFiles({
      name: "mine.safetensors",
      mimeType: "application/octet-stream",
      buffer: file,
    });
    await sees(page, "Evaluation", /mine\.safetensors.* with GELU, is loaded/);
    await press(page, "Evaluate");
    const again = await sees(page, "Evaluation", /accuracy [\d.]+ %/);
    assert.equal(share_in(again, /accuracy ([\d.]+) %/), accuracy);
    // What differs from the defaults is told beside More, which a reload opens.
    await page.reload();
    await page.getByLabel("Optimiser", { exact: true }).waitFor();
    assert.equal(await page.getByLabel("Optimiser", { exact: true }).inputValue(), "adam");
  });
}

test("a study varies the optimiser, and says what it held", async (t) => {
  const { page } = await open_page(t, {
    query: "?backend=ndarray&epochs=1&batch_size=32&hidden_layers=32,16&learning_rate=0.003",
  });
  await pick(page, bars);
  await sees(page, "Data status", /bars\.csv/);
  await open_view(page, "Study");
  await page.getByLabel("Factor").selectOption("optimiser");
  assert.equal(await page.getByLabel("Values").inputValue(), "sgd, adam, rmsprop, adagrad");
  await page.getByLabel("Values").fill("sgd, adam, lion");
  await page.getByText(/item 3: found "lion", expected one of sgd, nesterov, adam/).waitFor();
  await page.getByLabel("Values").fill("sgd, adam");
  await press(page, "Run study");
  await sees(page, "Study status", /Finished$/, 120);
  const table = page.getByRole("table", { name: "Comparison" });
  for (const name of ["SGD", "Adam"]) await table.getByRole("row", { name }).first().waitFor();
  const insights = page.getByRole("region", { name: "Insights" });
  await insights.getByText(/All ran at a learning rate of 0\.003/).waitFor();

  await page.getByLabel("Factor").selectOption("activation");
  await page.getByLabel("Values").fill("relu, gelu");
  await press(page, "Run study");
  // After one epoch the two are not told apart.
  await insights.getByText(/No single best activation: (GELU|ReLU) has the highest/).waitFor();
  await sees(page, "Study status", /Finished$/, 120);
});
