// What people pick: every accepted form of the table, and every bad file with
// its one clear error, after which the data loaded before is still there.

import assert from "node:assert/strict";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { test } from "node:test";
import { createGzip, gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { bar_rows, open_page, pick, sees } from "./helper.mjs";

const ROWS = bar_rows(60);
const TEXT = `${ROWS.join("\n")}\n`;
const bytes_of = (/** @type {string} */ text) => new TextEncoder().encode(text);

test("each accepted form of the table gives the same rows", async (t) => {
  const { page } = await open_page(t);
  const forms = {
    "train.csv": bytes_of(TEXT),
    "crlf.csv": bytes_of(TEXT.replaceAll("\n", "\r\n")),
    "with_mark.csv": bytes_of(`\uFEFF${TEXT}`),
    "no_last_newline.csv": bytes_of(TEXT.trimEnd()),
    "blank_last_lines.csv": bytes_of(`${TEXT}\n\n`),
    "mnist_train.csv": bytes_of(`${ROWS.slice(1).join("\n")}\n`),
    "train.csv.gz": gzipSync(TEXT),
    // As `cat a.gz b.gz` makes it.
    "joined.csv.gz": Buffer.concat([gzipSync(TEXT.slice(0, 9000)), gzipSync(TEXT.slice(9000))]),
    "blank_lines.csv": bytes_of(TEXT.replaceAll("\n", "\n\n")),
    "digit-recognizer.zip": zipSync({
      "sample_submission.csv": bytes_of("ImageId,Label\n1,0\n"),
      "test.csv": bytes_of("pixel0\n0\n"),
      "train.csv": bytes_of(TEXT),
    }),
  };
  for (const [name, bytes] of Object.entries(forms)) {
    await t.test(name, async () => {
      await pick(page, { name, bytes });
      const status = await sees(page, "Data status", new RegExp(name.replace(".", "\\.")));
      assert.match(status, /\b60\b/);
    });
  }
});

/** The table with one field changed. @param {number} row @param {number} column @param {string} value */
function with_field(row, column, value) {
  const rows = ROWS.map((line) => line.split(","));
  rows[row][column] = value;
  return bytes_of(`${rows.map((fields) => fields.join(",")).join("\n")}\n`);
}

const BAD_FILES = /** @type {[string, string, Uint8Array, RegExp][]} */ ([
  ["an empty file", "empty.csv", new Uint8Array(0), /found .*(empty|nothing|no ).*expected/is],
  [
    "a row with a column too few",
    "short.csv",
    bytes_of(`${[...ROWS.slice(0, 6), ROWS[6].slice(0, ROWS[6].lastIndexOf(","))].join("\n")}\n`),
    /row 7.*found 784 columns, expected 785/is,
  ],
  [
    "a row with a column too many",
    "long.csv",
    bytes_of(`${[...ROWS.slice(0, 6), `${ROWS[6]},0`].join("\n")}\n`),
    /row 7.*found 786 columns.*expected 785/is,
  ],
  [
    "a label outside 0 to 9",
    "label.csv",
    with_field(6, 0, "12"),
    /row 7, column label: found "?12"?, expected 0 to 9/is,
  ],
  [
    "a pixel outside 0 to 255",
    "pixel.csv",
    with_field(9, 300, "256"),
    /row 10, column pixel299: found "?256"?, expected 0 to 255/is,
  ],
  [
    "a pixel that is no number",
    "word.csv",
    with_field(3, 784, "dark"),
    /row 4, column pixel783: found "dark", expected/is,
  ],
  [
    "a gzip cut off",
    "cut.csv.gz",
    gzipSync(TEXT).subarray(0, 1500),
    /cut\.csv\.gz.*byte 1,500 of 1,500: found .*expected .*download it again/is,
  ],
  [
    "a zip without a table",
    "other.zip",
    zipSync({ "readme.txt": bytes_of("hello") }),
    /other\.zip.*archive: found the entries readme\.txt, expected train\.csv/is,
  ],
  [
    "a picture",
    "digit.png",
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, ...new Array(300).fill(7)),
    /found .*expected/is,
  ],
  ["a text that is no table", "notes.csv", bytes_of("Dear diary,\ntoday\n"), /found .*expected/is],
  [
    "a test.csv without labels",
    "test.csv",
    bytes_of(`${ROWS.map((line) => line.slice(line.indexOf(",") + 1)).join("\n")}\n`),
    /label.*found no labels.*test\.csv.*expected .*train\.csv/is,
  ],
]);

test("a bad file gets one clear error, and the data before it stays", async (t) => {
  const { page } = await open_page(t);
  for (const [what, name, bytes, message] of BAD_FILES) {
    await t.test(what, async () => {
      await pick(page, { name: "good.csv", bytes: bytes_of(TEXT) });
      // One file is read at a time: a second one is refused meanwhile.
      await page.locator("#loading").waitFor({ state: "hidden" });
      await sees(page, "Data status", /^(?!.*found).*good\.csv/s);
      await pick(page, { name, bytes });
      const status = await sees(page, "Data status", message, 10);
      assert.match(status, /good\.csv/, "the status still names the data that is loaded");
      assert.ok(
        await page.getByRole("button", { name: "Train", exact: true }).isEnabled(),
        "the earlier data can be trained on",
      );
    });
  }
});

test("files far too large are refused at once", async (t) => {
  const { page } = await open_page(t);
  const folder = await mkdtemp(join(tmpdir(), "inkling-"));
  t.after(() => rm(folder, { recursive: true }));
  // They take no room: nothing is ever written to them.
  const path = join(folder, "huge.csv");
  await writeFile(path, "");
  await truncate(path, 5e9);
  await pick(page, path);
  await sees(
    page,
    "Data status",
    /huge\.csv.*file size: found 5,000,000,000 bytes.*expected at most 2,147,483,648/s,
    10,
  );
  const model = join(folder, "huge.safetensors");
  await writeFile(model, "");
  await truncate(model, 5e9);
  await page.getByLabel("Model file", { exact: true }).setInputFiles(model);
  await sees(page, "Evaluation", /huge\.safetensors: found 5000000000 bytes, expected at most/);
  const columns = bytes_of(`${"0,".repeat(1e6)}0\n`);
  await pick(page, { name: "wide.csv", bytes: columns });
  await sees(page, "Data status", /wide\.csv.*row 1: found a line of more than/s, 10);
});

test("a load can be cancelled, and the data before it stays", async (t) => {
  const { page } = await open_page(t);
  await pick(page, { name: "good.csv", bytes: bytes_of(TEXT) });
  await sees(page, "Data status", /good\.csv/);
  // 350 MB of rows, packed small: seconds of work on any machine.
  const rows = `${ROWS.slice(1).join("\n")}\n`;
  const pieces = Array.from({ length: 700 }, () => rows.repeat(5));
  const packed = await buffer(
    Readable.from([`${ROWS[0]}\n`, ...pieces]).pipe(createGzip({ level: 1 })),
  );
  await pick(page, { name: "large.csv.gz", bytes: packed });
  await page.getByRole("button", { name: "Cancel" }).click();
  await sees(page, "Data status", /cancelled.*good\.csv/s);
});
