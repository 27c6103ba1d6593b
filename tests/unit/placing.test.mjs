// Where a report's figures and tables stand on its pages.

import assert from "node:assert/strict";
import { test } from "node:test";
import { placed } from "../../www/features/report/placing.js";

/** @import { Unit } from "../../www/features/report/placing.js" */

const PAGE = 100;

/**
 * Units from words such as `figure:40`, and the order in which they are put on pages.
 * @param {string} words
 */
function order(words) {
  const units = words.split(" ").map((word) => {
    const [kind = "", height] = word.split(":");
    return { kind: /** @type {Unit["kind"]} */ (kind), height: Number(height), word };
  });
  return placed(units, PAGE)
    .map((unit) => unit.word)
    .join(" ");
}

test("what fits stays where it is read", () => {
  for (const words of [
    "section:20 figure:30 table:20 text:20",
    "section:20 text:60 text:60 figure:30",
    "figure:98 figure:98",
    "text:1",
  ]) {
    assert.equal(order(words), words);
  }
});

test("words fill the page that a figure leaves, which heads the next", () => {
  assert.equal(
    order("section:20 text:40 figure:60 text:20 text:10 text:30"),
    "section:20 text:40 text:20 text:10 figure:60 text:30",
  );
});

test("figures keep their order, and so do tables, each among its kind", () => {
  assert.equal(
    order("text:50 figure:60 figure:10 table:20 text:25 text:5"),
    "text:50 table:20 text:25 figure:60 figure:10 text:5",
  );
});

test("none leaves its section", () => {
  assert.equal(
    order("text:50 figure:60 text:10 section:20 text:10"),
    "text:50 text:10 figure:60 section:20 text:10",
  );
});

test("a figure taller than a page loses nothing", () => {
  assert.equal(order("text:50 figure:130 text:10"), "text:50 text:10 figure:130");
});
