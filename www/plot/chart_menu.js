// The quiet menu beside a chart: the same figures as PNG, SVG and CSV. What is drawn
// into a file is made when it is asked for, in light colours for paper.

import { sentence_of } from "../base/fault.js";
import { announce, download } from "../ui/dom.js";
import { create_menu } from "../ui/menu.js";

/** @import { Drawing } from "./drawing.js" */

/** Pixels of a PNG a pixel of its drawing. */
const SCALE = 2;

/**
 * @param {string} title of the chart, such as `Confusion matrix`
 * @param {() => Promise<{ drawing: Drawing, csv: string }>} files
 */
export function chart_menu(title, files) {
  const stem = `inkling-${title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "")}`;
  const kinds = /** @type {const} */ (["png", "svg", "csv"]);
  const menu = create_menu(
    { text: "Download", label: `Download: ${title}` },
    kinds.map((kind) => ({
      text: kind.toUpperCase(),
      label: `${title} as ${kind.toUpperCase()}`,
      async press() {
        try {
          const { drawing, csv } = await files();
          const blob =
            kind === "csv" ? new Blob([csv], { type: "text/csv" }) : await drawn(kind, drawing);
          download(blob, `${stem}.${kind}`);
        } catch (error) {
          announce(`The chart could not be written: ${sentence_of(error)}`);
        }
      },
    })),
  );
  menu.classList.add("chart-menu");
  return menu;
}

/**
 * A drawing as a file; what writes it is fetched now.
 * @param {"png" | "svg"} kind
 * @param {Drawing} drawing
 * @returns {Promise<Blob>}
 */
export async function drawn(kind, drawing) {
  if (kind === "png") return (await import("./png.js")).to_png(drawing, SCALE);
  const { to_svg } = await import("./svg.js");
  return new Blob([to_svg(drawing)], { type: "image/svg+xml" });
}
