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

  await t.test("from a class back to the pixels, and back again", async () => {
    await units(3).nth(7).click();
    const heading = (/** @type {string | RegExp} */ name) =>
      unit.getByRole("heading", { name }).and(page.locator(":focus")).waitFor();
    await heading(/^Unit 8 of layer 3, activation .*, digit 7$/);
    const powers = unit.getByText(/^= e\^/);
    const [sum] = /w·x \+ b = .* = (\S+)$/.exec(await unit.getByText(/^w·x/).innerText()) ?? [];
    assert.ok(sum);
    const written = await powers.innerText();
    const own = /= (\S+)$/.exec(sum)?.[1];
    assert.match(written, /^= e\^\S+ \/ \((e\^\S+ \+ ){3}the other 7\)$/);
    assert.ok(written.startsWith(`= e^${own} / (`), `${written}; ${sum}`);

    const heard = unit.getByRole("list", { name: "Greatest products" }).getByRole("button");
    const first = heard.first();
    const before = await first.innerText();
    const [, number] = /^unit (\d+) of layer 2$/.exec(before) ?? [];
    assert.ok(number, before);
    await first.hover();
    await beside.getByText(new RegExp(`^Unit ${number} of layer 2, activation`)).waitFor();
    await first.press("Enter");
    await heading(new RegExp(`^Unit ${number} of layer 2, activation`));
    await page.mouse.move(1, 1);
    await heard
      .getByText(/of layer 1$/)
      .first()
      .press("Enter");
    await heading(/^Unit \d+ of layer 1, activation/);
    await unit.getByRole("img", { name: /^Weights of unit \d+, one a pixel/ }).waitFor();
    assert.equal(await heard.count(), 0, "pixels are no units");
    await unit.getByRole("button", { name: `Back to unit ${number} of layer 2` }).press("Enter");
    await heading(new RegExp(`^Unit ${number} of layer 2, activation`));
    await unit.getByRole("button", { name: "Back to unit 8 of layer 3" }).press("Enter");
    await heading(/^Unit 8 of layer 3, activation .*, digit 7$/);
    const back = unit.getByRole("button", { name: /^Back to/ });
    assert.equal(await back.isVisible(), false, "here it began");

    // While the figures change the keyboard keeps its place.
    const figures = unit.getByRole("listitem").first().locator(".figure");
    const was = await figures.innerText();
    await first.evaluate((button) => {
      button.focus();
      button.dataset.kept = "";
    });
    await draw(page, STROKES[0]);
    await unit.getByText(/^w·x/).waitFor();
    await figures.filter({ hasNotText: was }).waitFor();
    assert.equal(await first.getAttribute("data-kept"), "", "the same button");
    // One that is opened in the drawing is no step of the way.
    await first.press("Enter");
    await back.waitFor();
    await units(1).nth(2).click();
    await heading(/^Unit 3 of layer 1, activation/);
    assert.equal(await back.isVisible(), false);
    await page.setViewportSize({ width: 390, height: 844 });
    await units(3).nth(1).click();
    await first.click();
    await back.waitFor();
    const wide = await unit.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);
    assert.ok(wide <= 0, `the unit is ${wide} px wider than a telephone`);
    const close = await unit.getByRole("button", { name: "Close unit" }).boundingBox();
    assert.ok(close && close.x + close.width <= 390, JSON.stringify(close));
  });
});
