// What is amiss with a set of pictures is told and mended, and what is named stays named.

import assert from "node:assert/strict";
import { test } from "node:test";
import { bar_rows, open_page, pick, press, sees } from "./helper.mjs";
import { fields_of, table } from "./tables.mjs";

test("pixels that are counted to 16 are told, and stretched with a press", async (t) => {
  const { page } = await open_page(t);
  const faint = fields_of(60).map(([label = "", ...pixels]) => [
    label,
    ...pixels.map((pixel) => `${Math.round((Number(pixel) / 255) * 16)}`),
  ]);
  await pick(page, { name: "faint.csv", bytes: table(faint, bar_rows(0)[0]) });
  await sees(page, "Data status", /^faint\.csv: 60 rows\.$/);
  await sees(page, "Data warnings", /highest pixel of all is 16 of 255/);
  await press(page, "Stretch");
  await sees(page, "Data status", /faint\.csv: 60 rows\. Understood: stretched to 255\.$/);
  // Now that there is ink, it shows that these bars are wider than high.
  assert.doesNotMatch(await sees(page, "Data warnings", /lie on their side/), /highest pixel/);
});

test("a test set that is there is turned once the data are", async (t) => {
  const { page } = await open_page(t);
  const header = bar_rows(0)[0];
  const rows = fields_of(80).map(([label = "", ...pixels]) => [
    label,
    ...pixels.map((pixel) => `${255 - Number(pixel)}`),
  ]);
  await pick(page, { name: "train.csv", bytes: table(rows.slice(0, 60), header) });
  await sees(page, "Data warnings", /paper is darker than the ink/i);
  await page.getByLabel("Test CSV", { exact: true }).setInputFiles({
    name: "held.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(table(rows.slice(60), header)),
  });
  const status = page.locator("#test-status");
  await status.filter({ hasText: /^held\.csv: 20 rows\. Evaluate now reads these/ }).waitFor();
  await press(page, "Invert");
  await status.filter({ hasText: /held\.csv: 20 rows\. Understood: inverted\./ }).waitFor();
  await press(page, "Bring it back");
  await status.filter({ hasText: /^held\.csv: 20 rows\. Evaluate now reads these/ }).waitFor();
  // After a reload the file is no longer at hand: that is said.
  await page.reload();
  await status.filter({ hasText: /held\.csv: 20 rows/ }).waitFor();
  await press(page, "Invert");
  await status.filter({ hasText: /held\.csv was read when the data lay otherwise/ }).waitFor();
});

test("of a test set alone it is said how its pictures lie", async (t) => {
  const { page } = await open_page(t);
  const rows = fields_of(80).map(([label = "", ...pixels]) => [
    label,
    ...pixels.map((pixel) => `${255 - Number(pixel)}`),
  ]);
  await page.getByLabel("Test CSV", { exact: true }).setInputFiles({
    name: "held.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(table(rows, bar_rows(0)[0])),
  });
  const status = page.locator("#test-status");
  await status
    .filter({ hasText: /80 rows\. Understood: paper darker than the ink, left so/ })
    .waitFor();
});

test("a class's name may hold a comma", async (t) => {
  const { page } = await open_page(t);
  const words = ["bag", "shirt, long", "shoe"];
  const rows = fields_of(60).map(([, ...pixels], row) => [`"${words[row % 3]}"`, ...pixels]);
  await pick(page, { name: "clothes.csv", bytes: table(rows, bar_rows(0)[0]) });
  await sees(page, "Data status", /clothes\.csv: 60 rows\..*3 classes/);
  const names = page.getByLabel("Class names", { exact: true });
  await names.waitFor();
  assert.equal(await names.inputValue(), 'bag, "shirt, long", shoe');
  await names.fill('bag, "shirt, short", "shoe ""x"""');
  await names.press("Enter");
  await page.getByRole("columnheader", { name: "shirt, short" }).waitFor();
  await page.reload();
  await sees(page, "Data status", /clothes\.csv: 60 rows/);
  await names.waitFor();
  assert.equal(await names.inputValue(), 'bag, "shirt, short", shoe "x"');
});
