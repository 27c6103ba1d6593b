// What a test that failed leaves for whoever could not watch it.

import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** @import { TestContext } from "node:test" */
/** @import { BrowserContext, Page } from "playwright-core" */

const root = fileURLToPath(new URL("../../", import.meta.url));

let num_traced = 0;

/**
 * With INKLING_TRACES each page leaves a picture of its end and a trace (`npx playwright
 * show-trace`) in tests/output, for whoever cannot watch: CI keeps them of a run that
 * failed. All of them, for a test is not told that a part of it failed.
 * @param {TestContext} t
 * @param {BrowserContext} context
 * @returns {Promise<(page: Page) => Promise<void>>} called at the page's end
 */
export async function traced(t, context) {
  if (!process.env.INKLING_TRACES) return async () => {};
  const words = t.name.replace(/[^a-z0-9]+/gi, "-").slice(0, 60);
  const name = join(root, "tests/output", `${words}-${process.pid}-${++num_traced}`);
  await context.tracing.start({ screenshots: true });
  return async (page) => {
    // A page that died, or that a test has closed, has no picture; its trace is kept.
    await page.screenshot({ path: `${name}.png`, timeout: 5000 }).catch(() => {});
    await context.tracing.stop({ path: `${name}.zip` }).catch(() => {});
  };
}
