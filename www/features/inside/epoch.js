// One epoch, looked at: a press, and what it made of each layer and of the validation part.
// Computes nothing.

import { el, set_text } from "../../ui/dom.js";
import { term } from "../../ui/term.js";
import { epoch_look_words, norm, small } from "./words.js";

/** @import { OneEpochController } from "../../app/one_epoch.js" */
/** @import { EpochLook } from "../../worker/one_epoch.js" */

/** @param {OneEpochController} epoch */
export function create_epoch(epoch) {
  const { store } = epoch;
  const press = el(
    "button",
    { type: "button", "aria-describedby": "one-batch-about" },
    "One epoch",
  );
  const stop = el("button", { type: "button", hidden: true }, "Stop the epoch");
  const told = el("p", { class: "hint", role: "status", "aria-label": "Epoch status" });
  const found = el("div", { class: "step-found" });
  press.addEventListener("click", () => void epoch.train());
  stop.addEventListener("click", () => {
    epoch.stop();
    press.focus({ preventScroll: true });
  });
  store.watch(["is_training", "told", "look"], (state) => {
    const { is_training, told: why, look, num_epochs, origin } = state;
    // Not disabled: the keyboard's place stays, and a press meanwhile does nothing.
    press.setAttribute("aria-busy", String(is_training));
    if (!is_training && document.activeElement === stop) press.focus({ preventScroll: true });
    stop.hidden = !is_training;
    set_text(told, why || (look ? epoch_look_words(look, num_epochs, origin) : ""));
  });
  store.watch(["look"], ({ look }) => found.replaceChildren(...(look ? figures(look) : [])));
  return { press, stop, told, found };
}

/** @param {EpochLook} look */
function figures({ layers, num_measured }) {
  const cell = (/** @type {string} */ text) => el("td", {}, text);
  const rows = layers.map(({ moved, before, after }, at) => {
    const silent = `${before.num_silent} → ${after.num_silent} of ${after.num_units}`;
    return el(
      "tr",
      {},
      el("th", { scope: "row" }, `Layer ${at + 1}`),
      cell(`${norm(before.weight_norm)} → ${norm(after.weight_norm)}`),
      cell(small(moved)),
      cell(`${small(before.gradient_norm)} → ${small(after.gradient_norm)}`),
      cell(after.num_units ? silent : "–"),
    );
  });
  const head = ["Layer", "Weights, before → after", "Moved / weights", "Gradient", "Silent on all"];
  return [
    el(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "Epoch by layer" },
      el(
        "table",
        { class: "figures-table" },
        el("caption", { class: "unseen" }, "Each layer before and after this epoch; L2 norms"),
        el("thead", {}, el("tr", {}, ...head.map((name) => el("th", { scope: "col" }, name)))),
        el("tbody", {}, ...rows),
      ),
    ),
    el(
      "p",
      { class: "hint" },
      term("L2 norms", "l2_norm"),
      `; gradient and units silent on all of ${num_measured} training images, dropout off. Moved / weights is the whole way of the epoch.`,
    ),
  ];
}
