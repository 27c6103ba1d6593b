// What of the loaded data deserves a look before it is trained on, each with the press
// that mends it. With plain MNIST there is nothing here.

import { by_id, el } from "../../ui/dom.js";

/** @import { DataChange, Finding } from "../../pkg/ndarray/inkling.js" */
/** @import { Actions } from "../../app/actions.js" */
/** @import { PageState, View } from "../../app/state.js" */

/** What a press is called, by what it does. @type {Record<DataChange, string>} */
const PRESSES = {
  invert: "Invert",
  transpose: "Transpose",
  drop_repeats: "Leave the repeats out",
  drop_singles: "Leave these images out",
  stretch: "Stretch",
};

/**
 * @param {View<PageState>} state
 * @param {Pick<Actions, "change_data">} actions
 */
export function create_warnings_view(state, actions) {
  const box = by_id("data-warnings", HTMLElement);
  const picker = by_id("mnist-csv", HTMLInputElement);

  /** @param {Finding} finding @param {boolean} is_disabled */
  const item = ({ sentence, change }, is_disabled) => {
    const press = el(
      "button",
      { type: "button", disabled: is_disabled },
      change ? PRESSES[change] : "Pick another file",
    );
    press.addEventListener("click", () => {
      if (change) actions.change_data(change);
      else picker.click();
    });
    return el("div", { class: "warning" }, el("p", { class: "hint" }, sentence), press);
  };

  state.watch(["findings", "is_changing_data"], ({ findings, is_changing_data }) => {
    const had_focus = box.contains(document.activeElement);
    box.replaceChildren(...(findings ?? []).map((finding) => item(finding, is_changing_data)));
    if (had_focus && !is_changing_data) {
      (box.querySelector("button") ?? picker).focus({ preventScroll: true });
    }
  });
}
