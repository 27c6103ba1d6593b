// Waiting that ends: counted in ticks of this page's own timer, not by the clock. While
// a machine sleeps, or a tab in the background is held back, a worker gets nothing done
// either, and must not be taken for dead.

const TICK_MS = 500;

/**
 * Calls `give_up` once so much time has passed while this page was awake.
 * @param {number} ms
 * @param {() => void} give_up
 * @returns {() => void} calls it off
 */
export function wait_awake(ms, give_up) {
  const tick_ms = Math.min(TICK_MS, ms);
  let num_left = Math.ceil(ms / tick_ms);
  const timer = setInterval(() => {
    num_left -= 1;
    if (num_left > 0) return;
    clearInterval(timer);
    give_up();
  }, tick_ms);
  return () => clearInterval(timer);
}
