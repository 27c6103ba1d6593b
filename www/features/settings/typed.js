// What is written in a field, as a number and in words. Pure functions.

import { read_number } from "../../base/number.js";
import { clip } from "../../base/settings.js";

/** @import { Fault } from "../../base/fault.js" */
/** @import { Setting, Settings } from "../../base/settings.js" */

/**
 * How a field writes a setting; a number that there is none of, and a setting that is
 * left to another, as nothing.
 * @param {Settings[keyof Settings]} value
 */
export function text_of(value) {
  return value === undefined || Number.isNaN(value) ? "" : String(value);
}

/**
 * What is written in a number's field; nothing in a field that then means another's value
 * is no fault and no number.
 * @param {Setting} setting
 * @param {string} text
 * @returns {{ value: number | undefined, fault: Fault | null }}
 */
export function typed_number(setting, text) {
  const { value, expected } = read_number(text, setting);
  if (setting.stands_for && text.trim() === "") return { value: undefined, fault: null };
  if (!expected) return { value, fault: null };
  const found = `“${clip(text.trim())}”`;
  const message = `${setting.label}: found ${found}, expected ${expected}`;
  return { value, fault: { place: setting.label, found, expected, message } };
}

/**
 * That a number was read in another spelling than it was written; empty where every
 * program reads it so.
 * @param {string} typed
 * @param {number} value
 */
export function reading_words(typed, value) {
  const text = typed.trim();
  return Number(text) === value ? "" : `${text} is read as ${text_of(value)}.`;
}

/**
 * The engine's fault with the setting's name as the page writes it.
 * @param {string} label
 * @param {Fault | null} fault
 * @returns {Fault | null}
 */
export function with_label(label, fault) {
  if (!fault?.expected) return fault;
  const message = `${label}: found ${fault.found}, expected ${fault.expected}`;
  return { ...fault, message };
}
