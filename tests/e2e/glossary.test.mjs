// The glossary, in the page: a word opens its entry where it stands, by mouse and keyboard,
// with a picture of the person's own run.

import assert from "node:assert/strict";
import { test } from "node:test";
import { STROKES, draw, open_page, press, sees } from "./helper.mjs";

test("a word opens its entry, and Escape leads back to it", async (t) => {
  const { page } = await open_page(t, {
    query: "?backend=ndarray&epochs=2&hidden_layers=24,12&learning_rate=0.05",
  });
  await sees(page, "Data status", /./);
  const fetched = () =>
    page.evaluate(() =>
      performance
        .getEntriesByType("resource")
        .filter(({ name }) => /glossary\/(?!opening)/.test(name))
        .map(({ name }) => name),
    );
  assert.deepEqual(await fetched(), [], "entries are fetched with the first press");
  const entry = page.getByRole("dialog");
  const word = (/** @type {string} */ name) => page.getByRole("button", { name, exact: true });

  await t.test("before a run there is no picture of it", async () => {
    await word("Learning rate").focus();
    await page.keyboard.press("Enter");
    await entry.getByText(/^How far a step moves the weights against the gradient/).waitFor();
    assert.equal(await entry.getAttribute("aria-label"), "Glossary: Learning rate");
    await entry
      .getByRole("heading", { name: "Learning rate" })
      .and(page.locator(":focus"))
      .waitFor();
    const outline = await page
      .locator(":focus")
      .evaluate((heading) => getComputedStyle(heading).outlineStyle);
    assert.equal(outline, "solid", "who came by the keyboard sees where it is");
    assert.equal(await entry.getByRole("img").count(), 0);
    await page.keyboard.press("Escape");
    await entry.waitFor({ state: "hidden" });
    await word("Learning rate").and(page.locator(":focus")).waitFor();
    // The field is named as it was, and a press on its name alone is no other field's.
    await page.getByLabel("Learning rate", { exact: true }).fill("0.06");
  });

  await press(page, "Sample and train");
  await sees(page, "Training status", /Finished$/, 120);

  await t.test("its picture is of the run that is shown", async () => {
    await word("Loss").click();
    const picture = entry.getByRole("img", { name: /^Loss of your run by epoch/ });
    await picture.waitFor();
    const written = await picture.locator("text").allTextContents();
    const end = written.indexOf("epoch");
    assert.deepEqual(written.slice(end - 2, end), ["1", "2"], "epochs are whole");
    const caption = await entry.locator("figcaption").innerText();
    const last = page.locator("#epochs-table tbody tr").last().locator("td").nth(2);
    const loss = (await last.textContent())?.trim();
    assert.ok(caption.startsWith("Your run at a learning rate of 0.06: after epoch 2"), caption);
    assert.ok(caption.endsWith(` is ${loss}.`), `${caption}, table: ${loss}`);
    await entry.getByRole("combobox", { name: "Another word" }).selectOption("Gap");
    await entry.getByRole("img", { name: /^Accuracy of your run by epoch/ }).waitFor();
    await press(page, "Close entry");
    await word("Loss").and(page.locator(":focus")).waitFor();
  });

  await t.test("another word in its place, and a press elsewhere shuts it", async () => {
    await word("Gap").click();
    await entry.getByText(/^How much better the network does/).waitFor();
    const gap = await page.locator("#results dd").nth(4).innerText();
    await entry.getByText(new RegExp(`is the gap, \\${gap}\\.`)).waitFor();
    const told = await entry.locator("figcaption").innerText();
    const [on_training, on_validation] = [...told.matchAll(/has ([\d.]+)|part ([\d.]+) %/g)].map(
      ([, one, other]) => Number(one ?? other),
    );
    const between = (on_training ?? NaN) - (on_validation ?? NaN);
    assert.ok(Math.abs(between - Number(gap.replace("−", "-").split(/\s/)[0])) < 0.011, told);
    const [box, own] = [await entry.boundingBox(), await word("Gap").boundingBox()];
    assert.ok(box && own && Math.abs(box.x - own.x) < 2, "it stands at its word");
    const is_beside = box.y + box.height <= own.y || box.y >= own.y + own.height;
    assert.ok(is_beside, "and does not cover it");
    await word("Batch size").click();
    await entry.getByText(/^The images that the network looks at/).waitFor();
    await entry.getByRole("img", { name: "Image 16" }).waitFor();
    await page.getByRole("heading", { name: "Inkling", exact: true }).click();
    await entry.waitFor({ state: "hidden" });
  });

  await t.test("softmax shows the drawing on the pad", async () => {
    await draw(page, STROKES[7]);
    const read = await sees(page, "Prediction", /\d\s+with .*%$/);
    await press(page, "Look inside");
    await word("softmax").click();
    await entry.getByText("Your drawing on the pad, as probabilities.").waitFor();
    const sure = /with (.*%)/.exec(read)?.[1];
    assert.equal(await entry.locator(".top-digit .share").innerText(), sure);
    await entry.getByRole("combobox", { name: "Another word" }).selectOption("Confusion matrix");
    await entry.getByText(/^A table of how often/).waitFor();
    assert.equal(await entry.getByRole("img").count(), 0, "nothing is evaluated yet");
    await page.keyboard.press("Escape");
    await press(page, "Evaluate");
    await sees(page, "Evaluation", /accuracy/);
    await word("What is read as what").click();
    await entry.getByRole("img", { name: /^Rows are what an image is/ }).waitFor();
  });
});
