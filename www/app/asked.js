// What the address asks for, read once when the page is opened: the form writes the
// address anew soon after.

import { promised_by } from "../base/promise.js";
import { config_from_query, names_settings } from "../base/settings_query.js";
import { threads_for } from "../engine/threads.js";

/** @param {string} query such as `?epochs=3` */
export function asked_by(query) {
  const { config, remarks } = config_from_query(query);
  const params = new URLSearchParams(query);
  const assignment = params.get("assignment") ?? "";
  return {
    config,
    /** What could not be read of it, in sentences. */
    remarks,
    /** What the link of a run's card says that these settings come to. */
    promised: promised_by(query, config),
    /** The token of an assignment's link; empty without one. */
    assignment,
    /** Whether it says no setting itself. */
    is_bare: !names_settings(query),
    /** Whether it leaves the settings to those that were kept. */
    with_settings: !names_settings(query) && assignment === "",
    of_engine: {
      /** A fault of the first run, for tests. */
      fault: params.get("fault") ?? "",
      num_threads: threads_for(params.get("threads") ?? ""),
    },
  };
}
