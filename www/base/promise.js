// What the link of a run's card promises: the data set and the model that its settings
// will give. Read from an address, and written into one again.

import { config_to_query } from "./settings_query.js";

/** @import { Settings } from "./settings.js" */

/**
 * @typedef {object} Promised
 * @property {string} query of all settings
 * @property {string} data checksum of the data set
 * @property {string} weights checksum of the model
 */

/**
 * What an address promises of the run that its settings will give: `data` and
 * `weights` in the query, as a card's link has them.
 * @param {string} query
 * @param {Settings} config that the same query holds
 * @returns {Promised | null}
 */
export function promised_by(query, config) {
  const params = new URLSearchParams(query);
  const [data, weights] = [params.get("data") ?? "", params.get("weights") ?? ""];
  const is_checksum = (/** @type {string} */ text) => /^[0-9a-f]{16}$/.test(text);
  if (!is_checksum(data) || !is_checksum(weights)) return null;
  return { query: config_to_query(config), data, weights };
}

/**
 * The promise as an address holds it, while the settings are those that it is about.
 * @param {Promised | null} promised
 * @param {Settings} config
 * @returns {string} such as `data=…&weights=…`; empty where nothing is promised
 */
export function promise_query(promised, config) {
  if (!promised || promised.query !== config_to_query(config)) return "";
  return `data=${promised.data}&weights=${promised.weights}`;
}
