// What `inkling check` says of a zip that the page made, and of one that was edited since.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { call, no_program } from "../unit/program_call.mjs";

/**
 * @param {import("node:test").TestContext} t
 * @param {Uint8Array} zip
 * @param {string} data the file that its runs were trained on
 * @param {number} num_runs that it holds
 */
export function check_hand_in(t, zip, data, num_runs) {
  const name = "the program trains the hand-in again, to the same bits";
  return t.test(name, { skip: no_program }, () => check(zip, data, num_runs));
}

/** @param {Uint8Array} zip @param {string} data @param {number} num_runs */
async function check(zip, data, num_runs) {
  const folder = await mkdtemp(join(tmpdir(), "inkling-"));
  try {
    await writeFile(join(folder, "1_2.zip"), zip);
    const { status, said, wrong } = call(folder, "check", "1_2.zip", "--data", data);
    assert.equal(status, 0, wrong + JSON.stringify(said));
    assert.deepEqual([said[0].zip, said[0].verdict], ["1_2.zip", "same bits"]);
    assert.equal(said[0].runs.length, num_runs);
    // One figure of it, edited in a table.
    const files = unzipSync(zip);
    const table = strFromU8(files["summary.csv"] ?? new Uint8Array());
    const better = table.replace(
      /(,42,42,sgd,relu,torch,0,0,0,0,false,\d+,\d+,\d+,)0\.\d+/,
      "$10.9999",
    );
    assert.notEqual(better, table);
    const edited = zipSync({ ...files, "summary.csv": strToU8(better) });
    await writeFile(join(folder, "edited.zip"), edited);
    const again = call(folder, "check", "edited.zip", "--data", data, "--sample", "1");
    assert.equal(again.status, 3, again.wrong);
    const verdict = "figures in the report do not belong to its own records";
    assert.equal(again.said[0].verdict, verdict);
  } finally {
    await rm(folder, { recursive: true });
  }
}
