// What is being typed into the list of runs. It stands in its field whatever is read
// meanwhile, and is kept a moment after the last key, not only when the field is left.

/** So long after the last key it is kept. */
const TYPED_AFTER_MS = 400;

/**
 * @typedef {object} Draft
 * @property {string} text
 * @property {string} base what it was begun from, or was kept as last
 * @property {string} listed what the list had at the last key
 * @property {string | null} left_at what was kept when the field was left; `null` while it is typed in
 * @property {() => void} keep
 * @property {ReturnType<typeof setTimeout>} timer
 */

/** By field. @type {Map<string, Draft>} */
const drafts = new Map();

/** What stands in a field. @param {string} field @param {string} kept as the list has it now */
export function standing(field, kept) {
  const draft = drafts.get(field);
  // Left, it stands until the list has it.
  if (draft?.left_at !== undefined && draft.left_at !== null && draft.left_at !== kept) drop(field);
  return drafts.get(field)?.text ?? kept;
}

/**
 * @param {string} field
 * @param {string} kept as the list has it
 * @param {string} text
 * @param {(text: string, base: string) => void} keep
 */
export function type(field, kept, text, keep) {
  const before = drafts.get(field);
  clearTimeout(before?.timer);
  const keep_now = () => {
    const draft = drafts.get(field);
    if (!draft || draft.text === draft.base) return;
    keep(draft.text, draft.base);
    drafts.set(field, { ...draft, base: draft.text });
  };
  const timer = setTimeout(keep_now, TYPED_AFTER_MS);
  const base = before?.base ?? kept;
  drafts.set(field, { text, base, listed: kept, left_at: null, keep: keep_now, timer });
}

/** The field is left. @param {string} field @param {string} kept as the list has it */
export function leave(field, kept) {
  const draft = drafts.get(field);
  if (!draft) return;
  clearTimeout(draft.timer);
  // What was kept before it was left may be listed by now, beside what another tab wrote.
  const left_at = draft.text === draft.base ? draft.listed : kept;
  draft.keep();
  if (draft.text === kept || left_at !== kept) drop(field);
  else drafts.set(field, { ...draft, base: draft.text, left_at });
}

/** What was typed is taken back. @param {string} field */
export function drop(field) {
  clearTimeout(drafts.get(field)?.timer);
  drafts.delete(field);
}

globalThis.addEventListener?.("pagehide", () => {
  for (const { keep } of drafts.values()) keep();
});
