// What the report's font can show, and how words that it cannot are broken into lines.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { coverage_of } from "../../www/features/report/coverage.js";
import { is_from_right, runs_of, wrapped } from "../../www/features/report/word_pictures.js";
import { line_style, marked_places } from "../../www/plot/line_styles.js";

/** The fonts that pdfmake embeds, as base64. @type {Record<string, string>} */
const fonts = createRequire(import.meta.url)("pdfmake/build/vfs_fonts.js");

test("letters that the font lacks are known", () => {
  for (const name of ["Roboto-Regular.ttf", "Roboto-Medium.ttf"]) {
    const can_show = coverage_of(Buffer.from(fonts[name] ?? "", "base64"));
    for (const text of [
      "Plain words, 0.1 and 97.13 %.\nA second line",
      "Größe ő Ł — “…” ± × − ≤ √ €",
      "Скорость обучения, ї Ґ",
      "Ρυθμός μάθησης",
      "Tiếng Việt ữ",
      "",
    ]) {
      assert.ok(can_show(text), `${name}: ${text}`);
    }
    for (const text of [
      "קצב הלמידה",
      "معدل التعلم",
      "学习率",
      "학습률",
      "सीखने",
      "อัตรา",
      "a → b",
      "✓",
      "😀",
      "\ud800",
    ]) {
      assert.ok(!can_show(text), `${name}: ${text}`);
    }
  }
  assert.throws(() => coverage_of(new Uint8Array(12)), /found no table cmap, expected one/);
});

test("lines break between words, and within one that is too long", () => {
  const lines = (/** @type {string} */ text, /** @type {number} */ width) =>
    wrapped(text, width, (words) => [...words].length);
  assert.deepEqual(lines("one two three", 7), ["one two", "three"]);
  assert.deepEqual(lines("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
  assert.deepEqual(lines("", 5), [""]);
  // A full stop does not begin a line.
  assert.deepEqual(lines("学习率越大。", 5).at(-1)?.startsWith("。"), false);
  for (const text of [
    "学习率越大，网络学得越快；但是到了0.3的时候，损失开始震荡。",
    "קצב הלמידה (0.1) גדול",
  ]) {
    assert.equal(lines(text, 6).join("").replaceAll(" ", ""), text.replaceAll(" ", ""));
    assert.ok(lines(text, 6).every((line) => [...line].length <= 6));
  }
});

test("each line of a broken text keeps its emphasis", () => {
  const words = [
    { text: "学习率越大，" },
    { text: "网络 学得", is_strong: true },
    { text: "越快。" },
  ];
  assert.deepEqual(runs_of(["学习率越", "大，网络", "学得越快。"], words), [
    [{ text: "学习率越" }],
    [{ text: "大，" }, { text: "网络", is_strong: true }],
    [{ text: "学得", is_strong: true }, { text: "越快。" }],
  ]);
  assert.deepEqual(runs_of(["a", "a"], [{ text: "a\n" }, { text: "a", is_code: true }]), [
    [{ text: "a" }],
    [{ text: "a", is_code: true }],
  ]);
  assert.deepEqual(runs_of([""], [{ text: "" }]), [[]]);
});

test("a text begins where its first letter does", () => {
  assert.ok(is_from_right("(0.1) קצב"));
  assert.ok(!is_from_right("rate קצב") && !is_from_right("学习率") && !is_from_right("0.1"));
});

test("no two of a study's lines look alike but for their colour", () => {
  const styles = Array.from({ length: 35 }, (_, index) => JSON.stringify(line_style(index)));
  assert.equal(new Set(styles).size, 35);
  assert.deepEqual(marked_places(3, 4), [0, 1, 2]);
  assert.deepEqual(marked_places(0, 4), []);
  for (let index = 0; index < 20; index += 1) {
    const places = marked_places(100, index);
    assert.ok(places.length <= 10 && places.at(-1) === 99);
  }
});
