// The kept runs' view, fetched when it is first needed, and what brings it to the front.

import { message_of } from "../../base/fault.js";
import { loaded_once } from "../../base/loading.js";

/** @import { Actions } from "../../app/actions.js" */
/** @import { PageState, View } from "../../app/state.js" */

/**
 * @param {View<PageState>} state
 * @param {Actions} actions
 */
export function create_runs_opening(state, actions) {
  const loaded = loaded_once(
    async () => (await import("./view.js")).create_runs(state, actions),
    (error) =>
      actions.notice(`The view of the kept runs could not be loaded: ${message_of(error)}`),
  );
  return {
    // What went wrong has been said.
    open_runs: () => void loaded().catch(() => {}),
    /** A file of runs is shown where it comes to lie, and what is wrong with it too. @param {File} file */
    import_runs(file) {
      location.hash = "#runs";
      return actions.import_runs(file);
    },
  };
}
