// The quiet menu beside a chart: the same figures as PNG, SVG and CSV. What is drawn
// into a file is made when it is asked for, in light colours for paper.

import { announce, download, el, message_of } from "./dom.js";

/** @import { Drawing } from "./report/drawing.js" */

/** Pixels of a PNG a pixel of its drawing. */
const SCALE = 2;

/**
 * @param {string} title of the chart, such as `Confusion matrix`
 * @param {() => Promise<{ drawing: Drawing, csv: string }>} files
 */
export function chart_menu(title, files) {
  const summary = el("summary", { "aria-label": `Download: ${title}` }, "Download");
  const list = el("div", { class: "menu-list" });
  const menu = el("details", { class: "menu chart-menu" }, summary, list);
  const stem = `inkling-${title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "")}`;
  for (const kind of /** @type {const} */ (["png", "svg", "csv"])) {
    const words = `${title} as ${kind.toUpperCase()}`;
    const button = el("button", { type: "button", "aria-label": words }, kind.toUpperCase());
    button.addEventListener("click", async () => {
      menu.removeAttribute("open");
      summary.focus();
      try {
        download(await blob_of(kind, await files()), `${stem}.${kind}`);
      } catch (error) {
        announce(`The chart could not be written: ${message_of(error)}`);
      }
    });
    list.append(button);
  }
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.hasAttribute("open")) return;
    menu.removeAttribute("open");
    summary.focus();
  });
  menu.addEventListener("focusout", (event) => {
    const to = event.relatedTarget;
    if (to instanceof Node && !menu.contains(to)) menu.removeAttribute("open");
  });
  return menu;
}

/**
 * @param {"png" | "svg" | "csv"} kind
 * @param {{ drawing: Drawing, csv: string }} files
 */
async function blob_of(kind, { drawing, csv }) {
  switch (kind) {
    case "png":
      return (await import("./report/png.js")).to_png(drawing, SCALE);
    case "svg": {
      const { to_svg } = await import("./report/svg.js");
      return new Blob([to_svg(drawing)], { type: "image/svg+xml" });
    }
    case "csv":
      return new Blob([csv], { type: "text/csv" });
  }
}
