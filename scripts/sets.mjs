// Puts the data sets that are there on the page, and tells it which: data/sets.json, so
// that it need not probe for files that may be missing.

import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { FETCHED, SAMPLE } from "../www/base/sets.js";

/** @type {Record<string, { file: string, bytes: number }>} */
const sets = {};
mkdirSync("www/data", { recursive: true });
for (const name of [SAMPLE, ...Object.keys(FETCHED)]) {
  const file = `data/${name}.csv.gz`;
  const on_page = `www/${file}`;
  if (!existsSync(file)) {
    rmSync(on_page, { force: true });
    continue;
  }
  const is_same = existsSync(on_page) && readFileSync(on_page).equals(readFileSync(file));
  if (!is_same) copyFileSync(file, on_page);
  sets[name] = { file, bytes: statSync(file).size };
}
writeFileSync("www/data/sets.json", `${JSON.stringify(sets, null, 2)}\n`);
