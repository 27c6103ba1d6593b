// The two charts as pictures: an SVG written from the figures, always in light colours
// for paper, and a PNG painted from that SVG.

import { chart_columns, curve_data, last_epoch, y_range } from "./curve_data.js";
import { describe_curve } from "./curve_words.js";
import { short_description } from "../../base/settings.js";
import { look_at, marker_path, pin_colour } from "../../plot/pins.js";
import * as format from "../../base/format.js";
import { best_record } from "../../plot/series.js";

/** @import { EpochRecord } from "../../pkg/ndarray/inkling.js" */
/** @import { RunState } from "../../app/state.js" */
/** @import { Column, CurveData, Kind } from "./curve_data.js" */
/** @import { PinnedRun } from "./pinned.js" */

/**
 * What the charts show.
 * @typedef {object} Shown
 * @property {RunState} run
 * @property {readonly PinnedRun[]} pinned with lines of their own
 * @property {boolean} is_log
 */

const WIDTH = 960;
const PANEL = 300;
const LEFT = 64;
const RIGHT = 96;
const HEAD = 72;
const GAP = 60;
const LEGEND_LINE = 20;
const TRAIN = "#1a5fd0";
const VALID = "#b54a00";
const SOFT = "#55606c";
const FAINT = "#e6e9ec";

/**
 * @param {Shown} shown
 * @returns {string} a whole SVG document
 */
export function curves_svg({ run, pinned, is_log }) {
  const data = curve_data(run, pinned);
  const head = HEAD + pinned.length * LEGEND_LINE;
  const height = head + 2 * PANEL + GAP + 40;
  const num_epochs = last_epoch(run, pinned, 1);
  const result = run.result
    ? ` · validation accuracy ${format.percent(run.result.validation_accuracy)}`
    : "";
  const title = run.config
    ? `${run.data_name} · ${short_description(run.config)}${result}`
    : "Runs compared";
  const described = /** @type {Kind[]} */ (["loss", "accuracy"])
    .map((kind) => describe_curve(kind, run.history, data.stopped, pinned))
    .join(" ");
  return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="13" fill="#15191e">
<title>${escape(title)}</title>
<desc>${escape(described)}</desc>
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="${LEFT}" y="24" font-weight="600">${escape(title)}</text>
${pinned.map((one, at) => legend_line(one, 44 + at * LEGEND_LINE)).join("\n")}
${panel(data, run, "loss", head, num_epochs, is_log)}
${panel(data, run, "accuracy", head + PANEL + GAP, num_epochs, false)}
<text x="${LEFT + (WIDTH - LEFT - RIGHT) / 2}" y="${height - 8}" text-anchor="middle" fill="${SOFT}">epoch</text>
</svg>
`;
}

/** @param {PinnedRun} run @param {number} y */
function legend_line({ name, look }, y) {
  const colour = pin_colour(look, false);
  return (
    `<path d="M${LEFT} ${y - 4}h40" stroke="${colour}" stroke-width="1.5" stroke-dasharray="${dash_of(look)}"/>` +
    marker(look, LEFT + 20, y - 4) +
    `<text x="${LEFT + 50}" y="${y}">${escape(name)}</text>`
  );
}

/** @param {number} look */
function dash_of(look) {
  return look_at(look).dash.join(" ");
}

/** @param {number} look @param {number} x @param {number} y */
function marker(look, x, y) {
  return `<path d="${marker_path(look, x, y, 4)}" fill="${pin_colour(look, false)}"/>`;
}

/**
 * Where values stand on a panel.
 * @typedef {object} Scale
 * @property {(epoch: number) => string} x
 * @property {(value: number) => string} y
 */

/**
 * @param {CurveData} data
 * @param {RunState} run
 * @param {Kind} kind
 * @param {number} top
 * @param {number} num_epochs
 * @param {boolean} is_log
 */
function panel(data, run, kind, top, num_epochs, is_log) {
  const columns = columns_of(kind, data, is_log);
  const values = columns.all.flat().filter((value) => typeof value === "number");
  const range = y_range(
    kind,
    data,
    is_log,
    values.length > 0 ? values.reduce((least, value) => Math.min(least, value)) : null,
    values.length > 0 ? values.reduce((most, value) => Math.max(most, value)) : null,
  );
  const share = (/** @type {number} */ value) =>
    is_log
      ? Math.log(value / range[0]) / Math.log(range[1] / range[0])
      : (value - range[0]) / (range[1] - range[0]);
  /** @type {Scale} */
  const scale = {
    x: (epoch) => (LEFT + (epoch / num_epochs) * (WIDTH - LEFT - RIGHT)).toFixed(1),
    y: (value) => (top + PANEL - share(value) * PANEL).toFixed(1),
  };
  const name = kind === "loss" ? "Loss (nats)" : "Accuracy";
  return [
    ...grid_of(kind, scale, top, is_log ? log_ticks(range) : ticks(range, 6), num_epochs),
    ...best_of(run.history, kind, scale, top),
    `<clipPath id="${kind}"><rect x="${LEFT}" y="${top - 2}" width="${WIDTH - LEFT}" height="${PANEL + 4}"/></clipPath>`,
    `<g clip-path="url(#${kind})" fill="none">`,
    ...lines_of(data, columns, scale),
    "</g>",
    ...ends_of(run.history, data, kind, scale, top, is_log),
    `<text x="${LEFT}" y="${top - 10}" font-weight="600">${name}</text>`,
  ].join("\n");
}

/** @param {Kind} kind @param {CurveData} data @param {boolean} is_log */
function columns_of(kind, data, is_log) {
  const [, running = [], train = [], valid = [], stopped = [], ...beside] = chart_columns(
    kind,
    data,
    is_log,
  );
  return {
    running,
    train,
    valid,
    stopped,
    beside,
    clean: beside.at(-1) ?? [],
    all: [running, train, valid, stopped, ...beside],
  };
}

/**
 * @param {Kind} kind
 * @param {Scale} scale
 * @param {number} top
 * @param {number[]} y_ticks
 * @param {number} num_epochs
 */
function grid_of(kind, { x, y }, top, y_ticks, num_epochs) {
  const across = y_ticks.map((tick) => {
    const text = kind === "loss" ? `${tick}` : `${Number((tick * 100).toFixed(2))} %`;
    return (
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(tick)}" y2="${y(tick)}" stroke="${FAINT}"/>` +
      `<text x="${LEFT - 8}" y="${Number(y(tick)) + 4}" text-anchor="end" fill="${SOFT}">${text}</text>`
    );
  });
  const along = ticks([0, num_epochs], 12)
    .filter(Number.isInteger)
    .map(
      (tick) =>
        `<line x1="${x(tick)}" x2="${x(tick)}" y1="${top}" y2="${top + PANEL}" stroke="${FAINT}"/>` +
        `<text x="${x(tick)}" y="${top + PANEL + 18}" text-anchor="middle" fill="${SOFT}">${tick}</text>`,
    );
  return [...across, ...along];
}

/** @param {readonly EpochRecord[]} history @param {Kind} kind @param {Scale} scale @param {number} top */
function best_of(history, kind, { x }, top) {
  const best = best_record(history);
  if (!best) return [];
  const place = x(best.epoch);
  const line = `<line x1="${place}" x2="${place}" y1="${top}" y2="${top + PANEL}" stroke="${SOFT}" stroke-dasharray="2 3"/>`;
  if (kind !== "accuracy") return [line];
  const text = `<text x="${Number(place) - 6}" y="${top + PANEL - 8}" text-anchor="end" fill="${SOFT}">best: epoch ${best.epoch}</text>`;
  return [line, text];
}

/**
 * @param {CurveData} data
 * @param {ReturnType<typeof columns_of>} columns
 * @param {Scale} scale
 */
function lines_of(data, columns, { x, y }) {
  /** @param {Column} column @param {boolean} spans */
  const path = (column, spans) => {
    let d = "";
    let is_pen_down = false;
    column.forEach((value, at) => {
      if (typeof value === "number") {
        d += `${is_pen_down ? "L" : "M"}${x(data.x[at] ?? 0)} ${y(value)}`;
        is_pen_down = true;
      } else if (value === null && !spans) is_pen_down = false;
    });
    return d;
  };
  /** @param {Column} column @param {(x: string, y: string) => string} mark */
  const marks = (column, mark) =>
    column.flatMap((value, at) =>
      typeof value === "number" ? [mark(x(data.x[at] ?? 0), y(value))] : [],
    );
  const beside = data.pinned.flatMap(({ look }, at) => {
    const [train = [], valid = []] = columns.beside.slice(2 * at, 2 * at + 2);
    const colour = pin_colour(look, false);
    return [
      `<path d="${path(train, true)}" stroke="${colour}" stroke-dasharray="1 3"/>`,
      `<path d="${path(valid, true)}" stroke="${colour}" stroke-width="1.5" stroke-dasharray="${dash_of(look)}"/>`,
      ...marks(thinned(valid), (cx, cy) => marker(look, Number(cx), Number(cy))),
    ];
  });
  return [
    ...beside,
    `<path d="${path(columns.running, false)}" stroke="${TRAIN}" stroke-opacity="0.38"/>`,
    `<path d="${path(columns.train, true)}" stroke="${TRAIN}" stroke-width="2"/>`,
    `<path d="${path(columns.clean, true)}" stroke="${TRAIN}" stroke-dasharray="2 2"><title>training images, measured as validation is</title></path>`,
    `<path d="${path(columns.valid, true)}" stroke="${VALID}" stroke-width="2" stroke-dasharray="6 4"/>`,
    ...marks(
      columns.valid,
      (cx, cy) =>
        `<circle cx="${cx}" cy="${cy}" r="3" fill="#fff" stroke="${VALID}" stroke-width="1.5"/>`,
    ),
    ...marks(
      columns.stopped,
      (cx, cy) =>
        `<rect x="${(Number(cx) - 4.5).toFixed(1)}" y="${(Number(cy) - 4.5).toFixed(1)}" width="9" height="9" fill="${VALID}"><title>stopped here</title></rect>`,
    ),
  ];
}

/** More markers on a line would hide it. */
const MOST_MARKERS = 24;

/** Every so many values of a column, and always the last. @param {Column} column @returns {Column} */
function thinned(column) {
  const places = column.flatMap((value, at) => (typeof value === "number" ? [at] : []));
  const every = Math.ceil(places.length / MOST_MARKERS);
  const kept = new Set(places.filter((_, at) => at % every === 0 || at === places.length - 1));
  return column.map((value, at) => (kept.has(at) ? value : undefined));
}

/**
 * The names at the lines' ends.
 * @param {readonly EpochRecord[]} history
 * @param {CurveData} data
 * @param {Kind} kind
 * @param {Scale} scale
 * @param {number} top
 * @param {boolean} is_log
 */
function ends_of(history, { stopped }, kind, { x, y }, top, is_log) {
  const last = history[history.length - 1];
  if (!last) return [];
  const ends = [
    { text: "training", colour: TRAIN, value: last[`train_${kind}`] },
    { text: "validation", colour: VALID, value: (stopped ?? last)[`validation_${kind}`] },
  ]
    .filter(({ value }) => Number.isFinite(value) && (!is_log || value > 0))
    .map((end) => ({ ...end, at: Number(y(end.value)) }))
    .sort((a, b) => a.at - b.at);
  const [upper, lower] = ends;
  if (upper && lower && lower.at - upper.at < 15) lower.at = upper.at + 15;
  const place = Number(x(Math.max(last.epoch, stopped?.x ?? 0))) + 8;
  return ends.map(
    ({ text, colour, at }) =>
      `<text x="${place}" y="${Math.max(top + 4, at) + 4}" fill="${colour}">${text}</text>`,
  );
}

/**
 * Round ticks within a range.
 * @param {[number, number]} range
 * @param {number} most
 */
export function ticks([low, high], most) {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough * (1 - 1e-9)) ?? rough;
  const found = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + step * 1e-9; at++) {
    found.push(Number((at * step).toPrecision(10)));
  }
  return found;
}

/** @param {[number, number]} range */
function log_ticks([low, high]) {
  const found = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    for (const m of [1, 2, 5]) {
      const value = Number((m * 10 ** power).toPrecision(3));
      if (value >= low && value <= high) found.push(value);
    }
  }
  return found;
}

/** @param {string} text */
function escape(text) {
  return (
    text
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
      // Characters that XML cannot hold at all; a run's name is a person's own.
      // eslint-disable-next-line no-control-regex
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "")
  );
}

/**
 * The same picture in pixels, twice as dense for print.
 * @param {Shown} shown
 * @returns {Promise<Blob>}
 */
export async function curves_png(shown) {
  const picture = new Image();
  const url = URL.createObjectURL(new Blob([curves_svg(shown)], { type: "image/svg+xml" }));
  try {
    picture.src = url;
    await picture.decode();
    const canvas = document.createElement("canvas");
    canvas.width = picture.width * 2;
    canvas.height = picture.height * 2;
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((/** @type {(blob: Blob | null) => void} */ resolve) =>
      canvas.toBlob(resolve, "image/png"),
    );
    if (!blob) throw new Error("This browser could not write the PNG; the SVG holds the same.");
    return blob;
  } finally {
    URL.revokeObjectURL(url);
  }
}
