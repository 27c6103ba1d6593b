// A set of another task on the page: its classes by name, a matrix that scrolls in its own
// box, the likeliest ten on the pad, and a pad that steps back where nobody draws.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { strFromU8 } from "fflate";
import { of_47_classes, open_engine } from "../unit/letters_set.mjs";
import { hand_in } from "./hand_ins.mjs";
import { STROKES, bar_rows, draw, open_page, pick, press, sees, share_in } from "./helper.mjs";

/** Its rows as a table, each label the name of its class. */
async function letters_file() {
  const data = of_47_classes(await open_engine());
  const { task, num_rows } = data.summary();
  const [pixels, labels] = [data.pixels(), data.labels()];
  data.free();
  const names = task.classes.map((/** @type {string} */ name) => `"${name.replaceAll('"', '""')}"`);
  const lines = Array.from({ length: num_rows }, (_, row) => {
    const image = pixels.subarray(784 * row, 784 * (row + 1));
    return `${names[labels[row]]},${image.join(",")}`;
  });
  const header = bar_rows(0)[0];
  return { name: "letters.csv", bytes: new TextEncoder().encode([header, ...lines].join("\n")) };
}

test("47 classes are trained, evaluated and read by name", { timeout: 180_000 }, async (t) => {
  const { page } = await open_page(t, {
    query: "?epochs=8&backend=ndarray&learning_rate=0.1&batch_size=32",
    viewport: { width: 390, height: 844 },
  });
  await pick(page, await letters_file());
  await sees(page, "Data status", /letters\.csv: 4,700 rows/);
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

test("a study of 47 classes comes to a report that names them", { timeout: 180_000 }, async (t) => {
  const files = await hand_in(t, 3, "1047", { data: await letters_file() });
  const text = (/** @type {string} */ name) => strFromU8(files[name] ?? new Uint8Array());
  const { studies } = JSON.parse(text("metrics.json"));
  assert.equal(studies[0].data.task.classes.length, 47);
  assert.equal(studies[0].data.class_counts.length, 47);
  assert.deepEqual(
    studies[0].runs.map((/** @type {any} */ run) => run.result.outcome),
    ["finished", "finished"],
  );
  assert.match(text("report.md"), /47 classes/);
  // Its classes are words, and the network ends in as many.
  assert.match(text("analysis.ipynb"), /Class 46/);
});

test("long names of classes keep to their places", { timeout: 180_000 }, async (t) => {
  const long = [
    "T-shirt or top, the short-sleeved kind",
    "shirt_with_a_very_long_name_all_in_one_w",
  ];
  const names = [
    ...long,
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "sneaker",
    "bag",
    "boot",
  ];
  const rows = bar_rows(600).map((row, at) =>
    at === 0 ? row : row.replace(/^\d/, (label) => `"${names[Number(label)]}"`),
  );
  const bytes = new TextEncoder().encode(rows.join("\n"));
  for (const [width, height] of /** @type {const} */ ([
    [1440, 900],
    [390, 844],
  ])) {
    const { page } = await open_page(t, {
      query: "?epochs=2&backend=ndarray&hidden_layers=32&learning_rate=0.002",
      viewport: { width, height },
    });
    await pick(page, { name: "clothes.csv", bytes });
    await sees(page, "Data status", /clothes\.csv: 600 rows/);
    await press(page, "Train");
    await sees(page, "Training status", /finished/i, 90);
    await draw(page, STROKES[1]);
    await sees(page, "Prediction", /with [\d.]+ %/s, 20);
    const tracks = await page
      .locator("#bars .track")
      .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().left));
    assert.equal(tracks.length, 10);
    assert.deepEqual(new Set(tracks).size, 1, `bars begin at ${tracks.join(", ")}`);
    await press(page, "Look inside");
    await page.getByRole("list", { name: "Units of layer 2" }).waitFor();
    await press(page, "Evaluate");
    await sees(page, "Evaluation", /accuracy [\d.]+ %/, 30);
    const scrolled = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(scrolled <= width, `${scrolled} of ${width} px`);
    const headings = await page
      .locator("#confusion thead th span")
      .evaluateAll((all) => all.map((one) => one.getBoundingClientRect()));
    headings.slice(1).forEach(({ left }, at) => {
      assert.ok(left >= (headings[at]?.right ?? 0) - 1, "no heading runs into the next");
    });
  }
});

test("a model of 47 classes is read back in a fresh page", { timeout: 180_000 }, async (t) => {
  const query = "?epochs=4&backend=ndarray&learning_rate=0.1&batch_size=32&hidden_layers=64";
  const letters = await letters_file();
  const trained = await open_page(t, { query });
  await pick(trained.page, letters);
  await sees(trained.page, "Data status", /letters\.csv: 4,700 rows/);
  await press(trained.page, "Train");
  await sees(trained.page, "Training status", /finished/i, 90);
  await press(trained.page, "Evaluate");
  const words = await sees(trained.page, "Evaluation", /accuracy [\d.]+ %/, 30);
  const accuracy = share_in(words, /accuracy ([\d.]+) %/);
  assert.ok(accuracy > 0.5, `${accuracy} of 47 classes`);
  const figures = await trained.page.locator("#class-figures tbody tr").allInnerTexts();
  assert.equal(figures.length, 47);

  for (const [name, press_for] of /** @type {const} */ ([
    ["inkling.safetensors", "Download model"],
    ["inkling.bpk", ".bpk for burn"],
  ])) {
    if (name.endsWith("bpk")) {
      await trained.page.locator('summary[aria-label="Download model: other formats"]').click();
    }
    const saving = trained.page.waitForEvent("download");
    await press(trained.page, press_for);
    const buffer = await readFile(await (await saving).path());
    // A browser that knows nothing of either: the data first, then the model.
    const { page } = await open_page(t, { query });
    await pick(page, letters);
    await sees(page, "Data status", /letters\.csv: 4,700 rows/);
    const model_file = page.getByLabel("Model file", { exact: true });
    await model_file.setInputFiles({ name, mimeType: "application/octet-stream", buffer });
    await sees(page, "Evaluation", new RegExp(name.replace(".", "\\.")));
    await press(page, "Evaluate");
    const again = await sees(page, "Evaluation", /accuracy [\d.]+ %/, 30);
    assert.equal(share_in(again, /accuracy ([\d.]+) %/), accuracy, name);
    assert.deepEqual(await page.locator("#class-figures tbody tr").allInnerTexts(), figures);
    await draw(page, STROKES[1]);
    await sees(page, "Prediction", /(Class \d+|É, "0").*with [\d.]+ %/s, 20);
    await page.context().close();
  }
});

test("where nobody draws, the pad asks for a picture", { timeout: 90_000 }, async (t) => {
  const { page } = await open_page(t);
  const bytes = new TextEncoder().encode(bar_rows(60).join("\n"));
  await pick(page, { name: "fashion-mnist_train.csv", bytes });
  await press(page, "Name them as in Fashion-MNIST");
  await page.getByText(/Drop in or pick a picture of one thing/).waitFor();
});
