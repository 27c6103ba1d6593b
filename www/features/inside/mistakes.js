// What the network read wrongly as of the epoch that is shown. Computes nothing.

import { draw_confusion } from "../../ui/confusion.js";
import { digit_canvas } from "../../ui/digit.js";
import { el, on_theme_change, set_text } from "../../ui/dom.js";
import * as format from "../../base/format.js";
import { class_name } from "../../base/task.js";
import { mistakes_words, read_as } from "./words.js";

/** @import { MistakesController } from "../../app/epoch_mistakes.js" */
/** @import { Subject } from "../../app/story.js" */

/**
 * @param {MistakesController} mistakes
 * @param {(mistake: Subject) => void} on_press
 */
export function create_mistakes(mistakes, on_press) {
  const { store } = mistakes;
  const told = el("p", { class: "hint", role: "status", "aria-label": "Mistakes then" });
  const list = el("ol", { class: "batch-images", "aria-label": "Wrong then, and most sure of it" });
  const table = el("table", { class: "confusion" });
  const confusion = el(
    "div",
    { class: "confusion-box", role: "region", "aria-label": "Confusion then" },
    el("p", { class: "hint" }, "Rows are what an image is, columns what it was read as."),
    table,
  );
  const element = el(
    "details",
    { class: "table-box mistakes" },
    el("summary", {}, "What it read wrongly then"),
    told,
    confusion,
    list,
  );
  element.addEventListener("toggle", () => mistakes.set_open(element.open));
  const draw = () => {
    const { found, told: why } = store.get();
    set_text(told, found ? mistakes_words(found) : why);
    confusion.hidden = found === null;
    if (found) draw_confusion(table, found.figures, found.classes, null);
    list.replaceChildren(
      ...(found?.worst ?? []).map(({ pixels, truth, said, sure }) => {
        const { classes } = found ?? { classes: [] };
        const [is, read] = [class_name(classes, truth), class_name(classes, said)];
        const name = `${read_as(classes, truth)}, read as ${read} with ${format.percent(sure, 1)}`;
        const press = el(
          "button",
          { type: "button", class: "quiet", title: "Why it reads so" },
          digit_canvas(pixels, name),
        );
        const about = "Validation part";
        press.addEventListener("click", () => on_press({ pixels, truth, about }));
        return el(
          "li",
          {},
          press,
          el("span", { class: "figure", "aria-hidden": "true" }, `${is} as ${read}`),
          el("span", { class: "figure", "aria-hidden": "true" }, format.percent(sure, 1)),
        );
      }),
    );
  };
  store.watch(["found", "told"], draw);
  on_theme_change(draw);
  return element;
}
