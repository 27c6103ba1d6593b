// The health of a run's layers, in the page: measured on request, drawn, in a table, and said.

import assert from "node:assert/strict";
import { test } from "node:test";
import { open_page, press, sees } from "./helper.mjs";

/** @import { Page } from "playwright-core" */

/** @param {import("node:test").TestContext} t @param {string} query */
async function measured(t, query) {
  const { page } = await open_page(t, { query: `?backend=ndarray&${query}` });
  await press(page, "Sample and train");
  await sees(page, "Training status", /Finished$/, 180);
  await press(page, "Look inside");
  await page.getByRole("region", { name: "Health", exact: true }).waitFor();
  await press(page, "Measure health");
  await sees(page, "Health status", /^Measured at \d+ moments of the run on the same 256 training/);
  return page;
}

/** @param {Page} page */
const says = (page) =>
  page.getByRole("list", { name: "What the layers say" }).getByRole("listitem").allInnerTexts();

test("the layers of a run are measured at each of its epochs", async (t) => {
  const page = await measured(t, "epochs=3&hidden_layers=24,12&learning_rate=0.05&momentum=0.9");
  const health = page.getByRole("region", { name: "Health", exact: true });
  await health.getByText("Health as a table").click();
  const table = page.getByRole("region", { name: "Health of each layer" });
  const rows = await table.getByRole("row").allInnerTexts();
  assert.equal(rows.length, 1 + 4 * 3, "a head, and three layers at four moments");
  const cells = rows.slice(1).map((row) => row.split("\t").map((cell) => cell.trim()));
  assert.deepEqual(cells.map(([epoch, number]) => `${epoch} ${number}`).slice(0, 4), [
    "start 1",
    "start 2",
    "start 3",
    "1 1",
  ]);
  for (const [, number, weights, gradient, update, silent] of cells) {
    for (const figure of [weights, gradient, update]) assert.ok(Number(figure) > 0, figure);
    assert.match(silent ?? "", number === "3" ? /^–$/ : number === "1" ? /of 24$/ : /of 12$/);
  }
  // At the start a layer's weights are drawn evenly from ±1/√784: their norm follows.
  const drawn = Math.sqrt((785 * 24) / (3 * 784));
  assert.ok(Math.abs(Number(cells[0]?.[2]) - drawn) < 0.03 * drawn, cells[0]?.[2]);
  assert.equal(await health.getByRole("img", { name: /of each layer over the epochs/ }).count(), 6);
  assert.match(
    (await says(page)).at(-1) ?? "",
    /^After epoch 3 a step moves the weights by 0\.\d+/,
  );

  await health.getByText("Histograms", { exact: true }).click();
  const bars = health.getByRole("img", { name: / of layer \d: [\d,]+ values from / });
  await bars.nth(8).waitFor();
  const told = () => bars.evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")));
  const newest = await told();
  // 784 × 24 weights and 24 biases, as many slopes; 256 images of 24 units.
  assert.match(
    newest[0] ?? "",
    /^Weights of layer 1: 18,840 values from −0\.\d+ to 0\.\d+, the fullest of 40/,
  );
  assert.match(newest[1] ?? "", /^Gradient of layer 1: 18,840 values/);
  assert.match(newest[2] ?? "", /^Activations of layer 1: 6,144 values from 0 to \d/);
  assert.match(newest[8] ?? "", /^Sums of layer 3: 2,560 values from −/);
  await page.getByLabel("Histograms of").selectOption("the start");
  // Drawn evenly from ±1/28.
  const [drawn_weights] = await told();
  assert.match(drawn_weights ?? "", /from −0\.0357 to 0\.0357,/);

  // One batch from fresh weights tells the same norms.
  await page.getByLabel("from", { exact: true }).selectOption("fresh");
  await press(page, "One batch");
  await sees(page, "Step status", /^Step 1, batch 1/);
  const step = page.getByRole("region", { name: "Step by layer" }).getByRole("row").nth(1);
  assert.ok((await step.innerText()).includes(`${cells[0]?.[2]} →`), await step.innerText());

  await press(page, "Train");
  await sees(page, "Health status", /^$/);
});

test("eight layers of sigmoid are told to vanish", async (t) => {
  const hidden = Array(8).fill(16).join(",");
  const page = await measured(t, `epochs=1&activation=sigmoid&hidden_layers=${hidden}`);
  const [first] = await says(page);
  assert.match(
    first ?? "",
    /^The gradient vanishes on its way back: at the start its norm is 0\.\d+ in layer 9 and \d.*e-\d in layer 1, [\d,]{6,} times less/,
  );
});

test("a rate that silences the first layer is named", async (t) => {
  const page = await measured(t, "epochs=1&learning_rate=1&hidden_layers=128,64");
  const [first] = await says(page);
  assert.match(first ?? "", /of the 128 units of layer 1 \(\d\d %\).*learning rate below 1,/);
});
