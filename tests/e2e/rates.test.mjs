// The range test of learning rates, in the page: what it finds, that it goes into the
// form, and that nothing that stands is touched by it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { bar_rows, open_page, open_view, pick, press, sees } from "./helper.mjs";

const bars = { name: "bars.csv", bytes: new TextEncoder().encode(bar_rows(1000).join("\n")) };
const FOUND = /falls steeply between (\d[\d.]*\d) and (\d[\d.]*\d|\d)\./;

for (const backend of ["ndarray", "webgpu"]) {
  test(`a range test proposes rates for a study on ${backend}`, async (t) => {
    const { page } = await open_page(t, {
      query: `?backend=${backend}&epochs=1&batch_size=32&hidden_layers=32,16&learning_rate=0.05`,
      webgpu: backend === "webgpu",
    });
    await pick(page, bars);
    await sees(page, "Data status", /bars\.csv/);
    await press(page, "Train");
    const ended = await sees(page, "Training status", /Finished$/, 120);

    await open_view(page, "Study");
    await press(page, "Find a rate");
    const told = await sees(page, "Rate status", FOUND, 120);
    const [, from, to] = (FOUND.exec(told) ?? []).map(Number);
    assert.ok(Number(from) < Number(to), told);
    await page.getByText(/^On bars\.csv; /).waitFor();
    for (const key of ["each batch", "smoothed", "falls steeply", "proposed"]) {
      await page.locator(".rate-plot").getByText(key, { exact: true }).waitFor();
    }
    const use = page.getByRole("button", { name: /^Use \d/ });
    const rates = (await use.innerText()).replace("Use ", "").split(", ").map(Number);
    assert.equal(rates.length, 5, rates.join(" "));
    assert.ok(
      rates.some((rate) => rate >= Number(from) && rate <= Number(to)),
      rates.join(" "),
    );
    await page.getByLabel("Factor").selectOption("batch_size");
    await use.waitFor({ state: "hidden" });
    await page.getByLabel("Factor").selectOption("learning_rate");
    await use.click();
    assert.equal(await page.getByLabel("Values").inputValue(), rates.join(", "));
    await sees(page, "Rate status", /^Values now holds .*: press Run study\.$/);

    await open_view(page, "Train");
    assert.equal(await sees(page, "Training status", /Finished$/), ended, "the run stands");
    await page.getByRole("textbox", { name: "Batch size" }).fill("16");
    await page.keyboard.press("Tab");
    await open_view(page, "Study");
    await sees(page, "Rates since", /^The bench now has batch size 16: .* Find a rate anew\.$/);
  });
}

test("a range test can be stopped, and refuses where there is no data", async (t) => {
  const { page } = await open_page(t, {
    query: "?backend=ndarray&hidden_layers=2048,2048&batch_size=512",
  });
  await open_view(page, "Study");
  await press(page, "Find a rate");
  await sees(page, "Rate status", /Load a data set under Train first/);
  await open_view(page, "Train");
  await pick(page, bars);
  await sees(page, "Data status", /bars\.csv/);
  await open_view(page, "Study");
  await sees(page, "Rate status", /^$/);
  // By the keyboard, whose place goes with the work.
  await page.getByRole("button", { name: "Find a rate" }).focus();
  await page.keyboard.press("Enter");
  const stop = page.getByRole("button", { name: "Stop finding" });
  await stop.and(page.locator(":focus")).waitFor();
  await sees(page, "Rate status", /\d+ of 300 steps/, 60);
  await open_view(page, "Train");
  const train = page.getByRole("button", { name: "Train", exact: true });
  assert.equal(await train.isDisabled(), true, "one thing at a time");
  await open_view(page, "Study");
  await stop.focus();
  await page.keyboard.press("Enter");
  await sees(page, "Rate status", /^Stopped\.$/);
  await page.getByRole("button", { name: "Find a rate" }).and(page.locator(":focus")).waitFor();
  await page.getByRole("button", { name: "Find a rate" }).and(page.locator(":enabled")).waitFor();
  assert.equal(await page.getByRole("button", { name: /^Use \d/ }).count(), 0);
});

test("the assignment keeps a range test waiting, between its parts too", async (t) => {
  const { page } = await open_page(t, {
    query: "?backend=ndarray&epochs=1000&batch_size=1&hidden_layers=128",
  });
  await pick(page, bars);
  await sees(page, "Data status", /bars\.csv/);
  await open_view(page, "Study");
  const find = page.getByRole("button", { name: "Find a rate" });
  await press(page, "Run the assignment");
  await find.and(page.locator(":disabled")).waitFor();
  await press(page, "Stop the assignment");
  await find.and(page.locator(":enabled")).waitFor();
});
