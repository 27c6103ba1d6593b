// What is to be read in a study: the person's remarks first, then what Inkling wrote by
// rules, marked as such. While remarks are typed the field is the person's: what another
// tab wrote is put together with them when they are done.

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { el, set_text } from "../../ui/dom.js";

/** @import { Insight } from "../../pkg/ndarray/inkling.js" */

/**
 * @param {{ on_remarks: (text: string) => void, on_end: () => void }} listeners the latter when the person is done
 */
export function remarks_view(listeners) {
  const text = el("textarea", {
    id: "study-remarks",
    rows: 4,
    placeholder: "What do you see in the curves, and why? Your remarks stand first in the report.",
  });
  // A field that is only entered goes on showing what another tab writes: what is typed
  // next is typed on from that.
  /** Whether the person has typed since they came. */
  let is_written = false;
  text.addEventListener("input", () => {
    is_written = true;
    listeners.on_remarks(text.value);
  });
  text.addEventListener("blur", () => {
    is_written = false;
    listeners.on_end();
  });
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
  /** The study whose remarks the field holds. @type {string | null} */
  let shown = null;

  return {
    element,
    /**
     * @param {string | null} id of the study; none is open without
     * @param {string} remarks
     */
    show_remarks(id, remarks) {
      const is_typing = is_written && id === shown;
      if (id !== shown) is_written = false;
      shown = id;
      text.disabled = id === null;
      if (!is_typing && text.value !== remarks) text.value = remarks;
    },
    /**
     * @param {Insight[]} insights
     * @param {string} otherwise what to say while there are none
     */
    show_insights(insights, otherwise) {
      empty.hidden = insights.length > 0;
      set_text(empty, otherwise);
      render(insights.map(item), list);
    },
  };
}

/** @param {Insight} insight */
function item({ kind, sentence, numbers }) {
  const figures = numbers.map(
    ({ name, value }) =>
      html`<div>
        <dt>${name}</dt>
        <dd>${figure(value)}</dd>
      </div>`,
  );
  return html`<li data-kind=${kind}>
    <p>${sentence}</p>
    ${
      numbers.length > 0
        ? html`<details class="numbers">
            <summary>Numbers</summary>
            <dl>${figures}</dl>
          </details>`
        : nothing
    }
  </li>`;
}

/** @param {number} value */
function figure(value) {
  return Number.isInteger(value)
    ? value.toLocaleString("en-US")
    : String(Number(value.toPrecision(4)));
}
