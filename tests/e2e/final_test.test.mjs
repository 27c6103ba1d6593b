// The split's own seed, and a study's one look at a test set, as a person goes about them:
// on the sample, by role and name.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { bar_rows, open_page, open_view, press, sees } from "./helper.mjs";

/** @import { Page } from "playwright-core" */

const SAMPLE = fileURLToPath(new URL("../../data/sample.csv.gz", import.meta.url));
const QUICK = "?epochs=2&backend=ndarray&hidden_layers=32,16&learning_rate=0.05";

/** Lines of the shipped sample: its header, and some of its images. @param {number} from @param {number} to */
function sample_rows(from, to) {
  const [header = "", ...rows] = gunzipSync(readFileSync(SAMPLE)).toString().trim().split("\n");
  return [header, ...rows.slice(from, to)].join("\n");
}

/** @param {Page} page */
const split_seed = (page) => page.getByLabel("Split seed", { exact: true });

/** Trains on the sample; gives the card's lines by their names. @param {Page} page */
async function trained(page) {
  await press(page, "Sample and train");
  await sees(page, "Training status", /finished/i, 120);
  const text = (await page.locator("#run-card-text").textContent()) ?? "";
  const lines = text.split("\n").map((line) => line.split(/: (.*)/s).slice(0, 2));
  return /** @type {Record<string, string>} */ (Object.fromEntries(lines));
}

test("the split has a seed of its own, which the address and the card have too", async (t) => {
  const { page } = await open_page(t, { query: QUICK });
  const as_before = await trained(page);
  assert.equal(as_before["Split seed"], undefined);
  assert.doesNotMatch(as_before["Link"] ?? "", /split_seed/);

  await press(page, "More");
  const field = split_seed(page);
  assert.equal(await field.inputValue(), "");
  assert.equal(await field.getAttribute("placeholder"), "42");
  await field.fill("x");
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  await field.fill("7");
  await page.waitForURL(/split_seed=7/);
  const other = await trained(page);
  assert.equal(other["Split seed"], "7");
  assert.match(other["Link"] ?? "", /split_seed=7/);
  assert.notEqual(other["Weights"], as_before["Weights"]);

  await t.test("the seed's own number means the same as none", async () => {
    await field.fill("42");
    const said = await trained(page);
    assert.equal(said["Weights"], as_before["Weights"]);
    assert.equal(said["Validation"], as_before["Validation"]);
  });

  await t.test("its link says so beside More and trains the same again", async () => {
    const link = new URL(other["Link"] ?? "");
    const { page: second } = await open_page(t, { query: link.search });
    assert.match(await second.locator("#more-told").innerText(), /split seed 7/);
    assert.equal(await split_seed(second).inputValue(), "7");
    await press(second, "Sample and train");
    await second
      .locator("#run-card-verdict")
      .filter({ hasText: "The same weights as the run behind the link" })
      .waitFor({ timeout: 120_000 });
  });

  await t.test("an old link, without it, is what it was", async () => {
    const link = new URL(as_before["Link"] ?? "");
    link.searchParams.delete("clean_curve");
    const { page: second } = await open_page(t, { query: link.search });
    await press(second, "Sample and train");
    await second
      .locator("#run-card-verdict")
      .filter({ hasText: "The same weights as the run behind the link" })
      .waitFor({ timeout: 120_000 });
  });
});

test("the winner of a study is tested once, and every further look is counted", async (t) => {
  const { page } = await open_page(t, { query: QUICK });
  await press(page, "Sample and train");
  await sees(page, "Training status", /finished/i, 120);
  await open_view(page, "Study");
  const region = page.getByRole("region", { name: "Final test" });
  const button = region.getByRole("button", { name: "Test the winner" });
  await button.waitFor();
  assert.equal(await button.isDisabled(), true);

  await page.getByRole("combobox", { name: "Factor", exact: true }).selectOption("learning_rate");
  await page.getByRole("textbox", { name: "Values", exact: true }).fill("0.001, 0.1");
  await page.getByRole("spinbutton", { name: "Seeds per value" }).fill("2");
  await page.getByText(/all runs share one split/).waitFor();
  await page.getByLabel("Draw a new split for each seed").check();
  await page.getByText(/Each seed draws its own split/).waitFor();
  await page.getByLabel("Draw a new split for each seed").uncheck();
  await page.getByText(/all runs share one split/).waitFor();
  await press(page, "Run study");
  await sees(page, "Study status", /Finished$/, 180);
  assert.equal(await button.isDisabled(), true);
  await sees(page, "Final test status", /Load a test set under Train first/);

  await open_view(page, "Train");
  const buffer = Buffer.from(sample_rows(0, 200));
  const picked = { name: "held.csv", mimeType: "text/csv", buffer };
  await page.getByLabel("Test CSV", { exact: true }).setInputFiles(picked);
  await page.locator("#test-status", { hasText: "held.csv: 200 rows" }).waitFor();
  await open_view(page, "Study");
  await button.click();
  const told = region.getByText(/did best on validation/);
  await told.waitFor({ timeout: 120_000 });
  const words = await told.innerText();
  assert.match(words, /^Learning rate 0\.1 did best on validation, with \d+\.\d\d %\./);
  assert.match(words, /On held\.csv, 200 images that no run had seen, it came to \d+\.\d\d %/);
  assert.match(words, /the mean of 2 seeds, 95 % interval \d+\.\d\d % to \d+\.\d\d %/);
  await region.getByText("The test set was looked at once").waitFor();

  await t.test("a further press is told", async () => {
    await button.click();
    await region.getByText("The test set was looked at 2 times").waitFor();
    assert.equal(await told.innerText(), words);
  });

  await t.test("it is kept with the study", async () => {
    await page.reload();
    await region.getByText("The test set was looked at 2 times").waitFor();
    assert.equal(await region.getByText(/did best on validation/).innerText(), words);
  });

  await t.test("a set without labels is refused", async () => {
    await open_view(page, "Train");
    const unlabelled = bar_rows(20).map((row) => row.split(",").slice(1).join(","));
    await page.getByLabel("Test CSV", { exact: true }).setInputFiles({
      name: "unlabelled.csv",
      mimeType: "text/csv",
      buffer: Buffer.from(unlabelled.join("\n")),
    });
    await page.locator("#test-status", { hasText: "unlabelled.csv: 20 rows" }).waitFor();
    await open_view(page, "Study");
    await sees(page, "Final test status", /has no labels/);
    assert.equal(await button.isDisabled(), true);
  });
});
