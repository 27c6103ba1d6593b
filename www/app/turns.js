// How the data lie: what of their pictures has been turned, or was never amiss.

/** @import { DataChange } from "../pkg/ndarray/inkling.js" */
/** @import { PageState, View } from "./state.js" */

/** What a test set is turned by where it lies otherwise than the data. @type {readonly DataChange[]} */
const TURNS = ["stretch", "invert", "transpose"];

/**
 * What was mended of the data, or was never amiss with them; `null` before they were looked at.
 * @param {Pick<PageState, "data" | "findings">} state
 */
export function turns_of({ data, findings }) {
  if (!data) return [];
  return findings && TURNS.filter((turn) => !findings.some(({ change }) => change === turn));
}

/**
 * How the data lie now, or did when that was first known.
 * @param {View<PageState>} store
 * @returns {{ turns: string | null }}
 */
export function turns_from_now(store) {
  /** @type {{ turns: string | null }} */
  const first = { turns: null };
  store.watch(["data", "findings"], (state) => {
    first.turns ??= turns_of(state)?.join() ?? null;
  });
  return first;
}
