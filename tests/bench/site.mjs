// Measures of the site as a person meets it: how soon it is ready, how fast the
// pad answers, how long the main thread is ever busy.

import { median } from "./report.mjs";

/** @import { Browser, Page } from "playwright-core" */

/**
 * Milliseconds from navigation until the sample is loaded, in a fresh profile:
 * its button is pressed as soon as the page's own scripts have run.
 * @param {Browser} browser
 * @param {string} url
 * @param {number} num_rounds
 */
export async function ready_ms(browser, url, num_rounds) {
  const found = [];
  for (let round = 0; round < num_rounds; round++) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.addInitScript(() => {
      document.addEventListener("DOMContentLoaded", () => {
        const status = document.getElementById("data-status");
        if (!status) throw new Error("the page has no data status");
        const look = () => {
          if (/\d rows/.test(status.textContent ?? ""))
            globalThis.ready_at_ms ??= performance.now();
        };
        new MutationObserver(look).observe(status, {
          childList: true,
          subtree: true,
          characterData: true,
        });
        document.getElementById("load-sample")?.click();
      });
    });
    await page.goto(`${url}?backend=ndarray`);
    const handle = await page.waitForFunction(() => globalThis.ready_at_ms, null, {
      timeout: 60_000,
    });
    found.push(Number(await handle.jsonValue()));
    await context.close();
  }
  return found;
}

/** Runs in the page before its scripts: follows each move of the pen to its answer. */
function watch_the_pad() {
  /** Moves that no request has been sent for yet. @type {number[]} */
  let moves = [];
  /** Moves that a request under way will answer. @type {Map<string, number[]>} */
  const asked = new Map();
  /** @type {number[]} */
  const latencies = [];
  Object.assign(globalThis, { pad_latencies: latencies });
  addEventListener(
    "pointermove",
    (event) => {
      if (event.buttons) moves.push(performance.now());
    },
    { capture: true },
  );
  const watched = new WeakSet();
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (/** @type {any} */ message, /** @type {any} */ rest) {
    if (/^predict_(ink|strokes)$/.test(message?.path?.at(-1) ?? "")) {
      asked.set(message.id, moves);
      moves = [];
    }
    if (!watched.has(this)) {
      watched.add(this);
      this.addEventListener("message", ({ data }) => {
        const waiting = asked.get(data?.id);
        if (!waiting) return;
        asked.delete(data.id);
        // The bars are set in microtasks after this message: look in the task after it.
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          const now = performance.now();
          latencies.push(...waiting.map((moved) => now - moved));
          port1.close();
        };
        port2.postMessage(null);
      });
    }
    return post.call(this, message, rest);
  };
}

/**
 * What a trace tells of, as far as it is read here.
 * @typedef {{ name: string, args: { name?: string }, pid: number, tid: number, dur?: number }} TraceEvent
 */

/** The longest task of the main thread in a trace, in ms. @param {Buffer} trace */
function longest_task_ms(trace) {
  const { traceEvents } = /** @type {{ traceEvents: TraceEvent[] }} */ (
    JSON.parse(trace.toString())
  );
  const mains = new Set(
    traceEvents
      .filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain")
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  let longest = 0;
  for (const { name, pid, tid, dur } of traceEvents) {
    if (/RunTask$/.test(name) && mains.has(`${pid} ${tid}`)) longest = Math.max(longest, dur ?? 0);
  }
  if (longest === 0) throw new Error("the trace holds no task of the main thread");
  return longest / 1000;
}

/**
 * Pad latency while idle and while training, and the longest main-thread task of
 * a run with nobody at the pad, of one with a drawing hand, and of a study.
 * @param {Browser} browser
 * @param {string} url
 * @param {string} data_file
 * @param {{ num_moves: number }} options
 */
export async function measure_page(browser, url, data_file, { num_moves }) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(120_000);
  await page.addInitScript(watch_the_pad);
  await page.goto(`${url}?backend=ndarray&epochs=3`);
  await page.getByLabel("MNIST CSV").setInputFiles(data_file);
  await says(page, "Data status", /\d rows/);

  const categories = ["toplevel", "disabled-by-default-devtools.timeline"];
  /** @param {() => Promise<void>} work */
  const longest_in = async (work) => {
    await browser.startTracing(page, { categories });
    await work();
    return longest_task_ms(await browser.stopTracing());
  };
  const quiet_run = await longest_in(async () => {
    await press(page, "Train");
    await says(page, "Training status", /finished/i);
  });

  const draw = async (/** @type {number} */ pause_ms) => {
    const pad = page.getByLabel("Digit pad");
    await pad.scrollIntoViewIfNeeded();
    const box = await pad.boundingBox();
    if (!box) throw new Error("the pad is out of sight");
    await page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.2);
    await page.mouse.down();
    await page.evaluate(() => globalThis.pad_latencies.splice(0));
    for (let move = 1; move <= num_moves; move++) {
      const part = move / num_moves;
      const x = 0.5 + 0.25 * Math.sin(part * 6);
      await page.mouse.move(box.x + box.width * x, box.y + box.height * (0.2 + 0.6 * part));
      // A hand's pace: each move gets its own answer.
      await page.waitForTimeout(pause_ms);
    }
    await page.mouse.up();
    return page.evaluate(() => globalThis.pad_latencies.slice());
  };

  const idle = await draw(40);
  await page.getByLabel("Epochs", { exact: true }).fill("1000");
  await press(page, "Train");
  await says(page, "Training status", /epoch/i);
  /** @type {number[]} */
  let training = [];
  const drawing_run = await longest_in(async () => {
    training = await draw(80);
  });
  await press(page, "Stop");
  await says(page, "Training status", /stopped/i);
  await page.getByLabel("Epochs", { exact: true }).fill("3");
  await page.getByRole("link", { name: "Study", exact: true }).click();
  // Learning rates, six of them, is what the form proposes.
  await says(page, "Study status", /Run study/);
  const study = await longest_in(async () => {
    await press(page, "Run study");
    await says(page, "Study status", /Finished/);
  });
  await page.close();
  for (const [when, found] of Object.entries({ idle, training })) {
    if (found.length < num_moves / 2) {
      throw new Error(`${when}: found ${found.length} answers to ${num_moves} moves of the pen`);
    }
  }
  return {
    pad_latency_ms: median(idle),
    pad_latency_training_ms: median(training),
    longest_main_task_ms: Math.max(quiet_run, drawing_run, study),
    longest_main_task_by_work_ms: { quiet_run, drawing_run, study },
  };
}

/** @param {Page} page @param {string} name @param {RegExp} pattern */
async function says(page, name, pattern) {
  const status = page.getByRole("status", { name, exact: true });
  await status.filter({ hasText: pattern }).waitFor();
}

/** @param {Page} page @param {string} name */
async function press(page, name) {
  await page.getByRole("button", { name, exact: true }).click();
}
