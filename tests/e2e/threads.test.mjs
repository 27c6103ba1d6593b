// Several threads for one run: from the second visit on the page's memory may be shared, by
// headers of the service worker's own, and the run has the bits of one thread.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULTS } from "../../www/base/settings.js";
import { config_to_query } from "../../www/base/settings_query.js";
import { fixture } from "../unit/numerics_cases.mjs";
import { open_page, press, sees } from "./helper.mjs";

/** @import { Page } from "playwright-core" */

const goldens = fixture().cases.filter(({ data }) => data === "sample");

/** @param {Page} page */
const is_isolated = (page) => page.evaluate(() => crossOriginIsolated);

/** Threads of engines: those that the browser lists as workers of workers. @param {Page} page */
async function num_members(page) {
  const session = await /** @type {NonNullable<ReturnType<ReturnType<Page["context"]>["browser"]>>} */ (
    page.context().browser()
  ).newBrowserCDPSession();
  const { targetInfos } = await session.send("Target.getTargets", { filter: [{}] });
  await session.detach();
  console.log(targetInfos.map(({ type, url, title }) => [type, url, title].join(" ")));
  return targetInfos.filter(({ url }) => url.endsWith("/worker/team_member.js")).length;
}

/**
 * Trains on the sample and gives the checksum of what came of it.
 * @param {Page} page
 */
async function trained(page) {
  await press(page, "Load sample");
  await sees(page, "Data status", /\d (images|rows)/);
  await press(page, "Train");
  await sees(page, "Training status", /finished/i);
  const card = (await page.locator("#run-card-text").textContent()) ?? "";
  return /Weights: checksum ([0-9a-f]+)/.exec(card)?.[1];
}

test("from the second visit on threads share a run and give the bits of one", async (t) => {
  const { page, url } = await open_page(t);
  assert.equal(await is_isolated(page), false, "a static server sends no such headers");
  await page.getByText(/^This page works offline/).waitFor();
  for (const { name, config, expected } of goldens) {
    const query = config_to_query({ ...DEFAULTS, ...config, backend: "ndarray" });
    for (const more of ["", "threads=1"]) {
      await page.goto(`${url}${query || "?"}${query && more && "&"}${more}`);
      assert.equal(await is_isolated(page), true);
      assert.equal(await trained(page), expected.weights_checksum, `${name} ${more}`);
      console.log(await num_members(page), page.workers().map((w) => w.url()));
    }
  }
});
