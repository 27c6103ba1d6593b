// The walks of ARCHITECTURE.md lead somewhere: each file that a step names is there, and
// each name that follows it is defined in that file.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const text = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
const walks = /^## Four walks\n([\s\S]*?)\n## /m.exec(text)?.[1] ?? "";

/** Whether a file defines a name: a function, a method, a type, or a part of an object. @param {string} code @param {string} name */
function defines(code, name) {
  const word = name.replace("#", "\\#");
  return [
    `\\b(?:function\\*?|class|const|let|fn|struct|enum|trait) ${word}\\b`,
    `^\\s*(?:async |static |get |\\*)*${word}\\([^;]*\\) \\{`,
    `^\\s*(?:async )?${word}: `,
  ].some((pattern) => new RegExp(pattern, "m").test(code));
}

/** Each step: a file, and the names that are looked for in it. */
const steps = walks
  .split(/^\d+\. /m)
  .slice(1)
  .flatMap((step) => {
    /** @type {{ file: string, names: string[] }[]} */
    const found = [];
    for (const [, word = ""] of step.split("\n\n")[0]?.matchAll(/`([^`]+)`/g) ?? []) {
      if (word.includes("/")) found.push({ file: word, names: [] });
      else if (/^#?[a-z_]+$/.test(word)) found.at(-1)?.names.push(word);
    }
    return found;
  });

test("the walks are there, each step with a file and a name", () => {
  assert.equal(walks.match(/^\*\*Be a /gm)?.length, 4);
  assert.ok(steps.length >= 30, `${steps.length} steps`);
  assert.deepEqual(
    steps.filter(({ names }) => names.length === 0),
    [],
  );
});

test("the files that CONTRIBUTING.md names are there", () => {
  const guide = readFileSync(join(root, "CONTRIBUTING.md"), "utf8");
  const named = [...guide.matchAll(/`((?:www|crate|scripts|tests)\/[\w./-]+)`/g)];
  assert.ok(named.length > 20);
  assert.deepEqual(
    named.map(([, path = ""]) => path).filter((path) => !existsSync(join(root, path))),
    [],
  );
});

test("what the walks name is where they say", () => {
  const gone = steps.flatMap(({ file, names }) => {
    if (!existsSync(join(root, file))) return [`${file} is gone`];
    const code = readFileSync(join(root, file), "utf8");
    return names.filter((name) => !defines(code, name)).map((name) => `${name} of ${file} is gone`);
  });
  assert.deepEqual(gone, []);
});
