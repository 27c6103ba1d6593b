// What the shown run was trained with where the page says something else by now: its
// figures stand beside settings and data that they are not of. Pure functions.

import { differing_settings, listed, words_of } from "../../base/settings.js";

/** @import { DataSummary } from "../../pkg/ndarray/inkling.js" */
/** @import { Setting, Settings } from "../../base/settings.js" */
/** @import { RunState } from "../../app/state.js" */

/** More than these are a list for the card. */
const MOST_TOLD = 3;

/**
 * The settings of the run that the fields do not say. A backend counts only where it is
 * asked for by name and another one ran.
 * @param {RunState} run
 * @param {Settings} config
 * @returns {Setting[]}
 */
export function other_settings(run, config) {
  const { config: own, decision, result } = run;
  if (!own) return [];
  const ran = result?.backend ?? decision?.backend ?? own.backend;
  return differing_settings(own, config).filter(
    ({ key }) => key !== "backend" || (config.backend !== "auto" && config.backend !== ran),
  );
}

/**
 * What the figures are of, in a sentence; empty where the fields and the data say the same.
 * @param {RunState} run
 * @param {Settings} config what the fields say
 * @param {DataSummary | null} data what is loaded
 */
export function difference_text(run, config, data) {
  const { config: own, history, running, result } = run;
  if (!own || (history.length === 0 && running.length === 0 && !result)) return "";
  const verb =
    result || run.phase === "interrupted" || run.phase === "failed" ? "Trained" : "Trains";
  const others = other_settings(run, config);
  const on =
    data && data.checksum !== run.data_checksum ? on_words(run.data_name, data.name) : null;
  if (others.length === 0) return on ? `${verb} ${on.then}; ${on.now} is loaded now.` : "";
  const then = some(others, own);
  const now = some(others, config);
  if (!on) return `${verb} with ${then}; the settings now say ${now}.`;
  return `${verb} ${on.then} with ${then}; ${on.now} is loaded now, and the settings say ${now}.`;
}

/** @param {string} then @param {string} now */
function on_words(then, now) {
  return then === now
    ? { then: `on another ${then}`, now: "this one" }
    : { then: `on ${then}`, now };
}

/** @param {readonly Setting[]} settings @param {Settings} config */
function some(settings, config) {
  const words = settings.slice(0, MOST_TOLD).map((setting) => words_of(setting, config));
  const more = settings.length - words.length;
  return listed(more > 0 ? [...words, `${more} more`] : words);
}
