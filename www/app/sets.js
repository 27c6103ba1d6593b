// The data sets that ship with the page: which there are, and fetching one.

import { message_of } from "../base/fault.js";
import { FETCHED } from "../base/sets.js";

/** @typedef {Record<string, { file: string, bytes: number }>} Sets by name */

/** Known once the page has asked; without an answer there are none. @type {Promise<Sets>} */
const known = fetch(new URL("../data/sets.json", import.meta.url))
  .then((response) => (response.ok ? response.json() : {}))
  .catch(() => ({}));

/** Those besides the sample that this site was built with. @returns {Promise<{ name: string, title: string }[]>} */
export async function fetched_sets() {
  const sets = await known;
  const all = Object.entries(FETCHED).map(([name, title]) => ({ name, title }));
  return all.filter(({ name }) => sets[name] !== undefined);
}

/**
 * @param {string} name
 * @param {AbortSignal} signal
 * @returns {Promise<File>}
 */
export async function fetch_set(name, signal) {
  const path = (await known)[name]?.file ?? `data/${name}.csv.gz`;
  try {
    const response = await fetch(new URL(`../${path}`, import.meta.url), { signal });
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    return new File([await response.blob()], path.split("/").pop() ?? name);
  } catch (error) {
    signal.throwIfAborted();
    throw new Error(
      `${path} could not be fetched: ${message_of(error)}. Pick a file of your own instead.`,
    );
  }
}
