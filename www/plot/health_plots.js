// The health of a run's layers as small charts, epochs from left to right, a line a layer.

import { line_plot } from "./drawing.js";
import { line_style } from "./line_styles.js";
import { value_colours } from "./palette.js";
import { log_ticks } from "./series.js";

/** @import { LayerHealth } from "../pkg/studies/inkling.js" */
/** @import { Axis } from "./axes.js" */
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
    title: "Silent on all images",
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

/** Between 0 and the least of the rest, as a share of what these span. */
const GAP_ABOVE_ZERO = 0.2;

/** A tick’s figure, short enough for a small chart: `20,000`, `3e6`, `1e-5`. @param {number} value */
export function tick_words(value) {
  const size = Math.abs(value);
  const figure = Number(value.toPrecision(3));
  if (size !== 0 && (size < 1e-4 || size >= 1e5)) {
    return figure.toExponential().replace("e+", "e");
  }
  return figure.toLocaleString("en-GB", { maximumSignificantDigits: 3 });
}

/**
 * A log axis around values. 0 has no place on it: where there is one it stands at the foot,
 * below a gap, and the tick there says so.
 * @param {string} label
 * @param {readonly number[]} values
 * @returns {{ axis: Axis, foot: number }} where a 0 is to be drawn; `NaN` where there is none
 */
function log_axis(label, values) {
  const above = values.filter((value) => value > 0);
  const axis = { label: `${label}, log`, scale: /** @type {const} */ ("log"), format: tick_words };
  if (!values.includes(0)) return { axis, foot: NaN };
  const [low, high] = above.length ? [Math.min(...above), Math.max(...above)] : [1, 1];
  const decades = Math.max(1, Math.log10(high / low));
  const foot = low / 10 ** (GAP_ABOVE_ZERO * decades);
  const ticks = [foot, ...(above.length ? log_ticks(low, high) : [])];
  const format = (/** @type {number} */ value) => (value === foot ? "0" : tick_words(value));
  return { axis: { ...axis, low: foot, high, ticks, format }, foot };
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
  const values = epochs.flatMap(({ layers }) => layers.map(of));
  const { axis: log, foot } = log_axis(axis, values);
  /** @type {Series[]} */
  const series = layer_looks(num_layers, is_dark).map((look, at) => ({
    label: "",
    width: 1.6,
    index: at,
    ...look,
    points: epochs.map(({ epoch, layers }) => {
      const layer = layers[at];
      const value = layer ? of(layer) : NaN;
      return [epoch, is_log && value === 0 ? foot : value];
    }),
  }));
  const last = epochs.at(-1)?.epoch ?? 1;
  const every = Math.max(1, Math.ceil(last / 5));
  const is_share = axis === "%";
  return line_plot({
    width,
    height,
    title,
    description: `${title} of each layer over the epochs${is_log ? ", on a log axis" : ""}; the figures stand in the table.`,
    x: {
      label: "epoch",
      scale: "linear",
      low: 0,
      high: Math.max(1, last),
      ticks: Array.from({ length: Math.floor(last / every) + 1 }, (_, at) => at * every),
    },
    y: is_log
      ? log
      : {
          label: axis,
          scale,
          format: tick_words,
          ...(is_share && { low: 0, high: 100, ticks: [0, 25, 50, 75, 100] }),
        },
    series,
    size: 10,
    has_legend: false,
    theme,
  });
}
