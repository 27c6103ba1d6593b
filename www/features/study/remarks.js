// What is to be read in a study: the person's remarks first, then what Inkling
// wrote by rules, marked as such.

import { el } from "../../ui/dom.js";

/** @import { Insight } from "../../pkg/ndarray/inkling.js" */

/** @param {{ on_remarks: (text: string) => void }} listeners */
export function remarks_view(listeners) {
  const text = el("textarea", {
    id: "study-remarks",
    rows: 4,
    placeholder: "What do you see in the curves, and why? Your remarks stand first in the report.",
  });
  text.addEventListener("input", () => listeners.on_remarks(text.value));
  const list = el("ul", { class: "insights" });
  const empty = el("p", { class: "hint" });
  const element = el(
    "div",
    { class: "insights-box" },
    el("div", { class: "field" }, el("label", { for: "study-remarks" }, "Your remarks"), text),
    el(
      "h3",
      { class: "by-inkling" },
      "Written by Inkling",
      el(
        "span",
        { class: "hint" },
        " by rules from the figures; check it before you hand it in as yours",
      ),
    ),
    list,
    empty,
  );

  return {
    element,
    /**
     * @param {Insight[]} insights
     * @param {string} remarks
     * @param {string} otherwise what to say while there are none
     */
    show(insights, remarks, otherwise) {
      // What is being typed must not be taken from under the hands.
      if (document.activeElement !== text && text.value !== remarks) text.value = remarks;
      empty.hidden = insights.length > 0;
      empty.textContent = otherwise;
      list.replaceChildren(
        ...insights.map((insight) => {
          const item = el("li", { "data-kind": insight.kind }, el("p", {}, insight.sentence));
          if (insight.numbers.length > 0) {
            item.append(
              el(
                "details",
                { class: "numbers" },
                el("summary", {}, "Numbers"),
                el(
                  "dl",
                  {},
                  ...insight.numbers.map(({ name, value }) =>
                    el("div", {}, el("dt", {}, name), el("dd", {}, figure(value))),
                  ),
                ),
              ),
            );
          }
          return item;
        }),
      );
    },
  };
}

/** @param {number} value */
function figure(value) {
  return Number.isInteger(value)
    ? value.toLocaleString("en-US")
    : String(Number(value.toPrecision(4)));
}
