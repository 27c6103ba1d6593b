// The line that says that something is kept in this browser, and the question before all
// of it is forgotten.

import { by_id } from "../../ui/dom.js";

/** @import { PageState, View } from "../../app/state.js" */

/**
 * @param {View<PageState>} state
 * @param {object} actions
 * @param {() => Promise<unknown>} actions.forget removes all that is kept
 * @param {(error: unknown) => void} actions.report
 */
export function create_kept_view(state, { forget, report }) {
  const line = by_id("kept", HTMLElement);
  const dialog = by_id("forget-dialog", HTMLDialogElement);
  by_id("forget", HTMLButtonElement).addEventListener("click", () => dialog.showModal());
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "yes") forget().then(() => location.reload(), report);
  });
  state.watch(["is_kept"], ({ is_kept }) => {
    line.hidden = !is_kept;
  });
}
