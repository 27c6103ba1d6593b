// A study from the press of its button to the files that are handed in, on the
// CPU, with workers that really die.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { strFromU8, unzipSync } from "fflate";
import { notebook_faults } from "../unit/notebook_shape.mjs";
import { read_pdf } from "../unit/pdf_reading.mjs";
import {
  DATA_SET,
  bar_rows,
  open_page,
  open_view,
  pick,
  press,
  rows_of,
  sees,
  share_in,
} from "./helper.mjs";
import { check_hand_in } from "./hand_in_check.mjs";

/** @import { Page } from "playwright-core" */

const small = { name: "bars.csv", bytes: new TextEncoder().encode(bar_rows(1200).join("\n")) };
const OVER = /(Finished|Stopped|Failed)$/;

/**
 * @param {Page} page
 * @param {string} factor
 * @param {string} values
 * @param {number} [seeds]
 */
async function set_study(page, factor, values, seeds = 1) {
  await page.getByRole("combobox", { name: "Factor", exact: true }).selectOption(factor);
  await page.getByRole("textbox", { name: "Values", exact: true }).fill(values);
  await page.getByRole("spinbutton", { name: "Seeds per value" }).fill(String(seeds));
}

/** @param {Page} page */
async function open_study(page) {
  await open_view(page, "Study");
  await page.getByRole("button", { name: "Run study" }).waitFor();
}

/** The comparison, a row a value. @param {Page} page */
const comparison = (page) => rows_of(page, "Comparison");

const FIGURES = /** @type {const} */ ([
  "train_loss",
  "train_accuracy",
  "validation_loss",
  "validation_accuracy",
]);

/**
 * The studies as the browser keeps them.
 * @param {Page} page
 * @returns {Promise<import("../../www/pkg/ndarray/inkling.js").StudyRecord[]>}
 */
function kept_studies(page) {
  return page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open(`inkling ${new URL(".", location.href).pathname}`);
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const all = opening.result.transaction("studies").objectStore("studies").getAll();
          all.onsuccess = () => resolve(all.result);
        };
      }),
  );
}

/**
 * Presses a button and gives the file that comes of it.
 * @param {Page} page
 * @param {string} name
 */
async function downloaded(page, name) {
  const [download] = await Promise.all([page.waitForEvent("download"), press(page, name)]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

test(`two studies and a report, on ${DATA_SET.words}`, { timeout: 900_000 }, async (t) => {
  const { page } = await open_page(t, { query: "?epochs=2&backend=ndarray" });
  await pick(page, DATA_SET.file);
  await sees(page, "Data status", /\d images|\d rows/, 60);
  await open_study(page);

  await t.test("six learning rates finish, and equal the same run alone", async () => {
    await set_study(page, "learning_rate", "0.001, 0.003, 0.01, 0.03, 0.1, 0.3");
    await press(page, "Run study");
    assert.match(await sees(page, "Study status", OVER, 400), /6 runs: 6 finished.*Finished$/s);
    const rows = await comparison(page);
    assert.deepEqual(
      rows.map((row) => row["Learning rate"]),
      ["0.001", "0.003", "0.01", "0.03", "0.1", "0.3"],
    );
    await open_view(page, "Train");
    await page.getByLabel("Learning rate", { exact: true }).fill("0.03");
    await press(page, "Train");
    const alone = await sees(page, "Training status", /finished/i, 200);
    const accuracy = share_in(alone, /validation accuracy ([\d.]+)\s*%/);
    assert.equal(share_in(rows[3]?.["Final accuracy"] ?? "", /([\d.]+)/), accuracy);
    // To the last digit: the figures that the page downloads against those it kept.
    await page.locator("#downloads summary").click();
    const { bytes } = await downloaded(page, "Figures as CSV");
    const [header, ...lines] = strFromU8(bytes).trim().split("\n");
    const columns = header?.split(",") ?? [];
    const [kept] = await kept_studies(page);
    const epochs = kept?.runs[3]?.history ?? [];
    assert.equal(lines.length, epochs.length);
    lines.forEach((line, at) => {
      const cells = line.split(",");
      for (const figure of FIGURES) {
        assert.equal(Number(cells[columns.indexOf(figure)]), epochs[at]?.[figure], figure);
      }
    });
    await page.getByLabel("Learning rate", { exact: true }).fill("0.01");
    await open_view(page, "Study");
  });

  await t.test("the table sorts by a press on a header", async () => {
    await press(page, "Final accuracy");
    const shares = (await comparison(page)).map((row) => parseFloat(row["Final accuracy"] ?? ""));
    assert.deepEqual(
      shares,
      shares.slice().sort((a, b) => a - b),
    );
  });

  await t.test("insights name the best figure, remarks stand before them", async () => {
    const insights = page.getByRole("region", { name: "Insights", exact: true });
    const words = await insights.getByRole("listitem").allInnerTexts();
    const best = (await comparison(page)).at(-1);
    assert.ok(words[0]?.includes(best?.["Final accuracy"] ?? "?"), words[0]);
    assert.match(await insights.innerText(), /Your remarks.*Written by Inkling/s);
    await page.getByLabel("Your remarks").fill("The larger the rate, the sooner it learns.");
  });

  await t.test("six batch sizes finish", async () => {
    await set_study(page, "batch_size", "16, 32, 64, 128, 256, 512");
    await press(page, "Run study");
    await sees(page, "Study status", /running/);
    assert.match(await sees(page, "Study status", OVER, 400), /6 runs: 6 finished.*Finished$/s);
  });

  await t.test("both are there after a reload, and go into one zip", async (step) => {
    await page.reload();
    await sees(page, "Study status", /6 runs: 6 finished/);
    const ticks = page.getByRole("checkbox", { name: /^Compare / });
    assert.equal(await ticks.count(), 2);
    for (const tick of await ticks.all()) await tick.check();
    await page.getByRole("table", { name: "Across studies" }).waitFor();

    // Said while it is typed, and none is required.
    await page.getByLabel("Id 1").fill("12/3");
    await page.getByText("Id 1: found “12/3”, expected 1 to 20 letters or digits").waitFor();
    await page.getByLabel("Id 1").fill("");
    assert.equal((await downloaded(page, "Download report")).name, "report.zip");
    await page.getByLabel("Id 1").fill("123456789");
    await page.getByLabel("Id 2").fill("abc");
    await page.getByLabel("Id 3").fill("X9");
    const { name, bytes } = await downloaded(page, "Download report");
    assert.equal(name, "123456789_abc_X9.zip");
    const files = unzipSync(bytes);
    const text = (/** @type {string} */ file) => strFromU8(files[file] ?? new Uint8Array());

    assert.deepEqual(
      Object.keys(files)
        .filter((file) => !file.startsWith("plots/"))
        .sort(),
      [
        "README.txt",
        "analysis.ipynb",
        "analysis.pdf",
        "metrics.csv",
        "metrics.json",
        "report.md",
        "report.pdf",
        "settings.json",
        "summary.csv",
      ],
    );
    assert.ok(bytes.length < 4e6, `the zip has ${bytes.length} bytes`);
    for (const name of ["report.pdf", "analysis.pdf"]) {
      const pdf = read_pdf(files[name] ?? new Uint8Array());
      assert.ok((files[name]?.length ?? 0) < 2e6, name);
      assert.ok(
        pdf.fonts.every((font) => font.is_embedded),
        `${name}: fonts are embedded`,
      );
      assert.ok(pdf.types.includes("Figure") && pdf.types.includes("Table"), `${name} is tagged`);
      assert.ok(
        pdf.bookmarks.some((title) => title.endsWith("Learning rate")),
        name,
      );
      const words = pdf.pages
        .flat()
        .map((mark) => mark.text)
        .join(" ");
      assert.ok(words.includes("The larger the rate, the sooner it learns."), `${name}: remarks`);
    }
    const report = text("report.md");
    assert.ok(report.includes("> The larger the rate, the sooner it learns."));
    const plots = [...report.matchAll(/\]\((plots\/[^)]+\.png)\)/g)].map((found) => found[1] ?? "");
    assert.deepEqual(
      plots.sort(),
      Object.keys(files)
        .filter((file) => file.startsWith("plots/"))
        .sort(),
    );
    assert.equal(plots.length, 2 + 2 * 3, "digits, network; curves, accuracies, runs of each");
    // A header, and two epochs of each of twelve runs, every setting a column.
    const metrics = text("metrics.csv").trim().split("\n");
    assert.equal(metrics.length, 1 + 24);
    for (const column of ["learning_rate", "batch_size", "seed", "split_seed", "data"]) {
      assert.ok(metrics[0]?.split(",").includes(column), column);
    }
    assert.equal(text("summary.csv").trim().split("\n").length, 1 + 12);
    assert.equal(JSON.parse(text("metrics.json")).studies.length, 2);
    assert.equal(JSON.parse(text("settings.json")).studies[1].runs[5].ran.backend, "ndarray");
    assert.equal(text("README.txt").trim().split("\n").length, 10);
    assert.deepEqual(notebook_faults(JSON.parse(text("analysis.ipynb"))), []);
    await page.reload();
    assert.equal(await page.getByLabel("Id 1").inputValue(), "123456789", "ids are remembered");
    await check_hand_in(step, bytes, DATA_SET.file, 12);
  });
});

test("a study lives with crashed, cancelled and diverged runs", { timeout: 300_000 }, async (t) => {
  const { page } = await open_page(t, {
    query: "?epochs=400&backend=ndarray",
    allowed_errors: /injected fault/,
  });
  await open_study(page);
  await press(page, "Run study");
  await page.getByText("There is no data to study.").waitFor();
  await open_view(page, "Train");
  await pick(page, small);
  await sees(page, "Data status", /1,200/);
  await open_study(page);

  await t.test("a bad value is named with its place", async () => {
    await set_study(page, "learning_rate", "0.1, 0.2, x");
    await page.getByText('values, item 3: found "x", expected a learning rate').waitFor();
  });

  await t.test("a worker that dies fails its run only", async () => {
    await set_study(page, "learning_rate", "0.01, 0.02, 0.03, 0.04, 0.05");
    await page.getByRole("spinbutton", { name: "Workers" }).fill("2");
    await press(page, "Run study");
    await sees(page, "Study status", /2 running/);
    await page
      .getByText(/^epoch \d+ of 400$/)
      .first()
      .waitFor();
    const victim = page.workers().at(-1);
    assert.ok(victim);
    await victim.evaluate(() => {
      setTimeout(() => {
        throw new Error("injected fault");
      });
    });
    await sees(page, "Study status", /1 failed/);
    await page.getByText(/The worker failed:.*injected fault/).waitFor();
    await sees(page, "Study status", /2 running/);
  });

  await t.test("one run is cancelled, then all", async () => {
    await press(page, "Cancel 0.05");
    await sees(page, "Study status", /1 stopped/);
    await press(page, "Stop study");
    assert.match(await sees(page, "Study status", OVER), /Stopped$/);
    const rows = await comparison(page);
    assert.equal(rows.length, 5);
    assert.equal(rows[4]?.["State"], "stopped");
  });

  await t.test("what is missing is run again", async () => {
    await press(page, "Run what is missing");
    assert.match(await sees(page, "Study status", OVER, 120), /5 finished.*Finished$/s);
  });

  await t.test("a diverged run is named and sinks nothing", async () => {
    await open_view(page, "Train");
    await page.getByLabel("Epochs").fill("3");
    await open_study(page);
    await set_study(page, "learning_rate", "0.05, 100");
    await press(page, "Run study");
    assert.match(await sees(page, "Study status", OVER), /1 diverged.*Finished$/s);
    assert.equal((await comparison(page))[1]?.["Diverged"], "yes");
    const insights = page.getByRole("region", { name: "Insights", exact: true });
    assert.match(await insights.innerText(), /divergence begins between 0\.05 and 100/);
  });

  await t.test("several seeds make a deviation", async () => {
    await set_study(page, "layer_norm", "off, on", 3);
    await press(page, "Run study");
    assert.match(await sees(page, "Study status", OVER), /6 runs: 6 finished/);
    assert.match((await comparison(page))[0]?.["Deviation over seeds"] ?? "", /^±/);
  });

  await t.test("studies are renamed, exported, deleted and imported", async () => {
    const names = page.getByRole("textbox", { name: "Study name" });
    await names.first().fill("Norms <b>compared</b>");
    await names.first().press("Enter");
    await names.first().blur();
    const { bytes } = await downloaded(page, "Export studies");
    assert.equal(JSON.parse(strFromU8(bytes)).studies.length, 3);
    await page
      .getByRole("button", { name: /^Delete study/ })
      .first()
      .click();
    await page
      .getByRole("button", { name: /^Delete study/ })
      .first()
      .click();
    await page.waitForFunction(
      () => document.querySelectorAll("[aria-label='Study name']").length === 2,
    );
    await page.getByLabel("Import studies").setInputFiles({
      name: "studies.json",
      mimeType: "application/json",
      buffer: Buffer.from(bytes),
    });
    await page.waitForFunction(
      () => document.querySelectorAll("[aria-label='Study name']").length === 5,
    );
    await page.reload();
    await page.getByRole("textbox", { name: "Study name" }).nth(4).waitFor();
    await page.getByLabel("Import studies").setInputFiles({
      name: "other.json",
      mimeType: "application/json",
      buffer: Buffer.from('{"a":1}'),
    });
    await page.getByText("other.json: found other JSON").waitFor();
  });
});

test("two tabs on one study leave it whole", { timeout: 200_000 }, async (t) => {
  const { page: first, url } = await open_page(t, {
    query: "?backend=ndarray&epochs=200&batch_size=1",
  });
  await pick(first, small);
  await sees(first, "Data status", /bars\.csv/);
  await open_study(first);
  await set_study(first, "learning_rate", "0.01, 0.02, 0.03");
  const status = (/** @type {Page} */ page) =>
    page.getByRole("status", { name: "Study status", exact: true });
  await press(first, "Run study");
  await status(first)
    .filter({ hasText: /running/ })
    .waitFor();
  await first.waitForFunction(async () => {
    const { held = [] } = await navigator.locks.query();
    return held.some(({ name }) => name?.includes(" study "));
  });
  // Kept within two seconds of its first run's start.
  for (;;) {
    if ((await kept_studies(first)).length === 1) break;
    await first.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  }

  const second = await first.context().newPage();
  await second.goto(url + "?backend=ndarray&epochs=200&batch_size=1#study");
  const again = second.getByRole("button", { name: "Run what is missing" });
  await again.waitFor();
  await second.waitForFunction(() => !document.body.innerText.includes("no data"));
  await press(second, "Run what is missing");
  await second.getByText("This study runs in another tab").waitFor();
  // What a person writes there costs no run its figures.
  await second
    .getByRole("textbox", { name: "Your remarks", exact: true })
    .fill("seen from the second tab");
  await status(first).filter({ hasText: OVER }).waitFor({ timeout: 120_000 });
  // The other tab follows it there.
  await status(second).filter({ hasText: OVER }).waitFor({ timeout: 120_000 });
  const [record, ...others] = await kept_studies(first);
  assert.equal(others.length, 0);
  assert.equal(record?.remarks, "seen from the second tab");
  assert.deepEqual(
    record?.runs.map((run) => [run.state, run.history.length]),
    [1, 2, 3].map(() => ["finished", 200]),
  );
});
