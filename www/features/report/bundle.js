// Makes the files to hand in. Loaded when the first one is asked for.

import { strToU8, zipSync } from "../../vendor/fflate.mjs";
import { to_png } from "../../plot/png.js";
import { to_svg } from "../../plot/svg.js";
import { pictured } from "./pictures.js";

/** @import { ReportFiles, ReportRequest } from "../../pkg/ndarray/inkling.js" */
/** @import { NamedDrawing } from "../../plot/study_plots.js" */
/** @import { ReportAbout } from "./pictures.js" */

/** Pixels of a PNG a pixel of its drawing: sharp on paper and on dense screens. */
const PNG_SCALE = 2;

/**
 * A plot as it goes into a file.
 * @typedef {object} Plotted
 * @property {string} name
 * @property {string} svg
 * @property {number} width of the drawing, in pixels
 * @property {number} height likewise
 * @property {string} description
 */

/**
 * One of the report's files, or all of them in a zip.
 * @param {string} what `zip`, `plots.zip`, or a file's name
 * @param {ReportAbout} about
 * @param {(request: ReportRequest) => Promise<ReportFiles>} write_report the engine's
 * @returns {Promise<Blob>}
 */
export async function make_file(what, about, write_report) {
  const { request, drawings } = pictured(about);
  if (what === "plots.zip") {
    return zipped({ ...(await png_files(drawings)), ...svg_files(drawings) });
  }
  const texts = await write_report(request);
  /** @type {Record<string, [string, string]>} */
  const by_name = {
    "report.md": [texts.report_md, "text/markdown"],
    "analysis.ipynb": [texts.analysis_ipynb, "application/x-ipynb+json"],
    "metrics.csv": [texts.metrics_csv, "text/csv"],
    "summary.csv": [texts.summary_csv, "text/csv"],
    "metrics.json": [texts.metrics_json, "application/json"],
    "settings.json": [texts.settings_json, "application/json"],
    "README.txt": [texts.readme_txt, "text/plain"],
  };
  const one = by_name[what];
  if (one) return new Blob([one[0]], { type: one[1] });

  const { to_pdf } = await import("./pdf.js");
  const plots = drawings.map(({ name, drawing }) => ({
    name,
    svg: to_svg(drawing),
    width: drawing.width,
    height: drawing.height,
    description: drawing.description,
  }));
  const about_pdf = { ids: about.ids, created: request.created, plots };
  // What a cell of the notebook shows stands below it.
  const report = () => to_pdf(texts.blocks, { ...about_pdf, has_floats: true });
  const analysis = () => to_pdf(texts.analysis, about_pdf);
  if (what === "report.pdf" || what === "analysis.pdf") {
    const bytes = await (what === "report.pdf" ? report() : analysis());
    return new Blob([owned(bytes)], { type: "application/pdf" });
  }
  /** @type {Record<string, Uint8Array>} */
  const files = {
    "report.pdf": await report(),
    "analysis.pdf": await analysis(),
    ...(await png_files(drawings)),
  };
  for (const [name, [text]] of Object.entries(by_name)) files[name] = strToU8(text);
  return zipped(files);
}

/** @param {NamedDrawing[]} drawings */
async function png_files(drawings) {
  /** @type {Record<string, Uint8Array>} */
  const files = {};
  for (const { name, drawing } of drawings) {
    const png = await to_png(drawing, PNG_SCALE);
    files[`plots/${name}.png`] = new Uint8Array(await png.arrayBuffer());
  }
  return files;
}

/** @param {NamedDrawing[]} drawings */
function svg_files(drawings) {
  return Object.fromEntries(
    drawings.map(({ name, drawing }) => [`plots/${name}.svg`, strToU8(to_svg(drawing))]),
  );
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
