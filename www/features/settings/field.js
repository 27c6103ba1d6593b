// One field of the settings' form: its control, what is written in it and what that is
// read as. Knows nothing of the other fields.

import { el, set_text } from "../../ui/dom.js";
import { setting_name } from "../../ui/term.js";
import { reading_words, text_of, typed_number } from "./typed.js";

/** @import { Fault } from "../../base/fault.js" */
/** @import { Setting, Settings } from "../../base/settings.js" */

/**
 * @typedef {object} Reading
 * @property {string | number | boolean | undefined} value `NaN` for what is no number; nothing where an empty field means another setting's value
 * @property {Fault | null} fault none for an empty field: the engine has the words
 */

export class Field {
  /** @type {HTMLElement} */
  element;
  /** @type {HTMLInputElement | HTMLSelectElement} */
  control;
  #setting;
  #fault;

  /** @param {Setting} setting */
  constructor(setting) {
    this.#setting = setting;
    const { key, kind, hint } = setting;
    const id = `setting-${key.replaceAll("_", "-")}`;
    this.control = control_of(setting, {
      id,
      name: key,
      "aria-describedby": `${id}-hint ${id}-fault`,
    });
    this.#fault = el("p", { class: "fault", id: `${id}-fault` });
    const name = el("label", { for: id }, setting_name(setting));
    const explained = el("p", { class: "hint", id: `${id}-hint` }, hint);
    const parts = kind === "flag" ? [this.control, name] : [name, this.control];
    this.element = el("div", { class: `field is-${kind}` }, ...parts, explained, this.#fault);
    if (setting.is_whole) this.control.addEventListener("keydown", (event) => this.#step(event));
  }

  get setting() {
    return this.#setting;
  }

  /** @returns {Reading} what the control says now */
  read() {
    const { control } = this;
    const setting = this.#setting;
    if (setting.kind === "flag") {
      return { value: control instanceof HTMLInputElement && control.checked, fault: null };
    }
    if (setting.kind !== "number") return { value: control.value, fault: null };
    return typed_number(setting, control.value);
  }

  /**
   * Shows a value that came from elsewhere. What a person is writing stays as it is
   * while it means the same.
   * @param {Settings[keyof Settings]} value
   */
  show(value) {
    const { control } = this;
    if (Object.is(this.read().value, value)) {
      if (control !== document.activeElement) this.settle();
      return;
    }
    if (control instanceof HTMLInputElement && control.type === "checkbox") {
      control.checked = Boolean(value);
    } else control.value = text_of(value);
  }

  /** Shows, while the field is empty, the value that it then means. @param {string} value */
  show_default(value) {
    if (this.control instanceof HTMLInputElement) this.control.placeholder = value;
  }

  /** What a number is read as, where it is written otherwise; or empty. */
  reading() {
    const { value } = this.read();
    if (typeof value !== "number" || Number.isNaN(value)) return "";
    return reading_words(this.control.value, value);
  }

  /**
   * Writes a number as it was read.
   * @returns {string} what was read as what, where it was written otherwise; or empty
   */
  settle() {
    const told = this.reading();
    const { value } = this.read();
    if (typeof value === "number" && !Number.isNaN(value)) {
      this.control.value = text_of(value);
    }
    return told;
  }

  /** @param {Fault | null} fault */
  show_fault(fault) {
    if (fault) this.control.setAttribute("aria-invalid", "true");
    else this.control.removeAttribute("aria-invalid");
    set_text(this.#fault, fault?.message ?? "");
  }

  /** Arrow keys step a whole number. @param {Event} event */
  #step(event) {
    if (!(event instanceof KeyboardEvent) || event.altKey || event.ctrlKey || event.metaKey) return;
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    const { value } = this.read();
    if (by === undefined || !Number.isFinite(value)) return;
    event.preventDefault();
    this.control.value = text_of(Math.max(this.#setting.least ?? -Infinity, Number(value) + by));
    this.control.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/**
 * @param {Setting} setting
 * @param {Record<string, string>} named
 */
function control_of({ kind, choices, is_whole }, named) {
  if (kind === "choice") {
    const options = choices.map(({ value, words }) => el("option", { value }, words));
    return el("select", named, ...options);
  }
  if (kind === "flag") return el("input", { ...named, type: "checkbox" });
  const typing = { ...named, type: "text", autocomplete: "off", spellcheck: "false" };
  if (kind === "text") return el("input", typing);
  // A phone's number keys have the point or the comma of its language.
  return el("input", { ...typing, inputmode: is_whole ? "numeric" : "decimal" });
}
