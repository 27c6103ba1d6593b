// A name for an engine by everything that decides its bytes: sources, lock file, tools
// and flags. Equal names, equal engines.
//   node scripts/inputs.mjs release ndarray

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";

/** What decides beside the crate. */
const FILES = [
  "node_modules/binaryen/package.json",
  "Cargo.toml",
  "Cargo.lock",
  "rust-toolchain.toml",
  ".cargo/config.toml",
  "scripts/build",
];

/** Of the crate: what no engine is made of. */
const LEFT_OUT = ["tests", "examples", "cli", "bin"];

/** @param {string} folder @returns {string[]} */
function files_in(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return LEFT_OUT.includes(entry.name) ? [] : files_in(path);
    return entry.isFile() && entry.name.includes(".") ? [path] : [];
  });
}

const version_of = (/** @type {string} */ tool) =>
  execFileSync(tool, ["--version"], { encoding: "utf8" }).trim();

const hash = createHash("sha256");
const given = [...process.argv.slice(2), process.env.RUSTFLAGS ?? ""];
hash.update([...given, version_of("rustc"), version_of("wasm-bindgen")].join("\n"));
for (const path of [...FILES, ...files_in("crate").sort()]) {
  hash.update(`\n${path}\n`).update(readFileSync(path));
}
console.log(hash.digest("hex").slice(0, 16));
