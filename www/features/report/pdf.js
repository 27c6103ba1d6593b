// The report as PDF: the engine's blocks laid out by pdfmake, text as text, plots
// as vectors, fonts embedded.

/** @import { Block } from "../../pkg/ndarray/inkling.js" */
/** @import { Plotted } from "./bundle.js" */

/** Width of the text column of an A4 page with these margins, in points. */
const COLUMN = 595 - 2 * 50;

/** pdfmake ships no module: its script leaves one global behind. @type {Promise<any> | undefined} */
let library;
function pdfmake() {
  library ??= (async () => {
    for (const file of ["pdfmake.js", "pdfmake_fonts.js"]) {
      await import(new URL(`../../vendor/${file}`, import.meta.url).href);
    }
    return /** @type {any} */ (globalThis).pdfMake;
  })();
  // A failed download may be tried again.
  library.catch(() => {
    library = undefined;
  });
  return library;
}

/**
 * @param {Block[]} blocks
 * @param {Plotted[]} plots
 * @param {{ ids: string[], created: string }} about
 * @returns {Promise<Uint8Array>}
 */
export async function to_pdf(blocks, plots, about) {
  const library = await pdfmake();
  const svgs = new Map(plots.map(({ name, svg }) => [name, svg]));
  const title = blocks.find((block) => block.kind === "heading");
  const document = {
    pageSize: "A4",
    pageMargins: [50, 54, 50, 54],
    info: {
      title: title?.kind === "heading" ? title.text : "Report",
      author: about.ids.join(", "),
      creator: "Inkling",
    },
    defaultStyle: { font: "Roboto", fontSize: 10, lineHeight: 1.25, color: "#15191e" },
    styles: {
      heading1: { fontSize: 20, bold: true, margin: [0, 0, 0, 8] },
      heading2: { fontSize: 14, bold: true, margin: [0, 16, 0, 6] },
      heading3: { fontSize: 11, bold: true, margin: [0, 10, 0, 4] },
      caption: { fontSize: 8.5, color: "#55606c", margin: [0, 0, 0, 6] },
    },
    footer: (/** @type {number} */ page, /** @type {number} */ count) => ({
      text: [
        ...(about.ids.length ? [`${about.ids.join(", ")}  ·  `] : []),
        `page ${page} of ${count}`,
      ],
      alignment: "center",
      fontSize: 8,
      color: "#55606c",
      margin: [0, 20, 0, 0],
    }),
    content: kept_together(blocks, svgs),
  };
  const made = library.createPdf(document);
  // Version 0.3 gives a promise.
  return new Uint8Array(await made.getBuffer());
}

/** Rows of a table that still fit a page together with what heads it. */
const FEW_ROWS = 25;

/**
 * A heading stays with what it heads, and a run's words with its plot.
 * @param {Block[]} blocks
 * @param {Map<string, string>} svgs
 * @returns {object[]}
 */
function kept_together(blocks, svgs) {
  const content = [];
  /** @type {object[]} */
  let group = [];
  for (const [index, block] of blocks.entries()) {
    const next = blocks[index + 1];
    const node = node_of(block, svgs);
    const leads =
      next !== undefined &&
      (block.kind === "heading" || (block.kind === "paragraph" && next.kind === "plot")) &&
      (next.kind !== "table" || next.rows.length <= FEW_ROWS) &&
      next.kind !== "list";
    group.push(node);
    if (leads) continue;
    content.push(group.length > 1 ? { stack: group, unbreakable: true } : node);
    group = [];
  }
  return content;
}

/**
 * @param {Block} block
 * @param {Map<string, string>} svgs
 * @returns {object}
 */
function node_of(block, svgs) {
  switch (block.kind) {
    case "heading":
      return { text: block.text, style: `heading${block.level}` };
    case "remark":
      return {
        table: { widths: ["*"], body: [[{ text: block.text, margin: [8, 4, 8, 4] }]] },
        layout: {
          hLineWidth: () => 0,
          vLineWidth: (/** @type {number} */ i) => (i === 0 ? 2 : 0),
          vLineColor: () => "#1a56c4",
        },
        margin: [0, 2, 0, 6],
      };
    case "paragraph":
      return { text: block.text, margin: [0, 0, 0, 6] };
    case "list":
      return { ul: block.items, margin: [0, 0, 0, 6] };
    case "table": {
      // Many columns want small print; more than that fits no portrait page.
      const fontSize = block.header.length > 9 ? 6.8 : block.header.length > 5 ? 8 : 9;
      return {
        table: {
          headerRows: 1,
          dontBreakRows: true,
          widths: block.header.map((_, i) => (i === 0 && block.header.length === 2 ? 110 : "*")),
          body: [
            block.header.map((text) => ({ text, bold: true, color: "#55606c" })),
            ...block.rows.map((row) => row.map((text) => ({ text }))),
          ],
        },
        fontSize,
        layout: {
          hLineWidth: (/** @type {number} */ i) => (i === 0 ? 0 : 0.5),
          vLineWidth: () => 0,
          hLineColor: () => "#c5ccd3",
          paddingLeft: () => 2,
          paddingRight: () => 4,
        },
        margin: [0, 2, 0, 10],
      };
    }
    case "plot": {
      const svg = svgs.get(block.name);
      if (!svg) return { text: `(${block.caption})`, style: "caption" };
      return {
        stack: [
          { svg, width: COLUMN },
          { text: block.caption, style: "caption" },
        ],
        unbreakable: true,
      };
    }
    default:
      return /** @type {never} */ (block);
  }
}
