// One unit, opened: what it looks for, how it comes to its activation, and which images make
// it fire most. Computes nothing.

import { digit_at, digit_canvas } from "../../ui/digit.js";
import { el, on_theme_change, set_text } from "../../ui/dom.js";
import { class_name } from "../../base/task.js";
import { create_unit_picture } from "./unit_picture.js";
import { create_terms } from "./terms.js";
import { rest_words, sum_lines } from "./sum_words.js";
import { read_as, silent_words, unit_name, value } from "./words.js";

/** @import { InsideController, InsideState, UnitPlace } from "../../app/inside.js" */

/** Figures follow the pen no later than this. */
const FIGURES_AFTER_MS = 150;

/**
 * @param {InsideController} inside
 * @param {() => void} on_close
 * @param {(place: UnitPlace) => void} on_open another one, which it hears
 */
export function create_unit(inside, on_close, on_open) {
  const { store } = inside;
  const title = el("h3", { tabindex: -1 });
  const back = el("button", { type: "button", class: "quiet back" });
  const close = el("button", { type: "button", class: "quiet" }, "Close unit");
  const picture = create_unit_picture();
  /** The units by which a person came to the one that is opened. @type {UnitPlace[]} */
  let trail = [];
  /** @param {UnitPlace} place @param {UnitPlace[]} by */
  const go_to = (place, by) => {
    on_open(place);
    trail = by;
    show();
  };
  const terms = create_terms({
    on_open(place) {
      const { opened, unit } = store.get();
      // Until the opened one has been read the terms are another's.
      if (opened && unit) go_to(place, [...trail, opened]);
    },
    on_point: (place) => inside.point_at(place),
    // A product's pixel is where the mouse finds it in the pictures.
    on_pixel: (input) => picture.mark(input),
  });
  const rest = el("p", { class: "hint" });
  const lines = el("div", { class: "sum-lines" });
  const sum = el("div", { class: "unit-sum" }, el("h4"), terms.element, rest, lines);
  const fires = el("div", { class: "unit-fires" });
  const element = el(
    "section",
    { class: "inside-unit", "aria-label": "Unit", hidden: true },
    el("header", { class: "inside-head" }, title, close),
    back,
    el("div", { class: "unit-parts" }, picture.element, sum, fires),
  );
  close.addEventListener("click", on_close);
  back.addEventListener("click", () => {
    const last = trail.at(-1);
    if (last) go_to(last, trail.slice(0, -1));
  });

  const write = (/** @type {InsideState} */ { unit }) => {
    const [heading] = sum.getElementsByTagName("h4");
    if (!unit || !heading) return;
    const { layer } = unit;
    const side = Math.round(Math.sqrt(unit.widths[0] ?? 0));
    set_text(heading, layer > 0 ? "Strongest units before it" : "Its sum");
    const found = unit.sum;
    terms.show(layer, found?.terms ?? [], side);
    set_text(rest, found ? rest_words(found) : "Draw on the pad to see its sum.");
    const said = found ? sum_lines(found, unit.activation) : [];
    lines.replaceChildren(...said.map((line) => el("p", { class: "figure" }, line)));
  };

  const show_fires = (/** @type {InsideState} */ { opened, survey, survey_told, units }) => {
    if (!opened || !units) return;
    if (!survey) {
      fires.replaceChildren(el("p", { class: "hint" }, survey_told));
      return;
    }
    const { found, about, rows, pixels, labels, classes } = survey;
    const before = units.widths.slice(1, opened.layer + 1);
    const at = before.reduce((total, width) => total + width, 0) + opened.unit;
    const is_output = opened.layer + 2 === units.widths.length;
    const size = units.widths[0] ?? 0;
    const images = [];
    for (let place = at * found.num_kept; place < (at + 1) * found.num_kept; place++) {
      const sampled = rows.indexOf(found.rows[place] ?? -1);
      if (sampled < 0) continue;
      const activation = value(found.activations[place] ?? 0);
      const label = labels[sampled];
      const true_class = label === undefined ? "" : class_name(classes, label);
      const name = `${true_class && read_as(classes, label ?? 0)}, activation ${activation}`;
      const canvas = digit_canvas(digit_at(pixels, sampled, size), name.replace(/^, /, ""));
      images.push(el("li", {}, canvas, el("span", { class: "figure" }, activation)));
    }
    fires.replaceChildren(
      el("h4", {}, "What makes it fire most"),
      el("ol", { class: "strongest", "aria-label": "Images that make it fire most" }, ...images),
      el(
        "p",
        { class: "hint" },
        is_output
          ? `Of ${about}.`
          : silent_words(found.num_silent[at] ?? 0, found.num_images, about),
      ),
    );
  };

  let showing = 0;
  const show = () => {
    clearTimeout(showing);
    showing = 0;
    const state = store.get();
    const { opened, unit, units, classes } = state;
    element.hidden = opened === null;
    picture.show(opened && unit);
    if (!opened) return;
    const is_output = units !== null && opened.layer + 2 === units.widths.length;
    const read = is_output ? read_as(classes, opened.unit) : "";
    set_text(title, unit_name(opened, unit?.sum?.activation ?? null, read));
    const last = trail.at(-1);
    back.hidden = !last;
    set_text(back, last ? `Back to ${unit_name(last, null).replace(/^U/, "u")}` : "");
    write(state);
  };
  store.watch(["opened"], () => {
    // Whoever opens one in the drawing, or none, goes another way.
    trail = [];
    show();
  });
  store.watch(["unit", "classes"], ({ opened, unit }) => {
    // Figures that change with every move of the pen nobody reads.
    if (opened && unit) showing ||= setTimeout(show, FIGURES_AFTER_MS);
  });
  store.watch(["opened", "survey", "survey_told"], show_fires);
  on_theme_change(() => {
    picture.show(store.get().unit, true);
    show_fires(store.get());
  });
  return {
    element,
    /** The keyboard's place goes to what was opened, which comes into sight. */
    focus() {
      title.focus({ preventScroll: true });
      element.scrollIntoView({ block: "nearest" });
    },
  };
}
