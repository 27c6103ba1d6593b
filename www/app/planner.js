// What the settings would build of the data, asked of the engine after each change of
// either, what would compute it, and the settings kept for the next visit.

import { fault_of } from "../base/fault.js";
import { is_active } from "./state.js";

/** @import { Custody } from "../engine/custody.js" */
/** @import { Notes } from "../store/notes.js" */
/** @import { PageState, Store } from "./state.js" */

/** Typing goes on for so long between two keys. */
const PAUSE_MS = 120;
const KEEP_AFTER_MS = 400;
/** Who rests for so long may press Train with these settings. */
const READY_AFTER_MS = 500;

/** @typedef {(work: () => void, after_ms: number) => unknown} Later */

/**
 * @param {object} parts
 * @param {Store<PageState>} parts.store
 * @param {Custody} parts.engine
 * @param {Notes} parts.notes
 * @param {Later} [parts.later] tests put their own clock in its place
 */
export function start_planner({ store, engine, notes, later = setTimeout }) {
  let num_asked = 0;
  const replan = async () => {
    const mine = ++num_asked;
    const { typed_fault } = store.get();
    // What cannot be read as a number has not come as far as the engine.
    if (typed_fault) return store.set({ plan_fault: typed_fault });
    try {
      const plan = await engine.plan(store.get().config);
      if (mine === num_asked) store.set({ plan, plan_fault: null });
    } catch (error) {
      if (mine === num_asked) store.set({ plan_fault: fault_of(error) });
    }
  };
  /** Does what was asked for last, once nothing more has been asked for a while. @param {number} after_ms */
  const calmly = (after_ms) => {
    let asked = 0;
    return (/** @type {() => void} */ work) => {
      const mine = ++asked;
      later(() => mine === asked && work(), after_ms);
    };
  };
  const plan_soon = calmly(PAUSE_MS);
  const keep_soon = calmly(KEEP_AFTER_MS);
  store.watch(["config", "data", "typed_fault"], () => plan_soon(() => void replan()));
  const ready_soon = calmly(READY_AFTER_MS);
  /** Whether a race would be alone. @param {PageState} now */
  const is_calm = ({ data, run, is_study_busy, is_tuning }) =>
    data !== null && !is_active(run) && !is_study_busy && !is_tuning;
  store.watch(["config", "data", "run", "is_study_busy", "is_tuning"], (state) => {
    if (!is_calm(state)) return;
    ready_soon(() => {
      const now = store.get();
      // It is asked ahead of a need: whoever needs it is told why it cannot be had.
      if (is_calm(now) && !now.typed_fault) engine.get_ready(now.config).catch(() => {});
    });
  });
  let kept = store.get().config;
  store.watch(["config"], ({ config }) => {
    if (config === kept) return;
    kept = config;
    keep_soon(() => void notes.set("settings", config));
  });
}
