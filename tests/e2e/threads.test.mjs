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

/**
 * How many threads the engine of the page says that it has; 0 for one without shared memory.
 * @param {Page} page
 */
async function num_threads(page) {
  const [engine] = page.workers();
  assert.ok(engine);
  return engine.evaluate(async () => {
    const names = performance.getEntriesByType("resource").map(({ name }) => name);
    const glue = names.find((name) => name.endsWith("pkg/threads/inkling.js"));
    return glue ? /** @type {number} */ ((await import(glue)).team_size()) : 0;
  });
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

test(
  "from the second visit on threads share a run and give the bits of one",
  { timeout: 300_000 },
  async (t) => {
    const { page, url } = await open_page(t);
    assert.equal(await is_isolated(page), false, "a static server sends no such headers");
    await page.getByText(/^This page works offline/).waitFor();
    for (const { name, config, expected } of goldens) {
      const query = config_to_query({ ...DEFAULTS, ...config, backend: "ndarray" });
      for (const more of ["&threads=2", "&threads=1"]) {
        await page.goto(url + query + more);
        assert.equal(await is_isolated(page), true);
        assert.equal(await trained(page), expected.weights_checksum, name + more);
        const cores = await page.evaluate(() => navigator.hardwareConcurrency);
        // A member that is late joins while the next steps are taken.
        const wanted = more === "&threads=2" && cores > 1 ? 2 : 0;
        let found = await num_threads(page);
        while (found < wanted) found = await num_threads(page);
        assert.equal(found, wanted, name + more);
      }
    }
  },
);
