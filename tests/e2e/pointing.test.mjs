// A unit of the network that is pointed at, by mouse or by keyboard, and the pixels of one that
// is opened: what stands beside them is what the unit itself tells.

import assert from "node:assert/strict";
import { test } from "node:test";
import { STROKES, draw, open_page, press, sees } from "./helper.mjs";

test("a unit tells of itself when it is pointed at, and a pixel of its product", async (t) => {
  const { page } = await open_page(t, {
    query: "?backend=ndarray&epochs=1&hidden_layers=24,12&learning_rate=0.05",
  });
  await press(page, "Sample and train");
  await sees(page, "Training status", /Finished$/, 180);
  await press(page, "Look inside");
  const inside = page.getByRole("region", { name: "Inside" });
  const units = (/** @type {number} */ layer) =>
    page.getByRole("list", { name: `Units of layer ${layer}` }).getByRole("button");
  await units(3).nth(9).waitFor();
  await draw(page, STROKES[7]);
  await units(1)
    .filter({ has: page.locator("xpath=self::*[contains(@aria-label, 'activation')]") })
    .first()
    .waitFor();
  const paths = inside.getByText(/^The lines are the strongest paths/);
  await paths.waitFor();

  const beside = inside.locator(".unit-peek");
  assert.equal(await beside.isVisible(), false);
  await units(1).nth(4).hover();
  await beside.getByText(/^Unit 5 of layer 1, activation \d+\.\d\d$/).waitFor();
  const picture = beside.locator("canvas");
  await picture.waitFor();
  const num_colours = await picture.evaluate((canvas) => {
    const context = /** @type {HTMLCanvasElement} */ (canvas).getContext("2d");
    const { data } = context?.getImageData(0, 0, 28, 28) ?? { data: new Uint8ClampedArray() };
    return new Set(new Uint32Array(data.buffer)).size;
  });
  assert.ok(num_colours > 50, `${num_colours} colours of its weights`);

  await units(2).nth(3).hover();
  await beside.getByText(/^Unit 4 of layer 2, activation/).waitFor();
  await inside.getByText("The lines are what unit 4 of layer 2 hears most: blue").waitFor();
  assert.equal(await picture.isVisible(), false, "it hears units, no pixels");
  await inside.getByRole("heading", { name: "Inside", exact: true }).hover();
  await beside.waitFor({ state: "hidden" });
  await paths.waitFor();

  await units(1).nth(4).focus();
  await page.keyboard.press("ArrowRight");
  await beside.getByText(/^Unit 6 of layer 1, activation/).waitFor();
  await page.keyboard.press("Escape");
  await beside.waitFor({ state: "hidden" });
  await page.keyboard.press("Enter");

  const unit = page.getByRole("region", { name: "Unit", exact: true });
  const first = unit.getByRole("list", { name: "Greatest products" }).getByRole("listitem").first();
  const [, name, figures] =
    /^(pixel in row \d+, column \d+)\s+(.*)$/.exec(await first.innerText()) ?? [];
  await first.hover();
  await unit.getByText(`${name}: ${figures}`, { exact: true }).waitFor();
  const rings = unit.locator(".pixel-ring");
  assert.equal(await rings.count(), 2, "one in its weights, one in its products");
  // The mouse at that place of the picture finds the same pixel.
  const ring = await rings.first().boundingBox();
  assert.ok(ring);
  await unit.getByText("Point at a pixel for its figures.").waitFor({ state: "hidden" });
  await page.mouse.move(1, 1);
  await unit.getByText("Point at a pixel for its figures.").waitFor();
  await page.mouse.move(ring.x + ring.width / 2, ring.y + ring.height / 2);
  await unit.getByText(`${name}: ${figures}`, { exact: true }).waitFor();
  await unit
    .getByRole("img", { name: "Products of the pixels and the weights of unit 6" })
    .waitFor();
});
