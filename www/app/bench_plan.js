// What the bench's settings build of the loaded data, asked before something that is no run is
// made of them: a step, an epoch, a test of rates, a study. What Train refuses is refused there
// too, and in the same words.

import { Refused } from "../base/fault.js";

/** @import { PlanSummary } from "../pkg/ndarray/inkling.js" */
/** @import { Custody } from "../engine/custody.js" */
/** @import { PageState, View } from "./state.js" */

/**
 * What is wrong with a number as it is written in its field, in a sentence; empty where nothing
 * is. The engine is told of no number there, and could only say that it found nothing.
 * @param {Pick<PageState, "typed_fault">} state
 */
export function why_not_typed({ typed_fault }) {
  return typed_fault ? `${typed_fault.message}.` : "";
}

/**
 * Rejects with what is wrong with the settings, or with the split of the data by them.
 * @param {View<PageState>} page
 * @param {Pick<Custody, "plan">} engine
 * @returns {Promise<PlanSummary>}
 */
export async function bench_plan(page, engine) {
  const why = why_not_typed(page.get());
  if (why) throw new Refused(why);
  return engine.plan(page.get().config);
}
