// Parquet as Hugging Face stores sets of pictures, written by pyarrow: read by the page to
// the pixels that were written, or refused with what to do.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { open_page, pick, sees } from "./helper.mjs";
import { bytes_of } from "./tables.mjs";

/** @import { Page } from "playwright-core" */

/** @type {Record<string, string>} */
const FIXTURE = JSON.parse(
  readFileSync(new URL("../fixtures/parquet.json", import.meta.url), "utf8"),
);
const file = (/** @type {string} */ name) =>
  new Uint8Array(Buffer.from(FIXTURE[name] ?? "", "base64"));

/** The same images as a table: 40 of 8 × 8 pixels. */
const TABLE = Array.from({ length: 40 }, (_, row) =>
  [row % 3, ...Array.from({ length: 64 }, (_, at) => (17 * at + 59 * row) % 256)].join(","),
).join("\n");

/** The strip as it is drawn once it shows these labels. @param {Page} page @param {RegExp} labels */
async function drawn(page, labels) {
  const strip = page.getByRole("img", { name: labels });
  await strip.waitFor();
  return strip.evaluate((canvas) => /** @type {HTMLCanvasElement} */ (canvas).toDataURL());
}

test("pictures in a Parquet file are read to the last pixel", async (t) => {
  const { page } = await open_page(t);
  /** @type {string[]} */
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await pick(page, { name: "table.csv", bytes: bytes_of(TABLE) });
  await sees(page, "Data status", /table\.csv: 40 rows/);
  const of_table = await drawn(page, /labelled 0, 2, 1, 0/);
  assert.ok(!asked.some((url) => url.includes("hyparquet")), "fetched when it is needed");

  const name = "train-00000-of-00001.parquet";
  await pick(page, { name, bytes: file("hugging_face") });
  await sees(
    page,
    "Data status",
    /train-00000-of-00001\.parquet: 40 rows\..*8 × 8 pixels; images in column "image"; label in column "label"/,
  );
  assert.equal(await drawn(page, /labelled 0, 2, 1, 0/), of_table);

  // The same in three colours.
  await pick(page, { name: "coloured.parquet", bytes: file("coloured") });
  await sees(page, "Data status", /coloured\.parquet: 40 rows/);
  assert.equal(await drawn(page, /labelled 0, 2, 1, 0/), of_table);

  // Numbers that the file has names for: the classes are called so, in the order of the numbers.
  await pick(page, { name: "named.parquet", bytes: file("named") });
  await sees(page, "Data status", /named\.parquet: 40 rows/);
  await drawn(page, /labelled coat, shirt, bag, coat/);

  // Words for labels, and pictures that no path stands beside, packed by gzip.
  await pick(page, { name: "words.parquet", bytes: file("plain_bytes") });
  await sees(
    page,
    "Data status",
    /words\.parquet: 40 rows\..*label in column "target"; column "name" left out/,
  );
  await drawn(page, /labelled bag, shirt, coat, bag/);
  // A test set, too.
  await page.getByLabel("Test CSV", { exact: true }).setInputFiles({
    name: "test.parquet",
    mimeType: "application/octet-stream",
    buffer: Buffer.from(file("hugging_face")),
  });
  await page
    .locator("#test-status")
    .filter({ hasText: /test\.parquet: 40 rows/ })
    .waitFor();
});

test("what a Parquet file holds otherwise is named, with what to do", async (t) => {
  const { page } = await open_page(t);
  const whole = file("hugging_face");
  for (const [name, bytes, told] of /** @type {[string, Uint8Array, RegExp][]} */ ([
    [
      "zstd.parquet",
      file("zstd"),
      /zstd\.parquet: rows 1 to 40: found Parquet data that cannot be read \(.*ZSTD.*\), expected Snappy, gzip or none: in pandas, write it with compression="snappy"/,
    ],
    [
      "bare.parquet",
      file("without_labels"),
      /bare\.parquet: file: found a Parquet file with the columns image, expected one column of pictures and one "label"/,
    ],
    [
      "table.parquet",
      file("table"),
      /table\.parquet: file: found a Parquet file with the columns label, pixel0, pixel1, pixel2, …, expected one of pictures, or a CSV: in pandas, read_parquet\(path\)\.to_csv/,
    ],
    [
      "cut.parquet",
      whole.subarray(0, whole.length - 100),
      /cut\.parquet: its last bytes: found Parquet data that cannot be read .*download it again/,
    ],
    [
      "broken.parquet",
      whole.map((byte, at) => (at > 60 && at < 120 ? 255 - byte : byte)),
      /broken\.parquet: row.*found .*expected/,
    ],
  ])) {
    await pick(page, { name, bytes });
    await sees(page, "Data status", told);
  }
});
