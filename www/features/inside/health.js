// How healthy the layers of the run were over its epochs: a press measures, small charts show
// it, a table has the figures, and sentences say what stands out. Computes nothing.

import { el, on_theme_change, set_text, svg } from "../../ui/dom.js";
import { page_theme } from "../../ui/page_theme.js";
import { marker_outline } from "../../plot/line_styles.js";
import { HEALTH_FIGURES, health_plot, layer_looks } from "../../plot/health_plots.js";
import { svg_node } from "../../plot/svg.js";
import { create_histograms } from "./histograms.js";
import { health_sentences } from "./health_words.js";
import { norm, small, value } from "./words.js";

/** @import { HealthController, RunHealth } from "../../app/health.js" */

const HEIGHT = 150;
const LEAST_WIDTH = 200;
const GAP = 12;

const ABOUT =
  "Weights, gradients, updates and silence of each layer over the epochs, on the same training images: why a rate fails, and whether the first layers learn.";
/** @param {RunHealth} health */
const definitions = ({ num_images }) =>
  `Update / weights: how far the next step moves a layer’s weights and biases, over their size, at the learning rate in force and with what the optimiser has kept. A unit is silent on an image where it passes nothing on for it: 0 itself with ReLU, less than 0.001 in size otherwise. Counted here are those silent on each of the ${num_images} images. On a log axis a step up is a factor; 0, which has no place on it, stands at its foot. Activations are those of hidden units; of the last layer the sums before the softmax.`;

/** @param {HealthController} health */
export function create_health(health) {
  const { store } = health;
  const press = el(
    "button",
    { type: "button", "aria-describedby": "health-about" },
    "Measure health",
  );
  const about = el("p", { class: "hint", id: "health-about" }, ABOUT);
  const told = el("p", { class: "hint", role: "status", "aria-label": "Health status" });
  const says = el("ul", { class: "health-says", "aria-label": "What the layers say" });
  const key = el("ul", { class: "health-key", "aria-label": "Layers" });
  const charts = el("div", { class: "health-charts" });
  const table = el("div", {
    class: "scroll health-table",
    tabindex: 0,
    role: "region",
    "aria-label": "Health of each layer",
  });
  const defined = el("p", { class: "hint" });
  const found = el(
    "div",
    { hidden: true },
    says,
    key,
    charts,
    defined,
    create_histograms(health),
    el("details", { class: "table-box" }, el("summary", {}, "Health as a table"), table),
  );
  const element = el(
    "section",
    { class: "health", "aria-label": "Health" },
    el("header", { class: "inside-head" }, el("h3", {}, "Health")),
    el("p", { class: "buttons" }, press),
    about,
    told,
    found,
  );
  press.addEventListener("click", () => {
    if (store.get().is_measuring) health.stop();
    else void health.measure();
  });

  let drawn_width = 0;
  const draw = () => {
    const { health: measured } = store.get();
    const whole = charts.clientWidth;
    if (!measured || whole === 0) return;
    drawn_width = whole;
    const { epochs } = measured;
    const num_columns = Math.max(1, Math.floor((whole + GAP) / (LEAST_WIDTH + GAP)));
    const width = Math.floor((whole - (num_columns - 1) * GAP) / num_columns);
    const is_dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const options = { width, height: HEIGHT, theme: page_theme(), is_dark };
    const nodes = HEALTH_FIGURES.map((figure) => {
      const drawing = health_plot(figure, epochs, options);
      return svg_node(drawing, drawing.description);
    });
    charts.replaceChildren(...nodes);
    const looks = layer_looks(epochs[0]?.layers.length ?? 0, is_dark);
    key.replaceChildren(
      ...looks.map((look, at) => el("li", {}, line_sample(look), ` Layer ${at + 1}`)),
    );
  };
  const show = () => {
    const { health: measured } = store.get();
    found.hidden = measured === null;
    about.hidden = measured !== null;
    if (!measured) return;
    const sentences = health_sentences(measured);
    says.replaceChildren(...sentences.map((sentence) => el("li", {}, sentence)));
    table.replaceChildren(figures(measured));
    set_text(defined, definitions(measured));
    draw();
  };
  store.watch(["health"], show);
  store.watch(["is_measuring", "told"], ({ is_measuring, told: why }) => {
    set_text(press, is_measuring ? "Stop measuring" : "Measure health");
    set_text(told, why);
  });
  on_theme_change(draw);
  new ResizeObserver(() => {
    if (charts.clientWidth !== drawn_width) draw();
  }).observe(charts);
  return element;
}

/** A piece of a layer's line with its marker. @param {ReturnType<typeof layer_looks>[number]} look */
function line_sample({ colour, dash, marker }) {
  const corners = marker_outline(marker, 15, 6, 3.4);
  return svg(
    "svg",
    { class: "line-sample", viewBox: "0 0 30 12", width: 30, height: 12, "aria-hidden": "true" },
    svg("path", {
      d: "M0 6H30",
      stroke: colour,
      "stroke-width": 2,
      "stroke-dasharray": dash.join(" ") || "none",
    }),
    corners.length > 0
      ? svg("polygon", { points: corners.join(" "), fill: colour })
      : svg("circle", { cx: 15, cy: 6, r: 3.4, fill: colour }),
  );
}

/** @param {RunHealth} health */
function figures({ epochs }) {
  const head = [
    "Epoch",
    "Layer",
    "Weights",
    "Gradient",
    "Update / weights",
    "Silent on all",
    "Mean",
    "Deviation",
  ];
  const rows = epochs.flatMap(({ epoch, layers }) =>
    layers.map((layer, at) => {
      const { num_units, num_silent } = layer;
      const cells = [
        String(at + 1),
        norm(layer.weight_norm),
        small(layer.gradient_norm),
        small(layer.update_share),
        num_units ? `${num_silent} of ${num_units}` : "–",
        value(layer.activation_mean),
        value(layer.activation_deviation),
      ];
      const name = epoch === 0 ? "start" : String(epoch);
      return el(
        "tr",
        {},
        el("th", { scope: "row" }, name),
        ...cells.map((cell) => el("td", {}, cell)),
      );
    }),
  );
  return el(
    "table",
    { class: "figures-table" },
    el("caption", { class: "unseen" }, "Health of each layer after each epoch; norms are L2"),
    el("thead", {}, el("tr", {}, ...head.map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, ...rows),
  );
}
