// The loss of a range test against its rates, which grow tenfold by tenfold: what was
// measured, faint; smoothed; where it falls steeply, thick; and the rates proposed.

import { legend_rows, stacked } from "./arrange.js";
import { PRINT, line_plot } from "./drawing.js";

/** @import { RateReading } from "../pkg/ndarray/inkling.js" */
/** @import { Drawing, Series, Theme } from "./drawing.js" */

/** Above so many times the first loss nothing is to be seen but that it went up. */
const MOST = 1.4;

/** The rates that a test goes through. */
const ENDS = [1e-5, 10];

/** At each tenfold; every other one is written beside it, for small rates are long. */
const TICKS = [1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10];

/**
 * @param {RateReading} reading
 * @param {{ width: number, height: number, theme?: Theme }} options
 * @returns {Drawing}
 */
export function rate_plot({ points, found }, { width, height, theme = PRINT }) {
  const most = MOST * (points[0]?.loss ?? 1);
  /** @param {(point: RateReading["points"][number]) => number} figure @returns {[number, number][]} */
  const line = (figure) =>
    points.map((point) => [point.rate, figure(point) > most ? Number.NaN : figure(point)]);
  const smoothed = line((point) => point.smoothed_loss);
  const is_steep = (/** @type {number} */ rate) =>
    found !== undefined && rate >= found.steep_from && rate <= found.steep_to;
  const height_at = (/** @type {number} */ rate) => {
    const point = points.find((one) => one.rate >= rate) ?? points[points.length - 1];
    return point?.smoothed_loss ?? Number.NaN;
  };
  const rates = found?.rates ?? [];
  const description = found
    ? `Loss against the learning rate. It falls steeply between ${short(found.steep_from)} and ${short(found.steep_to)}; proposed are ${rates.join(", ")}.`
    : "Loss against the learning rate, as it grows.";
  /** @type {Series[]} */
  const series = [
    { label: "each batch", colour: theme.grid, width: 1, points: line((point) => point.loss) },
    { label: "smoothed", colour: theme.train, width: 1.6, points: smoothed },
    {
      label: "falls steeply",
      colour: theme.valid,
      width: 4,
      points: smoothed.filter(([rate]) => is_steep(rate)),
    },
    {
      label: "proposed",
      colour: theme.ink,
      width: 0,
      points: rates.map((rate) => [rate, height_at(rate)]),
      has_dots: true,
      titles: rates.map(String),
    },
  ];
  const plot = line_plot({
    width,
    height,
    title: "",
    description,
    x: {
      label: "learning rate (log scale)",
      scale: "log",
      low: ENDS[0],
      high: ENDS[1],
      ticks: TICKS,
      format: (value) => (TICKS.indexOf(value) % 2 === 0 ? String(value) : ""),
    },
    y: { label: "loss of a batch", scale: "linear" },
    series,
    has_legend: false,
    theme,
  });
  // What has not been found is not explained either.
  const explained = series.filter(({ points: own }) => own.length > 0);
  return stacked([plot, legend_rows("", explained, width, theme)], description);
}

/** @param {number} rate */
const short = (rate) => String(Number(rate.toPrecision(2)));
