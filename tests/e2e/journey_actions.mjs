// For the journeys at random: what a person does, each by role and name, and what they may
// expect of it. An action that cannot be done now, for its button is not there, is none.

import assert from "node:assert/strict";
import fc from "fast-check";
import { DEFAULTS } from "../../www/base/settings.js";
import { read_number } from "../../www/base/number.js";
import { STROKES, bar_rows, draw, pick } from "./helper.mjs";
import {
  FIELDS,
  check,
  check_any,
  data_name,
  is_active,
  is_evaluating,
  is_over,
  is_paused,
  is_studying,
  is_tuning,
  look,
  lost_runs,
  shown_id,
  until,
} from "./journey_page.mjs";

/** @import { Page } from "playwright-core" */
/** @import { Settings } from "../../www/base/settings.js" */
/** @import { Expected, Label, Seen } from "./journey_page.mjs" */

/** No action of a person takes longer, what it waits for included. */
const LIMIT_SECS = 90;
/** Rests last no longer where a run would: it is stopped then. */
const REST_SECS = 6;

/**
 * The browser of a journey.
 * @typedef {object} Site
 * @property {Page} page the tab that the person works in
 * @property {Page | null} other a second tab
 * @property {string} url
 * @property {string[]} done what was done so far, and what came of it
 * @property {number} num_done
 * @property {number[]} stops how long each Stop took, in ms
 * @property {string[]} faults what the browser said of both tabs
 */

/** @param {string} name @param {string} text */
const file = (name, text) => ({ name, bytes: new TextEncoder().encode(text) });
const csv = (/** @type {string} */ name, /** @type {number} */ num_rows) =>
  file(name, bar_rows(num_rows).join("\n"));

const FILES = {
  one: csv("one.csv", 200),
  two: csv("two.csv", 400),
  three: csv("three.csv", 1000),
  broken: file("broken.csv", `${bar_rows(5).join("\n")}\n3,4,5`),
};
const TESTS = {
  labelled: csv("test.csv", 150),
  unlabelled: file(
    "bare.csv",
    bar_rows(60)
      .map((row) => row.slice(row.indexOf(",") + 1))
      .join("\n"),
  ),
  broken: FILES.broken,
};

/** @param {Page} page @param {"train" | "study" | "runs"} view */
async function go_to(page, view) {
  const seen = await look(page);
  if (seen.view === view) return;
  const name = { train: "Train", study: "Study", runs: "Runs" }[view];
  await page.getByRole("link", { name, exact: true }).click();
  if (view === "runs") await until(page, "the runs", (now) => now.are_runs_there);
  if (view === "study") await page.getByRole("button", { name: "Run study" }).waitFor();
}

/**
 * Presses a button, unless it goes dead or away meanwhile.
 * @param {Page} page
 * @param {string | RegExp} name
 * @param {(seen: Seen) => boolean} can whether it is there and can be pressed
 * @returns {Promise<Seen | null>} what was seen before; `null` where it was not pressed
 */
async function press(page, name, can) {
  const before = await look(page);
  if (!can(before)) return null;
  const button = page.getByRole("button", { name, exact: true }).first();
  try {
    await button.click({ timeout: 5_000 });
    return before;
  } catch (error) {
    if (can(await look(page))) throw error;
    return null;
  }
}

/** Puts the focus into no field. @param {Page} page */
const leave_field = (page) => page.getByRole("heading", { name: "Inkling", level: 1 }).click();

/** Whether something was refused, or told, since. @param {Seen} before */
const is_told = (before) => (/** @type {Seen} */ seen) =>
  seen.notices.join() !== before.notices.join() || seen.data !== before.data;

/** @typedef {fc.AsyncCommand<Expected, Site>} Command */
/** @typedef {(site: Site, expected: Expected) => Promise<unknown>} Work gives `false` where it could not be done */

/** @param {string} name @param {Work} work @returns {fc.Arbitrary<Command>} */
const action = (name, work) => fc.constant(command(name, work));

/** @param {string} name @param {Work} work @returns {Command} */
const command = (name, work) => ({
  check: () => true,
  toString: () => name,
  async run(expected, site) {
    site.done.push(name);
    const begun_ms = performance.now();
    const is_done = await bounded(name, work(site, expected));
    const seen = await look(site.page);
    const came = `${is_done === false ? "(not done)" : ""} ${seen.data} | ${seen.training}`;
    const took_secs = ((performance.now() - begun_ms) / 1000).toFixed(1);
    site.done[site.done.length - 1] = `${name}, ${took_secs} s: ${came}`;
    check(expected, seen);
    if (site.other) check_any(expected, await look(site.other));
    assert.deepEqual(site.faults, [], "what the browser said");
    if (is_done !== false) site.num_done += 1;
  },
});

/** @template T @param {string} name @param {Promise<T>} work @returns {Promise<T>} */
async function bounded(name, work) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    const fault = new Error(`${name}: not done within ${LIMIT_SECS} s`);
    timer = setTimeout(() => reject(fault), LIMIT_SECS * 1000);
  });
  try {
    return await Promise.race([work, /** @type {Promise<never>} */ (late)]);
  } finally {
    clearTimeout(timer);
  }
}

// Data

/** @param {keyof typeof FILES} key @param {boolean} is_awaited @returns {Work} */
const load = (key, is_awaited) => async (site) => {
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
    return (id !== "" && id !== old && !was.has(id)) || (is_over(now) && !is_told(before)(before));
  });
  expected.runs.set(shown_id(seen), { config, data, name: null });
}

/** @type {Work} */
async function train(site, expected) {
  await go_to(site.page, "train");
  const before = await press(site.page, "Train", (seen) => seen.can_train);
  if (!before) return false;
  await begun(site, expected, before);
}

/** @param {string} key @returns {Work} */
const type_key = (key) => async (site, expected) => {
  const { page } = site;
  await go_to(page, "train");
  await leave_field(page);
  const before = await look(page);
  if (key === "s") return stop_by(site, () => page.keyboard.press("s"));
  await page.keyboard.press(key);
  if (key === "t") await begun(site, expected, before);
};

/** @type {Work} */
async function pause({ page }) {
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
  await press_it();
  await until(page, "it has stopped", (seen) => !is_active(seen));
  const ms = await took_ms;
  if (ms !== null) stops.push(ms);
}

/** @type {Work} */
async function stop(site) {
  await go_to(site.page, "train");
  return stop_by(site, () => press(site.page, "Stop", (seen) => seen.can_stop));
}

/** What a run goes on with stands in the fields. @param {Page} page @param {Expected} expected @param {string} id */
async function gone_on(page, expected, id) {
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
function config_in({ fields }, expected) {
  const pairs = Object.entries(FIELDS).map(([label, key]) => {
    const text = fields[label] ?? "";
    const kind = typeof expected.config[key];
    if (kind === "number") return [key, read_number(text).value];
    return [key, kind === "boolean" ? text === "true" : text];
  });
  return Object.fromEntries(pairs);
}

/** @type {Work} */
async function go_on({ page }, expected) {
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
const write =
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
async function use_settings({ page }, expected) {
  await go_to(page, "train");
  const before = await press(page, "Use its settings", (seen) => seen.can_use_settings);
  if (!before) return false;
  const known = expected.runs.get(shown_id(before));
  const now = config_in(await look(page), expected);
  expected.take(known ? known.config : { ...expected.config, ...now });
}

// Evaluation

/** @param {boolean} is_awaited @returns {Work} */
const evaluate =
  (is_awaited) =>
  async ({ page }) => {
    await go_to(page, "train");
    if (!(await press(page, "Evaluate", (seen) => seen.can_evaluate))) return false;
    if (is_awaited) await until(page, "it is evaluated", (seen) => !is_evaluating(seen));
  };

/** @param {number} at @returns {Work} */
const open_cell =
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
    await cell.click();
    const is_so = (/** @type {Seen} */ now) => / read as /.test(now.gallery) !== was_open;
    await until(page, "the cell’s images", is_so);
  };

/** @type {Work} */
async function go_back({ page }) {
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
const pick_test =
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
async function drop_test({ page }) {
  await go_to(page, "train");
  if (!(await press(page, "Remove test set", (seen) => seen.has_test))) return false;
  await until(page, "the test set is gone", (seen) => !seen.has_test);
}

/** @type {Work} */
async function save_model({ page }, expected) {
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
const load_model =
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
const write_digit =
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
const keep_digit =
  (digit) =>
  async ({ page }) => {
    await go_to(page, "train");
    const { num_digits } = await look(page);
    await page.getByRole("button", { name: `It was a ${digit}`, exact: true }).click();
    const seen = await look(page);
    assert.ok(seen.num_digits >= num_digits || seen.num_digits === 0);
  };

/** @type {Work} */
async function remove_digit({ page }) {
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
const press_only =
  (name, can) =>
  async ({ page }) => {
    await go_to(page, "train");
    return (await press(page, name, can)) !== null;
  };

// Kept runs

/**
 * Presses a button of a kept run.
 * @param {Page} page
 * @param {number} at
 * @param {string} name
 */
async function press_in_run(page, at, name) {
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
const open_run =
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
    expected.take(known?.config ?? { ...expected.config, ...config_in(seen, expected) });
  };

/** @param {number} at @returns {Work} */
const delete_run =
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
    expected.last_deleted = run.id;
    await until(page, "Undo", (now) => now.can_undo_delete);
  };

/** @type {Work} */
async function undo_delete({ page }, expected) {
  await go_to(page, "runs");
  const before = await press(page, "Undo", (seen) => seen.can_undo_delete);
  if (!before) return false;
  const id = expected.last_deleted;
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
const rename_run =
  (at, name) =>
  async ({ page }, expected) => {
    await go_to(page, "runs");
    const { runs } = await look(page);
    const run = runs[at % Math.max(1, runs.length)];
    if (!run) return false;
    const item = page.locator(`li.run[aria-labelledby="run-name-${run.id}"]`);
    await item.getByRole("textbox", { name: "Name of the run" }).fill(name);
    await leave_field(page);
    await until(page, `a run is named ${name}`, (now) =>
      now.runs.some((one) => one.id === run.id && one.name === name),
    );
    const known = expected.runs.get(run.id);
    if (known) expected.runs.set(run.id, { ...known, name });
  };

/** @param {number} at @returns {Work} */
const go_on_in_list =
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
async function run_study({ page }) {
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
async function stop_study({ page }) {
  await go_to(page, "study");
  if (!(await press(page, "Stop study", (seen) => seen.can_stop_study))) return false;
  await until(page, "the study has stopped", (seen) => !is_studying(seen));
}

/** @param {boolean} is_open @returns {Work} */
const kept_study =
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

// The browser

/** @type {Work} */
async function reload({ page }, expected) {
  const is_settled = (/** @type {Seen} */ seen) => seen.search === expected.search;
  await until(page, `the address says ${expected.search}`, is_settled, 5);
  const before = expected.data
    ? await until(page, "something is kept", (seen) => seen.is_kept)
    : await look(page);
  await page.reload();
  expected.after_reload();
  expected.data = "";
  await go_to(page, "runs");
  const id = shown_id(before);
  const is_back = (/** @type {Seen} */ seen) => {
    const has_data = data_name(seen) !== "" || !data_name(before);
    return has_data && lost_runs(expected, seen).length === 0 && (!id || shown_id(seen) === id);
  };
  const seen = await until(page, `data, run ${id} and the finished runs are back`, is_back);
  if (is_over(before) && id) {
    const ends = /(Finished|Stopped)$/.exec(before.training)?.[0];
    if (ends) assert.ok(seen.training.endsWith(ends), `${before.training}; ${seen.training}`);
  }
}

/** @type {Work} */
async function kill({ page }, expected) {
  expected.has_killed = true;
  const workers = page.workers();
  if (workers.length === 0) return false;
  const ended = Promise.all(workers.map((worker) => worker.evaluate(() => self.close())));
  // No event tells of it, and a worker that is gone answers no more.
  await Promise.race([
    ended.catch(() => {}),
    page.evaluate(() => new Promise((done) => setTimeout(done, 300))),
  ]);
}

/** @type {Work} */
async function second_tab(site, expected) {
  if (site.other) return false;
  await train_beside(site, expected);
  // A tab that nobody sees takes no mouse.
  await site.page.bringToFront();
}

/** @param {Site} site @param {Expected} expected */
async function train_beside(site, expected) {
  const other = await site.page.context().newPage();
  other.setDefaultTimeout(30_000);
  site.other = other;
  await other.goto(`${site.url}?backend=ndarray&epochs=3&hidden_layers=16#runs`);
  await until(other, "the runs", (seen) => seen.are_runs_there);
  if (!expected.data) return;
  await go_to(other, "train");
  await until(other, "the data", (seen) => data_name(seen) !== "" && seen.can_train, 10).catch(
    // A set that was taken this moment may not be kept yet.
    () => null,
  );
  const before = await press(other, "Train", (seen) => seen.can_train && data_name(seen) !== "");
  if (!before) return;
  const was = shown_id(before);
  const seen = await until(other, "a run begins", (now) => !["", was].includes(shown_id(now)));
  const config = { ...DEFAULTS, backend: "ndarray", epochs: 3, hidden_layers: "16" };
  const known = { config: /** @type {Settings} */ (config), data: data_name(seen), name: null };
  expected.runs.set(shown_id(seen), known);
}

/** @type {Work} */
async function close_tab(site) {
  if (!site.other) return false;
  await site.other.close();
  site.other = null;
}

/**
 * Until nothing moves any more: then no button is dead, and nothing finished is lost.
 * @type {Work}
 */
export async function rest(site, expected) {
  const { page } = site;
  if (is_paused(await look(page))) return false;
  const is_at_rest = (/** @type {Seen} */ seen) =>
    !is_active(seen) &&
    !seen.is_loading &&
    !is_evaluating(seen) &&
    !is_tuning(seen) &&
    !is_studying(seen);
  try {
    await until(page, "rest", is_at_rest, REST_SECS);
  } catch {
    const seen = await look(page);
    if (is_active(seen)) await stop(site, expected);
    if (is_studying(seen)) await stop_study(site, expected);
    await until(page, "rest after Stop", is_at_rest);
  }
  const seen = await until(
    page,
    "Train can be pressed",
    (now) => now.can_train || !is_at_rest(now),
    5,
  );
  assert.ok(seen.can_load_sample && !seen.can_stop && !seen.can_pause);
  await go_to(page, "runs");
  await until(page, "the finished runs", (now) => lost_runs(expected, now).length === 0, 10);
}

/** @param {number} weight @param {fc.Arbitrary<Command>} arbitrary */
const often = (weight, arbitrary) => Array.from({ length: weight }, () => arbitrary);

const place = fc.nat({ max: 5 });

/** What a person can do. */
export const ACTIONS = [
  ...often(
    8,
    fc
      .tuple(
        fc.constantFrom(.../** @type {const} */ (["one", "two", "three", "broken"])),
        fc.boolean(),
      )
      .map(([key, is_awaited]) =>
        command(`load ${key}${is_awaited ? " and wait" : ""}`, load(key, is_awaited)),
      ),
  ),
  action(
    "Load sample",
    press_only("Load sample", (seen) => seen.can_load_sample),
  ),
  action(
    "Cancel",
    press_only("Cancel", (seen) => seen.can_cancel),
  ),
  action(
    "Bring it back",
    press_only("Bring it back", (seen) => seen.can_bring_back),
  ),
  ...often(6, action("Train", train)),
  ...often(
    2,
    fc.constantFrom("t", "p", "s").map((key) => command(`key ${key}`, type_key(key))),
  ),
  action("Pause or Resume", pause),
  ...often(2, action("Stop", stop)),
  ...often(2, action("Continue", go_on)),
  ...often(
    3,
    fc
      .constantFrom(
        .../** @type {[Label, string][]} */ ([
          ["Epochs", "20"],
          ["Epochs", "3"],
          ["Epochs", "100"],
          ["Epochs", "400"],
          ["Epochs", "0"],
          ["Epochs", ""],
          ["Learning rate", "0.05"],
          ["Learning rate", "0,05"],
          ["Learning rate", "50"],
          ["Learning rate", "abc"],
          ["Hidden layers", "16"],
          ["Hidden layers", "32, 16"],
          ["Hidden layers", "0"],
          ["Dropout", "0"],
          ["Dropout", "0,2"],
          ["Dropout", "2"],
        ]),
      )
      .map(([label, text]) => command(`${label} “${text}”`, write(label, text))),
  ),
  fc.boolean().map((is_on) =>
    command(`Layer normalisation ${is_on}`, async ({ page }, expected) => {
      await go_to(page, "train");
      await page.getByLabel("Layer normalisation", { exact: true }).setChecked(is_on);
      expected.config = { ...expected.config, layer_norm: is_on };
    }),
  ),
  action("Use its settings", use_settings),
  ...often(
    3,
    fc
      .boolean()
      .map((is_awaited) =>
        command(`Evaluate${is_awaited ? " and wait" : ""}`, evaluate(is_awaited)),
      ),
  ),
  fc.nat({ max: 30 }).map((at) => command(`open cell ${at}`, open_cell(at))),
  action("Back to the worst mistakes", go_back),
  fc
    .constantFrom(.../** @type {const} */ (["labelled", "unlabelled", "broken"]))
    .map((key) => command(`Test CSV ${key}`, pick_test(key))),
  action("Remove test set", drop_test),
  fc.boolean().map((is_right) => command(`Model file ${is_right}`, load_model(is_right))),
  action("Download model", save_model),
  action("Log loss", async ({ page }) => {
    await go_to(page, "train");
    await page.getByRole("checkbox", { name: "Log loss", exact: true }).click();
  }),
  ...often(
    2,
    fc.constantFrom("1", "7", "0").map((digit) => command(`draw ${digit}`, write_digit(digit))),
  ),
  action(
    "Undo stroke",
    press_only("Undo stroke", (seen) => seen.can_undo_stroke),
  ),
  action(
    "Clear pad",
    press_only("Clear pad", () => true),
  ),
  action("Ctrl+Z", async ({ page }) => {
    await go_to(page, "train");
    await page.keyboard.press("Control+z");
  }),
  fc.constantFrom(1, 4, 7).map((digit) => command(`It was a ${digit}`, keep_digit(digit))),
  action("Remove a kept digit", remove_digit),
  ...often(
    2,
    action(
      "Fine-tune on them",
      press_only("Fine-tune on them", (seen) => seen.can_tune),
    ),
  ),
  action(
    "Undo fine-tuning",
    press_only("Undo fine-tuning", (seen) => seen.can_untune),
  ),
  action("Run study", run_study),
  action("Stop study", stop_study),
  action("Open a kept study", kept_study(true)),
  action("Delete a kept study", kept_study(false)),
  ...often(
    2,
    place.map((at) => command(`Open run ${at}`, open_run(at))),
  ),
  place.map((at) =>
    command(
      `Compare run ${at}`,
      async ({ page }) => (await press_in_run(page, at, "Compare")) !== null,
    ),
  ),
  place.map((at) => command(`Delete run ${at}`, delete_run(at))),
  action("Undo the deletion", undo_delete),
  place.map((at) => command(`rename run ${at}`, rename_run(at, `My run ${at}`))),
  place.map((at) => command(`Continue run ${at}`, go_on_in_list(at))),
  fc
    .constantFrom(.../** @type {const} */ (["train", "study", "runs"]))
    .map((view) => command(`view ${view}`, ({ page }) => go_to(page, view))),
  action(
    "Put away",
    press_only("Put away", (seen) => seen.notices.length > 0),
  ),
  ...often(3, action("reload", reload)),
  ...often(2, action("a worker ends", kill)),
  action("a second tab trains", second_tab),
  action("the second tab is closed", close_tab),
  ...often(5, action("rest", rest)),
];
