// Hand-ins that the page itself makes, and how one is edited.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { bar_rows, open_page, open_view, pick, press, sees } from "./helper.mjs";

/** @import { TestContext } from "node:test" */

/** What ends a status. */
export const OVER = /(Finished|Stopped|Failed)$/;

export const FOREIGN = "figures in the report do not belong to its own records";

export const bars = { name: "train.csv", bytes: strToU8(bar_rows(300).join("\n")) };

/**
 * Trains a study of two rates in a browser of its own and downloads the hand-in.
 * @param {TestContext} t
 * @param {number} seed
 * @param {string} id
 * @param {object} [options]
 * @param {{ name: string, bytes: Uint8Array }} [options.data]
 * @param {boolean} [options.webgpu] on the software adapter
 */
export async function hand_in(t, seed, id, { data = bars, webgpu = false } = {}) {
  const backend = webgpu ? "webgpu" : "ndarray";
  const query = `?epochs=2&backend=${backend}&hidden_layers=12&batch_size=16&seed=${seed}`;
  const { page } = await open_page(t, { query, webgpu });
  await pick(page, data);
  await sees(page, "Data status", /\d rows/);
  await open_view(page, "Study");
  await page.getByRole("combobox", { name: "Factor", exact: true }).selectOption("learning_rate");
  await page.getByRole("textbox", { name: "Values", exact: true }).fill("0.05, 0.1");
  await press(page, "Run study");
  assert.match(await sees(page, "Study status", OVER, 120), /Finished$/);
  await page.getByLabel("Id 1", { exact: true }).fill(id);
  const waiting = page.waitForEvent("download");
  await press(page, "Download report");
  const download = await waiting;
  assert.equal(download.suggestedFilename(), `${id}.zip`);
  return unzipSync(await readFile(await download.path()));
}

/**
 * A zip with its records changed.
 * @param {Record<string, Uint8Array>} files
 * @param {(metrics: any) => void} edit
 */
export function edited(files, edit) {
  const metrics = JSON.parse(strFromU8(files["metrics.json"] ?? new Uint8Array()));
  edit(metrics);
  return zipSync({ ...files, "metrics.json": strToU8(JSON.stringify(metrics)) });
}
