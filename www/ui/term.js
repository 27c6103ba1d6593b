// A word that the glossary explains: it stands as it did, with a dotted line under it, and a
// press opens its entry there. What the entry says is features/glossary's.

import { el } from "./dom.js";

/** Settings whose names are such words. */
const EXPLAINED = new Set([
  "activation",
  "batch_size",
  "dropout",
  "epochs",
  "hidden_layers",
  "learning_rate",
  "momentum",
  "optimiser",
  "seed",
  "validation_share",
  "weight_decay",
]);

/**
 * @param {string} word as it stands on the page
 * @param {string} entry of the glossary
 */
export function term(word, entry) {
  return el(
    "button",
    { type: "button", class: "term", "data-term": entry, "aria-haspopup": "dialog" },
    word,
  );
}

/**
 * The name of a setting, a term where the glossary has it.
 * @param {{ key: string, label: string, kind: string }} setting
 */
export function setting_name({ key, label, kind }) {
  // A press on a flag's name ticks it.
  return kind !== "flag" && EXPLAINED.has(key) ? term(label, key) : label;
}
