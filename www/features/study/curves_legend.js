// The one legend of a study's four charts: a row a value, with its figures at the epoch
// pointed at. A press on a value keeps it bright.

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { capitalised } from "../../base/format.js";
import { el, set_text } from "../../ui/dom.js";
import { FIGURES } from "../../plot/series.js";
import { line_sample } from "./line_sample.js";
import { figure_words } from "./value_curves.js";

/** @import { ValueLook } from "../../plot/value_looks.js" */
/** @import { ValueCurves } from "./value_curves.js" */

/**
 * @typedef {object} LegendMoment
 * @property {ValueCurves[]} values
 * @property {readonly ValueLook[]} looks
 * @property {string} factor_name
 * @property {number | null} hovered index of the epoch pointed at
 * @property {number | null} pinned index of the value kept bright
 * @property {ReadonlySet<number>} hidden values whose lines are out of sight
 * @property {(value: number) => boolean} is_faded
 */

/**
 * @param {{ on_pin: (value: number) => void, on_hide: (value: number) => void, on_highlight: (value: number | null) => void }} listeners
 */
export function curves_legend(listeners) {
  const title = el("p", { class: "hint" });
  const table = el("table", { class: "figures-table study-legend", "aria-label": "Legend" });
  const element = el(
    "div",
    {},
    title,
    el(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "Legend, to scroll" },
      table,
    ),
  );

  return {
    element,
    /** @param {LegendMoment} moment */
    show({ values, looks, factor_name, hovered, pinned, hidden, is_faded }) {
      element.hidden = values.length === 0;
      set_text(
        title,
        hovered === null
          ? "After the last epoch so far. Point at a chart for another epoch; rings mark the best one."
          : `After epoch ${hovered + 1}.`,
      );
      const head = capitalised(factor_name);
      const rows = values.map(
        (value, index) =>
          html`<tr
            class=${is_faded(index) ? "faded" : ""}
            @pointerenter=${() => listeners.on_highlight(index)}
            @pointerleave=${() => listeners.on_highlight(null)}
          >
            <th scope="row">
              <button
                type="button"
                class="legend-value"
                aria-pressed=${String(pinned === index)}
                @click=${() => listeners.on_pin(index)}
              >
                ${[line_sample(looks[index]), value.label]}
              </button>
            </th>
            ${FIGURES.map((figure) => html`<td>${figure_words(value, figure, hovered)}</td>`)}
            <td class="legend-hide">
              <button
                type="button"
                class="quiet"
                aria-label="${hidden.has(index) ? "Show" : "Hide"} the line of ${value.label}"
                @click=${() => listeners.on_hide(index)}
              >
                ${hidden.has(index) ? "Show" : "Hide"}
              </button>
            </td>
          </tr>`,
      );
      const header = [head, ...FIGURES.map((one) => one.title)];
      render(
        values.length === 0
          ? nothing
          : html`<thead>
                <tr>
                  ${header.map((text) => html`<th scope="col">${text}</th>`)}
                  <td></td>
                </tr>
              </thead>
              <tbody>
                ${rows}
              </tbody>`,
        table,
      );
    },
  };
}
