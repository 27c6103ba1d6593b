// The report as PDF: the engine's blocks laid out by pdfmake, text as text, plots
// as vectors, fonts embedded. Words that the font lacks become pictures.

import { coverage_of } from "./coverage.js";
import { word_pictures } from "./word_pictures.js";

/** @import { Block } from "../../pkg/ndarray/inkling.js" */
/** @import { Plotted } from "./bundle.js" */

/** Width of the text column of an A4 page with these margins, in points. */
const COLUMN = 595 - 2 * 50;
const INK = "#15191e";
const SOFT = "#55606c";

/** What stands in the file once there are pictures of words in it. */
const ABOUT_PICTURES =
  "Words in letters that this file’s font lacks are set as pictures here; report.md and analysis.ipynb hold them as text.";
/** And where this browser gives no pictures. */
const NO_PICTURES =
  "(These words are in letters that this file’s font lacks, and this browser gives no picture of them; report.md and analysis.ipynb hold them as text.)";

/** Said where the maker of PDFs does not come: it is fetched when it is first needed. */
const NO_MAKER =
  "The part of Inkling that writes PDF could not be fetched: this browser is offline, or the server did not answer. Try again once you are online; the other files under “One file” need no network.";

/** pdfmake ships no module: its script leaves one global behind. @type {Promise<any> | undefined} */
let library;
function pdfmake() {
  library ??= (async () => {
    try {
      for (const file of ["pdfmake.js", "pdfmake_fonts.js"]) {
        const { href } = new URL(`../../vendor/${file}`, import.meta.url);
        await fetch_whole(href);
        await import(href);
      }
    } catch (cause) {
      throw new Error(NO_MAKER, { cause });
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
 * Fetches a script before it is imported: a browser that could not import one once never
 * asks for it again, as long as the page stands.
 * @param {string} href
 */
async function fetch_whole(href) {
  const response = await fetch(href);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  await response.arrayBuffer();
}

/**
 * @param {Block[]} blocks
 * @param {Plotted[]} plots
 * @param {{ ids: string[], created: string }} about
 * @returns {Promise<Uint8Array>}
 */
export async function to_pdf(blocks, plots, about) {
  const library = await pdfmake();
  const title = blocks.find((block) => block.kind === "heading");
  const can_show = coverage_of(library.virtualfs.readFileSync("Roboto-Regular.ttf"));
  const svgs = new Map(plots.map(({ name, svg }) => [name, svg]));
  const typesetter = new Typesetter(svgs, can_show);
  // The first page says who they are, as a picture where it must.
  const ids = about.ids.filter(can_show);
  const content = kept_together(blocks, typesetter);
  if (typesetter.num_pictures > 0) content.push({ text: ABOUT_PICTURES, style: "caption" });
  const document = {
    pageSize: "A4",
    pageMargins: [50, 54, 50, 54],
    info: {
      title: title?.kind === "heading" ? title.text : "Report",
      author: about.ids.join(", "),
      creator: "Inkling",
    },
    defaultStyle: { font: "Roboto", fontSize: 10, lineHeight: 1.25, color: INK },
    styles: {
      heading1: { fontSize: HEADINGS[0], bold: true, margin: [0, 0, 0, 8] },
      heading2: { fontSize: HEADINGS[1], bold: true, margin: [0, 16, 0, 6] },
      heading3: { fontSize: HEADINGS[2], bold: true, margin: [0, 10, 0, 4] },
      caption: { fontSize: 8.5, color: SOFT, margin: [0, 0, 0, 6] },
    },
    footer: (/** @type {number} */ page, /** @type {number} */ count) => ({
      text: [...(ids.length ? [`${ids.join(", ")}  ·  `] : []), `page ${page} of ${count}`],
      alignment: "center",
      fontSize: 8,
      color: SOFT,
      margin: [0, 20, 0, 0],
    }),
    content,
  };
  const made = library.createPdf(document);
  // Version 0.3 gives a promise.
  return new Uint8Array(await made.getBuffer());
}

/** Sizes of the headings, the first level first. */
const HEADINGS = [20, 14, 11];
/** Rows of a table that still fit a page together with what heads it. */
const FEW_ROWS = 25;
/** And letters of a remark, were they all as wide as Chinese ones. */
const FEW_LETTERS = 1200;

/**
 * A heading stays with what it heads, and a run's words with its plot.
 * @param {Block[]} blocks
 * @param {Typesetter} typesetter
 * @returns {object[]}
 */
function kept_together(blocks, typesetter) {
  const content = [];
  /** @type {object[]} */
  let group = [];
  for (const [index, block] of blocks.entries()) {
    const next = blocks[index + 1];
    const node = typesetter.node_of(block);
    const leads =
      next !== undefined &&
      (block.kind === "heading" || (block.kind === "paragraph" && next.kind === "plot")) &&
      (next.kind !== "table" || next.rows.length <= FEW_ROWS) &&
      (next.kind !== "remark" || next.text.length <= FEW_LETTERS) &&
      next.kind !== "list";
    group.push(node);
    if (leads) continue;
    content.push(group.length > 1 ? { stack: group, unbreakable: true } : node);
    group = [];
  }
  return content;
}

/** Turns blocks into what pdfmake lays out. */
class Typesetter {
  /** Texts that became pictures. */
  num_pictures = 0;
  #svgs;
  #can_show;

  /**
   * @param {Map<string, string>} svgs the plots, by name
   * @param {(text: string) => boolean} can_show whether the font has all of a text's letters
   */
  constructor(svgs, can_show) {
    this.#svgs = svgs;
    this.#can_show = can_show;
  }

  /**
   * A text, or its lines as pictures where the font would drop letters of it.
   * @param {string} text
   * @param {Partial<import("./word_pictures.js").Look>} [look]
   * @returns {{ text: string } | { stack: object[] }}
   */
  #words(text, look = {}) {
    if (this.#can_show(text)) return { text };
    const full = { width: COLUMN, size: 10, colour: INK, is_bold: false, ...look };
    const lines = word_pictures(text, full);
    if (lines.length === 0) return { text: NO_PICTURES };
    this.num_pictures += 1;
    return { stack: lines };
  }

  /**
   * @param {Block} block
   * @returns {object}
   */
  node_of(block) {
    switch (block.kind) {
      case "heading": {
        const look = { size: HEADINGS[block.level - 1] ?? 10, is_bold: true };
        return { ...this.#words(block.text, look), style: `heading${block.level}` };
      }
      case "remark":
        return {
          table: {
            widths: ["*"],
            body: [[{ ...this.#words(block.text, { width: COLUMN - 24 }), margin: [8, 4, 8, 4] }]],
          },
          layout: {
            hLineWidth: () => 0,
            vLineWidth: (/** @type {number} */ i) => (i === 0 ? 2 : 0),
            vLineColor: () => "#1a56c4",
          },
          margin: [0, 2, 0, 6],
        };
      case "paragraph":
        return { ...this.#words(block.text), margin: [0, 0, 0, 6] };
      case "list":
        return {
          ul: block.items.map((item) => this.#words(item, { width: COLUMN - 16 })),
          margin: [0, 0, 0, 6],
        };
      case "table":
        return this.#table(block);
      case "plot": {
        const svg = this.#svgs.get(block.name);
        const caption = {
          ...this.#words(block.caption, { size: 8.5, colour: SOFT }),
          style: "caption",
        };
        if (!svg) return caption;
        return { stack: [{ svg, width: COLUMN }, caption], unbreakable: true };
      }
      default:
        return /** @type {never} */ (block);
    }
  }

  /** @param {Extract<Block, { kind: "table" }>} block */
  #table({ header, rows }) {
    // Many columns want small print; more than that fits no portrait page.
    const size = header.length > 9 ? 6.8 : header.length > 5 ? 8 : 9;
    const is_pair = header.length === 2;
    const cell = (/** @type {string} */ text, /** @type {number} */ column) => {
      const wide = is_pair && column === 1 ? COLUMN - 110 : COLUMN / header.length;
      return this.#words(text, { width: (is_pair && column === 0 ? 110 : wide) - 14, size });
    };
    return {
      table: {
        headerRows: 1,
        dontBreakRows: true,
        widths: header.map((_, i) => (i === 0 && is_pair ? 110 : "*")),
        body: [
          header.map((text) => ({ text, bold: true, color: SOFT })),
          ...rows.map((row) => row.map(cell)),
        ],
      },
      fontSize: size,
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
}
