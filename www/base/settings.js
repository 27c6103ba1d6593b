// The settings of a run: what there is to set and what each one means, as the engine says it.
// How they travel in an address is `settings_query.js`'s; ranges are checked by the engine
// alone; how a number is written is the business of `number.js`.

import { FACTS } from "../facts/settings.js";

/** @import { RunConfig, SettingFacts } from "../pkg/studies/inkling.js" */
/** @import { Fault } from "./fault.js" */

/**
 * A run's settings, none left out; the split seed has a value only where a person gave
 * the split one of its own.
 * @typedef {Required<Omit<RunConfig, "split_seed">> & { split_seed: number | undefined }} Settings
 */

/**
 * One setting as the form and the address know it.
 * @typedef {Omit<SettingFacts, "key" | "stands_for"> & { key: keyof RunConfig, stands_for?: keyof RunConfig }} Setting
 */

export const SETTINGS = /** @type {readonly Setting[]} */ (FACTS.settings);

/**
 * What a person who touched nothing trains with: the engine's own defaults.
 * @type {Readonly<Settings>}
 */
export const DEFAULTS = Object.freeze({
  .../** @type {Settings} */ (FACTS.defaults),
  split_seed: undefined,
});

/**
 * Whether a value is of the kind that a setting has.
 * @param {string} key
 * @param {unknown} value
 */
export function is_of_kind(key, value) {
  if (!Object.hasOwn(DEFAULTS, key)) return false;
  const usual = DEFAULTS[/** @type {keyof Settings} */ (key)];
  // The one that has no value by default is a number.
  return typeof value === typeof usual || (usual === undefined && typeof value === "number");
}

/**
 * A key in one spelling: `batchSize`, `Batch-Size` and `batch_size` are the same.
 * @param {string} key
 */
export function normalise_key(key) {
  return key.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** @type {ReadonlyMap<string, Setting>} */
export const BY_KEY = new Map(SETTINGS.map((setting) => [normalise_key(setting.key), setting]));

/** Whether a value is the default, however it is spelt. @param {keyof Settings} key @param {unknown} value */
export function is_default(key, value) {
  return query_value(value) === query_value(DEFAULTS[key]);
}

/**
 * Whether a setting's value is one: a field may hold no number, and an optional one none.
 * @param {unknown} value
 */
export function is_set(value) {
  if (value === undefined) return false;
  return typeof value !== "number" || Number.isFinite(value);
}

/**
 * Commas stay readable; a blank separates widths as a comma does.
 * @param {unknown} value
 */
export function query_value(value) {
  const text = String(value)
    .trim()
    .split(/[\s,]+/)
    .join(",");
  return encodeURIComponent(text).replaceAll("%2C", ",");
}

/**
 * A setting's value; none where it says no more than the setting that it stands for.
 * @param {Setting} setting
 * @param {Settings} config
 */
function meant({ key, stands_for }, config) {
  return stands_for && config[key] === config[stands_for] ? undefined : config[key];
}

/**
 * The settings in which two runs differ, in the form's order.
 * @param {Settings} one
 * @param {Settings} other
 * @returns {Setting[]}
 */
export function differing_settings(one, other) {
  return SETTINGS.filter(
    (setting) => query_value(meant(setting, one)) !== query_value(meant(setting, other)),
  );
}

/**
 * A setting with its value in words: `epochs 3`, `layer normalisation off`.
 * @param {Setting} setting
 * @param {Settings} config
 */
export function words_of(setting, config) {
  const name = setting.label.toLowerCase();
  const value = config[setting.key];
  if (value === undefined && setting.stands_for) return `${name} as the ${setting.stands_for}`;
  if (!is_set(value)) return `no ${name}`;
  if (setting.kind === "flag") return `${name} ${value ? "on" : "off"}`;
  const wording = setting.choices.find((choice) => choice.value === value)?.words;
  return `${name} ${wording ?? String(value).replaceAll(/,\s+/g, ",")}`;
}

/**
 * A choice's value as it is written among words: `GELU`.
 * @param {"activation" | "optimiser"} key
 * @param {Partial<Pick<Settings, "activation" | "optimiser">>} config of an older page where it has none
 */
export function choice_words(key, config) {
  const value = config[key] ?? DEFAULTS[key];
  const choices = BY_KEY.get(normalise_key(key))?.choices ?? [];
  return choices.find((choice) => choice.value === value)?.words ?? String(value);
}

/**
 * Which setting a fault is about: its place, or the head of its message, is the
 * setting's label.
 * @param {Pick<Fault, "place" | "message">} fault
 * @returns {Setting | null}
 */
export function setting_of_fault({ place, message }) {
  const head = normalise_key(place || (message.split(":", 1)[0] ?? ""));
  return SETTINGS.find((s) => normalise_key(s.label) === head) ?? BY_KEY.get(head) ?? null;
}

/**
 * Settings in a few words, for a caption: only what differs from the defaults.
 * @param {Settings} config
 */
export function short_description(config) {
  const parts = SETTINGS.filter(
    ({ key }) => key !== "backend" && is_set(config[key]) && !is_default(key, config[key]),
  ).map((setting) => {
    const { key, label, kind } = setting;
    if (kind === "flag") return label.toLowerCase();
    return kind === "choice" ? words_of(setting, config) : `${label.toLowerCase()} ${config[key]}`;
  });
  return parts.length ? parts.join(", ") : "default settings";
}

/**
 * Words as a list: `one, two and three`.
 * @param {readonly string[]} words
 */
export function listed(words) {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
}

/** @param {string} text */
export function clip(text) {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
