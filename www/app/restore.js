// What comes back when the page is opened: the settings, the data set, the test set, the
// run that was shown last and its model, or a committee in that one's place; and what keeps
// them for the next time.

import { message_of } from "../base/fault.js";
import { is_of_kind } from "../base/settings.js";

/** @import { Settings } from "../base/settings.js" */
/** @import { Custody } from "../engine/custody.js" */
/** @import { DataSets } from "../store/data_sets.js" */
/** @import { Notes } from "../store/notes.js" */
/** @import { CommitteeController } from "./committee.js" */
/** @import { DataController } from "./data_set.js" */
/** @import { EvaluationController } from "./evaluation.js" */
/** @import { Library } from "./library.js" */
/** @import { RunWords } from "./run_words.js" */
/** @import { PageState, Store } from "./state.js" */

/**
 * @param {object} parts
 * @param {Store<PageState>} parts.store
 * @param {Custody} parts.engine
 * @param {DataSets} parts.data_sets
 * @param {Notes} parts.notes
 * @param {DataController} parts.data
 * @param {EvaluationController} parts.evaluation
 * @param {CommitteeController} parts.committee
 * @param {Library} parts.library
 * @param {RunWords} parts.words
 * @param {boolean} parts.with_settings whether the address leaves the settings to us
 * @param {{ refresh: () => Promise<unknown> }} [parts.kept_digits] a person's own
 * @param {(sentence: string) => void} parts.notice
 */
export async function restore(parts) {
  const { store, engine, data_sets, notes, data, evaluation, committee, library, words } = parts;
  const { with_settings, notice } = parts;
  const { config: at_first } = store.get();
  let { num_asked } = library;
  const settings = await notes.get("settings");
  if (with_settings && settings && store.get().config === at_first) {
    store.set({ config: known_settings(settings, at_first) });
  }
  await words.take_held();
  await library.refresh();
  const checksum = await notes.get("data");
  const kept = checksum ? await data_sets.get(String(checksum)) : undefined;
  const is_new = () => {
    const { data: loaded, loading, run } = store.get();
    return loaded === null && loading === null && run.phase === "idle";
  };
  if (kept && is_new()) {
    data.take_kept(kept);
    try {
      // It is checked where it is taken in.
      await engine.images(kept.summary.checksum, [0]);
    } catch (error) {
      if (store.get().data?.checksum === kept.summary.checksum) {
        engine.set_data(null);
        store.set({ data: null, findings: null });
      }
      notice(`The data set kept from before could not be read: ${message_of(error)}`);
    }
  }
  const test = await notes.get("test");
  const kept_test = test ? await data_sets.get(String(test)) : undefined;
  if (kept_test && store.get().test === null) evaluation.take_test(kept_test);
  const shown = await notes.shown_run();
  const { run, runs } = store.get();
  const last = runs.find(({ id }) => id === shown) ?? runs.find(({ state }) => state !== "running");
  if (last && run.phase === "idle" && library.num_asked === num_asked) {
    // The fields say what the address or the last change said, which may be newer.
    const opening = library.open(last.id, { with_settings: with_settings && !settings });
    ({ num_asked } = library);
    await opening;
  }
  await committee.bring_back(() => library.num_asked === num_asked);
  await parts.kept_digits?.refresh();
}

/**
 * Only what is a setting still, of the kind that it has.
 * @param {unknown} kept
 * @param {Settings} config
 * @returns {Settings}
 */
function known_settings(kept, config) {
  const found = Object.entries(/** @type {object} */ (kept)).filter(([key, value]) =>
    is_of_kind(key, value),
  );
  return { ...config, ...Object.fromEntries(found) };
}
