// The report as PDF, laid out in Node with pdfmake as it is vendored: its words, tags,
// bookmarks and fonts, and that nothing that heads something stands alone.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { laid_out, use_code_font } from "../../www/features/report/pdf.js";
import { tag_documents } from "../../www/features/report/tags.js";
import { line_plot } from "../../www/plot/drawing.js";
import { to_svg } from "../../www/plot/svg.js";
import { code_parts } from "../../www/features/report/typeset.js";
import { read_pdf } from "./pdf_reading.mjs";

/** @import { Block } from "../../www/pkg/ndarray/inkling.js" */

// A script of the browser's: it has no types and exports what it would leave behind.
const load = createRequire(import.meta.url);
const library = load("pdfmake/build/pdfmake.min.js");
library.addVirtualFileSystem(load("pdfmake/build/vfs_fonts.js"));
use_code_font(
  library,
  readFileSync(load.resolve("@fontsource/roboto-mono/files/roboto-mono-latin-400-normal.woff")),
);
await tag_documents(library);

/** A plot as the report has it. @param {string} name @param {number} width @param {number} height */
function plotted(name, width, height) {
  const drawing = drawn(width, height);
  const { description } = drawing;
  return { name, svg: to_svg(drawing), width, height, description };
}

/** @param {number} width @param {number} height */
const drawn = (width, height) =>
  line_plot({
    width,
    height,
    title: "",
    description: "A line that rises.",
    x: { label: "epoch", scale: "linear" },
    y: { label: "accuracy", scale: "linear" },
    series: [
      {
        label: "one",
        colour: "#123456",
        points: [
          [1, 0.5],
          [2, 0.9],
        ],
      },
    ],
  });
const plots = [
  plotted("rise", 660, 300),
  plotted("small", 330, 150),
  plotted("left", 400, 200),
  plotted("right", 200, 200),
];

/** A study's section with so many lines before it. @param {number} num_lines @returns {Block[]} */
function section(num_lines) {
  return [
    { kind: "heading", level: 1, text: "A network and its “rate”" },
    ...Array.from({ length: num_lines }, (_, at) => ({
      kind: /** @type {const} */ ("paragraph"),
      text: `Line ${at}.`,
    })),
    { kind: "heading", level: 2, text: "1. The rate" },
    { kind: "heading", level: 3, text: "Remarks" },
    { kind: "remark", text: "The **larger** the rate:\n\n* faster\n* `louder`\n\nThat is all." },
    {
      kind: "table",
      label: "Table 1",
      caption: "Rates.",
      header: ["rate", "accuracy"],
      rows: [
        ["0.1", "97.00 %"],
        ["0.3", "96.00 %"],
      ],
    },
    { kind: "figure", label: "Figure 1", name: "rise", caption: "It rises." },
    { kind: "paragraph", text: "Inkling wrote these:" },
    { kind: "list", items: ["One.", "Two."] },
    { kind: "code", text: "def f(x):\n    return x + 1" },
  ];
}

/** @param {Block[]} blocks @param {boolean} [has_floats] */
async function made(blocks, has_floats) {
  const about = { ids: ["123", "abc"], created: "2026-11-23T22:00:00Z", plots, has_floats };
  return read_pdf(await laid_out(library, blocks, about));
}

test("words, tags, bookmarks and fonts are in the file", async () => {
  const pdf = await made(section(0));
  assert.equal(pdf.pages.length, 1);
  const words = (/** @type {string} */ tag) =>
    pdf.pages
      .flat()
      .filter((mark) => mark.tag === tag)
      .map((mark) => mark.text.replaceAll("\u00a0", " ").trim());
  assert.deepEqual(words("H1"), ["A network and its “rate”"]);
  assert.deepEqual(words("H2"), ["1. The rate"]);
  assert.deepEqual(words("H3"), ["Remarks"]);
  assert.deepEqual(words("TH"), ["rate", "accuracy"]);
  assert.deepEqual(words("TD"), ["0.1", "97.00 %", "0.3", "96.00 %"]);
  assert.deepEqual(words("LBody"), ["faster", "louder", "One.", "Two."]);
  assert.deepEqual(words("Caption"), ["Table 1. Rates.", "Figure 1. It rises."]);
  assert.deepEqual(words("Code").join("").replaceAll(/\s+/g, " "), "def f(x): return x + 1");
  assert.equal(words("P")[0], "The larger the rate:", "no asterisks are left");
  assert.equal(words("Figure").length, 1);
  assert.match(words("Artifact").join(" "), /123, abc {2}· {2}page 1 of 1/);
  assert.ok(
    pdf.pages.flat().every((mark) => mark.tag !== ""),
    "nothing is drawn without a tag",
  );
  assert.deepEqual(pdf.alts, ["A line that rises."]);
  for (const type of ["Document", "H1", "L", "LI", "Table", "TR", "BlockQuote", "Figure"]) {
    assert.ok(pdf.types.includes(type), type);
  }
  assert.deepEqual(pdf.bookmarks.sort(), ["1. The rate", "A network and its “rate”", "Remarks"]);
  assert.match(pdf.catalog, /\/Lang \(en\)/);
  assert.match(pdf.catalog, /\/MarkInfo/);
  assert.match(pdf.metadata, /<pdfuaid:part>1</);
  assert.match(pdf.catalog, /\/ViewerPreferences/);
  assert.ok(pdf.fonts.length >= 3);
  assert.ok(
    pdf.fonts.every((font) => font.is_embedded),
    JSON.stringify(pdf.fonts),
  );
});

test("wherever a page ends, nothing stands without what it heads", async () => {
  for (let num_lines = 24; num_lines < 40; num_lines += 2) {
    const { pages } = await made(section(num_lines));
    for (const [number, page] of pages.entries()) {
      const tags = page.filter((mark) => mark.tag !== "Artifact").map((mark) => mark.tag);
      const last = tags.at(-1) ?? "";
      const place = `${num_lines} lines, page ${number + 1}: ${tags.join(" ")}`;
      assert.doesNotMatch(last, /^(H\d|TH)$/, place);
      // A short remark is read at one place.
      const words = page.map((mark) => mark.text).join(" ");
      assert.equal(words.includes("The larger"), words.includes("That is all."), place);
      // The figure is drawn before its caption, the table's caption before the table.
      assert.notEqual(last, "Figure", place);
      if (tags.includes("TH")) assert.ok(tags.lastIndexOf("TD") > tags.lastIndexOf("TH"), place);
      if (last === "P" && pages[number + 1]) {
        assert.doesNotMatch(page.filter((mark) => mark.tag === "P").at(-1)?.text ?? "", /these:/);
      }
    }
  }
});

test("remarks, sentences and tables longer than a page are whole", async () => {
  const long = Array.from({ length: 3000 }, (_, at) => `word${at}`);
  const rows = Array.from({ length: 90 }, (_, at) => [`row${at}`, "1"]);
  const text = long.join(" ");
  for (const block of /** @type {Block[]} */ ([
    { kind: "remark", text },
    { kind: "remark", text: `* ${text}` },
    { kind: "paragraph", text },
    { kind: "list", items: [text] },
    { kind: "table", label: "Table 1", caption: "Long.", header: ["a", "b"], rows },
  ])) {
    const { pages } = await made([{ kind: "heading", level: 2, text: "1. Long" }, block]);
    const words = new Set(pages.flat().flatMap((mark) => mark.text.split(/\s+/)));
    const wanted = block.kind === "table" ? rows.map(([first]) => first ?? "") : long;
    const lost = wanted.filter((word) => !words.has(word));
    assert.deepEqual(lost, [], block.kind);
    assert.ok(words.has("Long"));
  }
});

test("code longer than a page is whole", async () => {
  const lines = Array.from({ length: 200 }, (_, at) => `line_${at} = ${at}`);
  const { pages } = await made([
    ...section(20),
    { kind: "heading", level: 2, text: "2. Code" },
    { kind: "code", text: lines.join("\n") },
  ]);
  const code = pages.flat().filter((mark) => mark.tag === "Code");
  const words = code.map((mark) => mark.text).join("");
  for (const line of lines) assert.ok(words.includes(line), line);
});

test("a page does not break a statement, nor a cell before its last line", async () => {
  const settings = Array.from({ length: 20 }, (_, at) => `    setting_${at}=${at},`);
  const cell = ["baseline = dict(", ...settings, ")", "run_all(baseline)"].join("\n");
  const text = `import first\n\n\n${cell}`;
  for (let num_before = 20; num_before < 40; num_before += 1) {
    const { pages } = await made([...section(num_before), { kind: "code", text }]);
    const with_it = pages.filter((page) => page.some(({ text }) => /setting_|run_all/.test(text)));
    assert.equal(with_it.length, 1, `after ${num_before} paragraphs`);
  }
});

test("the first piece of a long statement ends at a blank line of it", () => {
  const body = (/** @type {string} */ name, /** @type {number} */ count) =>
    [`    def ${name}():`, ...Array.from({ length: count }, (_, at) => `        ${at}`)].join("\n");
  const text = `class Long:\n${body("one", 7)}\n\n${body("two", 24)}\n\n\ndone()`;
  const parts = code_parts(text);
  assert.equal(parts.join("\n"), text);
  assert.deepEqual(
    parts.map((part) => part.trim().split("\n")[0]),
    ["class Long:", "def two():", "done()"],
  );
});

/** @param {string} name @param {number} number @returns {Block} */
const figure = (name, number) => ({
  kind: "figure",
  label: `Figure ${number}`,
  name,
  caption: `The ${name} one.`,
});

test("a figure that does not fit its page lets the words after it fill that page", async () => {
  /** @type {Block[]} */
  const blocks = [
    { kind: "heading", level: 1, text: "Title" },
    { kind: "heading", level: 2, text: "1. One" },
    ...Array.from({ length: 28 }, (_, at) => ({
      kind: /** @type {const} */ ("paragraph"),
      text: `Line ${at}.`,
    })),
    figure("rise", 1),
    { kind: "paragraph", text: "It follows." },
    { kind: "heading", level: 2, text: "2. Two" },
    { kind: "paragraph", text: "Another section." },
  ];
  const page_of = (
    /** @type {Awaited<ReturnType<typeof made>>} */ { pages },
    /** @type {RegExp} */ words,
  ) => pages.findIndex((page) => page.some((mark) => words.test(mark.text)));
  const [as_read, floating] = [await made(blocks, false), await made(blocks, true)];
  assert.equal(page_of(as_read, /It follows/), 1);
  assert.equal(page_of(floating, /It follows/), 0);
  assert.equal(page_of(floating, /Figure 1/), 1);
  assert.equal(page_of(floating, /2\. Two/), 1, "none leaves its section");
  // Read aloud it stands where the author put it.
  assert.deepEqual(floating.types, as_read.types);
});

test("narrow figures stand beside each other, or at the left of two captions", async () => {
  const head = /** @type {Block} */ ({ kind: "heading", level: 1, text: "Title" });
  const captions = async (/** @type {Block[]} */ blocks) => {
    const { pages } = await made([head, ...blocks], true);
    const marks = pages.flat().filter((mark) => mark.tag === "Caption");
    return marks.map((mark) => mark.text.replaceAll("\u00a0", " ").trim());
  };
  assert.deepEqual(await captions([figure("rise", 1), figure("small", 2)]), [
    "Figure 1 (above). The rise one.",
    "Figure 2 (left). The small one.",
  ]);
  assert.deepEqual(await captions([figure("left", 1), figure("right", 2)]), [
    "Figure 1. The left one.",
    "Figure 2. The right one.",
  ]);
  assert.deepEqual(await captions([figure("rise", 1), figure("rise", 2)]), [
    "Figure 1. The rise one.",
    "Figure 2. The rise one.",
  ]);
});

/** One pixel. */
const PNG =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

/** Stands for a browser's canvas; what it draws is one pixel. */
function fake_canvas() {
  const context = {
    fillStyle: "",
    fillRect() {},
    fillText() {},
    measureText: (/** @type {string} */ text) => ({ width: 20 * text.length }),
    getImageData: () => ({
      data: new Uint8Array(4).map((_, at) => [0x20, 0x40, 0x80, 0xff][at] ?? 0),
    }),
  };
  return { getContext: () => context, toDataURL: () => PNG };
}

test("lists in letters that are set as pictures keep their marks, and nothing is unsaid", async (t) => {
  const { document } = globalThis;
  Object.assign(globalThis, { document: { createElement: fake_canvas } });
  t.after(() => Object.assign(globalThis, { document }));
  const pdf = await made([
    { kind: "heading", level: 1, text: "Title" },
    { kind: "remark", text: "结论：\n\n- 学习率**越大**\n- 越快\n\n1. 一\n2. 二" },
  ]);
  const marks = pdf.pages.flat();
  const artifacts = marks.filter((mark) => mark.tag === "Artifact").map((mark) => mark.text.trim());
  assert.deepEqual(
    artifacts.filter((text) => /^(?:•|\d\.)$/.test(text)),
    ["•", "•", "1.", "2."],
  );
  assert.equal(pdf.types.filter((type) => type === "LI").length, 4);
  const words = marks.filter((mark) => mark.tag === "P").map((mark) => mark.text);
  assert.ok(
    words.some((text) => /set as pictures/.test(text)),
    "what is said of them is read aloud",
  );
});
