// Makes the files to hand in. Loaded when the first one is asked for.

import { strToU8, zipSync } from "../../vendor/fflate.mjs";
import { study_plots } from "../../plot/study_plots.js";
import { to_png } from "../../plot/png.js";
import { to_svg } from "../../plot/svg.js";

/** @import { ReportFiles, ReportRequest, StudyReading, StudyRecord } from "../../pkg/ndarray/inkling.js" */

/**
 * @typedef {object} ReportStudies
 * @property {{ record: StudyRecord, reading: StudyReading }[]} studies
 * @property {(request: ReportRequest) => Promise<ReportFiles>} write_report the engine's
 */

/** Pixels of a PNG a pixel of its drawing: sharp on paper and on dense screens. */
const PNG_SCALE = 2;

/**
 * A plot with both its files.
 * @typedef {object} Plotted
 * @property {string} name
 * @property {string} svg
 * @property {Uint8Array} png
 */

/**
 * One of the report's files, or all of them in a zip.
 * @param {string} what `zip`, `plots.zip`, or a file's name
 * @param {ReportStudies & { ids: string[] }} about
 * @returns {Promise<Blob>}
 */
export async function make_file(what, about) {
  const created = new Date().toISOString();
  /** @type {Plotted[]} */
  const plotted = [];
  /** @type {ReportRequest} */
  const request = { ids: about.ids, created, studies: [] };
  for (const [index, { record, reading }] of about.studies.entries()) {
    const prefix = `${index + 1}-${record.plan.factor.replaceAll("_", "-")}`;
    const plots = [];
    for (const { name, caption, run, drawing } of study_plots(record, reading.figures, prefix)) {
      const png = new Uint8Array(await (await to_png(drawing, PNG_SCALE)).arrayBuffer());
      plotted.push({ name, svg: to_svg(drawing), png });
      plots.push({ name, caption, run, png_base64: base64(png) });
    }
    request.studies.push({ record, plots });
  }
  if (what === "plots.zip") return zipped(plot_files(plotted));

  const texts = await about.write_report(request);
  /** @type {Record<string, [string, string]>} */
  const by_name = {
    "report.md": [texts.report_md, "text/markdown"],
    "analysis.ipynb": [texts.analysis_ipynb, "application/x-ipynb+json"],
    "metrics.csv": [texts.metrics_csv, "text/csv"],
    "metrics.json": [texts.metrics_json, "application/json"],
    "settings.json": [texts.settings_json, "application/json"],
  };
  const one = by_name[what];
  if (one) return new Blob([one[0]], { type: one[1] });

  const { to_pdf } = await import("./pdf.js");
  const pdf = await to_pdf(texts.blocks, plotted, { ids: about.ids, created });
  if (what === "report.pdf") return new Blob([owned(pdf)], { type: "application/pdf" });

  /** @type {Record<string, Uint8Array>} */
  const files = { "report.pdf": pdf, ...plot_files(plotted) };
  for (const [name, [text]] of Object.entries(by_name)) files[name] = strToU8(text);
  return zipped(files);
}

/** @param {Plotted[]} plotted */
function plot_files(plotted) {
  /** @type {Record<string, Uint8Array>} */
  const files = {};
  for (const { name, svg, png } of plotted) {
    files[`plots/${name}.svg`] = strToU8(svg);
    files[`plots/${name}.png`] = png;
  }
  return files;
}

/**
 * In one go: fflate's way beside it starts workers from blob URLs, which a strict
 * content policy forbids. What is compressed already is only stored.
 * @param {Record<string, Uint8Array>} files
 */
function zipped(files) {
  const entries = Object.entries(files).map(([name, bytes]) => {
    const level = /\.(png|pdf)$/.test(name) ? 0 : 6;
    return [name, [bytes, { level }]];
  });
  return new Blob([owned(zipSync(Object.fromEntries(entries)))], { type: "application/zip" });
}

/** @param {Uint8Array} bytes */
function owned(bytes) {
  return /** @type {Uint8Array<ArrayBuffer>} */ (bytes);
}

/** @param {Uint8Array} bytes */
function base64(bytes) {
  let text = "";
  // In pieces: a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}
