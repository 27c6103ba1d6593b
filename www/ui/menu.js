// A quiet menu: a word that opens a list of buttons, `details.menu` in the document.
// `tend_menus` closes every one of them, those of other files too: once a button of it is
// pressed, by Escape, by a press elsewhere, and when the focus goes elsewhere.

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
    button.addEventListener("click", () => press());
    list.append(button);
  }
  return menu;
}

/** Closes menus when they have served. Once for the page. */
export function tend_menus() {
  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest(".menu-list button") : null;
    const menu = button?.closest("details.menu");
    if (menu instanceof HTMLDetailsElement) close(menu);
  });
  document.addEventListener("pointerdown", ({ target }) => close_others(target));
  document.addEventListener("focusin", ({ target }) => close_others(target));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") for (const menu of open_menus()) close(menu);
  });
}

function open_menus() {
  return /** @type {NodeListOf<HTMLDetailsElement>} */ (
    document.querySelectorAll("details.menu[open]")
  );
}

/** @param {EventTarget | null} target what lies inside a menu leaves that one open */
function close_others(target) {
  for (const menu of open_menus()) {
    if (!(target instanceof Node && menu.contains(target))) menu.open = false;
  }
}

/** The keyboard's place stays with the word that opened it. @param {HTMLDetailsElement} menu */
function close(menu) {
  const has_focus = menu.contains(document.activeElement);
  menu.open = false;
  if (has_focus) menu.querySelector("summary")?.focus({ preventScroll: true });
}
