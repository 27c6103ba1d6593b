// What stands beside a unit that is pointed at: its name, what it passes on and, in the first
// layer, the picture of its weights. Whoever listens hears the name from the unit itself.

import { el, set_text } from "../../ui/dom.js";
import { paint_weights } from "../../plot/weights_view.js";

/** @import { InsideState } from "../../app/inside.js" */
/** @import { UnitList } from "./units.js" */

/** Between a unit and what stands beside it. */
const GAP_PX = 8;

export function create_peek() {
  const words = el("span", { class: "figure" });
  const canvas = el("canvas", {});
  const element = el(
    "div",
    { class: "unit-peek", "aria-hidden": "true", hidden: true },
    words,
    canvas,
  );
  return {
    element,
    /**
     * @param {InsideState} state
     * @param {readonly UnitList[]} lists
     * @param {number} room width of the box that it stands in
     */
    show({ pointed_at: at, pointed }, lists, room) {
      const list = at ? lists[at.layer] : undefined;
      const place = at ? list?.place_of(at.unit) : undefined;
      element.hidden = !place;
      if (!at || !list || !place) return;
      set_text(words, list.name_of(at.unit));
      const is_read = pointed?.layer === 0 && at.layer === 0 && pointed.unit === at.unit;
      canvas.hidden = !is_read;
      if (is_read) {
        const side = Math.round(Math.sqrt(pointed.weights.length));
        if (canvas.width !== side) canvas.width = canvas.height = side;
        paint_weights(canvas, pointed.weights, 1, 0, side);
      }
      const { offsetWidth } = element;
      const right = place.x + place.width + GAP_PX;
      const left = right + offsetWidth <= room ? right : place.x - GAP_PX - offsetWidth;
      element.style.left = `${Math.max(0, left)}px`;
      element.style.top = `${place.y + place.height + GAP_PX}px`;
    },
  };
}
