// Which keys ask the pad to undo or redo. Those of a text field are the field's own.

/** What text is typed into, and has an undo of its own. */
const TEXT_FIELD = [
  "input:not([type=checkbox], [type=radio], [type=range], [type=file], [type=button])",
  "textarea",
  "[contenteditable]:not([contenteditable=false])",
].join();

/**
 * Ctrl+Z, or Cmd+Z; with Shift, or Ctrl+Y, forwards again.
 * @param {Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey"> & { target: unknown }} event
 * @returns {"undo" | "redo" | null}
 */
export function undo_key({ key, code, ctrlKey, metaKey, altKey, shiftKey, target }) {
  if (altKey || !(ctrlKey || metaKey)) return null;
  if (target instanceof Element && target.closest(TEXT_FIELD)) return null;
  // On keyboards of other scripts the browser goes by the key's place.
  const letter = /^[a-z]$/i.test(key) ? key.toLowerCase() : code.replace("Key", "").toLowerCase();
  if (letter === "z") return shiftKey ? "redo" : "undo";
  return letter === "y" && ctrlKey ? "redo" : null;
}
