// One unit, opened: what it looks for, how it comes to its activation, and which images make
// it fire most. Computes nothing.

import { digit_at, digit_canvas } from "../../ui/digit.js";
import { el, on_theme_change, set_text } from "../../ui/dom.js";
import { class_name } from "../../base/task.js";
import { create_unit_picture } from "./unit_picture.js";
import {
  input_name,
  product,
  read_as,
  rest_words,
  silent_words,
  sum_lines,
  unit_name,
  value,
} from "./words.js";

/** @import { InsideController, InsideState } from "../../app/inside.js" */

/** Figures follow the pen no later than this. */
const FIGURES_AFTER_MS = 150;

/**
 * @param {InsideController} inside
 * @param {() => void} on_close
 */
export function create_unit(inside, on_close) {
  const { store } = inside;
  const title = el("h3", { tabindex: -1 });
  const close = el("button", { type: "button", class: "quiet" }, "Close unit");
  const picture = create_unit_picture();
  const terms = el("ol", { class: "terms", "aria-label": "Greatest products" });
  const rest = el("p", { class: "hint" });
  const lines = el("div", { class: "sum-lines" });
  const sum = el("div", { class: "unit-sum" }, el("h4"), terms, rest, lines);
  const fires = el("div", { class: "unit-fires" });
  const element = el(
    "section",
    { class: "inside-unit", "aria-label": "Unit", hidden: true },
    el("header", { class: "inside-head" }, title, close),
    el("div", { class: "unit-parts" }, picture.element, sum, fires),
  );
  close.addEventListener("click", on_close);

  // A product's pixel is where the mouse finds it in the pictures.
  const term_at = (/** @type {Event} */ { target }) => {
    const item = target instanceof Element ? target.closest("li") : null;
    picture.mark(item?.dataset.input ? Number(item.dataset.input) : null);
  };
  terms.addEventListener("pointerover", term_at);
  terms.addEventListener("pointerleave", () => picture.mark(null));

  const write = (/** @type {InsideState} */ { unit, units, classes }) => {
    const [heading] = sum.getElementsByTagName("h4");
    if (!unit || !heading) return;
    const { layer } = unit;
    const side = Math.round(Math.sqrt(unit.widths[0] ?? 0));
    set_text(heading, layer > 0 ? "Strongest units before it" : "Its sum");
    if (!unit.sum) {
      terms.replaceChildren();
      set_text(rest, "Draw on the pad to see its sum.");
      lines.replaceChildren();
      return;
    }
    const found = unit.sum;
    const most = Math.max(1e-9, ...found.terms.map((term) => Math.abs(term.product)));
    terms.replaceChildren(
      ...found.terms.map((term) => {
        const bar = el("span", { class: "bar", "aria-hidden": "true" });
        bar.style.setProperty("--share", `${(100 * Math.abs(term.product)) / most}%`);
        return el(
          "li",
          { class: term.product < 0 ? "against" : "for", "data-input": term.input },
          el("span", {}, input_name(layer, term.input, side)),
          bar,
          " ",
          el("span", { class: "figure" }, product(term)),
        );
      }),
    );
    set_text(rest, rest_words(found));
    const said = sum_lines(found, units?.widths.at(-1) ?? classes.length, unit.activation);
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
    write(state);
  };
  store.watch(["opened"], show);
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
