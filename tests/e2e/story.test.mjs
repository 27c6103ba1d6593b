// A digit's story, in the page: what its pixels say for a class, the training images nearest to
// it, of the drawing on the pad and of what was read wrongly.

import assert from "node:assert/strict";
import { test } from "node:test";
import { STROKES, draw, open_page, press, sees } from "./helper.mjs";

/** @import { Page } from "playwright-core" */

/**
 * What the pad's whole drawing is read as: on a slow machine readings of its first strokes come
 * late.
 * @param {Page} page
 * @returns {Promise<[string, string]>} the digit and how sure
 */
async function settled_reading(page) {
  const prediction = page.getByRole("status", { name: "Prediction" });
  await prediction.and(page.locator('[aria-busy="false"]')).waitFor();
  const read = await sees(page, "Prediction", /\d\s+with .*%$/);
  const [, digit = "", sure = ""] = /(\d)\s+with (.*%)/.exec(read) ?? [];
  return [digit, sure];
}

/**
 * Waits until a question is answered so.
 * @param {() => Promise<string>} ask
 * @param {string} expected
 */
async function eventually(ask, expected) {
  const end_ms = performance.now() + 60_000;
  while ((await ask()) !== expected && performance.now() < end_ms) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.equal(await ask(), expected);
}

for (const backend of ["ndarray", "webgpu"]) {
  test(`a drawing and a mistake have a story, trained on ${backend}`, async (t) => {
    const { page } = await open_page(t, {
      query: `?backend=${backend}&epochs=2&hidden_layers=24,12&learning_rate=0.05`,
      webgpu: backend === "webgpu",
    });
    await press(page, "Sample and train");
    await sees(page, "Training status", /Finished$/, 300);
    await press(page, "Look inside");
    await page.getByText("Why it reads so").click();
    await sees(page, "Story status", /^Draw on the pad to see its story/);
    await draw(page, STROKES[7]);
    const [digit, sure] = await settled_reading(page);
    await sees(page, "Story status", new RegExp(`^Read as ${digit} with ${sure}`));
    const picture = page.getByRole("img", { name: /^What each pixel says for/ });
    const label = async () => (await picture.getAttribute("aria-label")) ?? "";
    const signed = /most for it \+\d+\.\d\d at the pixel in row \d+.* against it −\d+\.\d\d at/;
    assert.match(await label(), signed);
    assert.ok((await label()).startsWith(`What each pixel says for digit ${digit}:`));

    const nearest = page.getByRole("list", { name: "Nearest training images" });
    const distances = async () => {
      await nearest.getByRole("img").nth(7).waitFor();
      const images = nearest.getByRole("img");
      const names = await images.evaluateAll((found) =>
        found.map((one) => one.getAttribute("aria-label") ?? ""),
      );
      return names.map((name) => Number(/^digit \d, distance (\d+\.\d\d)$/.exec(name)?.[1]));
    };
    const far = await distances();
    assert.deepEqual(
      far,
      [...far].sort((a, b) => a - b),
    );
    assert.ok(far.every((distance) => distance > 0));
    await page.getByText(/^The nearest of 2,000 training images, spread evenly/).waitFor();

    const other = digit === "3" ? 5 : 3;
    await page.getByLabel("What speaks for").selectOption(`digit ${other}`);
    await sees(page, "Story status", new RegExp(`; digit ${other}, asked about here, has \\d`));
    assert.ok((await label()).startsWith(`What each pixel says for digit ${other}:`));
    await page.getByLabel("What speaks for").selectOption("what it reads");

    await page.getByRole("slider", { name: "Epoch shown" }).fill("0");
    await sees(page, "Story status", /^Read as \d with .* as of the start\./);
    assert.notDeepEqual(await distances(), far);
    await page.getByRole("slider", { name: "Epoch shown" }).fill("2");
    await sees(page, "Story status", new RegExp(`^Read as ${digit} with ${sure}\\.`));

    await page.getByText("What it read wrongly then").click();
    const wrong = page.getByRole("list", { name: "Wrong then, and most sure of it" });
    const first = wrong.getByRole("button").first();
    const name = (await first.getByRole("img").getAttribute("aria-label")) ?? "";
    const [, truth, said, share] = /^digit (\d), read as (\d) with (.*)$/.exec(name) ?? [];
    await first.press("Enter");
    const words = new RegExp(
      `^Validation part: this is digit ${truth}\\. Read as ${said} with ${share}`,
    );
    await sees(page, "Story status", words);
    await page.getByText("Why it reads so").and(page.locator(":focus")).waitFor();
    // The units beside it are of the same image, until something else is drawn.
    await sees(page, "Inside status", new RegExp(`the story’s image, digit ${truth}, until`));
    const output = page.getByRole("list", { name: "Units of layer 3" });
    await output.getByRole("button", { name: new RegExp(`, digit ${said}$`) }).waitFor();
    const surest = async () => {
      const all = output.getByRole("button");
      const names = await all.evaluateAll((found) => found.map((one) => one.ariaLabel ?? ""));
      const shares = names.map((one) => Number(/activation (\d\.\d\d)/.exec(one)?.[1]));
      return String(shares.indexOf(Math.max(...shares)));
    };
    await eventually(surest, said);
    await press(page, "Back to the pad");
    await sees(page, "Story status", new RegExp(`^Read as ${digit} with ${sure}`));
    await eventually(surest, digit);
    await first.press("Enter");
    await sees(page, "Story status", words);
    await draw(page, STROKES[1]);
    await sees(page, "Story status", /^Read as \d with/);
    await sees(page, "Inside status", /^$/);
    await press(page, "Clear pad");
    await sees(page, "Story status", /^Draw on the pad to see its story/);

    await press(page, "Close inside");
    await press(page, "Evaluate");
    const gallery = page.getByRole("list", { name: /^Wrong, and most sure of it/ });
    const worst = gallery.getByRole("button").first();
    const its_name = (await worst.getByRole("img").getAttribute("aria-label")) ?? "";
    const [, is, reads, share_of] = /^A (\d), read as (\d) with ([\d.]+)/.exec(its_name) ?? [];
    await worst.press("Enter");
    const told = new RegExp(
      `^Validation part: this is digit ${is}\\. Read as ${reads} with ${share_of} %`,
    );
    await sees(page, "Story status", told);
    await page.getByText("Why it reads so").and(page.locator(":focus")).waitFor();
  });
}
