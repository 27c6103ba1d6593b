// The runs that are drawn beside the one that is shown. Pure functions of the state.

import { run_name } from "../../app/run_record.js";
import { looks_of } from "../../plot/pins.js";

/** @import { EpochRecord } from "../../pkg/ndarray/inkling.js" */
/** @import { PageState } from "../../app/state.js" */

/**
 * @typedef {object} PinnedRun
 * @property {string} id
 * @property {string} name
 * @property {number} look its marker, dash and colour, as `plot/pins.js` counts them
 * @property {boolean} is_shown whether it is the run on the bench, which has its own two lines
 * @property {readonly EpochRecord[]} history
 */

/**
 * @param {Pick<PageState, "pinned" | "runs" | "run">} state
 * @returns {PinnedRun[]} in the order of their pins
 */
export function pinned_runs({ pinned, runs, run }) {
  const looks = looks_of(pinned);
  return pinned.flatMap((id) => {
    const found = runs.find((one) => one.id === id);
    const look = looks.get(id);
    if (!found || look === undefined) return [];
    return [{ id, name: run_name(found), look, is_shown: id === run.id, history: found.history }];
  });
}

/** Those with lines of their own. @param {readonly PinnedRun[]} pinned */
export function beside(pinned) {
  return pinned.filter(({ is_shown }) => !is_shown);
}
