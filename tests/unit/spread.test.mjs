// A study spread over two workers of HyperQueue, really: one's run is killed in its midst,
// and all of it, workers and server, is; what comes out is `inkling study`'s to the last bit.
// (The package's workers are threads: none of them can be killed alone.) Wants a Python
// with the package hyperqueue, named by INKLING_PYTHON; without it this is skipped by name.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { call, no_program, program } from "./program_call.mjs";

const python = process.env.INKLING_PYTHON ?? "python3";
const has_package =
  spawnSync(python, ["-c", "import hyperqueue"], { encoding: "utf8" }).status === 0;
const skip =
  no_program ||
  (existsSync("/proc") ? false : "it looks for processes in /proc") ||
  (has_package ? false : `${python} has no package hyperqueue: nothing is known of it`);

const script = fileURLToPath(new URL("../../scripts/spread", import.meta.url));

/** Pixels by a rule that a network learns at once. */
function table() {
  const header = ["label", ...Array.from({ length: 784 }, (_, at) => `pixel${at}`)].join(",");
  const rows = Array.from({ length: 2000 }, (_, row) => {
    const label = (row * 7 + (row >> 3)) % 10;
    const pixels = Array.from({ length: 784 }, (_, at) =>
      at % 10 === label ? 100 + ((at * row) % 150) : 0,
    );
    return [label, ...pixels].join(",");
  });
  return [header, ...rows].join("\n");
}

/** Processes of the program that train a run of this folder. @param {string} folder */
function trainers(folder) {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
        return words[0] === program && words.includes("run") && words.join(" ").includes(folder);
      } catch {
        // It has ended meanwhile.
        return false;
      }
    })
    .map(Number);
}

/**
 * Once something is so, or the test that waits for it has ended.
 * @param {() => boolean} is_so
 * @param {AbortSignal} signal the test's
 */
async function until(is_so, signal) {
  while (!is_so()) {
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** What must not depend on the clock. @param {string} path */
function bits(path) {
  const { studies } = JSON.parse(readFileSync(path, "utf8"));
  return studies[0].runs.map((/** @type {any} */ { spec, state, history, result }) => [
    spec,
    state,
    history.map((/** @type {object} */ epoch) =>
      Object.entries(epoch).filter(([name]) => !name.endsWith("_secs")),
    ),
    result.weights_checksum,
    result.validation_loss,
    result.correct,
  ]);
}

test(
  "a spread study is the study, whatever died on the way",
  { skip, timeout: 600_000 },
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "inkling-spread-"));
    after(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, "train.csv"), table());
    const baseline = { epochs: 12, batch_size: 4, hidden_layers: "128,64" };
    const plan = {
      factor: "learning_rate",
      values: "0.01, 0.05, 50",
      seeds_per_value: 2,
      baseline,
    };
    writeFileSync(join(folder, "plan.json"), JSON.stringify(plan));
    const out = join(folder, "spread.json");
    const words = [script, "plan.json", "--data", "train.csv", "--out", out, "--local", "2"];
    const begin = () => {
      const child = spawn(python, [...words, "--inkling", program], { cwd: folder, stdio: "pipe" });
      let said = "";
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (text) => (said += text));
      const ended = new Promise((resolve) => child.on("exit", resolve));
      return { child, ended, said: () => said };
    };
    const records = () =>
      existsSync(`${out}.runs`)
        ? readdirSync(`${out}.runs`).filter((name) => name.endsWith(".json"))
        : [];

    // All of it is lost in the midst, its workers with it.
    const first = begin();
    await until(() => records().length > 0 && trainers(folder).length > 0, t.signal);
    first.child.kill("SIGKILL");
    await first.ended;
    for (const pid of trainers(folder)) process.kill(pid, "SIGKILL");
    await until(() => trainers(folder).length === 0, t.signal);
    const done = records();
    assert.ok(done.length < 6, "some of it is left to do");
    const before = done.map((name) => readFileSync(join(`${out}.runs`, name), "utf8"));

    // Again, and the run of one of its two workers is killed.
    const second = begin();
    await until(() => trainers(folder).length > 0, t.signal);
    const [victim = 0] = trainers(folder);
    process.kill(victim, "SIGKILL");
    assert.equal(await second.ended, 0, second.said());
    assert.match(second.said(), new RegExp(`${done.length} of 6 runs are there already`));
    assert.match(second.said(), /without a record: \d+\n/);
    assert.match(second.said(), /all runs are there/);
    // What was done was not done again.
    const now = done.map((name) => readFileSync(join(`${out}.runs`, name), "utf8"));
    assert.deepEqual(now, before);

    const { wrong } = call(
      folder,
      "study",
      "plan.json",
      "--data",
      "train.csv",
      "--out",
      "own.json",
    );
    assert.equal(wrong, "");
    assert.deepEqual(bits(out), bits(join(folder, "own.json")));

    const third = begin();
    assert.equal(await third.ended, 0);
    assert.match(third.said(), /6 of 6 runs are there already/);
  },
);
