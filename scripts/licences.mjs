// Reviews both lock files without asking anybody, and lists what the site is made
// of in THIRD_PARTY.md. Known vulnerabilities need a database: CI asks for those.
//   node scripts/licences.mjs           fails on anything that is not as it should be
//   node scripts/licences.mjs --write   writes THIRD_PARTY.md anew

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { VENDORED } from "./vendor.mjs";

const LIST = "THIRD_PARTY.md";

/** Packages whose files are copied into the site; pdfmake's is a bundle of its dependencies. */
const COPIED = Object.keys(VENDORED);

/** What a vendored package needs for a part of it that is not copied: pbf's compiler. */
const NOT_COPIED = ["resolve-protobuf-schema"];

/** npm packages that may run a script when they are installed: this one prints a plea. */
const MAY_RUN = ["node_modules/core-js"];

/** Packages that name a file instead of a licence's identifier, read by a person. @type {Record<string, string>} */
const READ = { cfg_block: "Apache-2.0", "png-js": "MIT" };

const faults = /** @type {string[]} */ ([]);
const policy = readFileSync("deny.toml", "utf8");
const list = /allow = \[([^\]]*)\]/.exec(policy)?.[1] ?? "";
const allowed = new Set([...list.matchAll(/"([^"]+)"/g)].map(([, name]) => name));

/**
 * Whether an SPDX expression leaves a choice that is allowed; `/` is how crates
 * once wrote OR.
 * @param {string} expression
 */
function is_allowed(expression) {
  const words = expression
    .replaceAll("/", " OR ")
    .replace(/([()])/g, " $1 ")
    .trim()
    .split(/\s+/);
  /** @returns {boolean} */
  const any = () => {
    let found = all();
    while (words[0] === "OR") found = (words.shift(), all()) || found;
    return found;
  };
  /** @returns {boolean} */
  const all = () => {
    let found = one();
    while (words[0] === "AND") found = (words.shift(), one()) && found;
    return found;
  };
  /** @returns {boolean} */
  const one = () => {
    if (words[0] === "(") {
      words.shift();
      const found = any();
      words.shift();
      return found;
    }
    const name = words.shift() ?? "";
    if (words[0] !== "WITH") return allowed.has(name);
    return allowed.has([name, words.shift(), words.shift()].join(" "));
  };
  return any();
}

/**
 * @param {string} name
 * @param {string | null | undefined} licence
 */
function reviewed(name, licence) {
  const known = licence ?? READ[name];
  if (!known) faults.push(`${name}: found no licence, expected one`);
  else if (!is_allowed(known)) faults.push(`${name}: found ${known}, expected one of deny.toml`);
  return known ?? "unknown";
}

// Crates: all come from crates.io, whose checksums cargo compares.
for (const entry of readFileSync("Cargo.lock", "utf8").split("[[package]]").slice(1)) {
  const name = /name = "(.*)"/.exec(entry)?.[1] ?? "";
  if (name === "inkling") continue;
  if (!entry.includes('source = "registry+https://github.com/rust-lang/crates.io-index"')) {
    faults.push(`${name}: found another source, expected crates.io`);
  }
  if (!/checksum = "[0-9a-f]{64}"/.test(entry)) faults.push(`${name}: found no checksum`);
}

// npm packages: each with the hash of its archive, and none that runs at installation.
const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
for (const [path, entry] of Object.entries(packages)) {
  if (path === "") continue;
  if (!entry.integrity?.startsWith("sha512-")) faults.push(`${path}: found no sha512`);
  // By name and hash, from whichever registry npm is set to.
  if (entry.resolved) faults.push(`${path}: found the address ${entry.resolved}, expected none`);
  if (entry.hasInstallScript && !MAY_RUN.includes(path)) {
    faults.push(`${path}: found a script that runs when it is installed`);
  }
}

/** Names by licence of what reaches a visitor. @type {Map<string, Set<string>>} */
const shipped = new Map();
const ship = (/** @type {string} */ name, /** @type {string} */ licence) => {
  const key = licence
    .replace(/\s*\/\s*/g, " OR ")
    .replace(/^Apache-2.0 OR MIT$/, "MIT OR Apache-2.0");
  shipped.set(key, (shipped.get(key) ?? new Set()).add(name));
};

/**
 * What cargo says of all crates, as far as it is read here.
 * @typedef {object} Metadata
 * @property {{ id: string, name: string, license: string | null, source: string | null, targets: { kind: string[] }[] }[]} packages
 * @property {{ nodes: { id: string, deps: { pkg: string, dep_kinds: { kind: string | null }[] }[] }[] }} resolve
 * @property {string[]} workspace_members
 */

/** @type {Metadata} */
const metadata = JSON.parse(
  execFileSync(
    "cargo",
    "metadata --locked --format-version 1 --filter-platform wasm32-unknown-unknown --features webgpu".split(
      " ",
    ),
    { maxBuffer: 2 ** 28, stdio: ["ignore", "pipe", "ignore"] },
  ).toString(),
);
const crates = new Map(metadata.packages.map((crate) => [crate.id, crate]));
const nodes = new Map(metadata.resolve.nodes.map((node) => [node.id, node]));
/** @type {Set<string>} */
const reached = new Set();
const open = [...metadata.workspace_members];
for (let id = open.pop(); id; id = open.pop()) {
  const crate = crates.get(id);
  if (!crate || reached.has(id)) continue;
  // Code that writes code stays on the machine that builds.
  if (crate.targets.some(({ kind }) => kind.includes("proc-macro"))) continue;
  reached.add(id);
  if (crate.source) ship(crate.name, reviewed(crate.name, crate.license));
  for (const { pkg, dep_kinds } of nodes.get(id)?.deps ?? []) {
    if (dep_kinds.some(({ kind }) => kind === null)) open.push(pkg);
  }
}

const wanted = [...COPIED];
const vendored = new Set();
for (let name = wanted.pop(); name; name = wanted.pop()) {
  const entry = packages[`node_modules/${name}`];
  if (vendored.has(name) || !entry) continue;
  vendored.add(name);
  ship(`${name} (npm)`, reviewed(name, entry.license));
  const needed = Object.keys(entry.dependencies ?? {});
  wanted.push(...needed.filter((name) => !NOT_COPIED.includes(name)));
}

const rows = [...shipped]
  .sort(([a, left], [b, right]) => right.size - left.size || (a < b ? -1 : 1))
  .map(([licence, names]) => `**${licence}**: ${[...names].sort().join(", ")}.\n`);
const text = `# What Inkling is made of

Crates and packages of which something may reach a visitor, by licence, as they
name it themselves; Cargo.lock and package-lock.json hold the versions. Written by
\`node scripts/licences.mjs --write\`.

${rows.join("\n")}`;
if (process.argv.includes("--write")) writeFileSync(LIST, text);
else if (readFileSync(LIST, "utf8") !== text) {
  faults.push(
    `${LIST}: found an older list, expected what node scripts/licences.mjs --write writes`,
  );
}
for (const fault of faults) console.error(`error: ${fault}`);
process.exitCode = faults.length > 0 ? 1 : 0;
