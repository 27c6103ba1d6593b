// The report as PDF: the engine's blocks laid out by pdfmake, text as text, plots as
// vectors, fonts embedded, with bookmarks and the structure that readers ask for.

import { coverage_of } from "./coverage.js";
import { placed } from "./placing.js";
import { end_tags, new_part, tag_documents } from "./tags.js";
import { INK, SOFT, Typesetter } from "./typeset.js";

/** @import { Block } from "../../pkg/ndarray/inkling.js" */
/** @import { Plotted } from "./bundle.js" */
/** @import { Node, Typeset } from "./typeset.js" */

/** What stands in the file once there are pictures of words in it. */
const ABOUT_PICTURES =
  "Words in letters that this file’s font lacks are set as pictures here, with their text behind them; the other files hold them as text.";

/** Said where the maker of PDFs does not come: it is fetched when it is first needed. */
const NO_MAKER =
  "The part of Inkling that writes PDF could not be fetched: this browser is offline, or the server did not answer. Try again once you are online; the other files under “One file” need no network.";

/** A4, in points, and what is free at its head and foot. */
const PAGE = { width: 595.28, height: 841.89 };
const [TOP, BOTTOM] = [42, 46];

/** A page that holds any report: one on which all of it is measured. */
const TALL = 1e7;

/** What every page looks like. */
const LOOK = {
  pageMargins: [50, TOP, 50, BOTTOM],
  defaultStyle: { font: "Roboto", fontSize: 9.5, lineHeight: 1.12, color: INK },
  styles: {
    heading1: { fontSize: 19, bold: true, lineHeight: 1.1, margin: [0, 0, 0, 8] },
    heading2: { fontSize: 14, bold: true, margin: [0, 8, 0, 4] },
    heading3: { fontSize: 11, bold: true, margin: [0, 6, 0, 3] },
    caption: { fontSize: 8.5, color: SOFT, lineHeight: 1.1 },
  },
};

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
      await add_code_font(/** @type {any} */ (globalThis).pdfMake);
    } catch (cause) {
      throw new Error(NO_MAKER, { cause });
    }
    const made = /** @type {any} */ (globalThis).pdfMake;
    await tag_documents(made);
    return made;
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

/** The font of code, which pdfmake does not bring. @param {any} library */
async function add_code_font(library) {
  const response = await fetch(new URL("../../vendor/roboto-mono.woff", import.meta.url));
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  use_code_font(library, bytes);
}

/**
 * @param {any} library
 * @param {Uint8Array} bytes of the font's file
 */
export function use_code_font(library, bytes) {
  const data = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  library.addVirtualFileSystem({ "RobotoMono.woff": data });
  const one = "RobotoMono.woff";
  library.addFonts({ RobotoMono: { normal: one, bold: one, italics: one, bolditalics: one } });
}

/**
 * @typedef {object} AboutPdf
 * @property {string[]} ids
 * @property {string} created ISO 8601
 * @property {Plotted[]} plots
 * @property {boolean} [has_floats] figures that do not fit a page stand at the next one's head
 */

/**
 * A file of blocks.
 * @param {Block[]} blocks
 * @param {AboutPdf} about
 * @returns {Promise<Uint8Array>}
 */
export async function to_pdf(blocks, about) {
  return laid_out(await pdfmake(), blocks, about);
}

/**
 * The same with a library that is there, and tags documents.
 * @param {any} library
 * @param {Block[]} blocks
 * @param {AboutPdf} about
 * @returns {Promise<Uint8Array>}
 */
export async function laid_out(library, blocks, { ids, created, plots, has_floats = false }) {
  const title = blocks.find((block) => block.kind === "heading");
  const can_show = coverage_of(library.virtualfs.readFileSync("Roboto-Regular.ttf"));
  const by_name = new Map(plots.map((plot) => [plot.name, plot]));
  const typesetter = new Typesetter(by_name, can_show);
  // The first page says who they are, as a picture where it must.
  const shown = ids.filter(can_show);
  let set = typesetter.content(blocks);
  if (has_floats) {
    const draft = new Typesetter(by_name, can_show, true).content(blocks);
    const heights = await heights_of(library, draft);
    const units = set.map((one, at) => ({ ...one, height: heights[at] ?? 0 }));
    set = placed(units, PAGE.height - TOP - BOTTOM);
  }
  const content = set.map(({ node }) => node);
  if (typesetter.num_pictures > 0) {
    const part = new_part("P", typesetter.root);
    content.push({ text: [{ text: ABOUT_PICTURES, part }], style: "caption" });
  }
  const document = {
    ...LOOK,
    version: "1.7",
    pageSize: PAGE,
    tagged: true,
    // Its tags, language, title and fonts are what PDF/UA-1 asks for, and its metadata say so.
    subset: "PDF/UA",
    displayTitle: true,
    language: "en",
    info: {
      title: title?.kind === "heading" ? title.text : "Report",
      author: ids.join(", "),
      creator: "Inkling",
      creationDate: new Date(created),
    },
    footer: (/** @type {number} */ page, /** @type {number} */ count) => ({
      text: [...(shown.length ? [`${shown.join(", ")}  ·  `] : []), `page ${page} of ${count}`],
      alignment: "center",
      fontSize: 8,
      color: SOFT,
      margin: [0, 16, 0, 0],
    }),
    content,
  };
  const made = library.createPdf(document);
  end_tags(await made.getStream());
  return new Uint8Array(await made.getBuffer());
}

/**
 * How high each of these stands, in points: laid out on a page as tall as all of them.
 * @param {any} library
 * @param {Typeset[]} draft
 * @returns {Promise<number[]>}
 */
async function heights_of(library, draft) {
  /** @type {Map<string, number>} */
  const tops = new Map();
  const mark = (/** @type {number} */ at) => ({
    canvas: [{ type: "rect", x: 0, y: 0, w: 0, h: 0, lineWidth: 0 }],
    id: `mark-${at}`,
  });
  /** @type {Node[]} */
  const content = draft.flatMap(({ node }, at) => [mark(at), { ...node, unbreakable: false }]);
  const document = {
    ...LOOK,
    pageSize: { width: PAGE.width, height: TALL },
    content: [...content, mark(draft.length)],
    // Called for each node with the place that it was given; none asks for a new page.
    pageBreakBefore: (/** @type {any} */ { id, startPosition }) => {
      if (id) tops.set(id, startPosition.top);
      return false;
    },
  };
  await library.createPdf(document).getStream();
  const top = (/** @type {number} */ at) => tops.get(`mark-${at}`) ?? NaN;
  return draft.map((_, at) => top(at + 1) - top(at));
}
