// What keeps a network in hand, in the page: chosen under More, trained, told of, kept in the
// address, the card and model files, and varied by a study.

import assert from "node:assert/strict";
import { test } from "node:test";
import { bar_rows, open_page, open_view, pick, press, sees, share_in } from "./helper.mjs";

const bars = { name: "bars.csv", bytes: new TextEncoder().encode(bar_rows(1000).join("\n")) };

for (const backend of ["ndarray", "webgpu"]) {
  test(`what is set under More trains and comes back on ${backend}`, async (t) => {
    const { page } = await open_page(t, {
      query: `?backend=${backend}&epochs=2&batch_size=32&hidden_layers=32,16&learning_rate=0.1`,
      webgpu: backend === "webgpu",
    });
    await pick(page, bars);
    await sees(page, "Data status", /bars\.csv/);
    await press(page, "More");
    const field = (/** @type {string} */ name) => page.getByLabel(name, { exact: true });
    await field("Schedule").selectOption("one_cycle");
    await field("Initialisation").selectOption("kaiming_normal");
    await field("Input dropout").fill("10 %");
    await field("Max norm").fill("3");
    await field("Label smoothing").fill("0,1");
    await field("Keep the best epoch").check();
    await page.waitForURL(/initialisation=kaiming_normal.*input_dropout=0\.1.*max_norm=3/);
    await press(page, "Train");
    const ended = await sees(page, "Training status", /Finished$/, 120);
    const accuracy = share_in(ended, /validation accuracy ([\d.]+) %/);
    assert.ok(accuracy > 0.6, ended);
    const card = (await page.locator("#run-card-text").textContent()) ?? "";
    for (const told of ["one_cycle", "kaiming_normal", "label_smoothing=0.1", "keep_best=true"]) {
      assert.ok(card.includes(told), `${told} in ${card}`);
    }
    await press(page, "Evaluate");
    const evaluated = await sees(page, "Evaluation", /accuracy [\d.]+ %/);
    assert.equal(share_in(evaluated, /accuracy ([\d.]+) %/), accuracy);
    await page.reload();
    await sees(page, "Training status", /Finished$/);
    assert.equal(await field("Schedule").inputValue(), "one_cycle");
    assert.equal(await field("Label smoothing").inputValue(), "0.1");
    assert.ok(await field("Keep the best epoch").isChecked());
  });
}

test("a run that loses patience ends early, on its best epoch where that is kept", async (t) => {
  const { page } = await open_page(t, {
    // A rate at which the curves go up and down.
    query:
      "?backend=ndarray&epochs=60&batch_size=256&hidden_layers=24&learning_rate=1&patience=2&keep_best=1",
  });
  await press(page, "Load sample");
  await sees(page, "Data status", /rows/);
  await press(page, "Train");
  const ended = await sees(page, "Training status", /Finished$/, 120);
  assert.match(ended, /\d+ of 60 epochs, ended early · /);
  const kept = /of epoch (\d+), kept/.exec(await page.locator("#results").innerText())?.[1];
  assert.ok(kept, "the headline says which epoch it is of");
  // A reload brings back the model of that epoch.
  const accuracy = share_in(ended, /validation accuracy ([\d.]+) %/);
  await page.reload();
  await sees(page, "Training status", /ended early.*Finished$/);
  await press(page, "Evaluate");
  const evaluated = await sees(page, "Evaluation", /accuracy [\d.]+ %/);
  assert.equal(share_in(evaluated, /accuracy ([\d.]+) %/), accuracy);
});

test("what is out of range is refused beside its field, and nothing trains", async (t) => {
  const { page } = await open_page(t, { query: "?backend=ndarray&label_smoothing=1&data=sample" });
  // The fold that it stands in is open.
  const told = (/** @type {RegExp} */ words) => page.getByText(words).first().waitFor();
  await told(/Label smoothing: found 1, expected a number from 0 to below 1/);
  await page.getByLabel("Label smoothing", { exact: true }).fill("0.1");
  await page.getByLabel("Max norm", { exact: true }).fill("-1");
  await told(/Max norm: found -1, expected 0 for none, or a number from 0\.01 to 1,000/);
});

test("a study varies the schedule and the initialisation, in words", async (t) => {
  const { page } = await open_page(t, {
    query: "?backend=ndarray&epochs=2&batch_size=32&hidden_layers=32,16&learning_rate=0.05",
  });
  await pick(page, bars);
  await sees(page, "Data status", /bars\.csv/);
  await open_view(page, "Study");
  const table = page.getByRole("table", { name: "Comparison" });
  const insights = page.getByRole("region", { name: "Insights" });
  await page.getByLabel("Factor").selectOption("schedule");
  assert.equal(
    await page.getByLabel("Values").inputValue(),
    "constant, cosine, step, one_cycle, warm_up",
  );
  await page.getByLabel("Values").fill("constant, one cycle");
  await press(page, "Run study");
  await sees(page, "Study status", /Finished$/, 120);
  for (const name of ["fixed", "1cycle"]) await table.getByRole("row", { name }).first().waitFor();
  await insights.getByText(/A schedule that ends low bears a higher rate/).waitFor();
  await page.getByLabel("Factor").selectOption("initialisation");
  await page.getByLabel("Values").fill("torch, equal");
  await press(page, "Run study");
  await sees(page, "Study status", /Finished$/, 120);
  await table.getByRole("row", { name: "all equal" }).first().waitFor();
  await page.getByLabel("Factor").selectOption("max_norm");
  await page.getByLabel("Values").fill("0, x");
  await page.getByText(/item 2: found "x", expected a max norm, 0 for none/).waitFor();
});
