// Settings as an address's query holds them, and as they are read from one.

import { read_number } from "./number.js";
import {
  BY_KEY,
  DEFAULTS,
  SETTINGS,
  clip,
  is_default,
  is_set,
  listed,
  normalise_key,
  query_value,
} from "./settings.js";

/** @import { Setting, Settings } from "./settings.js" */

/** Query keys that other parts of the page read; no setting, and no mistake. */
const FOREIGN_KEYS = new Set(["assignment", "data", "fault", "threads", "view", "weights"]);

/** Values that mean yes and no in an address. */
const YES = new Set(["true", "1", "yes", "on", ""]);
const NO = new Set(["false", "0", "no", "off"]);

/** So many values that cannot be read are each told; of more only how many they are. */
const MOST_TOLD = 3;

/**
 * Settings from an address's query. What cannot be read keeps its default and is
 * told of; a range is not checked here.
 * @param {string} query such as `?epochs=3&batchSize=32`
 * @returns {{ config: Settings, remarks: string[] }} at most two remarks: on values, on names
 */
export function config_from_query(query) {
  /** @type {Settings} */
  const config = { ...DEFAULTS };
  /** @type {string[]} */
  const unread_values = [];
  /** @type {Set<string>} */
  const unknown = new Set();
  for (const [key, value] of new URLSearchParams(query)) {
    const name = normalise_key(key);
    if (FOREIGN_KEYS.has(name)) continue;
    if (name === "step") {
      // Not in the form: the plain step is a reference for tests, not a choice to make.
      const step = value.trim().toLowerCase();
      if (step === "fused" || step === "plain") config.step = step;
      else unread_values.push(unread("step", value, "fused or plain", config.step));
      continue;
    }
    const setting = BY_KEY.get(name);
    if (!setting) {
      unknown.add(`“${clip(key)}”`);
      continue;
    }
    const remark = read_into(config, setting, value);
    if (remark) unread_values.push(remark);
  }
  return {
    config,
    remarks: [values_remark(unread_values), names_remark([...unknown])].filter(Boolean),
  };
}

/** @param {string[]} sentences */
function values_remark(sentences) {
  const more = sentences.length - MOST_TOLD;
  const told = sentences.slice(0, MOST_TOLD);
  if (more > 0) told.push(`${more} more of its values cannot be read.`);
  return told.join(" ");
}

/** @param {string[]} names */
function names_remark(names) {
  if (names.length === 0) return "";
  if (names.length === 1)
    return `The address holds ${names[0]}, which is no setting; it is ignored.`;
  return `The address holds ${some_of(names)}, which are no settings; they are ignored.`;
}

/**
 * The first few of a list, and how many more there are.
 * @param {readonly string[]} words at least one
 */
function some_of(words) {
  const more = words.length - MOST_TOLD;
  return listed(more > 0 ? [...words.slice(0, MOST_TOLD), `${more} more`] : words);
}

/**
 * Whether a query sets anything of a run, so that what is remembered has to stand back.
 * @param {string} query
 */
export function names_settings(query) {
  const names = [...new URLSearchParams(query).keys()].map(normalise_key);
  return names.some((name) => name === "step" || BY_KEY.has(name));
}

/**
 * Reads one written value into a config.
 * @param {Settings} config changed in place where the value can be read
 * @param {Setting} setting
 * @param {string} value
 * @returns {string | null} a sentence if it cannot be read
 */
function read_into(config, setting, value) {
  const text = value.trim();
  /** @type {Record<string, unknown>} */
  const target = /** @type {any} */ (config);
  const kept = String(target[setting.key]);
  switch (setting.kind) {
    case "number": {
      const { value: number, expected } = read_number(text, setting);
      if (text === "" && setting.stands_for) {
        target[setting.key] = undefined;
        return null;
      }
      if (Number.isNaN(number)) return unread(setting.label, value, expected || "a number", kept);
      target[setting.key] = number;
      return null;
    }
    case "flag": {
      const word = text.toLowerCase();
      if (YES.has(word)) target[setting.key] = true;
      else if (NO.has(word)) target[setting.key] = false;
      else return unread(setting.label, value, "true or false", kept === "true" ? "on" : "off");
      return null;
    }
    case "choice": {
      const choices = setting.choices.map((choice) => choice.value);
      const choice = text.toLowerCase().replaceAll(/[ -]/g, "_");
      if (!choices.includes(choice)) return unread(setting.label, value, one_of(choices), kept);
      target[setting.key] = choice;
      return null;
    }
    case "text":
      target[setting.key] = text;
      return null;
  }
}

/**
 * A query that brings these settings back: all of them, or only those that differ
 * from the defaults. A field that holds no number is left out.
 * @param {Settings} config
 * @param {{ all?: boolean }} [options]
 */
export function config_to_query(config, { all = true } = {}) {
  const pairs = [];
  for (const { key } of SETTINGS) {
    const value = config[key];
    if (!is_set(value) || (!all && is_default(key, value))) continue;
    pairs.push(`${key}=${query_value(value)}`);
  }
  if (config.step !== DEFAULTS.step) pairs.push(`step=${config.step}`);
  return pairs.length ? `?${pairs.join("&")}` : "";
}

/**
 * @param {string} name
 * @param {string} found
 * @param {string} expected
 * @param {string} kept
 */
function unread(name, found, expected, kept) {
  return `The address sets ${name} to “${clip(found)}”; expected ${expected}, so it stays at ${kept}.`;
}

/** @param {string[]} words */
function one_of(words) {
  return `${words.slice(0, -1).join(", ")} or ${words[words.length - 1]}`;
}
