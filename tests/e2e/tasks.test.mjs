// A set of another task on the page: its classes by name, a matrix that scrolls in its own
// box, the likeliest ten on the pad, and a pad that steps back where nobody draws. The set
// stands in the database as if it had been read there.

import assert from "node:assert/strict";
import { test } from "node:test";
import { of_47_classes, open_engine } from "../unit/letters_set.mjs";
import { STROKES, draw, open_page, press, sees } from "./helper.mjs";

/** @import { Page } from "playwright-core" */

const wasm = await open_engine();

/**
 * Has the page find a set when it is opened next.
 * @param {Page} page
 * @param {Partial<import("../../www/pkg/ndarray/inkling.js").TaskSummary>} [more]
 */
async function keep_set(page, more) {
  const data = of_47_classes(wasm, more);
  const summary = data.summary();
  const bytes = Buffer.concat([data.pixels(), data.labels()]).toString("base64");
  data.free();
  // Something of a person's own, so that the page has made its database.
  await press(page, "Load sample");
  await sees(page, "Data status", /sample/);
  await page.evaluate(
    async ({ summary, bytes }) => {
      const [{ name = "" } = {}] = await indexedDB.databases();
      const open = indexedDB.open(name);
      await new Promise((resolve) => (open.onsuccess = resolve));
      const write = open.result.transaction(["sets", "data", "notes"], "readwrite");
      const { checksum } = summary;
      const { buffer } = Uint8Array.from(atob(bytes), (one) => one.charCodeAt(0));
      const row = { checksum, summary, bytes: buffer.byteLength, order: 1000 };
      write.objectStore("sets").put(row);
      write.objectStore("data").put({ checksum, buffer });
      write.objectStore("notes").put(checksum, "data");
      await new Promise((resolve) => (write.oncomplete = resolve));
      open.result.close();
    },
    { summary, bytes },
  );
  await page.reload();
  await sees(page, "Data status", /letters\.csv: 4,700 rows/);
}

test("47 classes are trained, evaluated and read by name", { timeout: 180_000 }, async (t) => {
  const { page } = await open_page(t, {
    query: "?epochs=8&backend=ndarray&learning_rate=0.1&batch_size=32",
    viewport: { width: 390, height: 844 },
  });
  await keep_set(page);
  await press(page, "Train");
  await sees(page, "Training status", /finished/i, 90);
  await press(page, "Evaluate");
  await sees(page, "Evaluation", /accuracy [\d.]+ %/, 30);

  const rows = page.locator("#confusion tbody tr");
  assert.equal(await rows.count(), 47);
  assert.equal(await page.locator("#class-figures tbody tr").count(), 47);
  const first = page.getByRole("button", { name: /images? of Class 46 read as Class 46/ });
  assert.equal(await first.count(), 1);
  await first.click();
  await page.getByText(/Rightly read as Class 46/).waitFor();
  // The matrix is wider than the telephone; the page is not.
  const widths = await page.evaluate(() => ({
    page: document.documentElement.scrollWidth,
    window: innerWidth,
    box: document.querySelector(".confusion-box")?.clientWidth ?? 0,
    table: document.querySelector("#confusion")?.scrollWidth ?? 0,
  }));
  assert.ok(widths.page <= widths.window, JSON.stringify(widths));
  assert.ok(widths.box < widths.window && widths.table > widths.box, JSON.stringify(widths));

  await draw(page, STROKES[1]);
  await sees(page, "Prediction", /(Class \d+|É, "0").*with [\d.]+ %/s, 20);
  assert.equal(await page.locator("#bars li").count(), 10);
  const shares = await page.locator("#bars .share").allTextContents();
  const numbers = shares.map((share) => Number(share.replace(/[^\d.]/g, "")));
  assert.deepEqual(
    numbers,
    [...numbers].sort((a, b) => b - a),
  );
  // Kept digits are MNIST's; nothing of another task is learned from them.
  assert.equal(await page.locator("#kept-digits").isHidden(), true);
});

test("where nobody draws, the pad asks for a picture", { timeout: 90_000 }, async (t) => {
  const { page } = await open_page(t);
  await keep_set(page, { is_drawn: false });
  await page.getByText(/Drop in or pick a picture of one thing/).waitFor();
});
