// A file is one thing. One that is long is rarely that; where it is, its first lines say why.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

const MOST_LINES = 400;

/** The reason stands among so many lines. */
const FIRST_LINES = 25;

/** After the number stands what the one thing is. */
const REASON = new RegExp(`Over ${MOST_LINES} lines: \\w+`);

const FOLDERS = ["www", "crate/src", "crate/tests", "scripts", "tests"];
const GENERATED = /^(www\/(vendor|pkg|data|facts)\/|www\/version\.js$|tests\/(fixtures|output)\/)/;

const files = FOLDERS.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length)),
).filter((path) => !GENERATED.test(path) && !/\.(png|svg|webmanifest)$/.test(path));

test("main.js wires and does nothing else", () => {
  const num_lines = readFileSync(join(root, "www/main.js"), "utf8").split("\n").length - 1;
  assert.ok(num_lines <= 100, `found ${num_lines} lines, expected at most 100`);
});

test("no file is long without a line that says why it is one thing", () => {
  const faults = files.flatMap((path) => {
    const lines = readFileSync(join(root, path), "utf8").split("\n");
    const num_lines = lines.length - 1;
    const says_why = REASON.test(lines.slice(0, FIRST_LINES).join("\n"));
    if (num_lines > MOST_LINES && !says_why) {
      return [`${path}: found ${num_lines} lines and no reason, expected ${MOST_LINES} at most`];
    }
    return num_lines <= MOST_LINES && says_why
      ? [`${path}: found a reason, but only ${num_lines} lines`]
      : [];
  });
  assert.deepEqual(faults, []);
});
