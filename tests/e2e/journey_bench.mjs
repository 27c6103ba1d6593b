// For the journeys at random: what a person does with data, a run and its settings, each
// by role and name, and what they may expect of it.

import assert from "node:assert/strict";
import { read_number } from "../../www/base/number.js";
import { asleep_ms, pick } from "./helper.mjs";
import { FIELDS, data_name, is_active, is_over, look, shown_id, until } from "./journey_page.mjs";
import { FILES, go_to, is_told, leave_field, press } from "./journey_steps.mjs";

/** @import { Page } from "playwright-core" */
/** @import { Settings } from "../../www/base/settings.js" */
/** @import { Expected, Label, Seen } from "./journey_page.mjs" */
/** @import { Site, Work } from "./journey_steps.mjs" */

// Data

/** @param {keyof typeof FILES} key @param {boolean} is_awaited @returns {Work} */
export const load = (key, is_awaited) => async (site) => {
  const { page } = site;
  await go_to(page, "train");
  await pick(page, FILES[key]);
  if (!is_awaited) return;
  await until(page, "the file is read", (seen) => !seen.is_loading);
};

/** Most that can be done needs data. @param {Site} site @param {Expected} expected */
export const begin_with_data = (site, expected) => load("two", true)(site, expected);

// Runs

/**
 * What Train, by whatever key, comes to.
 * @param {Site} site
 * @param {Expected} expected
 * @param {Seen} before
 */
async function begun({ page }, expected, before) {
  const { config, can_run } = expected;
  const data = data_name(before);
  const old = shown_id(before);
  if (!can_run || !data || !before.can_train) {
    // A fault in a field stands there; a run that is shown stays.
    const seen = await until(page, "Train is refused", (now) =>
      is_over(before) ? is_told(before)(now) : is_told(before)(now) || is_over(now),
    );
    if (is_over(before)) assert.equal(seen.training, before.training, "the run that was shown");
    return;
  }
  const was = new Set(before.runs.map(({ id }) => id));
  const seen = await until(page, "a run begins", (now) => {
    const id = shown_id(now);
    return (
      (id !== "" && id !== old && !was.has(id)) ||
      (is_over(now) && now.training !== before.training)
    );
  });
  const id = shown_id(seen);
  if (id && !was.has(id)) expected.runs.set(id, { config, data, name: null });
}

/** @type {Work} */
export async function train(site, expected) {
  await go_to(site.page, "train");
  const before = await press(site.page, "Train", (seen) => seen.can_train);
  if (!before) return false;
  await begun(site, expected, before);
}

/** @param {string} key @returns {Work} */
export const type_key = (key) => async (site, expected) => {
  const { page } = site;
  await go_to(page, "train");
  await leave_field(page);
  const before = await look(page);
  if (key === "s") return stop_by(site, () => page.keyboard.press("s"));
  await page.keyboard.press(key);
  if (key === "t") await begun(site, expected, before);
};

/** @type {Work} */
export async function pause({ page }) {
  await go_to(page, "train");
  const before = await press(page, /^(Pause|Resume)$/, (seen) => seen.can_pause);
  return before !== null;
}

/**
 * Stops, and measures in the page how long it takes.
 * @param {Site} site
 * @param {() => Promise<unknown>} press_it
 */
async function stop_by({ page, stops }, press_it) {
  if (!(await look(page)).can_stop) return false;
  const took_ms = page.evaluate(
    () =>
      new Promise((/** @type {(took_ms: number | null) => void} */ done) => {
        const status = document.querySelector('[aria-label="Training status"]');
        let asked_ms = NaN;
        const is_over = () => /(Finished|Stopped|Failed)$/.test(status?.textContent?.trim() ?? "");
        const see = () => {
          if (is_over()) done(Number.isNaN(asked_ms) ? null : performance.now() - asked_ms);
        };
        const ask = (/** @type {globalThis.Event} */ event) => {
          const is_key = event instanceof KeyboardEvent && event.key === "s";
          const is_button = event.target instanceof Element && event.target.id === "stop";
          if (is_key || (event.type === "click" && is_button)) asked_ms = performance.now();
        };
        addEventListener("keydown", ask, { capture: true });
        addEventListener("click", ask, { capture: true });
        if (status) {
          const kinds = { childList: true, characterData: true, subtree: true };
          new MutationObserver(see).observe(status, kinds);
        }
        see();
      }),
  );
  took_ms.catch(() => {});
  const before_ms = asleep_ms();
  await press_it();
  await until(page, "it has stopped", (seen) => !is_active(seen));
  const ms = await took_ms;
  // But for what the machine stood still.
  if (ms !== null) stops.push(ms - (asleep_ms() - before_ms));
}

/** @type {Work} */
export async function stop(site) {
  await go_to(site.page, "train");
  return stop_by(site, () => press(site.page, "Stop", (seen) => seen.can_stop));
}

/** Begins a run and stops it: before it learns, or once it does. @param {boolean} is_early @returns {Work} */
export const cut = (is_early) => async (site, expected) => {
  if ((await train(site, expected)) === false) return false;
  const { page } = site;
  const is_learning = (/** @type {Seen} */ seen) => /epoch \d+ of/.test(seen.training);
  if (!is_early) await until(page, "it learns", (seen) => is_learning(seen) || is_over(seen), 60);
  return stop(site, expected);
};

/** What a run goes on with stands in the fields. @param {Page} page @param {Expected} expected @param {string} id */
export async function gone_on(page, expected, id) {
  const seen = await until(page, "it goes on", (now) => is_active(now) || is_over(now));
  const known = expected.runs.get(id);
  const config = { ...(known?.config ?? expected.config), ...config_in(seen, expected) };
  // A rate that made the loss no number is lowered; all else is as it was.
  if (known) {
    const { learning_rate } = config;
    assert.deepEqual(config, { ...known.config, learning_rate });
    assert.ok(learning_rate <= known.config.learning_rate);
    expected.runs.set(id, { ...known, config });
  }
  expected.take(config);
}

/** Settings as the fields say them. @param {Seen} seen @param {Expected} expected @returns {Partial<Settings>} */
export function config_in({ fields }, expected) {
  const pairs = Object.entries(FIELDS).map(([label, key]) => {
    const text = fields[label] ?? "";
    const kind = typeof expected.config[key];
    if (kind === "number") return [key, read_number(text).value];
    return [key, kind === "boolean" ? text === "true" : text];
  });
  return Object.fromEntries(pairs);
}

/** @type {Work} */
export async function go_on({ page }, expected) {
  await go_to(page, "train");
  const before = await press(
    page,
    "Continue",
    (seen) => seen.view === "train" && seen.can_continue,
  );
  if (!before) return false;
  const id = shown_id(before);
  if (!id) return;
  await until(page, "it goes on", (now) => is_active(now) || now.training !== before.training);
  await gone_on(page, expected, id);
}

// Settings

/** @param {Label} label @param {string} text @returns {Work} */
export const write =
  (label, text) =>
  async ({ page }, expected) => {
    await go_to(page, "train");
    await page.getByLabel(label, { exact: true }).fill(text);
    await leave_field(page);
    const key = FIELDS[label];
    if (key === "hidden_layers") {
      expected.config = { ...expected.config, [key]: text };
      return;
    }
    const percent = key === "dropout" ? "fraction" : undefined;
    const { value } = read_number(text, { is_whole: key === "epochs", percent });
    expected.config = { ...expected.config, [key]: value };
    delete expected.written[label];
    if (Number.isNaN(value) && text !== "") expected.written[label] = text;
  };

/** @type {Work} */
export async function use_settings({ page }, expected) {
  await go_to(page, "train");
  const before = await press(page, "Use its settings", (seen) => seen.can_use_settings);
  if (!before) return false;
  const known = expected.runs.get(shown_id(before));
  const now = config_in(await look(page), expected);
  expected.take(known ? known.config : { ...expected.config, ...now });
}
