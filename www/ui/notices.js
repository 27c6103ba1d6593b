// Sentences above the bench that stay until they are put away. The same one stands once,
// with how often it came.

import { announce, by_id, el, set_text } from "./dom.js";

/** @typedef {{ box: HTMLElement, times: HTMLElement, count: number }} Standing */

/** @returns {(sentence: string) => void} */
export function create_notices() {
  const place = by_id("notices", HTMLElement);
  /** @type {Map<string, Standing>} */
  const standing = new Map();

  return (sentence) => {
    announce(sentence);
    const known = standing.get(sentence);
    if (known) {
      known.count += 1;
      set_text(known.times, `${known.count} times`);
      return;
    }
    const times = el("span", { class: "hint" });
    const close = el("button", { type: "button", class: "quiet" }, "Put away");
    const box = el("div", { class: "notice" }, el("p", {}, sentence, " ", times), close);
    close.addEventListener("click", () => {
      standing.delete(sentence);
      const beside = box.nextElementSibling ?? box.previousElementSibling;
      box.remove();
      // The keyboard's place moves on to the next one.
      beside?.querySelector("button")?.focus({ preventScroll: true });
    });
    standing.set(sentence, { box, times, count: 1 });
    place.append(box);
  };
}
