// A piece of a value's line with its marker, as it stands beside the value's name in
// legend, table and list of runs.

import { html, svg } from "../../vendor/lit-html/lit-html.js";
import { line_style, marker_outline } from "../../plot/line_styles.js";

const WIDTH = 30;
const HEIGHT = 12;
const RADIUS = 3.4;

/**
 * @param {number} index of the value
 * @param {string} colour
 */
export function line_sample(index, colour) {
  const { dash, marker } = line_style(index);
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
