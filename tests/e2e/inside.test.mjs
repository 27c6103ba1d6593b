// The inside of the network, in the page: units that answer to the pad, one opened by the
// keyboard, one step looked at, and nothing that stands touched by it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { STROKES, draw, open_page, page_waits, press, sees } from "./helper.mjs";

/** @import { Page } from "playwright-core" */

const ACTIVATION = /^Unit (\d+) of layer (\d+), activation (\d+\.\d\d)(, digit \d)?$/;

/** @param {Page} page @param {number} layer from 1 */
const list_of = (page, layer) => page.getByRole("list", { name: `Units of layer ${layer}` });

/** Names of a layer's units. @param {Page} page @param {number} layer from 1 */
function names_of(page, layer) {
  const buttons = list_of(page, layer).getByRole("button");
  return buttons.evaluateAll((found) => found.map((button) => button.ariaLabel ?? ""));
}

/**
 * Waits until all names are those of the last drawing: they follow the pen a little later.
 * @param {Page} page
 */
async function settle(page) {
  let before = "";
  for (let num_equal = 0; num_equal < 3;) {
    await sees(page, "Inside status", /^/);
    const now = JSON.stringify([await names_of(page, 1), await names_of(page, 2)]);
    num_equal = now === before ? num_equal + 1 : 0;
    before = now;
    await page_waits(page, 250);
  }
}

/** Activations of a layer's units. @param {Page} page @param {number} layer from 1 */
async function activations_of(page, layer) {
  const names = await names_of(page, layer);
  return names.map((name, at) => {
    const [, unit, of, activation] = ACTIVATION.exec(name) ?? [];
    assert.deepEqual([unit, of], [`${at + 1}`, `${layer}`], name);
    return Number(activation);
  });
}

/** @param {Page} page */
const unit_region = (page) => page.getByRole("region", { name: "Unit", exact: true });

/** The first unit that answers to the drawing. @param {Page} page */
const first_answer = (page) =>
  list_of(page, 1)
    .getByRole("button", { name: /activation/ })
    .first()
    .waitFor();

for (const backend of ["ndarray", "webgpu"]) {
  test(`units answer to the pad, trained on ${backend}`, async (t) => {
    const { page } = await open_page(t, {
      query: `?backend=${backend}&epochs=1&hidden_layers=24,12&learning_rate=0.05`,
      webgpu: backend === "webgpu",
    });
    const inside = page.getByRole("region", { name: "Inside" });
    assert.equal(await inside.count(), 0, "nothing of it before it is asked for");
    await press(page, "Sample and train");
    await sees(page, "Training status", /Finished$/, 180);
    const weights = async () =>
      (await page.locator("#run-card-text").textContent())?.match(/weights.*/i)?.[0];
    const before = await weights();

    const fetched = () =>
      page.evaluate(() =>
        performance
          .getEntriesByType("resource")
          .map(({ name }) => name)
          .filter((name) => /inside\/(?!opening)/.test(name)),
      );
    assert.deepEqual(await fetched(), [], "its code is fetched when it is opened");
    await press(page, "Look inside");
    await inside.waitFor();
    assert.notDeepEqual(await fetched(), []);
    const title = inside.getByRole("heading", { name: "Inside", exact: true });
    await title.and(page.locator(":focus")).waitFor();
    await list_of(page, 3).getByRole("button").nth(9).waitFor();
    assert.equal(await inside.getByRole("heading", { name: /^Layer \d/ }).count(), 3);
    assert.deepEqual(
      (await names_of(page, 2)).slice(0, 2),
      ["Unit 1 of layer 2", "Unit 2 of layer 2"],
      "without a drawing there are no activations",
    );

    await draw(page, STROKES[7]);
    await first_answer(page);
    await sees(page, "Prediction", /\d\s+with .*%/);
    await settle(page);
    const [one, two] = [await activations_of(page, 1), await activations_of(page, 2)];
    assert.deepEqual([one.length, two.length], [24, 12]);
    assert.ok(one.some((activation) => activation > 0));
    const sure = await activations_of(page, 3);
    const total = sure.reduce((sum, share) => sum + share, 0);
    assert.ok(Math.abs(total - 1) < 0.06, `probabilities, rounded: ${sure.join(" ")}`);
    const read = sure.indexOf(Math.max(...sure));
    await inside.getByText(new RegExp(`digit ${read} is read mostly by units? \\d+`)).waitFor();
    assert.match(await page.getByRole("status", { name: "Prediction" }).innerText(), /^\s*(\d)/);

    await t.test("a unit opens by the keyboard, with its sum", async () => {
      const strongest = one.indexOf(Math.max(...one));
      await list_of(page, 1).getByRole("button").first().focus();
      for (let at = 0; at < strongest; at++) await page.keyboard.press("ArrowRight");
      await page.keyboard.press("Enter");
      const unit = unit_region(page);
      const shown = one[strongest]?.toFixed(2);
      const title = `Unit ${strongest + 1} of layer 1, activation ${shown}`;
      await unit.getByRole("heading", { name: title }).and(page.locator(":focus")).waitFor();
      const sum = await unit.getByText(/^w·x \+ b = /).innerText();
      const [of_products, bias, linear] = (
        sum.replaceAll("−", "-").match(/-? ?\d+\.\d\d/g) ?? []
      ).map((figure) => Number(figure.replaceAll(" ", "")));
      assert.ok(Math.abs(Number(of_products) + Number(bias) - Number(linear)) < 0.021, sum);
      assert.equal(Number(linear).toFixed(2), shown);
      const products = unit.getByRole("list", { name: "Greatest products" }).getByRole("listitem");
      const listed = (await products.allInnerTexts()).map((text) => text.replaceAll("−", "-"));
      const rest = await unit.getByText(/^the other 776 products: /).innerText();
      const terms = [...listed, rest.replaceAll("−", "-")].map((text) =>
        Number(/([+-]?\d+\.\d\d)$/.exec(text.trim())?.[1]),
      );
      const added = terms.reduce((so_far, term) => so_far + term, 0);
      assert.equal(terms.length, 9);
      assert.ok(Math.abs(added - Number(of_products)) < 0.06, `${terms.join(" ")}; ${sum}`);
      await unit.getByText(`ReLU: the greater of 0 and ${shown} is ${shown}`).waitFor();
      await unit.getByRole("img", { name: /^Weights of unit \d+, one a pixel: from −/ }).waitFor();
      await unit.getByText(/^Silent on \d+\.\d % of 2,000 images of sample\.csv/).waitFor();
      const images = unit.getByRole("list", { name: "Images that make it fire most" });
      const fired = await images.getByRole("listitem").allInnerTexts();
      assert.equal(fired.length, 8);
      assert.deepEqual(
        fired,
        [...fired].sort((a, b) => Number(b) - Number(a)),
      );
      await unit.getByRole("button", { name: "Close unit" }).press("Enter");
      const place = list_of(page, 1).getByRole("button").nth(strongest);
      await place.and(page.locator(":focus")).waitFor();
    });

    await t.test("a deeper unit shows the strongest units before it", async () => {
      await list_of(page, 2).getByRole("button").nth(3).click();
      const unit = unit_region(page);
      await unit.getByRole("heading", { name: /^Unit 4 of layer 2, activation/ }).waitFor();
      const products = unit.getByRole("list", { name: "Greatest products" });
      for (const text of await products.getByRole("listitem").allInnerTexts()) {
        const [, number, taken] =
          /unit (\d+) of layer 1\s+−?\d\.\d+ × (\d+\.\d\d)/.exec(text) ?? [];
        assert.equal(Number(taken), one[Number(number) - 1], text);
      }
      await page.keyboard.press("Escape");
      await unit.waitFor({ state: "hidden" });
      await list_of(page, 2).getByRole("button").nth(3).and(page.locator(":focus")).waitFor();
    });

    await t.test("another drawing, other activations", async () => {
      await press(page, "Clear pad");
      await list_of(page, 1)
        .getByRole("button", { name: "Unit 1 of layer 1", exact: true })
        .waitFor();
      await draw(page, STROKES[0]);
      await first_answer(page);
      await settle(page);
      assert.notDeepEqual(await activations_of(page, 1), one);
    });

    await t.test("one batch is looked at, and then the next", async () => {
      await press(page, "One batch");
      const told = await sees(
        page,
        "Step status",
        /^Step 1, batch 1 of an epoch, on from the model that stands: the mean loss/,
      );
      const means =
        told
          .match(/from ([\d.]+) to ([\d.]+);/)
          ?.slice(1)
          .map(Number) ?? [];
      assert.ok(Number(means[1]) < Number(means[0]), told);
      const images = page.getByRole("list", { name: "Images of the batch" });
      assert.equal(await images.getByRole("img", { name: /^digit \d, loss/ }).count(), 64);
      const table = page.getByRole("region", { name: "Step by layer" });
      const rows = await table.getByRole("row").allInnerTexts();
      assert.equal(rows.length, 4, "the head, and three layers");
      for (const row of rows.slice(1)) {
        const [gradient, was, is, share] = (row.match(/\d[\d.e-]*/g) ?? []).slice(1).map(Number);
        assert.ok(Number(gradient) > 0 && Number(was) > 0 && Number(share) > 0, row);
        assert.ok(Math.abs(Number(is) - Number(was)) <= Number(share) * Number(was) * 1.5, row);
      }
      await press(page, "One batch");
      const next = await sees(page, "Step status", /^Step 2, batch 2 of an epoch/);
      await press(page, "Start over");
      await press(page, "One batch");
      assert.equal(await sees(page, "Step status", /^Step 1, batch 1/), told, "the same step");
      await page.getByLabel("from").selectOption("fresh");
      await press(page, "One batch");
      const fresh = await sees(
        page,
        "Step status",
        /^Step 1, batch 1 of epoch 1, from fresh weights: .* from 2\.\d+ to/,
      );
      assert.notEqual(fresh, next);
      assert.equal(await weights(), before, "the model stands");
    });

    await press(page, "Close inside");
    await inside.waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "Look inside" }).and(page.locator(":focus")).waitFor();
  });
}

test("of a wide layer the strongest units are shown, and a step needs the model's own layers", async (t) => {
  const { page } = await open_page(t, {
    query: "?backend=ndarray&epochs=1&hidden_layers=300&learning_rate=0.05",
  });
  await press(page, "Load sample");
  await sees(page, "Data status", /20,000/);
  await press(page, "Look inside");
  await sees(page, "Inside status", /There is no model yet/);
  const begins_with = () =>
    page
      .getByLabel("from")
      .evaluate((/** @type {HTMLSelectElement} */ { selectedOptions }) => selectedOptions[0]?.text);
  assert.equal(await begins_with(), "fresh weights");
  await press(page, "One batch");
  await sees(page, "Step status", /^Step 1, batch 1 of epoch 1, from fresh weights/);
  await press(page, "Train");
  await sees(page, "Training status", /Finished$/, 120);
  assert.equal(await begins_with(), "the model that stands");
  await draw(page, STROKES[0]);
  await first_answer(page);
  await settle(page);
  const names = await names_of(page, 1);
  assert.equal(names.length, 256);
  await page.getByText(/^The 256 strongest are shown\./).waitFor();
  const units = names.map((name) => Number(ACTIVATION.exec(name)?.[1]));
  assert.deepEqual(
    units,
    [...units].sort((a, b) => a - b),
    "in the layer's order",
  );

  await page.getByRole("textbox", { name: "Hidden layers" }).fill("300, 20");
  await page.getByRole("textbox", { name: "Hidden layers" }).press("Tab");
  await page
    .getByText(/300 → 20 → 10/)
    .first()
    .waitFor();
  await press(page, "One batch");
  await sees(page, "Step status", /^The model has other layers than the settings ask for/);
  await page.getByRole("textbox", { name: "Hidden layers" }).fill("300");
  await press(page, "More");
  await page.getByLabel("Activation", { exact: true }).selectOption("tanh");
  await page.getByText("Tanh").and(page.locator("#drawing *")).first().waitFor();
  await press(page, "One batch");
  await sees(page, "Step status", /or another activation/);
  await page.getByLabel("Activation", { exact: true }).selectOption("relu");
  await press(page, "One batch");
  await sees(page, "Step status", /^Step 1, batch 1/);
  // A step is shown beside the settings and data that it is of.
  await page.getByRole("textbox", { name: "Learning rate" }).fill("0.02");
  await sees(page, "Step status", /^$/);
  await page.getByRole("region", { name: "Step by layer" }).waitFor({ state: "detached" });
});

test("on a telephone pad, bars and the first units are in sight together", async (t) => {
  const { page } = await open_page(t, {
    query: "?backend=ndarray&epochs=1&hidden_layers=24,12&learning_rate=0.05",
    viewport: { width: 390, height: 844 },
  });
  await press(page, "Sample and train");
  await sees(page, "Training status", /Finished$/, 180);
  await press(page, "Look inside");
  await list_of(page, 1).getByRole("button").first().waitFor();
  await draw(page, STROKES[7]);
  await sees(page, "Prediction", /\d\s+with .*%/);
  const pad = page.getByRole("application", { name: "Digit pad" });
  const parts = [pad, page.locator("#bars"), list_of(page, 1).getByRole("button").first()];
  for (const part of parts) {
    const box = await part.boundingBox();
    assert.ok(box && box.y >= -1 && box.y + box.height <= 845, JSON.stringify(box));
  }
  const shares = page.locator("#bars .share");
  assert.match((await shares.allInnerTexts()).join(" "), /^(\d+\.\d % ?){10}$/);
  // Opened and closed, the bars are as before.
  await press(page, "Close inside");
  const lefts = await shares.evaluateAll((all) =>
    all.map((one) => one.getBoundingClientRect().left),
  );
  assert.equal(new Set(lefts).size, 1);
});
