// A quiet menu: a word that opens a list of buttons. It closes once one is pressed, by
// Escape, and when the focus goes elsewhere.

import { el } from "./dom.js";

/**
 * @typedef {object} MenuItem
 * @property {string} text
 * @property {string} [label] its accessible name, where the text alone does not say
 * @property {() => unknown} press
 */

/**
 * @param {{ text: string, label?: string }} word what opens it
 * @param {MenuItem[]} items
 * @returns {HTMLDetailsElement}
 */
export function create_menu(word, items) {
  const named = (/** @type {string | undefined} */ label) => ({ "aria-label": label ?? false });
  const summary = el("summary", named(word.label), word.text);
  const list = el("div", { class: "menu-list" });
  const menu = el("details", { class: "menu" }, summary, list);
  for (const { text, label, press } of items) {
    const button = el("button", { type: "button", ...named(label) }, text);
    button.addEventListener("click", () => {
      menu.open = false;
      summary.focus();
      press();
    });
    list.append(button);
  }
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    summary.focus();
  });
  menu.addEventListener("focusout", (event) => {
    const to = event.relatedTarget;
    if (to instanceof Node && !menu.contains(to)) menu.open = false;
  });
  return menu;
}
