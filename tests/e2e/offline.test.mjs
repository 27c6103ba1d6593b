// The site without a network, and a newer version of it coming in. The server is
// really stopped, the files are really changed; the versions that a page holds
// are read in the page itself, its worker and its engine.

import assert from "node:assert/strict";
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { version_of } from "../../scripts/version.mjs";
import { STROKES, draw, open_page, open_view, press, sees } from "./helper.mjs";

/** @import { Page } from "playwright-core" */

const www = fileURLToPath(new URL("../../www", import.meta.url));

/** @param {Page} page */
async function says_offline(page) {
  await page.getByText(/^This page works offline/).waitFor({ timeout: 60_000 });
}

test("after one visit the page trains and reads a digit with the server gone", async (t) => {
  const { page, url, server } = await open_page(t, {
    query: "?epochs=1&backend=ndarray",
    allowed_errors: /ERR_CONNECTION_REFUSED/,
  });
  await says_offline(page);
  const browser = await page.context().newCDPSession(page);
  const { installabilityErrors } = await browser.send("Page.getInstallabilityErrors");
  // A test's window keeps nothing, which Chromium counts as private.
  const hindrances = installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito");
  assert.deepEqual(hindrances, [], "it can be installed");
  // The WebGPU engine is large and not everybody's: it is kept once it is used.
  const is_kept = () =>
    page.evaluate(async () => Boolean(await caches.match("pkg/webgpu/inkling.js")));
  assert.equal(await is_kept(), false);
  const engine = await page.evaluate(() =>
    fetch("pkg/webgpu/inkling.js").then((response) => response.text()),
  );
  await server.close();
  await assert.rejects(fetch(url), "nobody answers any more");
  await page.reload();
  await says_offline(page);
  const again = await page.evaluate(() =>
    fetch("pkg/webgpu/inkling.js").then((response) => response.text()),
  );
  assert.equal(again, engine);
  await press(page, "Load sample");
  await sees(page, "Data status", /sample/);
  await press(page, "Train");
  await sees(page, "Training status", /finished/i, 120);
  await draw(page, STROKES[7]);
  await sees(page, "Prediction", /\d.*%/s);
  await open_view(page, "Study");
  await page.getByRole("button", { name: "Run study", exact: true }).waitFor();
});

/**
 * Marks each layer of the site with an edition that it can be asked for.
 * @param {string} folder
 * @param {number} edition
 * @param {string[]} [layers]
 */
async function edit(
  folder,
  edition,
  layers = ["index.html", "main.js", "worker/worker.js", "glue"],
) {
  for (const layer of layers) {
    // The CPU's engine is the one or the other.
    const glues = ["pkg/ndarray/inkling.js", "pkg/threads/inkling.js"];
    for (const file of layer === "glue" ? glues : [layer]) {
      const text = await readFile(join(www, file), "utf8");
      const marked =
        layer === "index.html"
          ? text.replace("<body>", `<body data-edition="${edition}">`)
          : `${text}\nglobalThis.edition_of_${basename(layer, ".js")} = "${edition}";\n`;
      await writeFile(join(folder, file), marked);
    }
  }
}

/** The editions in which page, scripts, worker and engine's glue run. @param {Page} page */
async function editions(page) {
  await page.locator("body[data-edition]").waitFor();
  // The plan is drawn once the engine has answered, so there is a worker with one.
  await page
    .getByText(/parameters/)
    .first()
    .waitFor();
  const here = await page.evaluate(() => [
    document.body.dataset.edition,
    /** @type {any} */ (globalThis).edition_of_main,
  ]);
  const worker = page.workers()[0];
  assert.ok(worker);
  const there = await worker.evaluate(() => [
    /** @type {any} */ (globalThis).edition_of_worker,
    /** @type {any} */ (globalThis).edition_of_glue,
  ]);
  return [...here, ...there].join(" ");
}

test("an update never mixes versions, and comes in with a reload", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "inkling-"));
  t.after(() => rm(folder, { recursive: true }));
  await cp(www, folder, { recursive: true, filter: (from) => !/pkg.webgpu|mnist/.test(from) });
  const publish = () => writeFile(join(folder, "version.js"), version_of(folder));
  await edit(folder, 1);
  await publish();
  const { page } = await open_page(t, {
    folder,
    is_live: false,
    query: "?backend=ndarray",
    allowed_errors: /integrity|ERR_FAILED|Failed to fetch/i,
  });
  await says_offline(page);
  assert.equal(await editions(page), "1 1 1 1");

  // Half of an update: the version's list is there, a file is still the old one.
  await edit(folder, 2);
  await publish();
  await edit(folder, 1, ["worker/worker.js"]);
  await page.reload();
  assert.equal(await editions(page), "1 1 1 1", "the half is not taken");

  // The whole, while two pages are open: neither finds its files changed.
  await edit(folder, 2);
  const second = await page.context().newPage();
  await second.goto(page.url());
  assert.equal(await editions(second), "1 1 1 1", "a second page is like the first");
  await second.reload();
  assert.equal(await editions(second), "1 1 1 1");
  await second.getByText(/newer version is ready/).waitFor({ timeout: 60_000 });
  const seen = await page.evaluate(() =>
    fetch("worker/worker.js").then((response) => response.text()),
  );
  assert.match(seen, /edition_of_worker = "1"/, "what the first page fetches late is its own");

  // Alone, a reload is enough.
  await second.close();
  await page.reload();
  await page.locator('body[data-edition="2"]').waitFor();
  assert.equal(await editions(page), "2 2 2 2");

  // Nothing of an older version stays behind.
  const caches_kept = await page.evaluate(() => caches.keys());
  assert.equal(caches_kept.length, 1);

  // A file that was changed without a new version is not taken either.
  await appendFile(join(folder, "main.js"), "globalThis.edition_of_main = 3;");
  await page.reload();
  assert.equal(await editions(page), "2 2 2 2");
});

test("an edit shows at the first reload where the site is served for work on it", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "inkling-"));
  t.after(() => rm(folder, { recursive: true }));
  await cp(www, folder, { recursive: true, filter: (from) => !/pkg.webgpu|mnist/.test(from) });
  await edit(folder, 1);
  const { page } = await open_page(t, { folder, query: "?backend=ndarray" });
  await says_offline(page);
  await edit(folder, 2);
  await page.reload();
  await page.locator('body[data-edition="2"]').waitFor();
  assert.equal(await editions(page), "2 2 2 2");
});
