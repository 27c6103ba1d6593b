// The program, for tests that call it: built by `cargo build --features cli`, which
// scripts/test does before them. Where it is not there they are skipped by name.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
const target = process.env.CARGO_TARGET_DIR ?? join(cache, "inkling/target");
export const program = join(target, "debug/inkling");

export const no_program = existsSync(program)
  ? false
  : `${program} is not there: nothing is known of it`;

/**
 * @param {string} folder to call it in
 * @param {...string} words
 * @returns {{ status: number | null, said: any[], wrong: string }} what it said, a value a line
 */
export function call(folder, ...words) {
  const options = /** @type {const} */ ({ cwd: folder, encoding: "utf8", maxBuffer: 1 << 28 });
  const { status, stdout, stderr } = spawnSync(program, ["--json", ...words], options);
  const lines = stdout.trim().split("\n").filter(Boolean);
  return { status, said: lines.map((line) => JSON.parse(line)), wrong: stderr };
}
