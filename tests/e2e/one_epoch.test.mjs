// One epoch looked at, in the page: what the run made of its own first epochs, and nothing
// that stands touched by it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { open_page, press, sees } from "./helper.mjs";

/** @import { Page } from "playwright-core" */

const TOLD =
  /^Epoch (\d+)(?:, on from the model that stands| of (\d+), from fresh weights): the validation accuracy goes from ([\d.]+) % to ([\d.]+) % on 4,000 images/;

/** @param {Page} page @param {number} epoch */
async function one_epoch(page, epoch) {
  await press(page, "One epoch");
  const told = await sees(page, "Epoch status", new RegExp(`^Epoch ${epoch}\\b.*goes from`), 120);
  const [, , , before, after] = TOLD.exec(told) ?? [];
  return [before, after];
}

for (const backend of ["ndarray", "webgpu"]) {
  test(`an epoch is looked at beside a run on ${backend}`, async (t) => {
    const { page } = await open_page(t, {
      query: `?backend=${backend}&epochs=2&hidden_layers=24,12&learning_rate=0.05&momentum=0.9`,
      webgpu: backend === "webgpu",
    });
    await press(page, "Sample and train");
    await sees(page, "Training status", /Finished$/, 300);
    const card = () => page.locator("#run-card-text").textContent();
    const before = await card();
    const cells = await page
      .locator("#epochs-table tbody tr")
      .evaluateAll((rows) => rows.map((row) => row.children[5]?.textContent ?? ""));
    const accuracies = cells.map((text) => text.replace(/[^\d.]/g, ""));
    await press(page, "Look inside");

    // From the model that stands: where the run has ended.
    const [from, further] = await one_epoch(page, 1);
    assert.equal(from, accuracies[1], "the model that stands");
    assert.ok(Number(further) > 50);
    const table = page.getByRole("region", { name: "Epoch by layer" });
    const rows = await table.getByRole("row").allInnerTexts();
    assert.equal(rows.length, 4, "the head, and three layers");
    for (const row of rows.slice(1)) {
      const [was, is, moved, ...gradients] = (row.match(/\d[\d.e-]*/g) ?? []).slice(1).map(Number);
      assert.ok(Number(moved) > 0 && Number(gradients[0]) > 0 && Number(gradients[1]) > 0, row);
      assert.ok(Math.abs(Number(is) - Number(was)) <= Number(moved) * Number(was) * 1.001, row);
    }

    // From fresh weights: what the run itself made of its epochs.
    await page.getByLabel("from", { exact: true }).selectOption("fresh");
    const [start, first] = await one_epoch(page, 1);
    assert.ok(Number(start) < 40, `untrained: ${start}`);
    const [then, second] = await one_epoch(page, 2);
    assert.equal(then, first, "the second goes on from the first");
    if (backend === "ndarray") assert.deepEqual([first, second], accuracies);
    await press(page, "One epoch");
    await sees(page, "Epoch status", /^The settings ask for 2 epochs, and that was the last/);
    await press(page, "Start over");
    assert.equal((await one_epoch(page, 1))[1], first, "the same epoch");
    assert.equal(await card(), before, "the model stands");

    // It is shown beside the settings that it is of.
    await page.getByRole("textbox", { name: "Learning rate" }).fill("0.02");
    await sees(page, "Epoch status", /^$/);
    await table.waitFor({ state: "detached" });
  });
}

test("an epoch is stopped, and what stood before it stands", async (t) => {
  const { page } = await open_page(t, {
    query: "?backend=ndarray&epochs=1&hidden_layers=2048,2048",
  });
  await press(page, "Load sample");
  await sees(page, "Data status", /20,000/);
  await press(page, "Look inside");
  const stop = page.getByRole("button", { name: "Stop the epoch" });
  assert.equal(await stop.count(), 0, "there is nothing to stop");
  await press(page, "One epoch");
  await sees(page, "Epoch status", /^Training an epoch: \d+ %/);
  await stop.click();
  await sees(page, "Epoch status", /^Stopped: this epoch was given up\.$/);
  await stop.waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "One epoch" }).and(page.locator(":focus")).waitFor();
});

test("a run that begins has the epoch given up", async (t) => {
  const { page } = await open_page(t, {
    // Long enough to be under way for as long as it takes to look.
    query: "?backend=ndarray&epochs=200&hidden_layers=1024,1024",
  });
  await press(page, "Load sample");
  await sees(page, "Data status", /20,000/);
  await press(page, "Look inside");
  await press(page, "One epoch");
  await sees(page, "Epoch status", /^Training an epoch/);
  await press(page, "Train");
  await sees(page, "Epoch status", /^A run has begun: the epoch was given up/);
  await press(page, "One epoch");
  await sees(page, "Epoch status", /^A run is under way/);
  await press(page, "Stop");
  await sees(page, "Training status", /Stopped/, 60);
});
