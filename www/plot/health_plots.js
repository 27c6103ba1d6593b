// The health of a run's layers as small charts, epochs from left to right, a line a layer.

import { line_plot } from "./drawing.js";
import { line_style } from "./line_styles.js";
import { value_colours } from "./palette.js";

/** @import { LayerHealth } from "../pkg/studies/inkling.js" */
/** @import { Drawing, Series, Theme } from "./drawing.js" */

/**
 * One chart.
 * @typedef {object} HealthFigure
 * @property {string} title
 * @property {string} axis
 * @property {"linear" | "log"} scale
 * @property {(layer: LayerHealth) => number} of `NaN` where a layer has none
 */

/** What is drawn, in this order. @type {readonly HealthFigure[]} */
export const HEALTH_FIGURES = [
  {
    title: "Update / weights",
    axis: "share",
    scale: "log",
    of: ({ update_share }) => update_share,
  },
  {
    title: "Gradient",
    axis: "L2 norm",
    scale: "log",
    of: ({ gradient_norm }) => gradient_norm,
  },
  { title: "Weights", axis: "L2 norm", scale: "linear", of: ({ weight_norm }) => weight_norm },
  {
    title: "Silent units",
    axis: "%",
    scale: "linear",
    of: ({ num_silent, num_units }) => (num_units ? (100 * num_silent) / num_units : NaN),
  },
  {
    title: "Activations, mean",
    axis: "mean",
    scale: "linear",
    of: ({ activation_mean }) => activation_mean,
  },
  {
    title: "Activations, deviation",
    axis: "deviation",
    scale: "linear",
    of: ({ activation_deviation }) => activation_deviation,
  },
];

/** How the lines of layers look. @param {number} num_layers @param {boolean} is_dark */
export function layer_looks(num_layers, is_dark) {
  const colours = value_colours(num_layers, is_dark);
  return colours.map((colour, index) => ({ colour, ...line_style(index) }));
}

/**
 * @param {HealthFigure} figure
 * @param {readonly { epoch: number, layers: LayerHealth[] }[]} epochs
 * @param {{ width: number, height: number, theme: Theme, is_dark: boolean }} options
 * @returns {Drawing}
 */
export function health_plot(figure, epochs, { width, height, theme, is_dark }) {
  const { title, axis, scale, of } = figure;
  const num_layers = epochs[0]?.layers.length ?? 0;
  const is_log = scale === "log";
  /** @type {Series[]} */
  const series = layer_looks(num_layers, is_dark).map((look, at) => ({
    label: "",
    width: 1.6,
    index: at,
    ...look,
    points: epochs.map(({ epoch, layers }) => {
      const layer = layers[at];
      const value = layer ? of(layer) : NaN;
      return [epoch, is_log && value <= 0 ? NaN : value];
    }),
  }));
  const last = epochs.at(-1)?.epoch ?? 1;
  const every = Math.max(1, Math.ceil(last / 5));
  const is_share = axis === "%";
  return line_plot({
    width,
    height,
    title,
    description: `${title} of each layer over the epochs; the figures stand in the table.`,
    x: {
      label: "epoch",
      scale: "linear",
      low: 0,
      high: Math.max(1, last),
      ticks: Array.from({ length: Math.floor(last / every) + 1 }, (_, at) => at * every),
    },
    y: {
      label: axis,
      scale,
      ...(is_share && { low: 0, high: 100, ticks: [0, 25, 50, 75, 100] }),
      ...(is_log && { format: (value) => String(Number(value.toPrecision(1))) }),
    },
    series,
    size: 10,
    has_legend: false,
    theme,
  });
}
