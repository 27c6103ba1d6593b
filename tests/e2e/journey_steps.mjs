// For the journeys at random: what every action needs, the files that are picked, and an
// action as fast-check runs it: bounded, told of, and followed by the checks.

import assert from "node:assert/strict";
import fc from "fast-check";
import { bar_rows, open_view } from "./helper.mjs";
import { check, check_any, look, until } from "./journey_page.mjs";

/** @import { Page } from "playwright-core" */
/** @import { Expected, Seen } from "./journey_page.mjs" */

/** No action of a person takes longer, what it waits for included. */
const LIMIT_SECS = 90;

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

/** Bars, a fifth of them under another label: no accuracy is 100 %. @param {number} num_rows */
const rows_of = (num_rows) =>
  bar_rows(num_rows).map((row, at) =>
    at % 5 === 1 ? row.replace(/^\d/, `${(at * 3) % 10}`) : row,
  );

/** @param {string} name @param {string} text */
const file = (name, text) => ({ name, bytes: new TextEncoder().encode(text) });
const csv = (/** @type {string} */ name, /** @type {number} */ num_rows) =>
  file(name, rows_of(num_rows).join("\n"));

export const FILES = {
  one: csv("one.csv", 200),
  two: csv("two.csv", 400),
  three: csv("three.csv", 1000),
  broken: file("broken.csv", `${bar_rows(5).join("\n")}\n3,4,5`),
};
export const TESTS = {
  labelled: csv("test.csv", 150),
  unlabelled: file(
    "bare.csv",
    bar_rows(60)
      .map((row) => row.slice(row.indexOf(",") + 1))
      .join("\n"),
  ),
  broken: FILES.broken,
};

/** @param {Page} page @param {"train" | "study" | "runs" | "check"} view */
export async function go_to(page, view) {
  const seen = await look(page);
  if (seen.view === view) return;
  const names = /** @type {const} */ ({
    train: "Train",
    study: "Study",
    runs: "Runs",
    check: "Check",
  });
  await open_view(page, names[view]);
  if (view === "runs") await until(page, "the runs", (now) => now.are_runs_there);
  if (view === "check") await page.getByLabel("Hand-ins", { exact: true }).waitFor();
  if (view === "study") await page.getByRole("button", { name: "Run study" }).waitFor();
}

/**
 * Presses a button, unless it goes dead or away meanwhile.
 * @param {Page} page
 * @param {string | RegExp} name
 * @param {(seen: Seen) => boolean} can whether it is there and can be pressed
 * @returns {Promise<Seen | null>} what was seen before; `null` where it was not pressed
 */
export async function press(page, name, can) {
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
export const leave_field = (page) =>
  page.getByRole("heading", { name: "Inkling", level: 1 }).click();

/** Whether something was refused, or told, since. @param {Seen} before */
export const is_told = (before) => (/** @type {Seen} */ seen) =>
  seen.notices.join() !== before.notices.join() || seen.data !== before.data;

/** @typedef {fc.AsyncCommand<Expected, Site>} Command */
/** @typedef {(site: Site, expected: Expected) => Promise<boolean | void>} Work gives `false` where it could not be done */

/** @param {string} name @param {Work} work @returns {fc.Arbitrary<Command>} */
export const action = (name, work) => fc.constant(command(name, work));

/** @param {string} name @param {Work} work @returns {Command} */
export const command = (name, work) => ({
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
  work.catch(() => {});
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
