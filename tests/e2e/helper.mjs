// What every end-to-end test needs: the site on a local server under a sub-path
// (as GitHub Pages serves it), Chromium with or without a WebGPU adapter, and
// words for what a person sees and does. Nothing here waits by the clock.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { find_chromium } from "../../scripts/browser.mjs";
import { serve } from "../../scripts/serve.mjs";
import { slow_workers } from "./slow_workers.mjs";
import { traced } from "./traces.mjs";

/** @import { TestContext } from "node:test" */
/** @import { Browser, LaunchOptions, Page, Response } from "playwright-core" */

/** @typedef {{ url: string, close: () => Promise<void> }} Server */

/** A machine that is busy with other things takes its time; no test measures one by this. */
const PATIENCE_SECS = 120;

const root = fileURLToPath(new URL("../../", import.meta.url));

const FLAGS = [
  "--no-sandbox",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
];

/** With these Chromium has a software WebGPU adapter, without them none. */
const WEBGPU_FLAGS = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

const real_set = fileURLToPath(new URL("../../../shared/mnist/train.csv.gz", import.meta.url));

/** Real MNIST where it lies beside the checkout, else the sample that ships. */
export const DATA_SET = existsSync(real_set)
  ? { file: real_set, num_rows: 42_000, is_real: true, words: "real MNIST, 42,000 rows" }
  : {
      file: `${root}data/sample.csv.gz`,
      num_rows: NaN,
      is_real: false,
      words: "the sample that ships (real MNIST is not there)",
    };

/** One for each set of flags, as long as a file's tests. @type {Map<string, Promise<Browser>>} */
const browsers = new Map();

after(async () => {
  for (const browser of browsers.values()) await (await browser).close();
});

/** Pages have contexts of their own: to start a browser takes a core a second. @param {LaunchOptions & { args: string[] }} launch */
async function browser_of(launch) {
  const key = launch.args.join(" ");
  const known = browsers.get(key);
  if (known) return known;
  const starting = chromium.launch(launch);
  browsers.set(key, starting);
  const forget = () => browsers.delete(key);
  starting.then((browser) => browser.on("disconnected", forget), forget);
  return starting;
}

/**
 * A page of the site in a profile of its own, closed after the test. After it,
 * the test fails if the page logged an error or asked anybody else for anything.
 * @param {TestContext} t
 * @param {object} [options]
 * @param {string} [options.query] such as `?epochs=2`
 * @param {boolean} [options.webgpu] give the browser the software adapter
 * @param {string} [options.folder] of another site than `www`
 * @param {boolean} [options.is_live] `false` serves `version.js` as it lies there
 * @param {boolean} [options.storage] `false`: the browser denies sites every storage
 * @param {string} [options.profile] folder of a profile that outlives the browser
 * @param {Server} [options.server] one that is there already, and stays
 * @param {string} [options.host] a name by which the browser reaches the server, in plain http
 * @param {{ width: number, height: number }} [options.viewport]
 * @param {number} [options.answers_after_ms] how late its workers hear it
 * @param {number} [options.quota] bytes that the browser lets the site keep; it looks again only every half minute, so it is set before the page is opened
 * @param {(page: Page) => unknown} [options.prepare] done before the page is opened
 * @param {RegExp} [options.allowed_errors] console errors that the test provokes
 */
export async function open_page(t, options = {}) {
  const { query = "", webgpu = false, storage = true, allowed_errors } = options;
  const { folder = `${root}www`, is_live, host, quota, prepare } = options;
  const { viewport = { width: 1440, height: 900 } } = options;
  const own = options.server ?? (await serve({ root: folder, base: "/some/where/", is_live }));
  const server = { ...own, url: host ? own.url.replace("127.0.0.1", host) : own.url };
  const launch = {
    executablePath: find_chromium(),
    args: [
      ...FLAGS,
      ...(webgpu ? WEBGPU_FLAGS : []),
      ...(host ? [`--host-resolver-rules=MAP ${host} 127.0.0.1`] : []),
    ],
  };
  const is_fresh = storage && !options.profile;
  const browser = is_fresh ? await browser_of(launch) : null;
  const profile = storage ? "" : profile_without_storage();
  const context = browser
    ? await browser.newContext({ viewport })
    : await chromium.launchPersistentContext(options.profile ?? profile, { ...launch, viewport });
  // Other tabs of the test, too.
  context.setDefaultTimeout(PATIENCE_SECS * 1000);
  const page = await context.newPage();
  /** @type {string[]} */
  const faults = [];
  const is_allowed = (/** @type {string} */ text) => allowed_errors?.test(text) ?? false;
  context.on("request", (request) => {
    const { protocol } = new URL(request.url());
    const is_local = protocol === "blob:" || protocol === "data:";
    if (!is_local && !request.url().startsWith(server.url)) {
      const what = `request to ${request.url()}`;
      if (!is_allowed(what)) faults.push(what);
    }
  });
  /** @type {Response[]} */
  const responses = [];
  context.on("response", (response) => {
    responses.push(response);
    if (response.status() >= 400) faults.push(`${response.status()} for ${response.url()}`);
  });
  page.on("console", (message) => {
    if (message.type() === "error" && !is_allowed(message.text())) {
      faults.push(`console: ${message.text()}`);
    }
  });
  page.on("pageerror", (error) => {
    if (!is_allowed(error.message)) faults.push(`uncaught: ${error.message}`);
  });
  await slow_workers(context, options.answers_after_ms);
  const keep_trace = await traced(t, context);
  t.after(async () => {
    await keep_trace(page);
    await context.close();
    if (profile) rmSync(profile, { recursive: true, force: true });
    if (!options.server) await own.close();
    assert.deepEqual(faults, [], "what the page did wrong on the way");
  });
  if (quota !== undefined) {
    const session = await context.newCDPSession(page);
    const { origin } = new URL(server.url);
    await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: quota });
  }
  await prepare?.(page);
  await page.goto(server.url + query);
  return { page, url: server.url, responses, server };
}

/** A new folder for a profile of Chromium, gone after the test. @param {TestContext} t */
export function new_profile(t) {
  const folder = mkdtempSync(join(tmpdir(), "inkling-profile-"));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** A folder with a profile of Chromium whose owner blocks cookies and site data. */
function profile_without_storage() {
  const folder = mkdtempSync(join(tmpdir(), "inkling-profile-"));
  const settings = { profile: { default_content_setting_values: { cookies: 2 } } };
  mkdirSync(join(folder, "Default"));
  writeFileSync(join(folder, "Default", "Preferences"), JSON.stringify(settings));
  return folder;
}

/**
 * How long the page's main thread worked at its longest task, in ms of its own processor
 * time: what else the machine does makes a task no longer.
 * @param {Page} page
 * @param {() => Promise<unknown>} work done meanwhile
 * @returns {Promise<number>}
 */
export async function longest_task_ms(page, work) {
  const browser = page.context().browser();
  assert.ok(browser, "the browser is the test's own");
  await browser.startTracing(page, { categories: ["toplevel", "__metadata"] });
  await work();
  /** @type {{ traceEvents: { name: string, pid: number, tid: number, dur?: number, tdur?: number, args: { name?: string } }[] }} */
  const { traceEvents: events } = JSON.parse((await browser.stopTracing()).toString());
  const mains = events.filter(({ args }) => args.name === "CrRendererMain");
  const is_main = new Set(mains.map(({ pid, tid }) => `${pid} ${tid}`));
  // What had not ended with the recording has no duration.
  const tasks = events.filter(
    ({ name, pid, tid, dur }) =>
      dur !== undefined && name.endsWith("::RunTask") && is_main.has(`${pid} ${tid}`),
  );
  assert.ok(tasks.length > 0, "the browser tells the main thread's tasks");
  return Math.max(...tasks.map(({ tdur }) => (tdur ?? NaN) / 1000));
}

/** How often this process looks whether it is awake. */
const TICK_MS = 20;
let looked_ms = performance.now();
let was_awake_ms = 0;

/**
 * A clock that stands still while the machine does: what a timer of this process, which has
 * little to do, comes late by is no time that the page took. Its differences are what a bound
 * in a test is held to.
 */
export function awake_ms() {
  const now_ms = performance.now();
  was_awake_ms += Math.min(now_ms - looked_ms, 2 * TICK_MS);
  looked_ms = now_ms;
  return was_awake_ms;
}
setInterval(awake_ms, TICK_MS).unref();

/** How long the machine has stood still by that clock; its differences count. */
export const asleep_ms = () => performance.now() - awake_ms();

/**
 * Lets so much of the page's own time pass: what its timers were to do by then is done, also
 * where the machine stood still meanwhile.
 * @param {Page} page
 * @param {number} ms
 */
export const page_waits = (page, ms) =>
  page.evaluate((after_ms) => new Promise((done) => setTimeout(done, after_ms)), ms);

/**
 * Waits until a status says something; gives the whole text.
 * @param {Page} page
 * @param {string} name the status's accessible name
 * @param {RegExp} pattern
 * @param {number} [timeout_secs]
 * @returns {Promise<string>}
 */
export async function sees(page, name, pattern, timeout_secs = PATIENCE_SECS) {
  const status = page.getByRole("status", { name, exact: true });
  const end_ms = awake_ms() + timeout_secs * 1000;
  const { source, flags } = pattern;
  let found = "no such status";
  do {
    const seen = await status
      .evaluate(seen_in, { source, flags }, { timeout: Math.max(1, end_ms - awake_ms()) })
      .catch(() => null);
    found = seen?.words ?? found;
    if (seen?.is_there) return seen.words;
    // A page that is being left cannot be looked at.
    if (!seen) await new Promise((resolve) => setTimeout(resolve, 15));
  } while (awake_ms() < end_ms);
  assert.fail(`${name}: found "${found}" after ${timeout_secs} s, expected ${pattern}`);
}

/**
 * Looks at a status for a while, in the page: to find one by its name costs the page and this
 * process more than most of what a test has it do. Runs in the page.
 * @param {HTMLElement} status
 * @param {Pick<RegExp, "source" | "flags">} pattern
 */
async function seen_in(status, { source, flags }) {
  for (const end_ms = performance.now() + 400; ;) {
    // What is matched is what is returned: a status goes on while it is read. One that is
    // busy has something newer to say, such as of a drawing's last stroke.
    const { innerText: words, textContent, ariaBusy, isConnected } = status;
    const is_there = ariaBusy !== "true" && new RegExp(source, flags).test(textContent);
    if (is_there || !isConnected || performance.now() > end_ms) return { words, is_there };
    // A person's eye is no faster.
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

/**
 * Opens a view, and waits until it is there: what is looked for by name stands in
 * another until then.
 * @param {Page} page
 * @param {"Train" | "Study" | "Runs" | "Check"} name
 */
export async function open_view(page, name) {
  await page.getByRole("link", { name, exact: true }).click();
  await page.locator(`#${name.toLowerCase()}-view`).waitFor();
}

/**
 * Presses a button once it can be pressed.
 * @param {Page} page
 * @param {string} name
 */
export async function press(page, name) {
  await page.getByRole("button", { name, exact: true }).click();
}

/**
 * Picks a file in the main picker: a path, or bytes with a name.
 * @param {Page} page
 * @param {string | { name: string, bytes: Uint8Array }} file
 */
export async function pick(page, file) {
  const picked =
    typeof file === "string"
      ? file
      : {
          name: file.name,
          mimeType: "application/octet-stream",
          buffer: Buffer.from(file.bytes),
        };
  await page.getByLabel("MNIST CSV").setInputFiles(picked);
}

/**
 * A small table in Kaggle's schema that a network learns at once: each digit
 * is a bright bar at its own place.
 * @param {number} num_rows
 * @returns {string[]} the header and the rows
 */
export function bar_rows(num_rows) {
  const header = `label,${Array.from({ length: 784 }, (_, at) => `pixel${at}`).join(",")}`;
  const rows = Array.from({ length: num_rows }, (_, row) => {
    const label = (row * 7 + Math.floor(row / 13)) % 10;
    const pixels = Array.from({ length: 784 }, (_, at) => {
      const in_bar =
        Math.floor(at / 28) % 28 >= label * 2 + 4 && Math.floor(at / 28) <= label * 2 + 6;
      return in_bar && at % 28 > 4 && at % 28 < 23 ? 200 + ((at * 31 + row * 17) % 56) : 0;
    });
    return [label, ...pixels].join(",");
  });
  return [header, ...rows];
}

/**
 * Draws strokes on the pad with the mouse.
 * @param {Page} page
 * @param {[number, number][][]} strokes points from 0, 0 (top left) to 1, 1
 */
export async function draw(page, strokes) {
  const pad = page.getByRole("application", { name: "Digit pad" });
  await pad.scrollIntoViewIfNeeded();
  const box = await pad.boundingBox();
  assert.ok(box, "the pad is visible");
  const at = (/** @type {[number, number]} */ [x, y]) =>
    /** @type {const} */ ([box.x + x * box.width, box.y + y * box.height]);
  for (const [first, ...rest] of strokes) {
    await page.mouse.move(...at(first));
    await page.mouse.down();
    for (const point of rest) await page.mouse.move(...at(point), { steps: 8 });
    await page.mouse.up();
  }
}

/** A one, a seven and a zero as a hand draws them. */
export const STROKES = /** @type {Record<string, [number, number][][]>} */ ({
  1: [
    [
      [0.52, 0.15],
      [0.5, 0.5],
      [0.48, 0.85],
    ],
  ],
  7: [
    [
      [0.25, 0.2],
      [0.75, 0.2],
      [0.6, 0.5],
      [0.45, 0.85],
    ],
  ],
  0: [
    Array.from({ length: 25 }, (_, at) => {
      const turn = (at / 24) * 2 * Math.PI;
      return [0.5 - 0.22 * Math.sin(turn), 0.5 - 0.32 * Math.cos(turn)];
    }),
  ],
});

/**
 * A table by its headers.
 * @param {Page} page
 * @param {string} name of the table
 * @returns {Promise<Record<string, string>[]>} of each row, cells by their columns
 */
export async function rows_of(page, name) {
  const table = page.getByRole("table", { name, exact: true });
  const headers = await table.getByRole("columnheader").allInnerTexts();
  const rows = await table.locator("tbody tr").all();
  return Promise.all(
    rows.map(async (row) => {
      const cells = await row.locator("th, td").allInnerTexts();
      return Object.fromEntries(headers.map((header, at) => [header.trim(), cells[at] ?? ""]));
    }),
  );
}

/**
 * A percentage out of a sentence, as a share.
 * @param {string} text
 * @param {RegExp} pattern with the number in its first group
 */
export function share_in(text, pattern) {
  const found = pattern.exec(text)?.[1];
  assert.ok(found, `found "${text}", expected ${pattern}`);
  return Number(found) / 100;
}
