// Hand-ins that were really trained on WebGPU, by the software adapter: near what the CPU comes
// to, and named so by page and program; one with a figure edited is not.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { strFromU8, zipSync } from "fflate";
import { call, no_program } from "../unit/program_call.mjs";
import { FOREIGN, OVER, bars, edited, hand_in } from "./hand_ins.mjs";
import { open_page, open_view, pick, press, rows_of, sees } from "./helper.mjs";

const NEAR = "trained on WebGPU, within 0.05 points";

test("hand-ins trained on WebGPU", { timeout: 600_000 }, async (t) => {
  const [first, second] = [
    await hand_in(t, 7, "1004", { webgpu: true }),
    await hand_in(t, 8, "1005", { webgpu: true }),
  ];
  const told = JSON.parse(strFromU8(first["metrics.json"] ?? new Uint8Array()));
  for (const { result } of told.studies[0].runs) assert.equal(result.backend, "webgpu");
  /** @type {[string, Uint8Array, string][]} */
  const made = [
    ["1004.zip", zipSync(first), NEAR],
    [
      "epoch.zip",
      edited(second, (metrics) => {
        metrics.studies[0].runs[0].history[0].train_loss *= 1.01;
      }),
      "trained on WebGPU, differs at epoch 1",
    ],
    [
      "interval.zip",
      edited(second, (metrics) => {
        metrics.studies[0].figures[0].interval_low = 0.99;
      }),
      FOREIGN,
    ],
  ];
  await t.test("the page says how near they are", async (t) => {
    const { page } = await open_page(t);
    await pick(page, bars);
    await sees(page, "Data status", /\d rows/);
    await open_view(page, "Check");
    await page.getByRole("button", { name: "Check class" }).waitFor();
    const files = made.map(([name, bytes]) => ({
      name,
      mimeType: "application/zip",
      buffer: Buffer.from(bytes),
    }));
    await page.getByLabel("Hand-ins", { exact: true }).setInputFiles(files);
    await sees(page, "Check status", /3 hand-ins picked/);
    await press(page, "Check class");
    assert.match(await sees(page, "Check status", OVER, 120), /Finished$/);
    const rows = await rows_of(page, "Class");
    const expected = made.map(([Zip, , Verdict]) => [Zip, Verdict]);
    assert.deepEqual(
      rows.map(({ Zip, Verdict }) => [Zip, Verdict]),
      expected,
    );
  });
  await t.test("and so does the program", { skip: no_program }, async () => {
    const folder = await mkdtemp(join(tmpdir(), "inkling-"));
    try {
      const files = [...made.map(([name, bytes]) => ({ name, bytes })), bars];
      await Promise.all(files.map(({ name, bytes }) => writeFile(join(folder, name), bytes)));
      const names = made.map(([name]) => name);
      const { said } = call(folder, "check", ...names, "--data", bars.name);
      const expected = made.map(([, , verdict]) => verdict);
      assert.deepEqual(
        said.map(({ verdict }) => verdict),
        expected,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
