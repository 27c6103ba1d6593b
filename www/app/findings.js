// What of a data set deserves a look before it is trained on. It is asked for once the set is
// shown: looking takes longer than showing, and nothing waits for it but a test set.

/** @import { Custody, LoadedData } from "../engine/custody.js" */
/** @import { DataSets } from "../store/data_sets.js" */
/** @import { PageState, Store } from "./state.js" */

/**
 * Looks at a data set that was just taken, and keeps with it what was found.
 * @param {LoadedData} data
 * @param {{ store: Store<PageState>, engine: Custody, data_sets: DataSets }} parts
 */
export async function look_at(data, { store, engine, data_sets }) {
  const { checksum } = data.summary;
  try {
    data.findings = await engine.findings(checksum);
    void data_sets.put_findings(checksum, data.findings);
  } catch {
    // Others were loaded meanwhile, or no worker lives long enough: either is told elsewhere.
  }
  if (engine.data === data) store.set({ findings: data.findings ?? [] });
}
