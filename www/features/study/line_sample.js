// A piece of a value's line with its marker, as it stands beside the value's name in
// legend, table and list of runs.

import { html, svg } from "../../vendor/lit-html/lit-html.js";
import { marker_outline } from "../../plot/line_styles.js";

/** @import { ValueLook } from "../../plot/value_looks.js" */

const WIDTH = 30;
const HEIGHT = 12;
const RADIUS = 3.4;

/** Before the value's line is known. @type {ValueLook} */
const NO_LOOK = { colour: "", dash: [], marker: "circle" };

/** @param {ValueLook | undefined} look of the value */
export function line_sample(look) {
  const { colour, dash, marker } = look ?? NO_LOOK;
  const [x, y] = [WIDTH / 2, HEIGHT / 2];
  const outline = marker_outline(marker, x, y, RADIUS);
  const shape =
    outline.length > 0
      ? svg`<polygon points=${outline.join(" ")} fill=${colour}></polygon>`
      : svg`<circle cx=${x} cy=${y} r=${RADIUS} fill=${colour}></circle>`;
  return html`<svg
    class="line-sample"
    viewBox="0 0 30 12"
    width=${WIDTH}
    height=${HEIGHT}
    aria-hidden="true"
  >
    <path
      d="M0 6H30"
      stroke=${colour}
      stroke-width="2"
      stroke-dasharray=${dash.length > 0 ? dash.join(" ") : "none"}
    ></path>
    ${shape}
  </svg>`;
}
