// The first layer's weights as images: one unit's, or all of a layer. What is
// blue speaks for a unit, what is orange against it.

import { css_value, el } from "../ui/dom.js";
import * as format from "../base/format.js";
import { rgb } from "../ui/digit.js";

/** @import { ModelRef } from "../app/state.js" */

/** More images than this are a carpet. */
const MOST_IMAGES = 256;

/**
 * Units of a model's first layer, whatever the settings say by now.
 * @param {ModelRef} model
 * @returns {number} 0 where nobody knows
 */
export function first_layer_width({ summary, config }) {
  const written = config?.hidden_layers.split(/[\s,]+/).find(Boolean);
  return summary?.layers[0]?.num_outputs ?? Number(written ?? 0);
}

/**
 * A network's widths from the pixels to the classes.
 * @param {{ layers: { num_inputs: number, num_outputs: number }[] }} summary
 */
export function summary_widths({ layers }) {
  return [layers[0]?.num_inputs ?? 0, ...layers.map((layer) => layer.num_outputs)];
}

/**
 * Every unit of the first layer as an image, in the layer's order.
 * @param {HTMLElement} box
 * @param {Float32Array} weights flat; the first layer's stand first, input by input
 * @param {number} width units of the first layer
 * @param {number} side of the pictures that it reads
 */
export function draw_first_layer(box, weights, width, side) {
  const num_shown = Math.min(width, MOST_IMAGES);
  const some = num_shown < width ? `the first ${num_shown} of ` : "";
  const images = Array.from({ length: num_shown }, (_, unit) => {
    const canvas = el("canvas", { width: side, height: side });
    paint_weights(canvas, weights, width, unit, side);
    return canvas;
  });
  box.replaceChildren(
    el("h3", {}, "What the first layer looks for"),
    el(
      "div",
      {
        class: "weights-grid",
        role: "img",
        "aria-label": `Weights of ${some}${format.counted(width, "unit")} of the first layer as images`,
      },
      ...images,
    ),
    el(
      "p",
      { class: "hint" },
      `The weights of ${some}${format.counted(width, "unit")}, one image each: blue pixels speak for a unit, ` +
        "orange ones against it. Strokes and edges were learned; noise was not needed, or not yet.",
    ),
  );
}

/**
 * A unit's weights, one a pixel: blue for positive, orange for negative, paper for none.
 * @param {HTMLCanvasElement} canvas
 * @param {Float32Array} weights flat; the first layer's stand first, input by input
 * @param {number} width units of the first layer
 * @param {number} unit
 * @param {number} side of the pictures that it reads
 */
export function paint_weights(canvas, weights, width, unit, side) {
  const context = canvas.getContext("2d");
  if (!context) return;
  const num_pixels = side * side;
  const image = context.createImageData(side, side);
  const paper = rgb(css_value("--paper"));
  const plus = rgb(css_value("--train"));
  const minus = rgb(css_value("--valid"));
  let most = 1e-9;
  for (let i = 0; i < num_pixels; i++) {
    most = Math.max(most, Math.abs(weights[i * width + unit] ?? 0));
  }
  for (let i = 0; i < num_pixels; i++) {
    const value = (weights[i * width + unit] ?? 0) / most;
    const colour = value < 0 ? minus : plus;
    const share = Math.abs(value);
    for (let part = 0; part < 3; part++) {
      const from = paper[part] ?? 0;
      image.data[i * 4 + part] = from + ((colour[part] ?? 0) - from) * share;
    }
    image.data[i * 4 + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}
