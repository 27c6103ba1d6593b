// Part 2, the network's drawing: columns of units as the plan has them, with
// widths, parameter counts and marks for normalisation and dropout. A click on
// a first-layer unit shows what it looks for, once there are weights.

import { by_id, el, on_theme_change, set_text, svg } from "../../ui/dom.js";
import * as format from "../../base/format.js";
import { choice_words, listed } from "../../base/settings.js";
import { class_noun, task_of } from "../../base/task.js";
import { first_layer_width, paint_weights, summary_widths } from "../../plot/weights_view.js";
import { num_members } from "../../app/members.js";
import { model_task } from "../../app/state.js";
import { other_network } from "./shape.js";

/** @import { DataSummary, PlanSummary } from "../../pkg/ndarray/inkling.js" */
/** @import { Actions } from "../../app/actions.js" */
/** @import { Settings } from "../../base/settings.js" */
/** @import { PageState, View } from "../../app/state.js" */

const WIDTH = 320;
const HEIGHT = 132;
const TOP = 18;
const BOTTOM = 104;
/** More circles than this only make a grey bar. */
const MOST_UNITS = 9;

/**
 * @param {View<PageState>} state
 * @param {Pick<Actions, "weights">} actions
 */
export function create_network_view(state, actions) {
  const drawing = by_id("drawing", HTMLElement);
  const lead = by_id("network-lead", HTMLElement);

  state.watch(["plan"], ({ plan, config, data }) => {
    if (!plan) return;
    drawing.replaceChildren(draw(plan, config, outputs_of(data, plan), (unit) => void pick(unit)));
  });
  state.watch(["plan", "model"], ({ plan, model }) => {
    if (!plan) return;
    const widths = summary_widths(plan);
    const words = `${widths.join(" → ")} · ${format.counted(plan.num_parameters, "parameter")}`;
    set_text(lead, `${words}${other_network(model, widths)}`);
  });
  // A picture of weights is of the model before.
  state.watch(["model"], () => drawing.querySelector(".weights")?.remove());

  /** @param {number} unit */
  const pick = async (unit) => {
    drawing.querySelector(".weights")?.remove();
    const { model } = state.get();
    const box = el("div", { class: "weights" });
    drawing.append(box);
    const weights = model ? await actions.weights().catch(() => null) : null;
    if (state.get().model !== model) return;
    if (!model || !weights) {
      box.append(el("p", {}, "Train first: then a click on a unit shows what it looks for."));
      return;
    }
    if (num_members(model) > 1) {
      const why = "A committee is several networks: open one of its runs to see its units.";
      box.append(el("p", {}, why));
      return;
    }
    const width = first_layer_width(model);
    const { side } = model_task(model);
    if (!Number.isInteger(width) || width < 1 || weights.length < side * side * width) return;
    if (unit >= width) {
      const units = format.counted(width, "unit");
      box.append(el("p", {}, `The trained model has ${units} here. Train to see this one.`));
      return;
    }
    const canvas = el("canvas", { width: side, height: side, role: "img" });
    canvas.setAttribute("aria-label", `Weights of unit ${unit + 1} as an image`);
    paint_weights(canvas, weights, width, unit, side);
    box.append(
      canvas,
      el(
        "p",
        {},
        `Unit ${unit + 1} of ${width}: blue pixels speak for it, orange ones against it.`,
      ),
    );
  };

  on_theme_change(() => drawing.querySelector(".weights")?.remove());
}

/**
 * @param {PlanSummary} plan
 * @param {Settings} config
 * @param {string} outputs what the last layer's units are
 * @param {(unit: number) => void} pick
 */
function draw(plan, config, outputs, pick) {
  const widths = summary_widths(plan);
  const side = Math.round(Math.sqrt(widths[0] ?? 0));
  const step = (WIDTH - 56) / (widths.length - 1);
  const columns = widths.map((width, at) => ({
    width,
    x: 28 + at * step,
    ys: unit_places(width, at),
  }));
  const picture = svg("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    role: "group",
    "aria-label": describe(plan, config, outputs),
  });

  const last = columns.length - 1;
  for (let at = 0; at < last; at++) {
    const from = columns[at];
    const to = columns[at + 1];
    if (!from || !to) continue;
    const lines = from.ys.flatMap((y) => to.ys.map((z) => `M${from.x} ${y}L${to.x} ${z}`));
    picture.append(svg("path", { class: "links", d: lines.join("") }));
  }

  columns.forEach(({ width, x, ys }, at) => {
    if (at === 0) {
      picture.append(svg("rect", { class: "unit input", x: x - 13, y: 46, width: 26, height: 26 }));
      for (let line = 1; line < 4; line++) {
        const shift = line * 6.5;
        const d = `M${x - 13} ${46 + shift}h26M${x - 13 + shift} 46v26`;
        picture.append(svg("path", { class: "links", d }));
      }
    } else {
      const radius = ys.length > 8 ? 3.6 : 4.2;
      ys.forEach((y, unit) => {
        const circle = svg("circle", { class: "unit", cx: x, cy: y, r: radius });
        if (at === 1 && last > 1) {
          // The circles stand for units spread evenly over the layer.
          const index = Math.round((unit * (width - 1)) / Math.max(1, ys.length - 1));
          circle.classList.add("pick");
          circle.setAttribute("tabindex", "0");
          circle.setAttribute("role", "button");
          circle.setAttribute("aria-label", `Unit ${index + 1} of the first hidden layer`);
          circle.addEventListener("click", () => pick(index));
          circle.addEventListener("keydown", (event) => {
            if (event.key !== "Enter" && event.key !== " ") return;
            event.preventDefault();
            pick(index);
          });
        }
        picture.append(circle);
      });
    }
    picture.append(svg("text", { x, y: 11 }, at === 0 ? `${side} × ${side}` : format.count(width)));
    const layer = plan.layers[at - 1];
    const under = layer ? format.compact(layer.num_parameters) : "pixels";
    picture.append(svg("text", { class: "minor", x, y: 119 }, under));
    const kind = at === 0 ? "" : at === last ? outputs : choice_words("activation", config);
    // With many columns the words would run into each other.
    if (kind && columns.length <= 6)
      picture.append(svg("text", { class: "minor", x, y: 131 }, kind));
  });

  for (let at = 1; at < last; at++) {
    const x = columns[at]?.x ?? 0;
    const span = Math.min(12, step / 4);
    if (config.layer_norm) {
      const mark = { class: "norm", x1: x - span, x2: x - span, y1: TOP, y2: BOTTOM };
      picture.append(svg("line", mark, svg("title", {}, "Layer normalisation")));
    }
    if (config.dropout > 0) {
      const mark = { class: "drop-mark", x1: x + span, x2: x + span, y1: TOP, y2: BOTTOM };
      picture.append(svg("line", mark, svg("title", {}, `Dropout ${config.dropout}`)));
    }
  }
  return picture;
}

/**
 * Heights of the circles of a layer; wider layers get more, on a log scale.
 * @param {number} width
 * @param {number} at column
 */
function unit_places(width, at) {
  if (at === 0) return [50, 56, 62, 68];
  const shown = Math.min(width, MOST_UNITS, Math.max(3, Math.round(1.5 * Math.log2(width + 1))));
  const most = width === 10 ? 10 : shown;
  const gap = Math.min(12, (BOTTOM - TOP - 8) / Math.max(1, most - 1));
  const middle = (TOP + BOTTOM) / 2 - 2;
  return Array.from({ length: most }, (_, i) => middle + (i - (most - 1) / 2) * gap);
}

/**
 * What the last layer's units are, in a word: of the data that the plan is for.
 * @param {DataSummary | null} data
 * @param {PlanSummary} plan
 */
function outputs_of(data, plan) {
  const { classes } = task_of(data);
  const is_of_data = plan.layers.at(-1)?.num_outputs === classes.length;
  return is_of_data && class_noun(classes) === "class" ? "classes" : "digits";
}

/**
 * @param {PlanSummary} plan
 * @param {Settings} config
 * @param {string} outputs what the last layer's units are
 */
function describe(plan, config, outputs) {
  const hidden = plan.layers.slice(0, -1).map((layer) => layer.num_outputs);
  const extras = [
    config.activation === "relu" ? "" : choice_words("activation", config),
    config.layer_norm ? "layer normalisation" : "",
    config.dropout > 0 ? `dropout ${config.dropout}` : "",
  ].filter(Boolean);
  const with_extras = extras.length ? ` with ${listed(extras)}` : "";
  return (
    `The network: ${plan.layers[0]?.num_inputs} pixels, hidden layers of ${hidden.join(" and ") || "no"} units${with_extras}, ` +
    `${plan.layers.at(-1)?.num_outputs} ${outputs}, ${format.counted(plan.num_parameters, "parameter")} in all`
  );
}
