// Single-key shortcuts and the list of them on `?`. They can be switched off,
// and never act while someone types.

import { by_id } from "../ui/dom.js";

/**
 * @param {{ train: () => void, pause_or_resume: () => void, stop: () => void,
 *   toggle_log: () => void, draw: () => void, clear: () => void }} actions
 */
export function create_shortcuts(actions) {
  const dialog = by_id("keys", HTMLDialogElement);
  const enabled = by_id("single-keys", HTMLInputElement);
  const show = () => {
    if (!dialog.open) dialog.showModal();
  };
  by_id("show-keys", HTMLButtonElement).addEventListener("click", show);

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
    if (!enabled.checked || dialog.open || location.hash.startsWith("#study")) return;
    const target = event.target;
    if (target instanceof Element && target.matches("input:not([type=checkbox]), select, textarea"))
      return;
    const action = keys[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
