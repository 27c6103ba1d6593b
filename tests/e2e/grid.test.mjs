// Two settings at once: typed as a grid, run, read as a heat map with the valley in words, and
// opened again in another load of the page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { bar_rows, open_page, open_view, pick, press, sees } from "./helper.mjs";

const bars = { name: "bars.csv", bytes: new TextEncoder().encode(bar_rows(1000).join("\n")) };

test("a study crosses any two settings", async (t) => {
  const { page } = await open_page(t, {
    query: "?backend=ndarray&epochs=2&hidden_layers=16",
  });
  await pick(page, bars);
  await sees(page, "Data status", /bars\.csv/);
  await open_view(page, "Study");
  const values = page.getByLabel("Values");
  await page.getByLabel("Factor").selectOption("two_factors");
  assert.equal(
    await values.inputValue(),
    "learning rate: 0.01, 0.03, 0.1 × batch size: 16, 64, 256",
  );
  await values.fill("learning rate: 0.01, fast × batch size: 16, 64");
  await page.getByText(/learning rate, item 2: found "fast", expected a learning rate/).waitFor();
  await values.fill("learning rate: 0.01, 0.1 * batch size: 16, 64");
  await page.getByText(/^4 runs on bars\.csv/).waitFor();
  // What it varies is none of what it holds.
  await page.getByText(/Everything else as on the bench: hidden layers 16, epochs 2\./).waitFor();
  await press(page, "Run study");
  await sees(page, "Study status", /Finished$/, 120);
  const table = page.getByRole("table", { name: "Comparison" });
  for (const pair of ["0.01 × 16", "0.01 × 64", "0.1 × 16", "0.1 × 64"]) {
    await table.getByRole("row", { name: pair }).first().waitFor();
  }
  const insights = page.getByRole("region", { name: "Insights" });
  await insights.getByText(/The best learning rate for each batch size: /).waitFor();
  await page.getByText(/The lighter a cell, the higher its accuracy/).waitFor();
  const cells = page.locator(".study-factor-plot svg text", { hasText: /%$/ });
  assert.equal(await cells.count(), 4);

  // The kept study brings its text back into the form.
  await page.reload();
  await open_view(page, "Study");
  await table.getByRole("row", { name: "0.1 × 64" }).first().waitFor();
  assert.equal(await page.getByLabel("Factor").inputValue(), "two_factors");
  assert.equal(await values.inputValue(), "learning rate: 0.01, 0.1 × batch size: 16, 64");
});
