// What races came to, remembered in this browser for as long as its engines stay the same.

import { together } from "./race.js";

/** @import { SmallStore } from "../base/preferences.js" */
/** @import { Verdict } from "./race.js" */

const NAME = "races";

/** The oldest goes first. */
const MOST_KEPT = 60;

/** The engines that this page has. @returns {Promise<string>} */
async function engines_here() {
  /** @type {{ FILES: Record<string, string> }} */
  const { FILES } = await import("../version.js");
  return ["ndarray", "webgpu"].map((name) => FILES[`pkg/${name}/inkling_bg.wasm`] ?? "").join(" ");
}

export class RaceMemory {
  #store;
  #engines;
  /** Those of this page, where the browser keeps nothing. @type {Map<string, Verdict>} */
  #own = new Map();

  /**
   * @param {SmallStore} store
   * @param {() => Promise<string>} [engines] tests put their own in its place
   */
  constructor(store, engines = engines_here) {
    this.#store = store;
    this.#engines = engines;
  }

  /**
   * @param {string} key shape and adapter
   * @returns {Promise<Verdict | null>}
   */
  async get(key) {
    const own = this.#own.get(key);
    if (own) return own;
    const found = this.#read(await this.#engines()).find(([kept]) => kept === key);
    return found?.[1] ?? null;
  }

  /** Takes what another race has come to with those before it. @param {string} key @param {Verdict} race */
  async put(key, race) {
    const before = await this.get(key);
    const verdict = before ? together(before, race) : race;
    this.#own.set(key, verdict);
    const engines = await this.#engines();
    const others = this.#read(engines).filter(([kept]) => kept !== key);
    const verdicts = [...others, [key, verdict]].slice(-MOST_KEPT);
    this.#store.set(NAME, JSON.stringify({ engines, verdicts }));
  }

  /** @param {string} engines @returns {[string, Verdict][]} */
  #read(engines) {
    try {
      const kept = JSON.parse(this.#store.get(NAME) ?? "{}");
      return kept.engines === engines ? kept.verdicts.filter(is_entry) : [];
    } catch {
      // Whatever stands there is none of ours.
      return [];
    }
  }
}

/** @param {unknown} entry @returns {entry is [string, Verdict]} */
function is_entry(entry) {
  if (!Array.isArray(entry) || typeof entry[0] !== "string") return false;
  const { cpu_ms, webgpu_ms, is_same, num_races } = entry[1] ?? {};
  return [cpu_ms, webgpu_ms, num_races].every(is_above_0) && typeof is_same === "boolean";
}

/** @param {unknown} number */
function is_above_0(number) {
  return typeof number === "number" && number > 0;
}
