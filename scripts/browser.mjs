// Which Chromium drives the tests, the benchmark and the pictures: the one that CHROME
// names, else whichever this machine has, Chromium before Chrome.
//   node scripts/browser.mjs                    prints its path
//   node scripts/browser.mjs --webdriver FILE   writes chromedriver's settings with it

import { accessSync, constants, readFileSync, statSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** As Debian, Ubuntu, Fedora and Arch call it. */
const COMMANDS = ["chromium", "google-chrome-stable", "google-chrome", "chromium-browser"];

/** Where a Mac keeps its applications, which stand on no PATH. */
const APPLICATIONS = ["Chromium", "Google Chrome"].map(
  (name) => `Applications/${name}.app/Contents/MacOS/${name}`,
);

/** @param {string} path */
function can_run(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * @param {NodeJS.ProcessEnv} [env]
 * @param {string} [root] of the file system; tests have their own
 * @returns {string} throws with a sentence where there is none
 */
export function find_chromium(env = process.env, root = "/") {
  const named = env.CHROME ?? env.CHROMIUM;
  if (named) {
    if (can_run(named)) return named;
    throw new Error(`CHROME: found "${named}", expected the path of a Chrome or Chromium to run`);
  }
  const folders = (env.PATH ?? "").split(delimiter).filter(Boolean);
  const places = [
    ...COMMANDS.flatMap((name) => folders.map((folder) => join(folder, name))),
    ...[root, env.HOME ?? root].flatMap((home) => APPLICATIONS.map((path) => join(home, path))),
  ];
  const found = places.find(can_run);
  if (found) return found;
  throw new Error(
    "no Chrome or Chromium was found: install one, or name one with CHROME=/path/to/chrome",
  );
}

/** The settings of crate/webdriver.json, for this machine's browser. @param {string} file */
function write_webdriver(file) {
  const settings = JSON.parse(
    readFileSync(new URL("../crate/webdriver.json", import.meta.url), "utf8"),
  );
  settings["goog:chromeOptions"].binary = find_chromium();
  writeFileSync(file, JSON.stringify(settings, null, 2));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const [option, file] = process.argv.slice(2);
    if (option === "--webdriver" && file) write_webdriver(file);
    else console.log(find_chromium());
  } catch (error) {
    console.error(`error: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}
