// The two charts as files: an SVG written from the figures, always in light
// colours for paper, and a PNG painted from that SVG.

import { accuracy_range, best_epoch, curve_data, describe_curve } from "./curve_data.js";
import { short_description } from "../../base/settings.js";
import * as format from "../../base/format.js";

/** @import { RunState } from "../../app/state.js" */
/** @import { CurveData } from "./curve_data.js" */

const WIDTH = 960;
const PANEL = 300;
const LEFT = 64;
const RIGHT = 96;
const HEAD = 72;
const GAP = 60;
const TRAIN = "#1a5fd0";
const VALID = "#b54a00";

/**
 * @param {RunState} run
 * @param {{ is_log?: boolean }} [options]
 * @returns {string} a whole SVG document
 */
export function curves_svg(run, { is_log = false } = {}) {
  const data = curve_data(run);
  const height = HEAD + 2 * PANEL + GAP + 40;
  const num_epochs = Math.max(1, run.progress?.num_epochs ?? run.history.length);
  const result = run.result
    ? ` · validation accuracy ${format.percent(run.result.validation_accuracy)}`
    : "";
  const title = `${run.data_name} · ${run.config ? short_description(run.config) : ""}${result}`;
  const loss = panel(data, run, "loss", HEAD, num_epochs, is_log);
  const accuracy = panel(data, run, "accuracy", HEAD + PANEL + GAP, num_epochs, false);
  return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="13" fill="#15191e">
<title>${escape(title)}</title>
<desc>${escape(`${describe_curve("loss", run.history)} ${describe_curve("accuracy", run.history)}`)}</desc>
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="${LEFT}" y="24" font-weight="600">${escape(title)}</text>
${loss}
${accuracy}
<text x="${LEFT + (WIDTH - LEFT - RIGHT) / 2}" y="${height - 8}" text-anchor="middle" fill="#55606c">epoch</text>
</svg>
`;
}

/**
 * @param {CurveData} data
 * @param {RunState} run
 * @param {"loss" | "accuracy"} kind
 * @param {number} top
 * @param {number} num_epochs
 * @param {boolean} is_log
 */
function panel(data, run, kind, top, num_epochs, is_log) {
  const running = kind === "loss" ? data.running_loss : data.running_accuracy;
  const train = kind === "loss" ? data.train_loss : data.train_accuracy;
  const valid = kind === "loss" ? data.validation_loss : data.validation_accuracy;
  const values = [...running, ...train, ...valid].filter((v) => typeof v === "number");
  const low = Math.min(...values);
  const high = Math.max(...values);
  /** @type {[number, number]} */
  const range =
    kind === "accuracy"
      ? accuracy_range(data, low)
      : is_log && low > 0
        ? [low * 0.85, high * 1.15]
        : [0, high * 1.05 || 1];
  const log = is_log && range[0] > 0;
  const scale = (/** @type {number} */ v) =>
    log
      ? Math.log(v / range[0]) / Math.log(range[1] / range[0])
      : (v - range[0]) / (range[1] - range[0]);
  const x = (/** @type {number} */ v) =>
    (LEFT + (v / num_epochs) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const y = (/** @type {number} */ v) => (top + PANEL - scale(v) * PANEL).toFixed(1);

  const parts = [];
  for (const tick of log ? log_ticks(range) : ticks(range, 6)) {
    const text = kind === "loss" ? `${tick}` : `${Number((tick * 100).toFixed(2))} %`;
    parts.push(
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(tick)}" y2="${y(tick)}" stroke="#e6e9ec"/>`,
      `<text x="${LEFT - 8}" y="${Number(y(tick)) + 4}" text-anchor="end" fill="#55606c">${text}</text>`,
    );
  }
  for (const tick of ticks([0, num_epochs], 12).filter(Number.isInteger)) {
    parts.push(
      `<line x1="${x(tick)}" x2="${x(tick)}" y1="${top}" y2="${top + PANEL}" stroke="#e6e9ec"/>`,
      `<text x="${x(tick)}" y="${top + PANEL + 18}" text-anchor="middle" fill="#55606c">${tick}</text>`,
    );
  }
  const best = best_epoch(run.history);
  if (best) {
    const place = x(best.epoch);
    parts.push(
      `<line x1="${place}" x2="${place}" y1="${top}" y2="${top + PANEL}" stroke="#55606c" stroke-dasharray="2 3"/>`,
    );
    if (kind === "accuracy")
      parts.push(
        `<text x="${Number(place) - 6}" y="${top + PANEL - 8}" text-anchor="end" fill="#55606c">best: epoch ${best.epoch}</text>`,
      );
  }
  /** @param {(number | null | undefined)[]} series @param {boolean} spans */
  const path = (series, spans) => {
    let d = "";
    let is_pen_down = false;
    series.forEach((value, at) => {
      if (typeof value === "number") {
        d += `${is_pen_down ? "L" : "M"}${x(data.x[at] ?? 0)} ${y(value)}`;
        is_pen_down = true;
      } else if (value === null && !spans) is_pen_down = false;
    });
    return d;
  };
  parts.push(
    `<clipPath id="${kind}"><rect x="${LEFT}" y="${top - 2}" width="${WIDTH - LEFT}" height="${PANEL + 4}"/></clipPath>`,
    `<g clip-path="url(#${kind})" fill="none">`,
    `<path d="${path(running, false)}" stroke="${TRAIN}" stroke-opacity="0.38"/>`,
    `<path d="${path(train, true)}" stroke="${TRAIN}" stroke-width="2"/>`,
    `<path d="${path(valid, true)}" stroke="${VALID}" stroke-width="2" stroke-dasharray="6 4"/>`,
  );
  data.record.forEach((record) => {
    const value = record?.[`validation_${kind}`];
    if (record && value !== undefined && Number.isFinite(value))
      parts.push(
        `<circle cx="${x(record.epoch)}" cy="${y(value)}" r="3" fill="#fff" stroke="${VALID}" stroke-width="1.5"/>`,
      );
  });
  parts.push("</g>");
  const last = run.history[run.history.length - 1];
  if (last) {
    const ends = [
      { text: "training", colour: TRAIN, at: Number(y(last[`train_${kind}`])) },
      { text: "validation", colour: VALID, at: Number(y(last[`validation_${kind}`])) },
    ]
      .filter(({ at }) => Number.isFinite(at))
      .sort((a, b) => a.at - b.at);
    const [upper, lower] = ends;
    if (upper && lower && lower.at - upper.at < 15) lower.at = upper.at + 15;
    for (const { text, colour, at } of ends) {
      parts.push(
        `<text x="${Number(x(last.epoch)) + 8}" y="${Math.max(top + 4, at) + 4}" fill="${colour}">${text}</text>`,
      );
    }
  }
  const name = kind === "loss" ? "Loss (nats)" : "Accuracy";
  parts.push(`<text x="${LEFT}" y="${top - 10}" font-weight="600">${name}</text>`);
  return parts.join("\n");
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
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/**
 * The same picture in pixels, twice as dense for print.
 * @param {RunState} run
 * @param {{ is_log?: boolean }} [options]
 * @returns {Promise<Blob>}
 */
export async function curves_png(run, options) {
  const picture = new Image();
  const url = URL.createObjectURL(new Blob([curves_svg(run, options)], { type: "image/svg+xml" }));
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
