// Every chart as a file: a PNG that decodes to a picture with something in it, an SVG
// that parses, a CSV whose rows are the figures that the page shows.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { bar_rows, open_page, open_view, page_waits, pick, press, sees } from "./helper.mjs";

/** @import { Page } from "playwright-core" */

const small = { name: "bars.csv", bytes: new TextEncoder().encode(bar_rows(1200).join("\n")) };

/** @param {Page} page @param {string} menu accessible name of its summary @param {string} button */
async function file_of(page, menu, button) {
  await page.locator("summary").filter({ visible: true }).and(page.locator(menu)).click();
  const [download] = await Promise.all([page.waitForEvent("download"), press(page, button)]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** @param {Page} page @param {string} menu @param {(kind: string) => string} button */
async function files_of(page, menu, button) {
  const png = await file_of(page, menu, button("PNG"));
  assert.deepEqual([...png.bytes.subarray(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10]);
  const width = png.bytes.readUInt32BE(16);
  const height = png.bytes.readUInt32BE(20);
  assert.ok(width >= 800 && height >= 400, `${png.name}: ${width} × ${height}`);
  const svg = await file_of(page, menu, button("SVG"));
  // A blank page: ours lets nobody parse markup.
  const viewer = await page.context().newPage();
  const seen = await viewer.evaluate(
    async ([text, base64]) => {
      const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = canvas.getContext("2d");
      context?.drawImage(bitmap, 0, 0);
      const pixels = context?.getImageData(0, 0, bitmap.width, bitmap.height).data ?? [];
      const colours = new Set();
      for (let at = 0; at < pixels.length; at += 4) {
        colours.add(`${pixels[at]},${pixels[at + 1]},${pixels[at + 2]}`);
      }
      return {
        root: parsed.documentElement.localName,
        faults: parsed.querySelectorAll("parsererror").length,
        num_marks: parsed.querySelectorAll("path, circle, rect, line, polyline").length,
        num_colours: colours.size,
      };
    },
    /** @type {const} */ ([svg.bytes.toString(), png.bytes.toString("base64")]),
  );
  await viewer.close();
  assert.equal(seen.root, "svg");
  assert.equal(seen.faults, 0, svg.name);
  assert.ok(seen.num_marks > 5, `${svg.name}: ${seen.num_marks} marks`);
  assert.ok(seen.num_colours > 5, `${png.name}: ${seen.num_colours} colours`);
  const csv = await file_of(page, menu, button("CSV"));
  const [head, ...rows] = csv.bytes.toString().trim().split("\n");
  return { names: [png.name, svg.name, csv.name], head, rows: rows.map((row) => row.split(",")) };
}

/** @param {string} title */
const menu_of = (title) => `[aria-label="Download: ${title}"]`;

test("every chart comes as PNG, SVG and CSV", { timeout: 240_000 }, async (t) => {
  const { page } = await open_page(t, { query: "?epochs=4&backend=ndarray" });
  await pick(page, small);
  await sees(page, "Data status", /^bars\.csv/);
  await press(page, "Train");
  await sees(page, "Training status", /finished/i, 90);

  await t.test("the charts shrink again with the window", async () => {
    const charts = page.locator("#charts");
    const height = async () => (await charts.boundingBox())?.height ?? NaN;
    const before = await height();
    await page.setViewportSize({ width: 2560, height: 1440 });
    await page.waitForFunction(
      (least) => (document.querySelector("#charts canvas")?.clientHeight ?? 0) > least,
      before / 2,
    );
    assert.ok((await height()) > before);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.waitForFunction(
      (most) => (document.querySelector("#charts canvas")?.clientHeight ?? Infinity) < most,
      before / 2,
    );
    assert.equal(await height(), before);
  });

  await t.test("the curves", async () => {
    const { rows } = await files_of(page, "#downloads summary", (kind) =>
      kind === "CSV" ? "Figures as CSV" : `Curves as ${kind}`,
    );
    assert.equal(rows.length, 4);
  });

  await t.test("the confusion matrix and the reliability curve", async () => {
    await press(page, "Evaluate");
    await sees(page, "Evaluation", /accuracy/);
    const matrix = await files_of(
      page,
      menu_of("Confusion matrix"),
      (kind) => `Confusion matrix as ${kind}`,
    );
    assert.equal(matrix.head, "digit,read_as,images");
    assert.equal(matrix.rows.length, 100);
    const cells = page.getByRole("table", { name: /Rows: what it is/ }).getByRole("button");
    const shown = await cells.evaluateAll((buttons) =>
      buttons.map((button) => `${button.getAttribute("aria-label")}`),
    );
    const written = matrix.rows
      .filter((row) => row[2] !== "0")
      .map(
        ([digit, said, n]) => `${n} ${n === "1" ? "image" : "images"} of ${digit} read as ${said}`,
      );
    assert.deepEqual(written, shown);
    const { rows } = await files_of(
      page,
      menu_of("Reliability"),
      (kind) => `Reliability as ${kind}`,
    );
    const num_images = rows.reduce((sum, row) => sum + Number(row[2]), 0);
    assert.equal(num_images, 240, "a fifth of 1,200 is held out");
  });

  await t.test("a study's charts", async () => {
    await open_view(page, "Study");
    await page.getByRole("textbox", { name: "Values", exact: true }).fill("0.01, 0.1");
    await press(page, "Run study");
    await sees(page, "Study status", /Finished$/, 120);
    for (const title of ["Training loss", "Validation accuracy"]) {
      const { rows } = await files_of(page, menu_of(title), (kind) => `${title} as ${kind}`);
      assert.equal(rows.length, 8, "two runs of four epochs");
    }
    const title = "Final validation accuracy";
    const { rows } = await files_of(page, menu_of(title), (kind) => `${title} as ${kind}`);
    assert.deepEqual(
      rows.map((row) => row[0]),
      ["0.01", "0.1"],
    );
  });
});

test("on a telephone no chart loses its epochs or its words", { timeout: 240_000 }, async (t) => {
  const { page } = await open_page(t, { query: "?epochs=2&backend=ndarray" });
  await page.setViewportSize({ width: 390, height: 844 });
  await pick(page, small);
  await sees(page, "Data status", /^bars\.csv/);
  await press(page, "Train");
  await sees(page, "Training status", /finished/i, 90);
  // The reading that a run brings takes a line of its own, and the curves make room.
  await page.waitForFunction(() =>
    [...document.querySelectorAll("#charts .chart-plot")].every(
      (plot) => (plot.querySelector("canvas")?.clientHeight ?? Infinity) <= plot.clientHeight,
    ),
  );

  await open_view(page, "Study");
  await page.getByLabel("Factor").selectOption("learning_rate");
  await page.getByLabel("Values", { exact: true }).fill("0.01, 0.1");
  await press(page, "Run study");
  await sees(page, "Study status", /Finished/, 90);
  const drawing = page.getByRole("img", { name: "Final accuracy of each value" });
  const word = drawing.getByText(/^accuracy( \(log\))?$/);
  const height_px = () =>
    word.evaluate((found) => {
      const { width, height } = found.getBoundingClientRect();
      return Math.min(width, height);
    });
  // A row's name stays in sight while its figures are scrolled, and leaves them room.
  const table = page.getByRole("region", { name: "Comparison, to scroll" });
  const name = table.getByRole("rowheader").first();
  const [from, width, room] = await table.evaluate((box) => {
    box.scrollLeft = 120;
    const head = box.querySelector("tbody th")?.getBoundingClientRect();
    const left = box.getBoundingClientRect().left;
    return [(head?.left ?? NaN) - left, head?.width ?? NaN, box.clientWidth];
  });
  await name.waitFor();
  assert.ok(Math.abs(Number(from)) < 2, `the row's name begins at ${from} px`);
  assert.ok(Number(width) < 0.45 * Number(room), `${width} of ${room} px`);

  // It is drawn anew once the page knows how wide it is shown.
  let height = await height_px();
  for (const end = Date.now() + 30_000; height < 11 && Date.now() < end;) {
    await page_waits(page, 50);
    height = await height_px();
  }
  assert.ok(height >= 11, `its words are ${height} px high`);
});

test("a study's charts are looked at closely, and a line is put away", async (t) => {
  const { page } = await open_page(t, { query: "?backend=ndarray&epochs=6&hidden_layers=16" });
  await pick(page, small);
  await sees(page, "Data status", /bars\.csv/);
  await open_view(page, "Study");
  await page.getByRole("textbox", { name: "Values", exact: true }).fill("0.01, 0.05, 0.1");
  await press(page, "Run study");
  await sees(page, "Study status", /Finished$/, 60);
  const charts = page.locator(".study-charts .chart");
  const chart = charts.filter({ hasText: "Validation accuracy" });
  /** What the chart looks like. @param {import("playwright-core").Locator} [of] */
  const look = (of = chart) =>
    of
      .locator("canvas")
      .evaluate((canvas) => /** @type {HTMLCanvasElement} */ (canvas).toDataURL());
  /** Until it looks otherwise, and like that again a moment later. @param {string} before */
  const changed = async (before) => {
    for (;;) {
      const now = await look();
      await page_waits(page, 100);
      if (now !== before && now === (await look())) return now;
    }
  };
  // It is drawn some moments after the last run has ended.
  let whole = await changed("");
  await page_waits(page, 700);
  whole = await look();
  const other = await look(charts.filter({ hasText: "Training loss" }));
  const over = chart.locator(".u-over");
  await over.scrollIntoViewIfNeeded();

  await t.test("dragging over it shows that part, and there is a way back", async () => {
    const back = page.getByRole("button", { name: "Whole range", exact: true });
    assert.ok(await back.isHidden());
    const box = await over.boundingBox();
    assert.ok(box);
    await page.mouse.move(box.x + 0.5 * box.width, box.y + 0.2 * box.height);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.9 * box.width, box.y + 0.7 * box.height, { steps: 6 });
    await page.mouse.up();
    await back.waitFor();
    await changed(whole);
    // The epochs are shown in all four alike.
    assert.notEqual(await look(charts.filter({ hasText: "Training loss" })), other);
    await back.click();
    await back.waitFor({ state: "hidden" });
    await page.mouse.move(0, 0);
    const again = await changed("");
    assert.equal(again, whole, "all of it is back");
  });

  await t.test("a line is hidden and shown again, and pointing names it", async () => {
    await press(page, "Hide the line of 0.05");
    await page.mouse.move(0, 0);
    await changed(whole);
    await press(page, "Show the line of 0.05");
    await page.mouse.move(0, 0);
    await page.getByRole("button", { name: "Hide the line of 0.05", exact: true }).waitFor();
    await page.getByRole("table", { name: "Legend" }).getByText("0.1", { exact: true }).hover();
    await chart.locator(".chart-line-name", { hasText: "0.1" }).waitFor();
  });

  await t.test("on paper it is whole", async () => {
    await page.emulateMedia({ media: "print" });
    // A drawing that is stretched to the paper's width keeps its height: nothing cuts it.
    const overflow = await charts
      .locator(".chart-plot")
      .evaluateAll((plots) => plots.map((plot) => getComputedStyle(plot).overflow));
    assert.deepEqual(overflow, ["visible", "visible", "visible", "visible"]);
    await page.emulateMedia({ media: null });
  });
});
