// A field of the teacher's forms: its label, its control and what is to be said of it.

import { el } from "../../ui/dom.js";

/** @param {string} label @param {HTMLInputElement} input @param {string} hint */
export function field(label, input, hint) {
  const told = el("p", { class: "hint", id: `${input.id}-hint` }, hint);
  if (hint) input.setAttribute("aria-describedby", told.id);
  return el("div", { class: "check-field" }, el("label", { for: input.id }, label), input, told);
}
