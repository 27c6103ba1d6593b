// The scripts on machines that this one is not: a Mac with its bash 3.2 and its BSD tools,
// an Ubuntu without a chromium package. What such a machine has is made up here.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { find_chromium } from "../../scripts/browser.mjs";

/** @import { TestContext } from "node:test" */

const root = fileURLToPath(new URL("../../", import.meta.url));

const SHELL = ["scripts/lib.sh", "scripts/start", "scripts/build", "scripts/test", "scripts/bench"];

/** What only GNU's tools or a newer bash know, and what does instead. */
const NOT_EVERYWHERE = /** @type {[RegExp, string][]} */ ([
  [/\bsed -i\b/, "a file of its own, then mv"],
  [/-printf\b/, "ls or node"],
  [/\breadlink -f\b/, "cd and pwd"],
  [/\b(?:sha256|md5)sum\b/, "scripts/inputs.mjs or cmp"],
  [/\bxargs -r\b/, "while read"],
  [/\bstat -c\b|\bdate -d\b|\bnproc\b|\bcp --|\bsort -z\b|\bgrep -P\b/, "node"],
  [/\bmapfile\b|\breadarray\b|\bdeclare -[An]\b|\$\{\w+(?:,,|\^\^)|\|&/, "bash 3.2's own words"],
]);

/** A script without its comments. @param {string} path */
const code_of = (path) => readFileSync(join(root, path), "utf8").replace(/^\s*#(?!!).*$/gm, "");

/** @param {TestContext} t */
function new_folder(t) {
  const folder = mkdtempSync(join(tmpdir(), "inkling-machine-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** @param {string} path @param {string} [body] */
function program(path, body = "exit 0") {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

/**
 * A folder of programs as a machine has them: some of this one's, some made up.
 * @param {TestContext} t
 * @param {string[]} ours
 * @param {Record<string, string>} made
 */
function path_of(t, ours, made) {
  const folder = new_folder(t);
  for (const name of ours) {
    const { stdout } = spawnSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" });
    symlinkSync(stdout.trim(), join(folder, name));
  }
  for (const [name, body] of Object.entries(made)) program(join(folder, name), body);
  return folder;
}

/** Runs words of lib.sh on such a machine. @param {string} words @param {NodeJS.ProcessEnv} env */
function in_lib(words, env) {
  const run = spawnSync("/bin/bash", ["-c", `source scripts/lib.sh; PATH="$MACHINE"; ${words}`], {
    cwd: root,
    env: { HOME: "/nowhere", ...env, MACHINE: env.PATH, PATH: process.env.PATH },
    encoding: "utf8",
  });
  return { status: run.status, said: `${run.stdout}${run.stderr}`.trim() };
}

test("the shell scripts keep to what a Mac has", () => {
  const found = SHELL.flatMap((path) =>
    NOT_EVERYWHERE.filter(([words]) => words.test(code_of(path))).map(
      ([words, instead]) => `${path}: found ${words.exec(code_of(path))?.[0]}, expected ${instead}`,
    ),
  );
  assert.deepEqual(found, []);
});

test("a list that may be empty is never read as one that is set", () => {
  const faults = SHELL.flatMap((path) => {
    const code = code_of(path);
    const lists = [...code.matchAll(/\b(\w+)=\(\)/g)].map(([, name = ""]) => name);
    const bare = code.replace(/\$\{(\w+)\[@\]\+"\$\{\1\[@\]\}"\}/g, "");
    return lists
      .filter((name) => bare.includes(`\${${name}[@]}`))
      .map((name) => `${path}: "\${${name}[@]}" ends bash 3.2 where it is empty`);
  });
  assert.deepEqual(faults, []);
});

test("any Chrome or Chromium is found, the one that is named first", async (t) => {
  const machine = new_folder(t);
  const bin = join(machine, "usr/bin");
  const env = { PATH: `${join(machine, "empty")}:${bin}`, HOME: join(machine, "home") };
  const find = (/** @type {NodeJS.ProcessEnv} */ more = {}) =>
    find_chromium({ ...env, ...more }, machine);

  await t.test("none is said", () => assert.throws(() => find(), /install one, or name one/));
  await t.test("a Mac's own, for all or for one", () => {
    const of_one = program(
      join(machine, "home/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    );
    assert.equal(find(), of_one);
    const of_all = program(
      join(machine, "Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    );
    assert.equal(find(), of_all);
  });
  await t.test("Ubuntu's Chrome goes before its pointer to a snap", () => {
    const pointer = program(join(bin, "chromium-browser"));
    assert.equal(find(), pointer);
    const chrome = program(join(bin, "google-chrome"));
    assert.equal(find(), chrome);
  });
  await t.test("Debian's", () => {
    const chromium = program(join(bin, "chromium"));
    assert.equal(find(), chromium);
  });
  await t.test("by name", () => {
    const own = program(join(machine, "a folder/chrome"));
    assert.equal(find({ CHROME: own }), own);
    assert.throws(() => find({ CHROME: bin }), /found ".*bin", expected the path/);
  });
});

test("a Mac without a compiler is told its own way to one", (t) => {
  const PATH = path_of(t, [], { uname: "echo Darwin" });
  const { status, said } = in_lib('need_apt cc build-essential "it links"', { PATH });
  assert.equal(status, 1);
  assert.match(said, /^error: cc is missing \(it links\).*xcode-select --install/);
});

test("the packages of the lock file are installed once, without GNU's tools", (t) => {
  const asked = join(new_folder(t), "asked");
  const PATH = path_of(t, ["node", "cat", "cmp"], {
    uname: "echo Darwin",
    npm: `[ "$1" = ci ] && echo asked >> "${asked}"; exit 1`,
  });
  const { said } = in_lib("need_npm_packages", { PATH });
  // What is installed here is of this lock file, or else npm was asked for it.
  if (said !== "") assert.match(said, /npm ci/);
});

test("a browser that is there is taken on an Ubuntu without asking apt", (t) => {
  const PATH = path_of(t, ["node"], {
    "google-chrome": "exit 0",
    npm: "exit 0",
    "apt-get": "echo asked; exit 1",
  });
  const { status, said } = in_lib('need_browser; echo "$CHROME"', { PATH });
  assert.equal(said, join(PATH, "google-chrome"));
  assert.equal(status, 0);
});

test("without a browser, and where apt has none, one line says what to do", (t) => {
  const PATH = path_of(t, ["node", "id"], { npm: "exit 0", "apt-get": "exit 100", sudo: "exit 1" });
  const { status, said } = in_lib("need_browser", { PATH });
  assert.equal(status, 1);
  assert.match(said.split("\n").pop() ?? "", /CHROME=\/path\/to\/chrome/);
});

test("chromedriver is the one that is named, or GitHub's", (t) => {
  const folder = new_folder(t);
  const driver = program(join(folder, "chromedriver"));
  const PATH = path_of(t, [], { uname: "echo Darwin" });
  const words = 'need_chromedriver; echo "$CHROMEDRIVER"';
  assert.equal(in_lib(words, { PATH, CHROMEDRIVER: driver }).said, driver);
  assert.equal(in_lib(words, { PATH, CHROMEWEBDRIVER: folder }).said, driver);
  assert.match(in_lib(words, { PATH }).said, /brew install chromedriver`$/);
});
