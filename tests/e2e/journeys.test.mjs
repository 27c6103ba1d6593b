// Journeys at random through the built page in Chromium: sequences of what a person can do,
// by role and name, held against what they may expect. A sequence that breaks an
// expectation is cut down within a time limit, and its seed printed.
//   INKLING_PAGE_ACTIONS=10000 INKLING_SEED=7 node --test tests/e2e/journeys.test.mjs

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { config_from_query } from "../../www/base/settings_query.js";
import { open_page } from "./helper.mjs";
import { ACTIONS } from "./journey_actions.mjs";
import { begin_with_data } from "./journey_bench.mjs";
import { rest } from "./journey_browser.mjs";
import { Expected, until } from "./journey_page.mjs";

/** @import { TestContext } from "node:test" */
/** @import { Site } from "./journey_steps.mjs" */

const NUM_ACTIONS = Number(process.env.INKLING_PAGE_ACTIONS ?? 300);
const SEED = Number(process.env.INKLING_SEED ?? 20261125);
/** Actions of one visit: long ones find more, short ones cut down faster. */
const IN_A_ROW = 40;
/** Cutting down is for whoever reads it, and has its limit. */
const CUT_MS = Number(process.env.INKLING_CUT_SECS ?? 180) * 1000;
/** A person waits for Stop no longer; it is meant to take one second. */
const STOP_MS = 2000;
/** So long a browser may take to close. */
const CLOSE_MS = 10_000;
/** Another site than the built one, to see that it is found out. */
const FOLDER = process.env.INKLING_SITE;

const QUERY = "?backend=ndarray&epochs=100&batch_size=1&hidden_layers=16";

/** Of all journeys so far. */
const all = { num_done: 0, stops: /** @type {number[]} */ ([]) };

/** @param {boolean} has_data @param {Iterable<fc.AsyncCommand<Expected, Site>>} commands */
async function journey(has_data, commands) {
  /** @type {(() => Promise<unknown> | void)[]} */
  const ends = [];
  const scope = { after: (/** @type {() => Promise<void>} */ end) => ends.push(end) };
  const t = /** @type {TestContext} */ (/** @type {unknown} */ (scope));
  const { page, url, server } = await open_page(t, { query: `${QUERY}#runs`, folder: FOLDER });
  /** @type {Site} */
  const site = { page, other: null, url, done: [], num_done: 0, stops: [], faults: [] };
  page.context().on("console", (message) => {
    if (message.type() === "error") site.faults.push(`console: ${message.text()}`);
  });
  page.context().on("weberror", (error) => site.faults.push(`uncaught: ${error.error()}`));
  const expected = new Expected(config_from_query(QUERY).config);
  try {
    await until(page, "the page", (seen) => seen.are_runs_there && seen.can_load_sample);
    if (has_data) await begin_with_data(site, expected);
    await fc.asyncModelRun(() => ({ model: expected, real: site }), commands);
    await rest(site, expected);
    assert.deepEqual(site.faults, [], "what the browser said");
    const worst = Math.max(0, ...site.stops);
    assert.ok(worst < STOP_MS, `Stop took ${Math.round(worst)} ms`);
  } catch (error) {
    const told = error instanceof Error ? error.message : String(error);
    const done = site.done.filter((step) => !step.includes("(not done)"));
    throw new Error(`${told}\nWhat was done:\n  ${done.join("\n  ")}`, { cause: error });
  } finally {
    all.num_done += site.num_done;
    all.stops.push(...site.stops);
    // The browser first: a tab whose worker was ended may wait for it for ever.
    const closing = page.context().browser()?.close();
    await within(Promise.resolve(closing), CLOSE_MS);
    for (const end of ends) await within(end(), CLOSE_MS);
    await within(server.close(), CLOSE_MS);
  }
}

/** Waits for it, but no longer; what the browser said on its end is no fault of the page. @param {unknown} work @param {number} limit_ms */
async function within(work, limit_ms) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((done) => {
    timer = setTimeout(done, limit_ms);
  });
  await Promise.race([Promise.resolve(work).catch(() => {}), late]);
  clearTimeout(timer);
}

test("journeys at random keep what a person may expect", { timeout: 36_000_000 }, async (t) => {
  t.diagnostic(`seed ${SEED}, ${NUM_ACTIONS} actions`);
  const property = fc.asyncProperty(
    fc.boolean(),
    fc.commands(ACTIONS, { maxCommands: IN_A_ROW, size: "max" }),
    async (has_data, commands) => {
      if (all.num_done < NUM_ACTIONS) await journey(has_data, commands);
    },
  );
  // Each sequence is about half as long as it may be, and some of it cannot be done.
  const numRuns = NUM_ACTIONS;
  const found = await fc.check(property, { seed: SEED, numRuns, endOnFailure: true });
  const worst = Math.round(Math.max(0, ...all.stops));
  t.diagnostic(`${all.num_done} actions, ${all.stops.length} stops, the slowest ${worst} ms`);
  if (!found.failed) return;
  t.diagnostic(`seed ${SEED} fails: ${told_of(found)}`);
  all.num_done = -Infinity;
  const cut = await fc.check(property, {
    seed: SEED,
    path: found.counterexamplePath ?? "",
    numRuns: 1,
    plugins: [fc.interruptAfterTimeLimit(CUT_MS)],
  });
  // The same property, so the same kind of example; with plugins the library no longer knows.
  const shorter = /** @type {typeof found} */ (cut);
  assert.fail(`seed ${SEED}: ${told_of(cut.counterexample ? shorter : found)}`);
});

/** @param {{ counterexample: [boolean, Iterable<unknown>] | null, errorInstance?: unknown }} found */
function told_of({ counterexample, errorInstance }) {
  const [has_data = false, commands = []] = counterexample ?? [];
  const steps = [...(has_data ? ["load two and wait"] : []), ...commands].map(String).join(", ");
  const why = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  return `${steps}\n${why}`;
}
