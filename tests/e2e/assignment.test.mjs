// The whole assignment with one press, its checklist and the words around it, by role and
// name as a student uses them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { strFromU8, unzipSync } from "fflate";
import { read_pdf } from "../unit/pdf_reading.mjs";
import { bar_rows, open_page, open_view, pick, press, sees } from "./helper.mjs";

/** @import { Page } from "playwright-core" */

const bars = { name: "bars.csv", bytes: new TextEncoder().encode(bar_rows(1200).join("\n")) };
/** Runs of some tenths of a second: long enough to be stopped, on a fast machine too. */
const SHORT = "?backend=ndarray&epochs=40&batch_size=4&hidden_layers=16,8";

/** A point of the checklist. @param {Page} page @param {RegExp} title */
const point = (page, title) =>
  page.getByRole("list", { name: "Assignment checklist" }).getByRole("listitem").filter({
    hasText: title,
  });

/** @param {Page} page @param {RegExp} title @param {RegExp} words */
const says = (page, title, words) => point(page, title).filter({ hasText: words }).waitFor();

test("one press runs the whole assignment, and a list says what it lacks", async (t) => {
  const { page } = await open_page(t, { query: SHORT });
  await open_view(page, "Study");
  await press(page, "Run the assignment");
  await sees(page, "Assignment status", /no data yet/);
  await open_view(page, "Train");
  await pick(page, bars);
  await sees(page, "Data status", /bars\.csv/);
  await open_view(page, "Study");
  // One part is not wanted.
  await press(page, "Leave out Batch sizes, five or more");
  await says(page, /Batch sizes/, /Left out/);

  await press(page, "Run the assignment");
  await sees(page, "Assignment status", /Part [12] of 5: /);
  // While it gets ready there is no study yet that could be stopped.
  await sees(page, "Study status", /Part 2 of 5 of the assignment\. 6 runs: .*running/, 60);
  assert.ok(await page.getByRole("button", { name: "Run study", exact: true }).isDisabled());
  await press(page, "Stop the assignment");
  await sees(page, "Assignment status", /^Stopped\. Press again/, 10);
  await says(page, /Baseline/, /Done.*validation accuracy [\d.]+ %/s);
  await says(page, /Learning rates/, /Missing.*of its 6 runs are missing/s);

  await press(page, "Run the assignment");
  await sees(page, "Study status", /Finished$/, 90);
  await sees(page, "Assignment status", /The assignment has run/);
  for (const title of [/Learning rates/, /Dropout\s+5 values/, /Layer normalisation/, /curves/]) {
    await says(page, title, /Done/);
  }
  const kept = page.getByRole("list", { name: "Kept studies" }).getByRole("listitem");
  assert.equal(await kept.count(), 4, "the stopped study went on, it was not begun anew");
  assert.equal(await kept.getByRole("checkbox", { checked: true }).count(), 4);

  await t.test("a part is opened from the list, and the form follows it", async () => {
    await page.getByRole("button", { name: "Open Layer normalisation", exact: true }).click();
    await page.getByRole("combobox", { name: "Factor", exact: true }).waitFor();
    assert.equal(
      await page.getByRole("combobox", { name: "Factor", exact: true }).inputValue(),
      "layer_norm",
    );
    await says(page, /Remarks of your own/, /0 of 4 studies/);
    await page.getByRole("textbox", { name: "Your remarks" }).fill("It helps.");
    await says(page, /Remarks of your own/, /1 of 4 studies/);
  });

  await t.test("introduction and conclusion outlive a reload", async () => {
    // The questions that help to write them are in sight.
    for (const question of [
      /What is the task/,
      /Which digits did it mix up/,
      /What surprised you/,
    ]) {
      const box = await page.getByText(question).boundingBox();
      assert.ok(box && box.height > 10 && box.width > 100, `${question}`);
    }
    await page.getByRole("textbox", { name: "Introduction", exact: true }).fill("What and why.");
    const on_baseline = page.getByRole("textbox", { name: "Remarks on the baseline", exact: true });
    await on_baseline.fill("It had not finished.");
    await page.getByRole("textbox", { name: "Conclusion", exact: true }).fill("What came of it.");
    await page.getByRole("textbox", { name: "Id 1", exact: true }).fill("abc1");
    await says(page, /Introduction and conclusion/, /Done/);
    await says(page, /Ids/, /Done.*abc1/s);
    await page.reload();
    await says(page, /Introduction and conclusion/, /Done/);
    const box = page.getByRole("textbox", { name: "Introduction", exact: true });
    assert.equal(await box.inputValue(), "What and why.");
    assert.equal(await on_baseline.inputValue(), "It had not finished.");
    await says(page, /Batch sizes/, /Left out/);
    // The report holds what it held.
    assert.equal(await kept.getByRole("checkbox", { checked: true }).count(), 4);
  });

  await t.test("what does not fit the bench any more is marked", async () => {
    await open_view(page, "Train");
    await page.getByLabel("Epochs", { exact: true }).fill("2");
    await open_view(page, "Study");
    await says(page, /Dropout\s+with other/, /Missing.*with other settings: epochs 40/s);
    await says(page, /One factor at a time/, /Missing.*does not fit the bench/s);
    await open_view(page, "Train");
    await page.getByLabel("Epochs", { exact: true }).fill("40");
    await open_view(page, "Study");
    await says(page, /One factor at a time/, /Done/);
  });

  await t.test(
    "a study that starts from something else is asked about before it is handed in",
    async () => {
      await open_view(page, "Train");
      await page.getByLabel("Epochs", { exact: true }).fill("2");
      await open_view(page, "Study");
      await page.getByRole("combobox", { name: "Factor", exact: true }).selectOption("dropout");
      await page.getByRole("textbox", { name: "Values", exact: true }).fill("0, 0.4");
      await press(page, "Run study");
      await sees(page, "Study status", /2 runs: 2 finished.*Finished$/s, 60);
      // Those of the assignment stay ticked over the reload that was; this one is new.
      for (const box of await kept.getByRole("checkbox").all()) await box.check();
      await press(page, "Download report");
      const question = page
        .getByRole("alert")
        .filter({ hasText: "do not start from what the others" });
      await question.waitFor();
      assert.equal(await question.getByRole("listitem").count(), 1);
      assert.match(await question.getByRole("listitem").innerText(), /epochs/);
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        press(page, "Leave them out"),
      ]);
      assert.equal(download.suggestedFilename(), "abc1.zip");
      const files = unzipSync(readFileSync(await download.path()));
      const report = strFromU8(files["report.md"] ?? new Uint8Array());
      assert.match(report, /Baseline run[^]*> It had not finished\.[^]*Learning rate/);
      // Four of the five studies, with few words.
      const { pages } = read_pdf(files["report.pdf"] ?? new Uint8Array());
      assert.ok(pages.length <= 9, `${pages.length} pages`);
      await question.waitFor({ state: "hidden" });
      assert.equal(await kept.getByRole("checkbox", { checked: true }).count(), 4);
    },
  );
});
