// The networks that a model is made of: how many, which images none of them has trained on,
// and how several are called. Pure functions.

import * as format from "../base/format.js";
import { listed } from "../base/settings.js";

/** @import { MemberOrigin, ModelSummary } from "../pkg/ndarray/inkling.js" */
/** @import { Settings } from "../base/settings.js" */
/** @import { ModelRef } from "./state.js" */

/** So many members are named in a sentence. */
const SHOWN_NAMES = 3;

/** What decides which images a run held out. @typedef {Pick<MemberOrigin, "data_checksum" | "split_seed" | "validation_share">} HeldOut */

/** @param {HeldOut} a @param {HeldOut} b */
export function is_same_split(a, b) {
  const share = (/** @type {HeldOut} */ { validation_share }) =>
    validation_share < 1 ? validation_share * 100 : validation_share;
  return (
    a.data_checksum === b.data_checksum &&
    a.split_seed === b.split_seed &&
    Math.abs(share(a) - share(b)) < 1e-9
  );
}

/** How many networks a model is. @param {Pick<ModelRef, "summary"> | null} model */
export function num_members(model) {
  return model?.summary?.members?.length || 1;
}

/**
 * What all members of a committee held out.
 * @param {ModelSummary | null} summary
 * @returns {HeldOut | "unknown" | "different"} `unknown` for one network, and where no member says where it comes from
 */
export function held_out(summary) {
  const origins = (summary?.members ?? []).map(({ origin }) => origin);
  const [first] = origins;
  if (origins.every((origin) => origin === undefined)) return "unknown";
  return first && origins.every((origin) => origin && is_same_split(origin, first))
    ? first
    : "different";
}

/**
 * Why a committee is not evaluated on a validation part; empty for any other model.
 * @param {Pick<ModelRef, "summary">} model
 */
export function why_no_validation({ summary }) {
  if (held_out(summary) !== "different") return "";
  return (
    "The members of this committee held out other images each, so that each validation part has " +
    "images that another member trained on. Load a test CSV to evaluate it."
  );
}

/**
 * The data that all members of a committee were trained on; empty where nobody knows.
 * @param {ModelSummary} summary
 */
export function data_checksum_of({ members = [] }) {
  const all = new Set(members.map(({ origin }) => origin?.data_checksum ?? ""));
  const [one = ""] = all;
  return all.size === 1 ? one : "";
}

/**
 * The settings by which the rows are split that a model never trained on.
 * @param {ModelRef} model
 * @param {Settings} settings that stand
 * @returns {Settings}
 */
export function splitting({ config, summary }, settings) {
  const held = held_out(summary);
  if (config || typeof held === "string") return config ?? settings;
  return { ...settings, split_seed: held.split_seed, validation_share: held.validation_share };
}

/**
 * A committee in words, its members by name where they have names.
 * @param {ModelRef} model
 */
export function committee_words(model) {
  const { kind, name, summary } = model;
  const members = summary?.members ?? [];
  const of = kind === "file" ? ` of the file ${name}` : "";
  const names = members.flatMap(({ origin }) => origin?.name ?? []);
  const are_named = names.length === members.length;
  const all = are_named ? `: ${named(names)}` : "";
  return (
    `A committee of ${format.counted(members.length, "network")}${of} reads now${all}. ` +
    "Its probabilities are the mean of theirs."
  );
}

/** Of many names the first. @param {string[]} names */
function named(names) {
  const quoted = names.map((name) => `“${name}”`);
  const num_more = names.length - SHOWN_NAMES;
  return listed(num_more > 1 ? [...quoted.slice(0, SHOWN_NAMES), `${num_more} more`] : quoted);
}
