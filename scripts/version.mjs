// The site's version: the hash of every file that a browser asks for. Written
// into www/version.js for the service worker, which keeps exactly these files.
//   node scripts/version.mjs www

import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** What stands in the folder and is not the site: types for the editor, the version itself. */
const LEFT_OUT = /\.d\.m?ts$|(^|\/)\.|^version\.js$/;

/** Hashes of files by path, taken again when a file changed. @type {Map<string, { stamp: string, hash: string }>} */
const known = new Map();

/** @param {string} file */
function hash_of(file) {
  const { size, mtimeMs } = statSync(file);
  const stamp = `${size} ${mtimeMs}`;
  const before = known.get(file);
  if (before?.stamp === stamp) return before.hash;
  const hash = createHash("sha256").update(readFileSync(file)).digest("base64");
  known.set(file, { stamp, hash });
  return hash;
}

/**
 * The text of `version.js` for a folder as it stands.
 * @param {string} folder
 * @returns {string}
 */
export function version_of(folder) {
  /** @type {Record<string, string>} */
  const files = {};
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((name) => !LEFT_OUT.test(name))
    .sort();
  // Servers differ in what they answer for index.html; its folder is what is visited.
  for (const name of names)
    files[name === "index.html" ? "./" : name] = hash_of(join(folder, name));
  const version = createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 16);
  // The browser asks for its own script itself; it counts, but is not kept.
  delete files["sw.js"];
  return `// Written by scripts/version.mjs: SHA-256 of each file of the site, and of them all.
export const VERSION = "${version}";
/** @type {Record<string, string>} */
export const FILES = ${JSON.stringify(files, null, 2)};
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2] ?? "www";
  writeFileSync(join(folder, "version.js"), version_of(folder));
}
