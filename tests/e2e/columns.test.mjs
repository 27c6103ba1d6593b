// Pictures as people have them: tables whose columns stand otherwise, arrays, known sets,
// and what about them can be mended with a press.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { zipSync } from "fflate";
import { bar_rows, open_page, pick, press, sees, share_in } from "./helper.mjs";
import { bytes_of, fields_of, png, table } from "./tables.mjs";

/** @import { Page } from "playwright-core" */

const PIXELS_FROM_1 = Array.from({ length: 784 }, (_, at) => `pixel${at + 1}`);

/** The label behind the pixels. @param {string[]} row */
const label_last = ([label, ...pixels]) => [...pixels, label];

/** @param {Page} page */
const strip = (page) => page.getByRole("img", { name: /images of the data, labelled/ });

const FIRST_LABELS = /labelled 0, 4, 8/;

test("a headerless table with its labels last is asked about, and read as answered", async (t) => {
  const { page } = await open_page(t);
  await pick(page, { name: "good.csv", bytes: bytes_of(`${bar_rows(60).join("\n")}\n`) });
  await sees(page, "Data status", /^good\.csv: 60 rows\.$/);
  await pick(page, { name: "last.csv", bytes: table(fields_of(50).map(label_last)) });
  const select = page.getByLabel("Label column", { exact: true });
  await select.waitFor();
  assert.equal(await select.inputValue(), "785", "the likelier reading comes first");
  const options = await select.locator("option").allInnerTexts();
  assert.deepEqual(options, ["column 785, the last", "column 1, the first"]);
  await page.getByRole("img", { name: "an image labelled 7" }).first().waitFor();
  // Nothing is lost while it asks.
  assert.match(await sees(page, "Data status", /good\.csv/), /60 rows/);
  await press(page, "Read it so");
  await sees(page, "Data status", /last\.csv: 50 rows\..*label in column 785/);
  assert.equal(await select.isVisible(), false);
  // A question that is left leaves what is loaded.
  await pick(page, { name: "again.csv", bytes: table(fields_of(40).map(label_last)) });
  await select.waitFor();
  await press(page, "Leave it");
  await sees(page, "Data status", /last\.csv: 50 rows/);
  assert.equal(await select.isVisible(), false);
});

test("columns are told by their names", async (t) => {
  const { page } = await open_page(t);
  const rows = fields_of(60);
  const files = /** @type {[string, Uint8Array, RegExp][]} */ ([
    [
      "openml.csv",
      table(rows.map(label_last), [...PIXELS_FROM_1, "class"].join(",")),
      /label in column 785 "class"/,
    ],
    [
      "semicolons.csv",
      table(rows, ["label", ...PIXELS_FROM_1].join(";"), ";"),
      /separated by semicolons/,
    ],
    [
      "index.csv",
      table(
        rows.map((row, at) => [`${at}`, ...row]),
        ["", "label", ...PIXELS_FROM_1].join(","),
      ),
      /index column left out/,
    ],
    [
      "shares.csv",
      table(
        rows.map(([label, ...pixels]) => [label, ...pixels.map((at) => `${Number(at) / 255}`)]),
        ["label", ...PIXELS_FROM_1].join(","),
      ),
      /pixels 0 to 1 scaled to 255/,
    ],
  ]);
  for (const [name, bytes, words] of files) {
    await pick(page, { name, bytes });
    const status = await sees(page, "Data status", new RegExp(name));
    assert.match(status, words);
    assert.match(status, /\b60 rows\b/);
  }
  await pick(page, { name: "wrong.csv", bytes: bytes_of("label,a,b\n1,2,3\n") });
  const status = await sees(page, "Data status", /found 3 columns .* expected 785 columns/s);
  assert.match(status, /Still loaded: shares\.csv: 60 rows/);
});

test("Fashion-MNIST's classes are named with a press, and the names are kept", async (t) => {
  const { page } = await open_page(t);
  const bytes = table(fields_of(60), ["label", ...PIXELS_FROM_1].join(","));
  await pick(page, { name: "fashion-mnist_train.csv", bytes });
  await sees(page, "Data status", /fashion-mnist_train\.csv: 60 rows/);
  const names = page.getByLabel("Class names", { exact: true });
  await names.waitFor();
  assert.equal(await names.inputValue(), "0, 1, 2, 3, 4, 5, 6, 7, 8, 9");
  await press(page, "Name them as in Fashion-MNIST");
  await page.waitForFunction(() =>
    /** @type {HTMLInputElement} */ (document.querySelector("#class-names")).value.startsWith(
      "T-shirt/top, Trouser",
    ),
  );
  await names.fill("shirt, Trouser, Pullover, Dress, Coat, Sandal, Shirt, Sneaker, Bag");
  await names.press("Enter");
  await page.getByText("Found 9 names, expected 10, one for each class.").waitFor();
  await names.fill("Top, Trouser, Pullover, Dress, Coat, Sandal, Shirt, Sneaker, Bag, Boot");
  await names.press("Enter");
  await page.getByRole("img", { name: /labelled .*Boot/ }).waitFor();
  await page.reload();
  await sees(page, "Data status", /fashion-mnist_train\.csv: 60 rows/);
  await names.waitFor();
  assert.match(await names.inputValue(), /^Top, Trouser, .*, Boot$/);
});

test("47 classes with words for labels are read", async (t) => {
  const { page } = await open_page(t);
  const words = [..."0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt"];
  assert.equal(words.length, 47);
  const rows = fields_of(188).map(([, ...pixels], row) => [words[row % 47] ?? "", ...pixels]);
  await pick(page, { name: "balanced.csv", bytes: table(rows) });
  await sees(page, "Data status", /balanced\.csv: 188 rows\..*47 classes/);
  const names = page.getByLabel("Class names", { exact: true });
  await names.waitFor();
  assert.equal(await names.inputValue(), words.join(", "));
});

test("inverted and transposed pictures are mended with a press, over a reload", async (t) => {
  const { page } = await open_page(t);
  const warnings = page.getByRole("status", { name: "Data warnings", exact: true });
  const header = bar_rows(0)[0];
  // Bars that are wider than high, and the same as high as wide digits would be.
  const lying = fields_of(60);
  const upright = lying.map(([label, ...pixels]) => {
    const at = (/** @type {number} */ line, /** @type {number} */ column) =>
      pixels[28 * line + column] ?? "0";
    return [label, ...pixels.map((_, place) => at(place % 28, Math.floor(place / 28)))];
  });
  const inverted = upright.map(([label, ...pixels]) => [
    label,
    ...pixels.map((pixel) => `${255 - Number(pixel)}`),
  ]);
  await pick(page, { name: "good.csv", bytes: table(upright, header) });
  await sees(page, "Data status", /good\.csv/);
  assert.equal(await warnings.innerText(), "", "with good data nothing is warned of");

  await pick(page, { name: "inverted.csv", bytes: table(inverted, header) });
  await sees(page, "Data warnings", /paper is darker than the ink/i);
  await press(page, "Invert");
  await sees(page, "Data status", /inverted\.csv: 60 rows\..*inverted\./);
  assert.equal(await warnings.innerText(), "");
  await page.reload();
  await sees(page, "Data status", /inverted\.csv: 60 rows\..*inverted\./);
  assert.equal(await warnings.innerText(), "");

  await pick(page, { name: "lying.csv", bytes: table(lying, header) });
  await sees(page, "Data warnings", /lie on their side/);
  await press(page, "Transpose");
  await sees(page, "Data status", /lying\.csv: 60 rows\..*transposed\./);
  assert.equal(await warnings.innerText(), "");
  // What was before can come back.
  await press(page, "Bring it back");
  await sees(page, "Data warnings", /lie on their side/);
});

test("Keras' arrays are read, and their other half as a test set", async (t) => {
  const { page } = await open_page(t);
  const rows = fields_of(60);
  /** @param {string} descr @param {string} shape @param {Uint8Array} values */
  const npy = (descr, shape, values) => {
    const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}), }`;
    const header = `${text.padEnd(117)}\n`;
    const start = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0]);
    return new Uint8Array(Buffer.concat([start, Buffer.from(header), values]));
  };
  const half = (/** @type {string[][]} */ some) => ({
    x: npy(
      "|u1",
      `${some.length}, 28, 28`,
      Uint8Array.from(some.flatMap((row) => row.slice(1).map(Number))),
    ),
    y: npy("|u1", `${some.length},`, Uint8Array.from(some.map(([label]) => Number(label)))),
  });
  const [train, test_half] = [half(rows.slice(0, 40)), half(rows.slice(40))];
  const bytes = zipSync({
    "x_test.npy": test_half.x,
    "x_train.npy": train.x,
    "y_test.npy": test_half.y,
    "y_train.npy": train.y,
  });
  await pick(page, { name: "mnist.npz", bytes });
  await sees(page, "Data status", /mnist\.npz: 40 rows\..*test images are left for Test CSV/);
  await strip(page).filter({ visible: true }).waitFor();
  assert.match((await strip(page).getAttribute("aria-label")) ?? "", FIRST_LABELS);
  await page.getByLabel("Test CSV", { exact: true }).setInputFiles({
    name: "mnist.npz",
    mimeType: "application/octet-stream",
    buffer: Buffer.from(bytes),
  });
  const status = page.locator("#test-status");
  await status.filter({ hasText: /mnist\.npz: 20 rows\. Evaluate now reads these/ }).waitFor();
});

test("a zip of pictures in a folder a class is read, and its other half as a test set", async (t) => {
  const { page } = await open_page(t);
  const rows = fields_of(150);
  let is_clear = false;
  const picture = (/** @type {string[]} */ [, ...pixels]) =>
    png(28, Uint8Array.from(pixels, Number), is_clear);
  /** @param {[string, Uint8Array][]} more */
  const zip = (...more) =>
    zipSync(
      Object.fromEntries([
        ...rows.map((row, at) => [
          `set/${at < 100 ? "train" : "test"}/${row[0]}/${at}.png`,
          picture(row),
        ]),
        ...more,
      ]),
    );
  const drawn = () =>
    strip(page).evaluate((canvas) => /** @type {HTMLCanvasElement} */ (canvas).toDataURL());
  const blank = await page
    .locator("#strip")
    .evaluate((canvas) => /** @type {HTMLCanvasElement} */ (canvas).toDataURL());
  await pick(page, { name: "table.csv", bytes: table(rows.slice(0, 100), bar_rows(0)[0]) });
  await sees(page, "Data status", /table\.csv: 100 rows/);
  await page.waitForFunction(
    (before) =>
      /** @type {HTMLCanvasElement} */ (document.querySelector("#strip")).toDataURL() !== before,
    blank,
  );
  const of_table = await drawn();
  await pick(page, { name: "pictures.zip", bytes: zip(["set/readme.txt", bytes_of("digits")]) });
  await sees(page, "Data status", /pictures\.zip: 100 rows\..*test images are left for Test CSV/);
  await strip(page).filter({ visible: true }).waitFor();
  // The very rows, in the archive's order, of which twenty are shown.
  const labels = rows.filter((_, at) => at < 100 && at % 5 === 0).map(([label]) => label);
  const described = (await strip(page).getAttribute("aria-label")) ?? "";
  assert.ok(described.includes(`labelled ${labels.join(", ")}`), `${described}, not ${labels}`);
  // The same pixels as in the table.
  await page.waitForFunction(
    (table) =>
      /** @type {HTMLCanvasElement} */ (document.querySelector("#strip")).toDataURL() === table,
    of_table,
  );
  await page.getByLabel("Test CSV", { exact: true }).setInputFiles({
    name: "pictures.zip",
    mimeType: "application/zip",
    buffer: Buffer.from(zip()),
  });
  await page
    .locator("#test-status")
    .filter({ hasText: /pictures\.zip: 50 rows/ })
    .waitFor();

  // White ink, which alpha alone carries.
  is_clear = true;
  await pick(page, { name: "clear.zip", bytes: zip() });
  await sees(page, "Data status", /clear\.zip: 100 rows\..*ink on transparent paper laid on black/);
  await page.waitForFunction(
    (table) =>
      /** @type {HTMLCanvasElement} */ (document.querySelector("#strip")).toDataURL() === table,
    of_table,
  );
  is_clear = false;
  await pick(page, { name: "pictures.zip", bytes: zip() });
  await sees(page, "Data status", /pictures\.zip: 100 rows/);

  for (const [name, picked, told] of /** @type {[string, Uint8Array, RegExp][]} */ ([
    [
      "set/train/3/large.png",
      png(30, new Uint8Array(900)),
      /large\.png: found 30 × 30 pixels, expected 28 × 28 pixels, as the first picture has/,
    ],
    [
      "set/train/3/flat.png",
      png(28, new Uint8Array(28 * 20)),
      /flat\.png: found a picture of 28 × 20 pixels, expected square ones/,
    ],
    [
      "set/train/3/text.png",
      bytes_of("a picture"),
      /text\.png: found no picture that this browser reads, expected a PNG or JPEG/,
    ],
  ])) {
    await pick(page, { name: "wrong.zip", bytes: zip([name, picked]) });
    await sees(page, "Data status", told);
    assert.match(await sees(page, "Data status", /Still loaded/), /pictures\.zip: 100 rows/);
  }
});

test("a test set is read by the names of its classes, and turned as the data were", async (t) => {
  const { page } = await open_page(t, {
    query: "?backend=ndarray&epochs=3&hidden_layers=16&learning_rate=0.1&batch_size=8",
  });
  const header = bar_rows(0)[0];
  const rows = fields_of(400);
  const WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
  const [train, held] = [rows.slice(0, 300), rows.slice(300)];
  const inverted = (/** @type {string[]} */ [label = "", ...pixels]) => [
    label,
    ...pixels.map((pixel) => `${255 - Number(pixel)}`),
  ];
  const named = (/** @type {string[]} */ [label, ...pixels]) => [
    WORDS[Number(label)] ?? "",
    ...pixels,
  ];
  /** @param {string} name @param {string[][]} some @param {string} [first] */
  const pick_test = async (name, some, first = header) => {
    const buffer = Buffer.from(table(some, first));
    const test_csv = page.getByLabel("Test CSV", { exact: true });
    await test_csv.setInputFiles({ name, mimeType: "text/csv", buffer });
    const told = page
      .locator("#test-status")
      .filter({ hasText: name })
      .filter({ hasNotText: "so far" });
    await told.waitFor();
    return told.innerText();
  };
  const accuracy = async () => {
    await press(page, "Evaluate");
    const text = await sees(page, "Evaluation", /accuracy [\d.]+ % · 100 images/);
    return share_in(text, /accuracy ([\d.]+) %/);
  };
  await pick(page, { name: "train.csv", bytes: table(train.map(inverted), header) });
  await press(page, "Invert");
  await sees(page, "Data status", /inverted\./);
  await press(page, "Train");
  await sees(page, "Training status", /Finished$/, 60);
  await pick_test("plain.csv", held);
  const right = await accuracy();
  assert.ok(right > 0.9, `${right}`);
  assert.match(await pick_test("inverted.csv", held.map(inverted)), /Understood: inverted\./);
  assert.equal(await accuracy(), right, "it is turned as the data were");
  await pick_test(
    "some.csv",
    held.filter(([label]) => label !== "8"),
  );
  await press(page, "Evaluate");
  await sees(page, "Evaluation", /accuracy 9\d|accuracy 100/);

  await pick_test("words.csv", held.map(named));
  await sees(
    page,
    "Evaluation",
    /words\.csv has labels that this model does not know: found eight, five/,
  );

  // One that leaves its labels open is asked about, as the data are.
  assert.match(
    await pick_test("last.csv", held.map(label_last), ""),
    /Which column of last\.csv holds the labels\?/,
  );
  const select = page.getByLabel("Label column", { exact: true });
  await select.waitFor();
  assert.match(await sees(page, "Data status", /train\.csv: 300 rows/), /inverted/);
  await press(page, "Leave it");
  const status = page.locator("#test-status");
  await status.filter({ hasText: /Left alone\. Still loaded: words\.csv/ }).waitFor();
  await pick_test("last.csv", held.map(label_last), "");
  await press(page, "Read it so");
  await status.filter({ hasText: /last\.csv: 100 rows\. .*Evaluate now reads these/ }).waitFor();
  assert.equal(await select.isVisible(), false);
  assert.equal(await accuracy(), right);

  await pick(page, { name: "words.csv", bytes: table(train.map(named), header) });
  await sees(page, "Data status", /words\.csv: 300 rows/);
  await press(page, "Train");
  await sees(page, "Training status", /Finished$/, 60);
  await pick_test("named.csv", held.map(named));
  assert.ok((await accuracy()) > 0.9);
  await pick_test(
    "bare.csv",
    held.map(([, ...pixels]) => pixels),
    header?.slice("label,".length),
  );
  const saving = page.waitForEvent("download");
  await press(page, "Download submission");
  const lines = (await readFile(await (await saving).path(), "utf8")).trim().split("\n");
  const guessed = lines.slice(1).map((line) => line.split(",")[1]);
  const agreeing = guessed.filter((word, at) => word === named(held[at] ?? [])[0]);
  assert.ok(agreeing.length > 90, `${agreeing.length} of 100`);
});
