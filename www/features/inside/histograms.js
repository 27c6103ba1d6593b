// Where a layer's weights, gradient and activations lie at a moment of the run, as histograms:
// drawn once they are opened. Computes nothing.

import { el, on_theme_change } from "../../ui/dom.js";
import { page_theme } from "../../ui/page_theme.js";
import { histogram_plot } from "../../plot/histogram_plot.js";
import { svg_node } from "../../plot/svg.js";
import { small } from "./words.js";

/** @import { MeasuredLayer } from "../../pkg/studies/inkling.js" */
/** @import { HealthController } from "../../app/health.js" */

const HEIGHT = 110;
const LEAST_WIDTH = 200;
const GAP = 12;

/** @type {readonly ["weights" | "gradient" | "activations", string][]} */
const KINDS = [
  ["weights", "Weights"],
  ["gradient", "Gradient"],
  ["activations", "Activations"],
];

/** @param {HealthController} health */
export function create_histograms({ store }) {
  const chosen = el("select", { id: "histograms-of" });
  const charts = el("div", { class: "histograms" });
  const element = el(
    "details",
    { class: "table-box" },
    el("summary", {}, "Histograms"),
    el("p", { class: "buttons" }, el("label", { for: "histograms-of" }, "Histograms of"), chosen),
    charts,
  );

  let listed = "";
  const list = () => {
    const epochs = (store.get().health?.epochs ?? []).map(({ epoch }) => epoch);
    if (epochs.join() === listed) return;
    // The newest, unless another is looked at.
    const is_newest = chosen.selectedIndex === chosen.options.length - 1;
    const { value } = chosen;
    listed = epochs.join();
    chosen.replaceChildren(
      ...epochs.map((epoch) =>
        el("option", { value: epoch }, epoch === 0 ? "the start" : `epoch ${epoch}`),
      ),
    );
    const stands = !is_newest && epochs.includes(Number(value));
    chosen.value = stands ? value : String(epochs.at(-1) ?? "");
  };

  let drawn_width = 0;
  const draw = () => {
    const whole = charts.clientWidth;
    const { health } = store.get();
    const found = health?.epochs.find(({ epoch }) => String(epoch) === chosen.value);
    const layers = found?.measured ?? [];
    if (!element.open || whole === 0) return;
    drawn_width = whole;
    const num_columns = whole >= 3 * LEAST_WIDTH + 2 * GAP ? 3 : 1;
    const width = Math.floor((whole - (num_columns - 1) * GAP) / num_columns);
    charts.replaceChildren(...layers.flatMap((layer, at) => row(layer, at, layers.length, width)));
  };
  const show = () => {
    list();
    draw();
  };
  store.watch(["health"], show);
  chosen.addEventListener("change", draw);
  element.addEventListener("toggle", draw);
  on_theme_change(draw);
  new ResizeObserver(() => {
    if (charts.clientWidth !== drawn_width) draw();
  }).observe(charts);
  return element;
}

/** With the sign that stands for below 0. @param {number} number */
const signed = (number) => small(number).replace(/^-/, "−");

/**
 * @param {MeasuredLayer} layer
 * @param {number} at
 * @param {number} num_layers
 * @param {number} width of each
 */
function row(layer, at, num_layers, width) {
  const theme = page_theme();
  return KINDS.map(([kind, name]) => {
    const of = kind === "activations" && at + 1 === num_layers ? "Sums" : name;
    const title = `${of} of layer ${at + 1}`;
    const options = { width, height: HEIGHT, title, format: signed, theme };
    const drawing = histogram_plot(layer[kind], options);
    return svg_node(drawing, drawing.description);
  });
}
