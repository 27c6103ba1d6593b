// For the journeys at random: what becomes of the page from without: a reload, a worker's
// end, a second tab; and rest.

import assert from "node:assert/strict";
import { DEFAULTS } from "../../www/base/settings.js";
import { stop } from "./journey_bench.mjs";
import { stop_study } from "./journey_kept.mjs";
import {
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
import { go_to, press } from "./journey_steps.mjs";

/** @import { Settings } from "../../www/base/settings.js" */
/** @import { Expected, Seen } from "./journey_page.mjs" */
/** @import { Site, Work } from "./journey_steps.mjs" */

/** Rests last no longer where a run would: it is stopped then. */
const REST_SECS = 6;

// The browser

/** @type {Work} */
export async function reload({ page }, expected) {
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
export async function kill({ page }) {
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
export async function second_tab(site, expected) {
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
export async function close_tab(site) {
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
