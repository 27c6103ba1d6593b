// The legend of the runs that are drawn beside the one that is shown: marker, line, name,
// and their figures at the cursor.

import { pinned_text } from "./curve_words.js";
import { own_mark, pin_mark } from "../../plot/pin_mark.js";
import { el, set_text } from "../../ui/dom.js";

/** @import { PinnedRun } from "./pinned.js" */

export function create_pins_legend() {
  const lead = el("p", { class: "hint" });
  const list = el("ul", { class: "pins", "aria-label": "Runs beside this one" });
  const element = el("div", { class: "pins-box", hidden: true }, lead, list);
  /** @type {readonly PinnedRun[]} */
  let pinned = [];
  /** @type {HTMLElement[]} */
  let figures = [];

  /** @param {number | null} x hovered place; without one, each run's last epoch */
  function show_values(x) {
    set_text(
      lead,
      x === null
        ? "Beside this run, training / validation after the last epoch of each:"
        : "Beside this run, training / validation:",
    );
    pinned.forEach(({ history, is_shown }, at) => {
      const figure = figures[at];
      if (!figure) return;
      set_text(figure, is_shown ? "the run shown, in blue and orange" : pinned_text(history, x));
    });
  }

  return {
    element,
    show_values,
    /** @param {readonly PinnedRun[]} now */
    show(now) {
      pinned = now;
      element.hidden = pinned.length === 0;
      figures = pinned.map(() => el("span", { class: "hint" }));
      list.replaceChildren(
        ...pinned.map(({ name, look, is_shown }, at) =>
          el(
            "li",
            {},
            is_shown ? own_mark() : pin_mark(look),
            el("span", { class: "pins-name", title: name }, name),
            /** @type {HTMLElement} */ (figures[at]),
          ),
        ),
      );
      show_values(null);
    },
  };
}
