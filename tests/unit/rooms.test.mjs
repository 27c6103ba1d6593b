// The page's imports run one way, as ARCHITECTURE.md says, and the files that it names
// are there.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const www = join(root, "www");

/** Rooms from the roof to the ground; a file imports from its own and from those below. */
const RANKS = [
  ["main.js"],
  ["features"],
  ["app"],
  ["engine", "store", "plot", "ui"],
  ["base"],
  ["vendor", "version.js", "facts"],
];

/** Files of ours, by their path in www. */
const files = /** @type {string[]} */ (
  readdirSync(www, { recursive: true, encoding: "utf8" })
).filter((path) => /\.m?js$/.test(path) && !/^(vendor\/|pkg\/|facts\/|version\.js$)/.test(path));

/** @param {string} path */
const room_of = (path) => path.split("/")[0] ?? "";

/** @param {string} path */
function rank_of(path) {
  const rank = RANKS.findIndex((rooms) => rooms.includes(room_of(path)));
  assert.ok(rank >= 0, `${path} stands in no room that ARCHITECTURE.md knows`);
  return rank;
}

/**
 * What a file imports when it runs, by path in www. Types in comments do not count.
 * @param {string} path
 */
function imports_of(path) {
  const code = readFileSync(join(www, path), "utf8").replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const found = [...code.matchAll(/(?:\bfrom|\bimport\s*\(?)\s*["'](\.{1,2}\/[^"']+)["']/g)];
  return found.map(([, target = ""]) => relative(www, resolve(www, dirname(path), target)));
}

const is_worker = (/** @type {string} */ path) => /^(worker\/|sw\.js)/.test(path);

test("the page's imports run one way, and no view imports another's", () => {
  const faults = [];
  for (const path of files.filter((one) => !is_worker(one))) {
    for (const target of imports_of(path)) {
      if (is_worker(target) || target.startsWith("pkg/")) {
        faults.push(`${path} imports ${target}: the page talks to a worker in messages`);
      } else if (rank_of(target) < rank_of(path)) {
        faults.push(`${path} imports ${target}, which stands above it`);
      } else if (
        room_of(path) === "features" &&
        room_of(target) === "features" &&
        path.split("/")[1] !== target.split("/")[1]
      ) {
        faults.push(`${path} imports ${target}, another view's`);
      } else if (
        ["engine", "store"].includes(room_of(path)) &&
        ["plot", "ui"].includes(room_of(target))
      ) {
        faults.push(`${path} imports ${target}, which knows the document`);
      }
    }
  }
  assert.deepEqual(faults, []);
});

test("a worker imports nothing of the page's but what both share", () => {
  const faults = files
    .filter((path) => path.startsWith("worker/"))
    .flatMap((path) => imports_of(path).map((target) => ({ path, target })))
    .filter(({ target }) => !/^(worker|base|vendor|pkg)\//.test(target));
  assert.deepEqual(faults, []);
});

test("no two files of the page import each other in a circle", () => {
  const edges = new Map(files.map((path) => [path, imports_of(path)]));
  /** @type {Map<string, "open" | "done">} */
  const seen = new Map();
  /** @param {string} path @param {string[]} way */
  const visit = (path, way) => {
    if (seen.get(path) === "done") return;
    assert.notEqual(seen.get(path), "open", `a circle: ${[...way, path].join(" → ")}`);
    seen.set(path, "open");
    for (const target of edges.get(path) ?? []) visit(target, [...way, path]);
    seen.set(path, "done");
  };
  for (const path of files) visit(path, []);
});

test("the files that ARCHITECTURE.md names are there", () => {
  const text = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
  const named = [...text.matchAll(/`([a-z_]+(?:\/[a-z_]+)*\.(?:m?js|rs|mjs|json))`/g)];
  const places = [
    "",
    "www",
    "crate",
    "crate/src",
    "crate/src/data",
    "crate/src/nn",
    "www/base",
    "www/app",
  ];
  const missing = named
    .map(([, path = ""]) => path)
    .filter((path) => !places.some((place) => existsSync(join(root, place, path))));
  assert.deepEqual([...new Set(missing)], []);
});

test("nothing of the crate imports its ends, the page's exports and the program", () => {
  const crate = join(root, "crate/src");
  const sources = /** @type {string[]} */ (
    readdirSync(crate, { recursive: true, encoding: "utf8" })
  ).filter((path) => path.endsWith(".rs"));
  assert.ok(sources.includes("cli/mod.rs") && sources.includes("api.rs"));
  const faults = sources.flatMap((path) => {
    const code = readFileSync(join(crate, path), "utf8").replace(/^\s*\/\/.*$/gm, "");
    const found = [...code.matchAll(/\b(?:crate|inkling)::(api|cli)\b/g)].map(([, end]) => end);
    const own = path === "bin/inkling.rs" ? "cli" : path.split(/[/.]/)[0];
    return found.filter((end) => end !== own).map((end) => `${path} imports ${end}`);
  });
  assert.deepEqual(faults, []);
});

test("each file of the crate's tests is a module of a program that runs it", () => {
  const folder = join(root, "crate/tests");
  const manifest = readFileSync(join(root, "crate/Cargo.toml"), "utf8");
  const programs = [...manifest.matchAll(/^path = "tests\/(\w+\.rs)"$/gm)].map(([, it = ""]) => it);
  const modules = programs.flatMap((program) => {
    const text = readFileSync(join(folder, program), "utf8");
    return [...text.matchAll(/^mod (\w+);/gm)].map(([, name]) => name ?? "");
  });
  const expected = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() || entry.name.endsWith(".rs"))
    .map((entry) => entry.name.replace(/\.rs$/, ""))
    .filter((name) => !programs.includes(`${name}.rs`));
  assert.deepEqual([...new Set(modules)].sort(), expected.sort());
});
