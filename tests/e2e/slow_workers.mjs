// Workers that are slow to hear, for whoever looks for what depends on how fast they answer:
// with INKLING_ANSWERS_AFTER_MS=700 what a test reads before it is there, or the page shows
// beside what it does not belong to, is seen at every run, not at one of a thousand.

/** @import { BrowserContext } from "playwright-core" */

const ANSWERS_AFTER_MS = Number(process.env.INKLING_ANSWERS_AFTER_MS ?? 0);

/**
 * Whatever this context's pages ask of a worker is heard later, in its order.
 * @param {BrowserContext} context
 * @param {number} [after_ms]
 */
export async function slow_workers(context, after_ms = ANSWERS_AFTER_MS) {
  if (after_ms > 0) await context.addInitScript(slow, after_ms);
}

/** Runs in the page. @param {number} after_ms */
function slow(after_ms) {
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function (/** @type {[any]} */ ...message) {
    setTimeout(() => postMessage.apply(this, message), after_ms);
  };
}
