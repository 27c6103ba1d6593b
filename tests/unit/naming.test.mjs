// What is painted, put into words a step at a time: what changes between two steps is said,
// too, and nothing is said twice at once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Naming } from "../../www/features/inside/naming.js";
import { stopped_clock } from "./clock.mjs";

const clock = stopped_clock();

/** A saying of so many steps, each of which says what is painted. @param {number} num_steps */
function saying(num_steps) {
  const heard = { painted: "a", words: "" };
  const naming = new Naming(function* () {
    for (let step = 0; step < num_steps; step++) {
      heard.words += heard.painted;
      yield;
    }
    heard.words += ".";
  });
  return { heard, naming };
}

test("one step is said at once, and each of the others in a task of its own", async () => {
  const { heard, naming } = saying(3);
  naming.now();
  assert.equal(heard.words, "a");
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(heard.words.length > 1 && heard.words.length < 4, heard.words);
  await clock.pass(0);
  assert.equal(heard.words, "aaa.");
});

test("what a pen does is said a little later, once", async () => {
  const { heard, naming } = saying(2);
  for (let move = 0; move < 20; move++) naming.soon();
  await clock.pass(150);
  assert.equal(heard.words, "");
  await clock.pass(100);
  assert.equal(heard.words, "aa.");
  await clock.pass(1000);
  assert.equal(heard.words, "aa.");
});

test("what changes between two steps is said after them", async () => {
  const { heard, naming } = saying(2);
  naming.now();
  heard.painted = "b";
  naming.soon();
  await clock.pass(300);
  assert.equal(heard.words, "ab.bb.");
});

test("what is to be said at once begins anew", async () => {
  const { heard, naming } = saying(2);
  naming.now();
  heard.painted = "b";
  naming.soon();
  naming.now();
  assert.equal(heard.words, "ab");
  await clock.pass(1000);
  assert.equal(heard.words, "abb.");
});
