// What outlives the tab: the data, the last run, a run that was cut short. Each
// cut is real: a reload, a page that crashes, a worker that ends or traps. The oracle is
// the same run left alone.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { STROKES, bar_rows, draw, open_page, open_view, pick, press, sees } from "./helper.mjs";

/** @import { Page } from "playwright-core" */

const small = { name: "bars.csv", bytes: new TextEncoder().encode(bar_rows(4000).join("\n")) };
const SETTINGS =
  "?backend=ndarray&epochs=3&batch_size=1&momentum=0.5&dropout=0.1&augmentation=true";

/** Kills of the long measurement: `INKLING_KILLS=20`. */
const NUM_KILLS = Number(process.env.INKLING_KILLS ?? 4);

/** The weights' digest and the figures of each epoch but its time. @param {Page} page */
async function outcome(page) {
  const waiting = page.waitForEvent("download");
  await press(page, "Download model");
  const file = await (await waiting).path();
  const bytes = await readFile(file);
  // Its header says things in no fixed order; the tensors follow.
  const tensors = bytes.subarray(8 + Number(bytes.readBigUInt64LE()));
  const weights = createHash("sha256").update(tensors).digest("hex");
  const details = page.getByText("Figures as a table");
  const table = page.getByRole("table", { name: "Loss and accuracy after each epoch" });
  if (!(await table.isVisible())) await details.click();
  const rows = await table.getByRole("row").allInnerTexts();
  return { weights, rows: rows.slice(1).map((row) => row.split("\t").slice(0, 6).join(" ")) };
}

/** The epoch that the page says is under way. @param {Page} page */
async function epoch_of(page) {
  const text = await page.getByRole("status", { name: "Training status" }).innerText();
  return Number(/epoch (\d+) of/.exec(text)?.[1] ?? 1);
}

test(
  "a run that is cut at any moment goes on to the same bits",
  { timeout: 900_000 },
  async (t) => {
    const { page: first, url } = await open_page(t, {
      query: SETTINGS,
      allowed_errors: /crash|trap|unreachable|panicked/i,
    });
    const context = first.context();
    let page = first;
    await pick(page, small);
    await sees(page, "Data status", /bars\.csv/);
    const started_ms = performance.now();
    await press(page, "Train");
    await sees(page, "Training status", /finished/i, 120);
    const took_ms = performance.now() - started_ms;
    const expected = await outcome(page);
    assert.equal(expected.rows.length, 3);

    for (let kill = 0; kill < NUM_KILLS; kill += 1) {
      await press(page, "Train");
      await sees(page, "Training status", /epoch \d/i);
      // The moment is drawn, so this is no wait for anything.
      const moment_ms = Math.random() * took_ms * 0.8;
      await new Promise((resolve) => setTimeout(resolve, moment_ms));
      const epoch = await epoch_of(page);
      const was_over = /finished/i.test(
        await page.getByRole("status", { name: "Training status" }).innerText(),
      );
      const way = ["reload", "crash", "close", "terminate"][kill % 4];
      // A worker that ends after its run takes nothing of the run with it.
      if (way === "reload" || (way === "terminate" && was_over)) {
        await page.reload();
      } else if (way === "terminate") {
        // As a browser in want of memory ends a worker: no event tells of it.
        await Promise.all(
          page.workers().map((worker) => worker.evaluate(() => self.close())),
        ).catch(() => {});
      } else if (way === "crash") {
        const crashed = page.waitForEvent("crash");
        page.goto("chrome://crash").catch(() => {});
        await crashed;
        await page.close().catch(() => {});
        page = await context.newPage();
        await page.goto(url + SETTINGS);
      } else {
        await page.close();
        page = await context.newPage();
        await page.goto(url + SETTINGS);
      }
      await sees(page, "Data status", /bars\.csv.*4,000 rows/s);
      const status = await sees(
        page,
        "Training status",
        /interrupted|finished|browser ended it.*Failed/is,
      );
      if (!/finished/i.test(status)) {
        const kept = await page.getByText(/goes on from epoch|No epoch was finished/).innerText();
        const from = Number(/epoch (\d+) of/.exec(kept)?.[1] ?? 0);
        assert.ok(from >= epoch - 1, `${way} in epoch ${epoch}: kept up to epoch ${from}`);
        t.diagnostic(`${way} after ${Math.round(moment_ms)} ms in epoch ${epoch}: on from ${from}`);
        if (from > 0) {
          // What is kept reads meanwhile.
          await press(page, "Evaluate");
          await sees(page, "Evaluation", /accuracy [\d.]+ % · 800 images/);
        }
        await press(page, "Continue");
        await sees(page, "Training status", /finished/i, 120);
      } else {
        assert.ok(was_over || epoch === 3, `${way} in epoch ${epoch}, yet the run is over`);
      }
      assert.deepEqual(await outcome(page), expected, `${way} in epoch ${epoch}`);
    }

    await t.test("after a reload the last run's curves and model are there", async () => {
      await press(page, "Clear pad");
      await draw(page, STROKES[7]);
      await sees(page, "Prediction", /%/);
      await press(page, "It was a 7");
      await page.locator("#kept-count", { hasText: "1 digit kept." }).waitFor();
      await page.reload();
      await page.locator("#kept-count", { hasText: "1 digit kept." }).waitFor();
      await sees(page, "Training status", /finished/i);
      await draw(page, STROKES[1]);
      await sees(page, "Prediction", /%/);
      assert.deepEqual(await outcome(page), expected);
    });

    await t.test("it is evaluated on what it never saw, whatever the address says", async () => {
      await page.goto(`${url}${SETTINGS}&validation_share=50&seed=7`);
      await sees(page, "Training status", /finished/i);
      await press(page, "Evaluate");
      // The run held out a fifth of 4,000 rows.
      await sees(page, "Evaluation", /accuracy [\d.]+ % · 800 images/);
    });

    await t.test("other data can be loaded and trained on", async () => {
      const bytes = new TextEncoder().encode(bar_rows(300).join("\n"));
      await pick(page, { name: "other.csv", bytes });
      await sees(page, "Data status", /other\.csv/);
      await press(page, "Train");
      await sees(page, "Training status", /finished/i, 60);
    });

    await t.test("everything is forgotten", async () => {
      await press(page, "Forget everything");
      await press(page, "Yes, remove it");
      await sees(page, "Data status", /no data/i);
      await page.reload();
      await sees(page, "Data status", /no data/i);
    });
  },
);

test("a test set and what was read of it come back, until it is taken away", async (t) => {
  const { page } = await open_page(t, { query: "?backend=ndarray&epochs=1" });
  await pick(page, small);
  await sees(page, "Data status", /bars\.csv/);
  await press(page, "Train");
  await sees(page, "Training status", /Finished$/, 60);
  const bytes = Buffer.from(bar_rows(300).join("\n"));
  const file = { name: "held_out.csv", mimeType: "text/csv", buffer: bytes };
  await page.getByLabel("Test CSV", { exact: true }).setInputFiles(file);
  await page.locator("#test-status", { hasText: "held_out.csv: 300 rows" }).waitFor();
  await press(page, "Evaluate");
  const read = await sees(page, "Evaluation", /^held_out\.csv · accuracy/);

  await page.reload();
  await page.locator("#test-status", { hasText: "held_out.csv: 300 rows" }).waitFor();
  assert.equal(await sees(page, "Evaluation", /^held_out\.csv · accuracy/), read);
  await press(page, "Evaluate");
  assert.equal(await sees(page, "Evaluation", /^held_out\.csv · accuracy/), read);

  await press(page, "Remove test set");
  await page.locator("#test-status", { hasText: "held_out.csv is taken away" }).waitFor();
  await page.reload();
  await sees(page, "Training status", /Finished$/);
  await sees(page, "Evaluation", /Press Evaluate/);
  assert.equal(await page.getByRole("button", { name: "Remove test set" }).count(), 0);
});

test("a worker that traps loses nothing it had finished", async (t) => {
  const { page } = await open_page(t, {
    query: `${SETTINGS}&fault=trap@4000`,
    allowed_errors: /unreachable|panicked|trap/i,
  });
  await pick(page, small);
  await sees(page, "Data status", /bars\.csv/);
  await press(page, "Train");
  await sees(page, "Training status", /worker stopped.*trap/is, 60);
  // 3,200 rows, a step each: step 4,000 is in the second epoch.
  await page.getByText("goes on from epoch 1 of 3").waitFor();
  await draw(page, STROKES[1]);
  await sees(page, "Prediction", /%/);
  await press(page, "Continue");
  await sees(page, "Training status", /finished/i, 60);
});

test("a full storage is said once and training goes on", async (t) => {
  const { page } = await open_page(t, { query: SETTINGS, quota: 100_000 });
  await pick(page, small);
  await sees(page, "Data status", /bars\.csv/);
  await page
    .getByLabel("Notices")
    .getByText(/storage that this browser allows is full/)
    .waitFor();
  await press(page, "Train");
  await sees(page, "Training status", /finished/i, 60);
  assert.equal(await page.locator("#notices .notice").count(), 1);
});

test("a browser that denies storage is heard once and everything runs", async (t) => {
  const { page } = await open_page(t, { query: "?backend=ndarray&epochs=2", storage: false });
  await pick(page, small);
  await sees(page, "Data status", /bars\.csv/);
  await press(page, "Train");
  await sees(page, "Training status", /2 of 2 epochs.*finished/i, 60);
  await open_view(page, "Study");
  await press(page, "Run study");
  const study = page.getByRole("status", { name: "Study status", exact: true });
  await study.filter({ hasText: /Finished$/ }).waitFor({ timeout: 120_000 });
  const notices = await page.locator("#notices .notice").allInnerTexts();
  assert.equal(notices.length, 1);
  assert.match(notices[0] ?? "", /refuses to keep anything.*in this tab’s memory/s);
});

test("studies kept by the first layout are there in the newest", async (t) => {
  // A bare file has no icon of its own.
  const { page, url } = await open_page(t, { query: SETTINGS, allowed_errors: /404/ });
  // A page of the same origin without our code writes what version 1 wrote.
  await page.goto(`${url}data/sets.json`);
  await page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        indexedDB.deleteDatabase("inkling-studies").onsuccess = () => {
          const request = indexedDB.open("inkling-studies", 1);
          request.onupgradeneeded = () =>
            request.result
              .createObjectStore("studies", { keyPath: "id" })
              .put({ id: "one", format_version: 9, name: "kept by a later record version" });
          request.onsuccess = () => {
            request.result.close();
            resolve(null);
          };
          request.onerror = () => reject(request.error);
        };
      }),
  );
  await page.goto(url + SETTINGS);
  await pick(page, small);
  await sees(page, "Data status", /bars\.csv/);
  await page.getByRole("button", { name: "Forget everything" }).waitFor();
  const found = await page.evaluate(async () => {
    const name = `inkling ${new URL(".", location.href).pathname}`;
    const database = await new Promise((resolve, reject) => {
      const request = indexedDB.open(name);
      request.onerror = () => reject(request.error);
      request.onsuccess = () => resolve(request.result);
    });
    const keys = await new Promise((resolve) => {
      const asked = database.transaction("studies").objectStore("studies").getAllKeys();
      asked.onsuccess = () => resolve(asked.result);
    });
    const names = (await indexedDB.databases()).map((one) => one.name);
    return [database.version, keys, names.includes("inkling-studies")];
  });
  // Moved under the site's own name: other sites of the same origin have theirs.
  assert.deepEqual(found, [3, ["one"], false]);
});
