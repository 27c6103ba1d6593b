// The program and the page beside each other: the same bits of the same settings, and each
// reads what the other writes.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { exported, imported } from "../../www/app/study_files.js";
import { runs_from_json } from "../../www/app/runs_file.js";
import { config_to_query } from "../../www/base/settings_query.js";
import { DEFAULTS } from "../../www/base/settings.js";
import { open_engine, open_studies, sample } from "./letters_set.mjs";
import { fixture } from "./numerics_cases.mjs";
import { call, no_program } from "./program_call.mjs";

const data = fileURLToPath(new URL("../../data/sample.csv.gz", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "inkling-"));
after(() => rmSync(folder, { recursive: true }));

const wasm = await open_engine();
const studies = await open_studies();

/** @param {...string} words */
function said(...words) {
  const { status, said, wrong } = call(folder, ...words);
  assert.equal(status, 0, wrong);
  return said;
}

const read = (/** @type {string} */ name) => readFileSync(join(folder, name), "utf8");

test(
  "the page's address gives the program the tab's bits, and Runs reads its run",
  { skip: no_program },
  async () => {
    for (const { name, config, expected } of fixture().cases.filter(
      (one) => one.data === "sample",
    )) {
      const query = config_to_query({ ...DEFAULTS, ...config, backend: "ndarray" });
      const events = said("train", "--data", data, "--query", query, "--out", "run.json");
      const ended = events.find(({ kind }) => kind === "ended");
      assert.equal(ended.weights_checksum, expected.weights_checksum, name);
      const [run] = await runs_from_json(read("run.json"));
      assert.ok(run);
      assert.equal(run.record.result?.weights_checksum, expected.weights_checksum);
      assert.equal(run.record.data_checksum, expected.data_checksum);
      assert.deepEqual(run.record.history, ended.history);
      // What the page asks of a kept run's settings before it takes them in.
      wasm.plan(run.record.config);
      const model = await wasm.Model.from_file("m", /** @type {Uint8Array} */ (run.bytes.model));
      assert.equal(model.weights().length, model.summary().num_parameters);
      model.free();
    }
  },
);

test(
  "a study that the page exported is trained by the program to the tab's bits",
  { skip: no_program },
  async () => {
    const set = sample(wasm);
    const baseline = { ...DEFAULTS, epochs: 1, hidden_layers: "24", backend: "ndarray" };
    const plan = studies.plan_study({
      factor: "dropout",
      values: "0, 0.3",
      seeds_per_value: 1,
      workers: 1,
      vary_split: false,
      baseline,
    });
    const runs = plan.runs.map((/** @type {any} */ spec) => ({
      spec,
      state: "waiting",
      reason: "",
      history: [],
      result: undefined,
    }));
    const record = {
      format_version: 2,
      id: "one",
      name: "Dropout",
      created: "2026-11-26T12:00:00.000Z",
      version: wasm.version(),
      data: set.summary(),
      plan,
      runs,
      wall_secs: 0,
      remarks: "mine",
    };
    writeFileSync(join(folder, "plan.json"), exported([/** @type {any} */ (record)]));
    said("study", "plan.json", "--data", data, "--out", "studies.json", "--threads", "2");
    const [study] = imported(read("studies.json"), "studies.json");
    const back = studies.checked_study(study);
    assert.deepEqual([back.id, back.remarks], ["one", "mine"]);
    for (const [at, { config }] of plan.runs.entries()) {
      const trainer = await wasm.Trainer.create(set, config);
      let ended;
      while (!ended) {
        for (const event of await trainer.next(50)) if (event.kind === "ended") ended = event;
      }
      trainer.free();
      assert.equal(back.runs[at].state, "finished");
      const { result } = back.runs[at];
      const figures = (
        /** @type {any} */ { weights_checksum, validation_loss, correct, clean },
      ) => [weights_checksum, validation_loss, correct, clean];
      assert.deepEqual(figures(result), figures(ended));
    }
    assert.equal(studies.read_study(back).figures.length, 2);
    set.free();
  },
);
