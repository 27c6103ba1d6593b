// Single-key shortcuts and the list of them on `?`. They can be switched off for good,
// and never act while someone types, behind a dialog, or where the bench is not shown.

import { by_id, is_behind_dialog } from "../ui/dom.js";
import { PREFERENCES } from "../base/preferences.js";

/** Where it is remembered that a person wants none of them. */
const SWITCH = "single keys";

/**
 * @param {{ train: () => void, pause_or_resume: () => void, stop: () => void,
 *   toggle_log: () => void, draw: () => void, clear: () => void }} actions
 */
export function create_shortcuts(actions) {
  const dialog = by_id("keys", HTMLDialogElement);
  const enabled = by_id("single-keys", HTMLInputElement);
  const bench = by_id("train-view", HTMLElement);
  const show = () => {
    if (!dialog.open) dialog.showModal();
  };
  by_id("show-keys", HTMLButtonElement).addEventListener("click", show);
  enabled.checked = PREFERENCES.get(SWITCH) !== "off";
  enabled.addEventListener("change", () => PREFERENCES.set(SWITCH, enabled.checked ? "on" : "off"));

  /** @type {Record<string, () => void>} */
  const keys = {
    t: actions.train,
    p: actions.pause_or_resume,
    s: actions.stop,
    l: actions.toggle_log,
    d: actions.draw,
    c: actions.clear,
    "?": show,
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.defaultPrevented || !enabled.checked || is_behind_dialog() || bench.hidden) return;
    const target = event.target;
    if (target instanceof Element && target.matches("input:not([type=checkbox]), select, textarea"))
      return;
    const action = keys[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
