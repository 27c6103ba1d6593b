// One unit, opened: what it looks for, how it comes to its activation, and which images make
// it fire most. Computes nothing.

import { digit_at, digit_canvas } from "../../ui/digit.js";
import { el, on_theme_change, set_text } from "../../ui/dom.js";
import { class_name } from "../../base/task.js";
import { paint_weights } from "../../plot/weights_view.js";
import {
  input_name,
  product,
  read_as,
  rest_words,
  silent_words,
  sum_lines,
  unit_name,
  value,
  weight_value,
  weights_words,
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
  const picture = el("div", { class: "unit-picture" });
  const terms = el("ol", { class: "terms", "aria-label": "Greatest products" });
  const rest = el("p", { class: "hint" });
  const lines = el("div", { class: "sum-lines" });
  const sum = el("div", { class: "unit-sum" }, el("h4"), terms, rest, lines);
  const fires = el("div", { class: "unit-fires" });
  const element = el(
    "section",
    { class: "inside-unit", "aria-label": "Unit", hidden: true },
    el("header", { class: "inside-head" }, title, close),
    el("div", { class: "unit-parts" }, picture, sum, fires),
  );
  close.addEventListener("click", on_close);

  /** The weights that are painted. @type {Float32Array | null} */
  let painted = null;
  const paint = (/** @type {InsideState} */ { unit }) => {
    if (!unit || unit.layer > 0) {
      picture.replaceChildren();
      painted = null;
      return;
    }
    // While the pen moves the weights stay as they are.
    if (painted && painted.every((weight, at) => weight === unit.weights[at])) return;
    painted = unit.weights;
    const side = Math.round(Math.sqrt(unit.weights.length));
    const canvas = el("canvas", { width: side, height: side, role: "img" });
    const said = weights_words(unit.weights, side);
    canvas.ariaLabel = `Weights of unit ${unit.unit + 1}, one a pixel: ${said}`;
    paint_weights(canvas, unit.weights, 1, 0, side);
    const most = unit.weights.reduce((top, weight) => Math.max(top, Math.abs(weight)), 0);
    picture.replaceChildren(
      el("h4", {}, "What it looks for"),
      canvas,
      el(
        "p",
        { class: "weights-legend hint" },
        el("span", { class: "plain" }, weight_value(-most)),
        el("span", { class: "scale", "aria-hidden": "true" }),
        el("span", { class: "plain" }, weight_value(most)),
      ),
      el("p", { class: "hint" }, "Its weights: ink on blue speaks for it, on orange against it."),
    );
  };

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
    terms.replaceChildren(
      ...found.terms.map((term) =>
        el(
          "li",
          {},
          el("span", {}, input_name(layer, term.input, side)),
          " ",
          el("span", { class: "figure" }, product(term)),
        ),
      ),
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
    if (!opened) return;
    const is_output = units !== null && opened.layer + 2 === units.widths.length;
    const read = is_output ? read_as(classes, opened.unit) : "";
    set_text(title, unit_name(opened, unit?.sum?.activation ?? null, read));
    paint(state);
    write(state);
  };
  store.watch(["opened"], show);
  store.watch(["unit", "classes"], ({ opened, unit }) => {
    // Figures that change with every move of the pen nobody reads.
    if (opened && unit) showing ||= setTimeout(show, FIGURES_AFTER_MS);
  });
  store.watch(["opened", "survey", "survey_told"], show_fires);
  on_theme_change(() => {
    painted = null;
    paint(store.get());
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
