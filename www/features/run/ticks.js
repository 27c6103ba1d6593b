// Ticks: what is done of the bench's work, in its order. Told by the state and by
// whether something is drawn, and by nothing that is not watched.

import { set_tick } from "../../ui/tick.js";

/** @import { PageState, View } from "../../app/state.js" */

/** The parts of the bench, in the order of work. */
const PARTS = /** @type {const} */ (["data", "network", "training", "curves", "draw"]);

/**
 * @param {Pick<PageState, "data" | "plan" | "plan_fault" | "run" | "model">} state
 * @param {boolean} has_ink whether something is drawn
 * @returns {Record<typeof PARTS[number], boolean>}
 */
export function done_parts({ data, plan, plan_fault, run, model }, has_ink) {
  return {
    data: data !== null,
    network: data !== null && plan !== null && plan_fault === null,
    training: run.result !== null,
    curves: run.history.length > 0,
    draw: model !== null && has_ink,
  };
}

/** @param {View<PageState>} state */
export function create_ticks(state) {
  let has_ink = false;
  const draw = () => {
    const done = done_parts(state.get(), has_ink);
    PARTS.forEach((part, at) => set_tick(part, at + 1, done[part]));
  };
  state.watch(["data", "plan", "plan_fault", "run", "model"], draw);
  return {
    /** Told when the pad gets its first ink, and when it loses its last. @param {boolean} now */
    set_ink(now) {
      has_ink = now;
      draw();
    },
  };
}
