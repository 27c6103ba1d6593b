// For the journeys at random: what a person does with kept runs and studies.

import { config_in, gone_on } from "./journey_bench.mjs";
import {
  bare,
  data_name,
  is_active,
  is_over,
  is_studying,
  look,
  shown_id,
  texts_of,
  until,
} from "./journey_page.mjs";
import { go_to, is_told, leave_field, press } from "./journey_steps.mjs";

/** @import { Page } from "playwright-core" */
/** @import { Expected, Label, Seen } from "./journey_page.mjs" */
/** @import { Work } from "./journey_steps.mjs" */

// Kept runs

/**
 * Presses a button of a kept run.
 * @param {Page} page
 * @param {number} at
 * @param {string} name
 */
export async function press_in_run(page, at, name) {
  await go_to(page, "runs");
  const before = await look(page);
  const run = before.runs[at % Math.max(1, before.runs.length)];
  if (!run) return null;
  const item = page.locator(`li.run[aria-labelledby="run-name-${run.id}"]`);
  const button = item.getByRole("button", { name, exact: true });
  if (!(await button.isVisible()) || !(await button.isEnabled())) return null;
  await button.click({ timeout: 5_000 });
  return { before, run };
}

/** @param {Seen} seen @param {string} id @param {Expected} expected */
const is_opened = (seen, id, expected) => {
  const known = expected.runs.get(id);
  const { epochs, learning_rate } = known?.config ?? expected.config;
  const says = seen.fields["Epochs"] === String(epochs);
  return (
    shown_id(seen) === id &&
    (!known || (says && seen.fields["Learning rate"] === String(learning_rate)))
  );
};

/** @param {number} at @returns {Work} */
export const open_run =
  (at) =>
  async ({ page }, expected) => {
    const pressed = await press_in_run(page, at, "Open");
    if (!pressed) return false;
    const { before, run } = pressed;
    const seen = await until(
      page,
      `${run.name} is open, or it is said why not`,
      (now) => is_told(before)(now) || is_opened(now, run.id, expected),
    );
    if (!is_opened(seen, run.id, expected)) return;
    const known = expected.runs.get(run.id);
    // The run under way is shown already, and the fields are the person's.
    const was_shown = is_active(before) && shown_id(before) === run.id;
    if (was_shown && known && !says(seen, known.config)) return;
    expected.take(known?.config ?? { ...expected.config, ...config_in(seen, expected) });
  };

/** Whether the fields hold these settings. @param {Seen} seen @param {Expected["config"]} config */
const says = (seen, config) =>
  Object.entries(texts_of(config)).every(
    ([label, text]) => bare(seen.fields[/** @type {Label} */ (label)] ?? "") === bare(text),
  );

/** @param {number} at @returns {Work} */
export const delete_run =
  (at) =>
  async ({ page }, expected) => {
    const pressed = await press_in_run(page, at, "Delete");
    if (!pressed) return false;
    const { before, run } = pressed;
    const is_gone = (/** @type {Seen} */ now) => !now.runs.some(({ id }) => id === run.id);
    const seen = await until(
      page,
      `${run.name} is deleted`,
      (now) => is_gone(now) || is_told(before)(now),
    );
    if (!is_gone(seen)) return;
    expected.deleted.add(run.id);
    expected.undoable.push(run.id);
    await until(page, "Undo", (now) => now.can_undo_delete);
  };

/** @type {Work} */
export async function undo_delete({ page }, expected) {
  await go_to(page, "runs");
  const before = await press(page, "Undo", (seen) => seen.can_undo_delete);
  if (!before) return false;
  const id = expected.undoable.pop() ?? "";
  const is_idle = !is_active(before) && !is_over(before);
  const seen = await until(page, "the deleted run is back", (now) => {
    const is_listed = now.runs.some((run) => run.id === id);
    return is_listed && (!is_idle || is_opened(now, id, expected));
  });
  expected.deleted.delete(id);
  if (!is_idle) return;
  const known = expected.runs.get(id);
  expected.take(known?.config ?? { ...expected.config, ...config_in(seen, expected) });
}

/** @param {number} at @param {string} name @returns {Work} */
export const rename_run =
  (at, name) =>
  async ({ page }, expected) => {
    await go_to(page, "runs");
    const { runs } = await look(page);
    const run = runs[at % Math.max(1, runs.length)];
    if (!run) return false;
    const item = page.locator(`li.run[aria-labelledby="run-name-${run.id}"]`);
    try {
      await item.getByRole("textbox", { name: "Name of the run" }).fill(name, { timeout: 5_000 });
    } catch (error) {
      // A run of which nothing was kept yet is gone with its end.
      if ((await look(page)).runs.some(({ id }) => id === run.id)) throw error;
      return false;
    }
    await leave_field(page);
    await until(page, `a run is named ${name}`, (now) =>
      now.runs.some((one) => one.id === run.id && one.name === name),
    );
    const known = expected.runs.get(run.id);
    if (known) expected.runs.set(run.id, { ...known, name });
  };

/** @param {number} at @returns {Work} */
export const go_on_in_list =
  (at) =>
  async ({ page }, expected) => {
    const pressed = await press_in_run(page, at, "Continue");
    if (!pressed) return false;
    const { before, run } = pressed;
    const seen = await until(
      page,
      `${run.name} goes on, or it is said why not`,
      (now) =>
        (shown_id(now) === run.id && now.training !== before.training) || is_told(before)(now),
    );
    // Its own data is loaded first, which is told of as well.
    const is_begun = shown_id(seen) === run.id || /is loaded again/.test(seen.notices.join());
    if (!is_begun) return;
    await until(page, `${run.name} goes on`, (now) => shown_id(now) === run.id);
    await gone_on(page, expected, run.id);
  };

// Studies

/** @type {Work} */
export async function run_study({ page }) {
  await go_to(page, "study");
  const before = await look(page);
  if (!before.can_run_study) return false;
  await page.getByRole("combobox", { name: "Factor", exact: true }).selectOption("dropout");
  await page.getByRole("textbox", { name: "Values", exact: true }).fill("0, 0.2");
  if (!(await press(page, "Run study", (seen) => seen.can_run_study))) return false;
  await until(
    page,
    "a study begins, or it is said why not",
    (seen) => is_studying(seen) || seen.study !== before.study || seen.study_refusal !== "",
  );
}

/** @type {Work} */
export async function stop_study({ page }) {
  await go_to(page, "study");
  if (!(await press(page, "Stop study", (seen) => seen.can_stop_study))) return false;
  await until(page, "the study has stopped", (seen) => !is_studying(seen));
}

/**
 * Runs the assignment, whose first part is a run of what stands on the bench, and stops it
 * as soon as something is trained.
 * @type {Work}
 */
export async function cut_assignment({ page }, expected) {
  await go_to(page, "study");
  const before = await press(page, "Run the assignment", (seen) => seen.can_run_assignment);
  if (!before) return false;
  const was = new Set(before.runs.map(({ id }) => id));
  const seen = await until(
    page,
    "the assignment trains, or it is said why not",
    (now) =>
      (now.can_stop_assignment && (is_active(now) || is_studying(now))) ||
      (!now.can_stop_assignment && now.assignment !== "") ||
      is_told(before)(now),
  );
  const id = shown_id(seen);
  const { config } = expected;
  if (id && !was.has(id)) expected.runs.set(id, { config, data: data_name(before), name: null });
  await press(page, "Stop the assignment", (now) => now.can_stop_assignment);
  await until(
    page,
    "the assignment has stopped",
    (now) =>
      !now.can_stop_assignment && (is_active(before) || !is_active(now)) && !is_studying(now),
  );
}

/** @param {boolean} is_open @returns {Work} */
export const kept_study =
  (is_open) =>
  async ({ page }) => {
    await go_to(page, "study");
    const before = await look(page);
    const { num_studies } = before;
    if (num_studies === 0) return false;
    const list = page.getByRole("list", { name: "Kept studies" });
    if (is_open) {
      await list.getByRole("button", { name: "Open" }).first().click();
      return;
    }
    await list
      .getByRole("button", { name: /^Delete study/ })
      .first()
      .click();
    await list.getByRole("button", { name: /for good$/ }).click();
    await until(
      page,
      "a study less, or it is said why not",
      (seen) => seen.num_studies < num_studies || is_studying(seen) || is_told(before)(seen),
    );
  };
