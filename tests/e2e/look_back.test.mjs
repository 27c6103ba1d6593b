// A run looked back at, in the page: the slider over its epochs, what was read wrongly then,
// and the model that stands untouched by it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { STROKES, draw, open_page, page_waits, press, sees } from "./helper.mjs";

/** @import { Page } from "playwright-core" */

const EPOCHS = 4;

/** @param {Page} page */
const slider_of = (page) => page.getByRole("slider", { name: "Epoch shown" });

/** Names of the first layer's units, once they are those of what is shown. @param {Page} page */
async function units_of(page) {
  const buttons = page.getByRole("list", { name: "Units of layer 1" }).getByRole("button");
  let before = "";
  for (;;) {
    await sees(page, "Inside status", /^/);
    const names = await buttons.evaluateAll((found) => found.map((button) => button.ariaLabel));
    const now = names.join("\n");
    if (now === before && now.includes("activation")) return now;
    before = now;
    await page_waits(page, 400);
  }
}

/** Validation accuracies of the run's epochs, as the table has them. @param {Page} page */
async function accuracies_of(page) {
  const rows = page.locator("#epochs-table tbody tr");
  const cells = await rows.evaluateAll((found) =>
    found.map((row) => row.children[5]?.textContent ?? ""),
  );
  return cells.map((text) => text.trim());
}

for (const backend of ["ndarray", "webgpu"]) {
  test(`the epochs of a run on ${backend} are shown`, async (t) => {
    const { page } = await open_page(t, {
      query: `?backend=${backend}&epochs=${EPOCHS}&hidden_layers=24,12&learning_rate=0.05`,
      webgpu: backend === "webgpu",
    });
    await press(page, "Sample and train");
    await sees(page, "Training status", /Finished$/, 300);
    const card = () => page.locator("#run-card-text").textContent();
    const before = await card();
    await press(page, "Look inside");
    await draw(page, STROKES[7]);
    const newest = await units_of(page);
    const read = await sees(page, "Prediction", /\d\s+with .*%$/);
    const slider = slider_of(page);
    assert.equal(await slider.inputValue(), String(EPOCHS));
    assert.equal(
      await slider.getAttribute("aria-valuetext"),
      `as it stands, ${EPOCHS} epochs trained`,
    );

    await t.test("by the keyboard, to the start and back", async () => {
      await slider.focus();
      await page.keyboard.press("Home");
      await sees(page, "Inside status", new RegExp(`^As of the start: `));
      await sees(page, "Prediction", /\d\s+with .*% as of the start$/);
      const start = await units_of(page);
      assert.notEqual(start, newest);
      await page.keyboard.press("ArrowRight");
      await sees(page, "Inside status", new RegExp(`^As of epoch 1 of ${EPOCHS}: `));
      await sees(page, "Prediction", /\d\s+with .*% as of epoch 1$/);
      const first = await units_of(page);
      assert.ok(first !== start && first !== newest);
      await page.keyboard.press("End");
      await sees(page, "Inside status", /^(?!As of)/);
      await sees(page, "Prediction", /%$/);
      assert.equal(await units_of(page), newest);
      assert.equal(await sees(page, "Prediction", /%$/), read);
    });

    await t.test("a unit's picture is as of the epoch", async () => {
      await page.getByRole("list", { name: "Units of layer 1" }).getByRole("button").nth(2).click();
      const picture = page.getByRole("img", { name: /^Weights of unit 3, one a pixel/ });
      const label = async () => (await picture.getAttribute("aria-label")) ?? "";
      await picture.waitFor();
      const now = await label();
      await slider.fill("0");
      await sees(page, "Prediction", /as of the start$/);
      await page.waitForFunction(
        (was) => document.querySelector(".unit-picture canvas")?.ariaLabel !== was,
        now,
      );
      await page.getByText(/^Silent on \d+\.\d % of 2,000 images/).waitFor();
      await press(page, "Close unit");
    });

    await t.test("what it read wrongly then is what the run's figures say", async () => {
      const accuracies = await accuracies_of(page);
      assert.equal(accuracies.length, EPOCHS);
      await page.getByText("What it read wrongly then").click();
      await sees(page, "Mistakes then", /^At the start it read [\d,]+ of the 4,000/);
      for (const epoch of [1, 2]) {
        await slider.fill(String(epoch));
        const told = await sees(page, "Mistakes then", new RegExp(`^As of epoch ${epoch} of `));
        const share = /wrongly: ([\d.]+) % right/.exec(told)?.[1];
        assert.equal(share, accuracies[epoch - 1]?.replace(/[^\d.]/g, ""), told);
      }
      const cells = page
        .getByRole("region", { name: "Confusion then" })
        .getByRole("img", { name: /^[\d,]+ images? of \d read as \d$/ });
      const counts = await cells.evaluateAll((all) =>
        all.map((one) => Number(one.textContent?.replace(",", ""))),
      );
      assert.equal(
        counts.reduce((sum, count) => sum + count, 0),
        4000,
      );
      const shown = page.getByRole("list", { name: "Wrong then, and most sure of it" });
      const images = shown.getByRole("img", { name: /^digit \d, read as \d with/ });
      assert.ok((await images.count()) > 0);
    });

    await t.test("it plays to the newest", async () => {
      await press(page, "Play");
      await page.getByRole("button", { name: "Stop playing" }).waitFor();
      // Pad and units are read for it one after the other: it may be busy all the while.
      const told = page.getByRole("status", { name: "Inside status" });
      await told.filter({ hasText: /^As of epoch 3 of / }).waitFor();
      await page.getByRole("button", { name: "Play", exact: true }).waitFor();
      assert.equal(await slider.inputValue(), String(EPOCHS));
    });

    await t.test("nothing that stands has changed, and closing goes back to it", async () => {
      await slider.fill("1");
      await sees(page, "Prediction", /as of epoch 1$/);
      assert.equal(await card(), before);
      await press(page, "Close inside");
      assert.equal(await sees(page, "Prediction", /%$/), read);
      await press(page, "Look inside");
      await slider.fill("1");
      await sees(page, "Prediction", /as of epoch 1$/);
      await press(page, "Train");
      await sees(page, "Training status", /Finished$/, 300);
      await sees(page, "Prediction", /%$/);
      assert.equal(await slider.inputValue(), String(EPOCHS));
    });
  });
}
