// For the journeys at random: what a person does with the model that stands: evaluates it,
// takes it out and in as a file, draws for it.

import assert from "node:assert/strict";
import { STROKES, draw } from "./helper.mjs";
import { is_evaluating, look, until } from "./journey_page.mjs";
import { FILES, TESTS, go_to, press } from "./journey_steps.mjs";

/** @import { Page } from "playwright-core" */
/** @import { Seen } from "./journey_page.mjs" */
/** @import { Work } from "./journey_steps.mjs" */

// Evaluation

/** @param {boolean} is_awaited @returns {Work} */
export const evaluate =
  (is_awaited) =>
  async ({ page }) => {
    await go_to(page, "train");
    if (!(await press(page, "Evaluate", (seen) => seen.can_evaluate))) return false;
    if (is_awaited) await until(page, "it is evaluated", (seen) => !is_evaluating(seen));
  };

/** @param {number} at @returns {Work} */
export const open_cell =
  (at) =>
  async ({ page }) => {
    await go_to(page, "train");
    const seen = await look(page);
    if (!seen.has_figures || is_evaluating(seen)) return false;
    const cell = page
      .locator("#confusion")
      .getByRole("button")
      .nth(at % seen.num_cells);
    const was_open = (await cell.getAttribute("aria-pressed")) === "true";
    try {
      await cell.click({ timeout: 5_000 });
    } catch (error) {
      // Data that was still being read has taken its figures away meanwhile.
      if ((await look(page)).has_figures) throw error;
      return false;
    }
    const is_so = (/** @type {Seen} */ now) => / read as /.test(now.gallery) !== was_open;
    await until(page, "the cell’s images", is_so);
  };

/** @type {Work} */
export async function go_back({ page }) {
  await go_to(page, "train");
  const can = (/** @type {Seen} */ seen) => seen.has_figures && seen.can_go_back;
  if (!(await press(page, "Back to the worst mistakes", can))) return false;
  await until(page, "the worst mistakes", ({ gallery }) => /most sure of it/.test(gallery));
}

/** @param {Page} page @param {string} label @param {string} name @param {Uint8Array} bytes */
async function pick_in(page, label, name, bytes) {
  await go_to(page, "train");
  const picked = { name, mimeType: "application/octet-stream", buffer: Buffer.from(bytes) };
  await page.getByLabel(label, { exact: true }).setInputFiles(picked);
}

/** @param {keyof typeof TESTS} key @returns {Work} */
export const pick_test =
  (key) =>
  async ({ page }) => {
    const { name, bytes } = TESTS[key];
    await pick_in(page, "Test CSV", name, bytes);
    await until(
      page,
      `${name} is told of`,
      (seen) => seen.test.startsWith(name) && !is_evaluating(seen),
    );
  };

/** @type {Work} */
export async function drop_test({ page }) {
  await go_to(page, "train");
  if (!(await press(page, "Remove test set", (seen) => seen.has_test))) return false;
  await until(page, "the test set is gone", (seen) => !seen.has_test);
}

/** @type {Work} */
export async function save_model({ page }, expected) {
  await go_to(page, "train");
  const waiting = page.waitForEvent("download", { timeout: 20_000 }).catch(() => null);
  if (!(await press(page, "Download model", (seen) => seen.can_save))) return false;
  const download = await waiting;
  assert.ok(download, `Download model: ${(await look(page)).evaluation}`);
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  expected.model = Buffer.concat(chunks);
}

/** @param {boolean} is_right @returns {Work} */
export const load_model =
  (is_right) =>
  async ({ page }, expected) => {
    const name = is_right ? "mine.safetensors" : "wrong.safetensors";
    const bytes = is_right ? expected.model : FILES.one.bytes.subarray(0, 5000);
    if (!bytes) return false;
    await pick_in(page, "Model file", name, bytes);
    await until(page, `${name} is told of`, (seen) => !is_evaluating(seen));
  };

// The pad

/** @param {string} digit @returns {Work} */
export const write_digit =
  (digit) =>
  async ({ page }) => {
    await go_to(page, "train");
    await draw(page, STROKES[digit] ?? []);
    const { can_save } = await look(page);
    // A model that can be saved reads.
    if (can_save)
      await until(page, "a reading", (now) => /%/.test(now.prediction) || !now.can_save);
  };

/** @param {number} digit @returns {Work} */
export const keep_digit =
  (digit) =>
  async ({ page }) => {
    await go_to(page, "train");
    const { num_digits } = await look(page);
    await page.getByRole("button", { name: `It was a ${digit}`, exact: true }).click();
    const seen = await look(page);
    assert.ok(seen.num_digits >= num_digits || seen.num_digits === 0);
  };

/** @type {Work} */
export async function remove_digit({ page }) {
  await go_to(page, "train");
  const { num_digits } = await look(page);
  if (num_digits === 0) return false;
  const list = page.getByRole("list", { name: "Kept digits" });
  if (!(await list.isVisible())) await page.getByText("See and correct them").click();
  await list
    .getByRole("button", { name: /^Remove / })
    .first()
    .click();
  await until(page, "a digit less", (seen) => seen.num_digits === num_digits - 1);
}

/** @param {string} name @param {(seen: Seen) => boolean} can @returns {Work} */
export const press_only =
  (name, can) =>
  async ({ page }) => {
    await go_to(page, "train");
    return (await press(page, name, can)) !== null;
  };
