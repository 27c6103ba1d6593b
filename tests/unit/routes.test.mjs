// Where a dropped file goes, and the small words of the bench.

import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { lacks_labels, routes_of } from "../../www/features/data/routes.js";
import { digit_name, digits_csv, ordinal } from "../../www/features/tuning/words.js";
import { view_of } from "../../www/ui/views.js";

const pixels = Array.from({ length: 784 }, (_, at) => `pixel${at}`).join(",");
const zeros = Array(784).fill(0).join(",");
const unlabelled = `${pixels}\n${zeros}\n`;
const labelled = `label,${pixels}\n7,${zeros}\n`;

test("a table without labels is told by its first line, packed or not", async () => {
  for (const [text, expected] of /** @type {[string, boolean][]} */ ([
    [unlabelled, true],
    [labelled, false],
    [`${zeros}\r\n`, true],
    [`7,${zeros}`, false],
    [zeros.replaceAll(",", ";"), true],
    ["Dear diary,\ntoday\n", false],
    ["0,".repeat(200_000), false],
    ["", false],
  ])) {
    assert.equal(await lacks_labels(new Blob([text])), expected, text.slice(0, 30));
    const packed = gzipSync(text.repeat(text.length > 100_000 ? 1 : 50));
    if (text.includes("\n") || text === "") {
      assert.equal(await lacks_labels(new Blob([packed])), expected, `${text.slice(0, 30)} packed`);
    }
  }
  assert.equal(await lacks_labels(new Blob([Uint8Array.of(0x1f, 0x8b, 8, 0, 1, 2, 3)])), false);
});

test("each kind of file goes to whoever reads it, in the order of dropping", async () => {
  const file = (/** @type {string} */ name, /** @type {BlobPart} */ text = "", type = "") =>
    new File([text], name, { type });
  const routes = await routes_of([
    file("seven.png", "", "image/png"),
    file("a.safetensors"),
    file("B.BPK"),
    file("c.onnx"),
    file("studies.json", '{\n "inkling_studies": 1'),
    file("runs.json", '{\n "format": "inkling runs"'),
    file("test.csv", unlabelled),
    file("train.csv", labelled),
    file("train-images-idx3-ubyte", Uint8Array.of(0, 0, 8, 3)),
    file("set.zip", "PK"),
  ]);
  const found = [...routes].map(([kind, files]) => [kind, files.map(({ name }) => name)]);
  assert.deepEqual(found, [
    ["picture", ["seven.png"]],
    ["model", ["a.safetensors", "B.BPK", "c.onnx"]],
    ["study", ["studies.json"]],
    ["runs", ["runs.json"]],
    ["test", ["test.csv"]],
    ["data", ["train.csv", "train-images-idx3-ubyte", "set.zip"]],
  ]);
});

test("kept digits are called by their label and their place", () => {
  assert.equal(digit_name(7, 2), "the 7 kept third");
  const places = [0, 9, 10, 11, 12, 20, 21, 22, 23, 110, 111, 112, 120];
  assert.equal(
    places.map(ordinal).join(" "),
    "first tenth 11th 12th 13th 21st 22nd 23rd 24th 111th 112th 113th 121st",
  );
});

test("kept digits are rows of Kaggle's schema", () => {
  const [header, row, ...rest] = digits_csv([{ label: 3, pixels: new Uint8Array(784).fill(9) }])
    .trimEnd()
    .split("\n");
  assert.equal(header, `label,${pixels}`);
  assert.equal(row, `3,${Array(784).fill(9).join(",")}`);
  assert.deepEqual(rest, []);
});

test("the fragment names a view, or the first one is shown", () => {
  const names = ["train", "study", "runs"];
  for (const [fragment, expected] of [
    ["", "train"],
    ["#training", "train"],
    ["#evaluation", "train"],
    ["#study", "study"],
    ["#study-view", "study"],
    ["#runs", "runs"],
    ["#studying", "train"],
  ]) {
    assert.equal(view_of(fragment ?? "", names), expected, fragment);
  }
});
