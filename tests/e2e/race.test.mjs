// `auto` on Chromium's software adapter: both backends are raced on the run's own data, the
// faster one is taken and remembered, and a WebGPU that fails costs two seconds at most.

import assert from "node:assert/strict";
import { test } from "node:test";
import { bar_rows, open_page, pick, press, sees } from "./helper.mjs";

/** @import { Page } from "playwright-core" */

/** 1,200 rows, 960 of them trained on: 30 steps of 32. */
const small = { name: "bars.csv", bytes: new TextEncoder().encode(bar_rows(1200).join("\n")) };
const SETTINGS = "epochs=2&batch_size=32&learning_rate=0.05&hidden_layers=32,16";

/** Counts what the page asks of its workers, by name. @param {Page} page */
function count_calls(page) {
  return page.addInitScript(() => {
    const post = Worker.prototype.postMessage;
    const calls = /** @type {string[]} */ ([]);
    Object.assign(window, { calls });
    /** @this {Worker} @param {any} message @param {any} transfer */
    Worker.prototype.postMessage = function (message, transfer) {
      if (Array.isArray(message?.path)) calls.push(message.path.join("."));
      return post.call(this, message, transfer);
    };
  });
}

/** How often workers were asked for a trial. @param {Page} page @returns {Promise<number>} */
const num_trials = (page) =>
  page.evaluate(
    () =>
      /** @type {{ calls: string[] }} */ (/** @type {unknown} */ (window)).calls.filter(
        (call) => call === "try_steps",
      ).length,
  );

/** Waits until a race has been remembered in this browser. @param {Page} page */
async function raced(page) {
  await page.waitForFunction(() => Object.keys(localStorage).some((name) => / races$/.test(name)));
}

/** Trains to the end; what is said of the backend, and the weights' checksum. @param {Page} page */
async function trained(page) {
  await press(page, "Train");
  await sees(page, "Training status", /[12] of 2|finished/i);
  const status = await sees(page, "Training status", /finished/i);
  const remarks = await page.locator("#run-remarks").innerText();
  return { status, remarks };
}

/** @param {Page} page */
async function weights(page) {
  const text = await page.locator("#run-card").textContent();
  return /weights[^0-9a-f]*([0-9a-f]{8,})/i.exec(text ?? "")?.[1];
}
