// Fine-tuning on kept digits, on the real worker: it learns what it was told, forgets
// little, outlives a reload, and can be undone to the same model.

import assert from "node:assert/strict";
import { test } from "node:test";
import { STROKES, draw, open_page, press, sees, share_in } from "./helper.mjs";

test("a model is fine-tuned on kept digits, and that can be undone", async (t) => {
  const { page } = await open_page(t, { query: "?epochs=10&backend=ndarray" });
  await press(page, "Sample and train");
  await sees(page, "Training status", /finished/i, 180);
  // Something nobody taught it: a seven drawn lying down, told to be a 5.
  await draw(page, [STROKES[7][0].map(([x, y]) => [y, 1 - x])]);
  const before = await sees(page, "Prediction", /\d\s+with .*%/);
  const was = before.trim()[0];
  const truth = was === "5" ? 2 : 5;
  assert.equal(await page.getByRole("button", { name: "Fine-tune on them" }).count(), 0);
  await press(page, `It was a ${truth}`);
  await page.locator("#kept-count").filter({ hasText: "1 digit kept" }).waitFor();
  await press(page, "Fine-tune on them");
  const result = page.locator("#fine-tune-result");
  await result.filter({ hasText: /after/ }).waitFor({ timeout: 120_000 });
  const words = await result.innerText();
  assert.match(words, /of 1 kept digit: 0 before, 1 after/);
  const accuracy = share_in(words, /accuracy: ([\d.]+)\s*% before/);
  const later = share_in(words, /before, ([\d.]+)\s*% after/);
  const run = share_in(await sees(page, "Training status", /accuracy/), /accuracy ([\d.]+)\s*%/);
  assert.equal(accuracy, run, "the accuracy before is the run's own");
  assert.ok(later > accuracy - 0.05, `it forgot: ${words}`);
  await sees(page, "Prediction", new RegExp(`^\\s*${truth}`));

  await t.test("Evaluate reads the fine-tuned model", async () => {
    await press(page, "Evaluate");
    const told = await sees(page, "Evaluation", /^Validation part · accuracy/, 60);
    assert.equal(share_in(told, /accuracy ([\d.]+)\s*%/), later);
  });

  await t.test("it is there after a reload, and the model before it too", async () => {
    await page.reload();
    await result.filter({ hasText: /as you fine-tuned it/ }).waitFor();
    await draw(page, [STROKES[7][0].map(([x, y]) => [y, 1 - x])]);
    await sees(page, "Prediction", new RegExp(`^\\s*${truth}`));
    await press(page, "Undo fine-tuning");
    await result.filter({ hasText: /before the fine-tuning reads again/ }).waitFor();
    await sees(page, "Prediction", new RegExp(`^\\s*${was}`));
    await press(page, "Evaluate");
    const told = await sees(page, "Evaluation", /^Validation part · accuracy/, 60);
    assert.equal(share_in(told, /accuracy ([\d.]+)\s*%/), accuracy);
  });
});
