// The glossary: every word that the page marks has an entry, of two sentences.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { SETTINGS } from "../../www/base/settings.js";
import { ENTRIES } from "../../www/features/glossary/entries.js";

const www = fileURLToPath(new URL("../../www/", import.meta.url));
const sources = /** @type {string[]} */ (
  readdirSync(www, { recursive: true, encoding: "utf8" })
).filter((path) => /^(index\.html|(features|ui)\/.*\.js)$/.test(path));
const text = sources.map((path) => readFileSync(www + path, "utf8")).join("\n");

test("every word that is marked has an entry", () => {
  const marked = [
    ...[...text.matchAll(/\bterm\([^()]+, "(\w+)"\)/g)].map(([, key]) => key),
    ...[...text.matchAll(/data-term="(\w+)"/g)].map(([, key]) => key),
  ];
  assert.ok(marked.length >= 8, marked.join());
  for (const key of marked) assert.ok(ENTRIES[key ?? ""], key);
  const explained = /EXPLAINED = new Set\(\[([^\]]*)\]/.exec(text)?.[1] ?? "";
  const settings = [...explained.matchAll(/"(\w+)"/g)].map(([, key]) => key);
  assert.ok(settings.length > 8);
  for (const key of settings) {
    assert.ok(ENTRIES[key ?? ""], key);
    assert.ok(
      SETTINGS.some((setting) => setting.key === key),
      `${key} is no setting`,
    );
  }
});

test("an entry is two sentences", () => {
  const titles = Object.values(ENTRIES).map(({ title }) => title);
  assert.equal(new Set(titles).size, titles.length);
  for (const [key, { text: words }] of Object.entries(ENTRIES)) {
    const sentences = words.split(/(?<=[.?])\s+(?=[A-Z])/);
    assert.equal(sentences.length, 2, `${key}: ${words}`);
    assert.ok(words.length < 260, `${key} is ${words.length} letters long`);
  }
});
