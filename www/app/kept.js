// Whether this browser keeps anything of a person's: asked again whenever this tab or
// another changed what is kept, and the list of runs with it; and what is said where the
// oldest went to make room.

/** @import { Database } from "../store/database.js" */
/** @import { Library } from "./library.js" */
/** @import { PageState, Store } from "./state.js" */

/**
 * @param {object} parts
 * @param {Store<PageState>} parts.store
 * @param {Database} parts.database
 * @param {Library} parts.library
 * @param {(error: unknown) => void} parts.report
 */
export function watch_kept({ store, database, library, report }) {
  const look = async () => store.set({ is_kept: await database.holds_anything() });
  for (const topic of /** @type {const} */ (["runs", "data", "digits", "study"])) {
    database.hear(topic, () => void look());
  }
  database.hear("runs", () => void library.refresh().catch(report));
  void look();
}

/** @param {readonly string[]} names */
export function evicted_words(names) {
  const some =
    names.length > 3
      ? `${names.slice(0, 3).join("; ")} and ${names.length - 3} more`
      : names.join("; ");
  return `To make room, the oldest that was kept went: ${some}. What you pin stays.`;
}
