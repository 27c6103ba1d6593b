// What a PDF of ours holds, read from its bytes: its pages' words with their tags in order,
// fonts, bookmarks and structure. Knows what pdfkit writes, not all that a PDF may be.

import { inflateSync } from "node:zlib";

/**
 * Words of one mark of a page.
 * @typedef {object} Marked
 * @property {string} tag such as `P`, or `Artifact`
 * @property {string} text
 */

/**
 * @param {Uint8Array} bytes
 * @returns {{ pages: Marked[][], fonts: { name: string, is_embedded: boolean }[], bookmarks: string[], types: string[], alts: string[], catalog: string, metadata: string }}
 */
export function read_pdf(bytes) {
  const whole = Buffer.from(bytes).toString("latin1");
  const objects = new Map(
    [...whole.matchAll(/(?:^|\n)(\d+) 0 obj\n([\s\S]*?)\nendobj/g)].map((found) => [
      Number(found[1]),
      found[2] ?? "",
    ]),
  );
  const all = [...objects.values()];
  const at = (/** @type {string | undefined} */ number) => objects.get(Number(number)) ?? "";
  const catalog = all.find((object) => /\/Type \/Catalog\b/.test(object)) ?? "";
  const pages_root = at(/\/Pages (\d+) 0 R/.exec(catalog)?.[1]);
  const kids = [...(/\/Kids \[([^\]]*)\]/.exec(pages_root)?.[1] ?? "").matchAll(/(\d+) 0 R/g)];
  const pages = kids.map((kid) => {
    const page = at(kid[1]);
    const resources = at(/\/Resources (\d+) 0 R/.exec(page)?.[1]);
    const fonts = new Map(
      [...resources.matchAll(/\/(F\d+) (\d+) 0 R/g)].map((font) => {
        const unicode = at(/\/ToUnicode (\d+) 0 R/.exec(at(font[2]))?.[1]);
        return [font[1] ?? "", unicode_of(stream_of(unicode))];
      }),
    );
    return marked(stream_of(at(/\/Contents (\d+) 0 R/.exec(page)?.[1])), fonts);
  });
  const strings = (/** @type {RegExp} */ pattern) =>
    all.flatMap((object) =>
      [...object.matchAll(pattern)].map((found) => string_of(found[1] ?? "")),
    );
  return {
    pages,
    fonts: all
      .filter((object) => /\/Type \/FontDescriptor\b/.test(object))
      .map((object) => ({
        name: /\/FontName \/(\S+)/.exec(object)?.[1] ?? "",
        is_embedded: /\/FontFile[23]? \d+ 0 R/.test(object),
      })),
    bookmarks: all
      .filter((object) => /\/Parent \d+ 0 R/.test(object) && /\/Title \(/.test(object))
      .map((object) => string_of(/\/Title \(((?:\\[\s\S]|[^\\)])*)\)/.exec(object)?.[1] ?? "")),
    types: all.flatMap((object) => /^<<\n\/S \/(\w+)/.exec(object)?.[1] ?? []),
    alts: strings(/\/Alt \(((?:\\[\s\S]|[^\\)])*)\)/g),
    catalog,
    // What the file says of itself, as XML.
    metadata: /<\?xpacket begin[\s\S]*?<\?xpacket end/.exec(whole)?.[0] ?? "",
  };
}

/** @param {string} object */
function stream_of(object) {
  const found = /stream\n([\s\S]*)\nendstream/.exec(object)?.[1] ?? "";
  const bytes = Buffer.from(found, "latin1");
  return /\/Filter \/FlateDecode/.test(object)
    ? inflateSync(bytes).toString("latin1")
    : bytes.toString("latin1");
}

/** A string as the file has it: escapes, and UTF-16 behind a mark. @param {string} written */
function string_of(written) {
  const plain = written.replace(/\\([nrtbf()\\])/g, (_, letter) => ESCAPES[letter] ?? letter);
  if (!plain.startsWith("\xfe\xff")) return plain;
  return Buffer.from(plain.slice(2), "latin1").swap16().toString("utf16le");
}

/** @type {Record<string, string>} */
const ESCAPES = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" };

/**
 * Letters by the numbers of their glyphs.
 * @param {string} cmap
 * @returns {string[]}
 */
function unicode_of(cmap) {
  /** @type {string[]} */
  const letters = [];
  for (const [, first, , list] of cmap.matchAll(/<(\w{4})> <(\w{4})> \[([^\]]*)\]/g)) {
    const codes = [...(list ?? "").matchAll(/<([\w ]*)>/g)];
    codes.forEach((code, i) => {
      const units = (code[1] ?? "").replaceAll(" ", "").match(/.{4}/g) ?? [];
      const text = String.fromCharCode(...units.map((unit) => parseInt(unit, 16)));
      letters[parseInt(first ?? "0", 16) + i] = text;
    });
  }
  return letters;
}

/**
 * A page's marks in the order in which they are drawn; neighbours of one tag and one
 * number are one.
 * @param {string} content
 * @param {Map<string, string[]>} fonts
 * @returns {Marked[]}
 */
function marked(content, fonts) {
  /** @type {Marked[]} */
  const marks = [];
  /** @type {string[]} */
  let letters = [];
  for (const token of content.matchAll(
    /\/(\w+) (?:<<[^>]*>> BDC|BMC)|\/(F\d+) [\d.]+ Tf|\[((?:<[0-9a-f]*>|[-\d.\s])*)\] TJ/g,
  )) {
    const [, tag, font, glyphs] = token;
    if (tag) marks.push({ tag, text: "" });
    else if (font) letters = fonts.get(font) ?? [];
    else if (glyphs !== undefined) {
      const words = [...glyphs.matchAll(/<([0-9a-f]*)>/g)]
        .flatMap((piece) => (piece[1] ?? "").match(/.{4}/g) ?? [])
        .map((glyph) => letters[parseInt(glyph, 16)] ?? "\ufffd")
        .join("");
      const last = marks[marks.length - 1];
      if (last) last.text += words;
      else marks.push({ tag: "", text: words });
    }
  }
  return marks;
}
