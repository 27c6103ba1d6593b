// The engine's blocks as what pdfmake lays out, each with its part in the file's structure.
// Words that the font lacks become pictures that still bear their words.
// Over 400 lines: a function a kind of block, and what the engine writes has many.

import { remark_pieces } from "./remark_text.js";
import { new_part } from "./tags.js";
import { is_from_right, word_pictures } from "./word_pictures.js";

/** @import { Block } from "../../pkg/ndarray/inkling.js" */
/** @import { Plotted } from "./bundle.js" */
/** @import { Piece, Words } from "./remark_text.js" */
/** @import { Unit } from "./placing.js" */
/** @import { Part } from "./tags.js" */
/** @import { Look } from "./word_pictures.js" */

/** Width of the text column of an A4 page with these margins, in points. */
const COLUMN = 595 - 2 * 50;
export const INK = "#15191e";
export const SOFT = "#55606c";
const BAR = "#1a56c4";
const RULE = "#c5ccd3";

/** Sizes of the headings, the first level first. */
const HEADINGS = [19, 14, 11];

/** Pixels of a drawing that fills the column. */
const FULL_WIDTH = 660;

/** Where this browser gives no pictures. */
const NO_PICTURES =
  "(These words are in letters that this file’s font lacks, and this browser gives no picture of them; the other files hold them as text.)";

/** Width of a mark or number before a picture of words, and how much lower those stand. */
const [MARK, LOWER] = [14, 2];

/** Lines of code that stay with their heading where what they begin is longer than `SOME_LINES`. */
const [FEW_LINES, SOME_LINES] = [6, 24];

/** Lines of code that are kept on one page, and letters that a line holds. */
const [MOST_LINES, LINE_LETTERS] = [40, 110];

/**
 * Letters, were they all as wide as Chinese ones, that fit a page together with what heads
 * them: pdfmake drops what is to stay together and is taller than a page.
 */
const FEW_LETTERS = 1200;

/** Letters and lines of a remark that is kept on one page. */
const [SHORT_LETTERS, SHORT_LINES] = [400, 12];

/** What is free between two figures that stand beside each other, in points. */
const GAP = 16;

/** @typedef {Record<string, any>} Node of pdfmake */

/** @typedef {Extract<Block, { kind: "figure" }>} Figure */

/** @typedef {{ kind: Unit["kind"], node: Node }} Typeset what is put on pages, and as what */

/** Turns blocks into nodes. */
export class Typesetter {
  /** Texts that became pictures. */
  num_pictures = 0;
  root = new_part("Document", null);
  #plots;
  #can_show;
  #is_draft;
  #num_headings = 0;
  /** The bookmark that the next one stands under. */
  #section = "";

  /**
   * @param {Map<string, Plotted>} plots by name
   * @param {(text: string) => boolean} can_show whether the font has all of a text's letters
   * @param {boolean} [is_draft] leaves the room of figures empty
   */
  constructor(plots, can_show, is_draft = false) {
    this.#plots = plots;
    this.#can_show = can_show;
    this.#is_draft = is_draft;
  }

  /**
   * All blocks. A heading stays with what it heads, and words that end with a colon with
   * the first item of their list; figures that fit beside each other stand so.
   * @param {Block[]} blocks
   * @returns {Typeset[]}
   */
  content(blocks) {
    /** @type {Typeset[]} */
    const content = [];
    /** @type {Node[]} */
    let group = [];
    /** @type {Typeset["kind"]} */
    let group_kind = "text";
    const put = (/** @type {Node} */ node, /** @type {Typeset["kind"]} */ kind = "text") => {
      if (group.length === 0) content.push({ kind, node });
      else {
        group.push(node);
        content.push({ kind: group_kind, node: { stack: group, unbreakable: true } });
      }
      group = [];
      group_kind = "text";
    };
    for (let index = 0; index < blocks.length; index += 1) {
      const block = /** @type {Block} */ (blocks[index]);
      const next = blocks[index + 1];
      if (block.kind === "list" || block.kind === "remark" || block.kind === "code") {
        const [first, ...rest] = this.#pieces(block);
        // A few lines of a person's stay together: one alone at a page's head is lost.
        if (first && block.kind === "remark" && is_short(block.text)) {
          put({ stack: [first, ...rest], unbreakable: true });
          continue;
        }
        if (first) put(first);
        content.push(...rest.map((node) => ({ kind: /** @type {const} */ ("text"), node })));
        continue;
      }
      if (block.kind === "figure") {
        const pair = next?.kind === "figure" && this.#pair(block, next);
        if (pair) index += 1;
        put(pair || this.#figure(block), "figure");
        continue;
      }
      const node = this.#node(block);
      const leads =
        block.kind === "heading" ||
        (block.kind === "paragraph" && next?.kind === "list" && block.text.endsWith(":"));
      if (leads && next && num_letters(next) <= FEW_LETTERS) {
        group.push(node);
        if (block.kind === "heading" && block.level < 3) group_kind = "section";
      } else if (block.kind === "table") put(node, node.unbreakable ? "table" : "text");
      else put(node, block.kind === "heading" && block.level < 3 ? "section" : "text");
    }
    return content;
  }

  /**
   * What may go on over a page's end; the first piece stays with what stands before.
   * @param {Extract<Block, { kind: "list" | "remark" | "code" }>} block
   * @returns {Node[]}
   */
  #pieces(block) {
    if (block.kind === "list") {
      // Sentences of ours stand smaller than the person's own.
      const is_whole = (/** @type {number} */ at) => (block.items[at]?.length ?? 0) <= FEW_LETTERS;
      return this.#list(block.items, false).map((node, at) => ({
        ...node,
        fontSize: 8.5,
        unbreakable: is_whole(at),
      }));
    }
    return block.kind === "remark" ? this.#remark(block.text) : this.#code(block.text, this.root);
  }

  /**
   * @param {Exclude<Block, { kind: "list" | "remark" | "code" | "figure" }>} block
   * @returns {Node}
   */
  #node(block) {
    switch (block.kind) {
      case "heading":
        return this.#heading(block.text, block.level);
      case "paragraph":
        return {
          ...this.#words(block.text, new_part("P", this.root)),
          margin: [0, 0, 0, 7],
          // No line of it stands alone.
          unbreakable: block.text.length <= FEW_LETTERS / 2,
        };
      case "table":
        return this.#table(block);
      default:
        return /** @type {never} */ (block);
    }
  }

  /** @param {string} text @param {number} level */
  #heading(text, level) {
    const size = HEADINGS[level - 1] ?? 10;
    const part = new_part(`H${level}`, this.root);
    const node = this.#words(text, part, { size, is_bold: true });
    if (!("text" in node)) return { ...node, style: `heading${level}` };
    const id = `heading-${(this.#num_headings += 1)}`;
    if (level === 2) this.#section = id;
    const parent = level === 3 && this.#section ? { outlineParentId: this.#section } : {};
    return { ...node, style: `heading${level}`, id, outline: true, outlineText: text, ...parent };
  }

  /**
   * A text, or its lines as pictures where the font would drop letters of it.
   * @param {string} text
   * @param {Part} part
   * @param {Partial<Look>} [look]
   * @returns {Node}
   */
  #words(text, part, look = {}) {
    if (this.#can_show(text)) return { text: [{ text: unbroken(text), part }] };
    return this.#pictured([{ text }], part, look);
  }

  /**
   * Words as pictures of their lines.
   * @param {Words[]} words
   * @param {Part} part
   * @param {Partial<Look>} look
   * @returns {Node}
   */
  #pictured(words, part, look) {
    const full = { width: COLUMN, size: 10, colour: INK, is_bold: false, ...look };
    const lines = word_pictures(words, full);
    if (lines.length === 0) return { text: [{ text: NO_PICTURES, part }] };
    this.num_pictures += 1;
    return { stack: lines.map((line) => ({ ...line, part })) };
  }

  /**
   * A list, item by item, or a numbered one with its first item apart: that stays with
   * what stands before.
   * @param {(string | Words[])[]} items
   * @param {boolean} is_numbered
   * @param {Part} [parent]
   * @param {number} [width]
   * @returns {Node[]}
   */
  #list(items, is_numbered, parent = this.root, width = COLUMN - 16) {
    const list = new_part("L", parent);
    const nodes = items.map((item) => {
      const body = new_part("LBody", new_part("LI", list));
      return typeof item === "string"
        ? this.#words(item, body, { width })
        : this.#marked(item, body, width);
    });
    const name = is_numbered ? "ol" : "ul";
    const margin = [0, 0, 0, 3];
    const as_list = (/** @type {Node[]} */ some, /** @type {number} */ start) => ({
      [name]: some.map((node) => ({ ...node, margin })),
      ...(is_numbered ? { start } : {}),
    });
    const [first, ...rest] = nodes;
    if (!first) return [];
    // Before a picture pdfmake sets no mark of its own.
    const is_pictured = nodes.some((node) => node.stack);
    const with_mark = (/** @type {Node} */ node, /** @type {number} */ at) => {
      const mark = {
        text: is_numbered ? `${at + 1}.` : "•",
        width: MARK,
        margin: [0, LOWER, 0, 0],
      };
      const words = { stack: [node], width: width + 16 - MARK };
      const item = items[at] ?? "";
      const text = typeof item === "string" ? item : item.map((one) => one.text).join("");
      return is_from_right(text)
        ? { columns: [words, { ...mark, alignment: "right" }], margin, is_item: true }
        : { columns: [mark, words], margin, is_item: true };
    };
    // Numbers are set in line with each other.
    const lists = is_pictured
      ? nodes.map(with_mark)
      : is_numbered && rest.length > 0
        ? [as_list([first], 1), as_list(rest, 2)]
        : nodes.map((node) => as_list([node], 1));
    return lists.map((list, at) =>
      at === lists.length - 1 ? { ...list, margin: [0, 0, 0, 5] } : list,
    );
  }

  /**
   * The person's words, a bar at their side.
   * @param {string} text
   * @returns {Node[]}
   */
  #remark(text) {
    const quote = new_part("BlockQuote", this.root);
    const width = COLUMN - 24;
    const nodes = remark_pieces(text).flatMap((piece) => this.#piece(piece, quote, width));
    const is_item = (/** @type {Node | undefined} */ node) =>
      Boolean(node?.ul ?? node?.ol ?? node?.is_item);
    // Items of one list stand closer than paragraphs do.
    const below = (/** @type {number} */ at) =>
      is_item(nodes[at]) && is_item(nodes[at + 1]) ? 0 : 4;
    return nodes.map((node, at) => ({
      table: { widths: ["*"], body: [[{ ...node, margin: [8, 1, 8, below(at)] }]] },
      layout: {
        hLineWidth: () => 0,
        vLineWidth: (/** @type {number} */ i) => (i === 0 ? 2 : 0),
        vLineColor: () => BAR,
        paddingTop: () => 0,
        paddingBottom: () => 0,
      },
      ...(at === nodes.length - 1 ? { margin: [0, 0, 0, 6] } : {}),
    }));
  }

  /**
   * @param {Piece} piece
   * @param {Part} parent
   * @param {number} width
   * @returns {Node[]}
   */
  #piece(piece, parent, width) {
    switch (piece.kind) {
      case "paragraph":
        return [this.#marked(piece.words, new_part("P", parent), width)];
      case "heading": {
        const words = piece.words.map((one) => ({ ...one, is_strong: true }));
        return [this.#marked(words, new_part("P", parent), width)];
      }
      case "list":
        return this.#list(piece.items, piece.is_numbered, parent, width - 16);
      case "code":
        return this.#code(piece.text, parent);
      default:
        return /** @type {never} */ (piece);
    }
  }

  /**
   * Words with their emphasis.
   * @param {Words[]} words
   * @param {Part} part
   * @param {number} width
   * @returns {Node}
   */
  #marked(words, part, width) {
    const text = words.map((one) => one.text).join("");
    if (!this.#can_show(text)) return this.#pictured(words, part, { width });
    const pieces = words.map((one) => ({
      text: one.text,
      part,
      ...(one.is_strong ? { bold: true } : {}),
      ...(one.is_emphasised ? { italics: true } : {}),
      ...(one.is_code && is_plain(one.text) ? { font: "RobotoMono", fontSize: 9 } : {}),
    }));
    return { text: pieces };
  }

  /**
   * Lines of code in a frame, in pieces that pages do not break.
   * @param {string} text
   * @param {Part} parent
   * @returns {Node[]}
   */
  #code(text, parent) {
    const part = new_part("Code", new_part("P", parent));
    const parts = code_parts(text);
    return parts.map((some, at) => {
      const [is_first, is_last] = [at === 0, at === parts.length - 1];
      const words = this.#can_show(some)
        ? {
            text: [{ text: some, part }],
            ...(is_plain(some) ? { font: "RobotoMono" } : {}),
            fontSize: 7,
            lineHeight: 1.15,
            preserveLeadingSpaces: true,
          }
        : this.#words(some, part, { size: 8 });
      const has_rule = (/** @type {number} */ row) => (row === 0 ? is_first : is_last);
      return {
        table: { widths: ["*"], body: [[{ ...words, margin: [4, 0, 4, 0] }]] },
        layout: {
          hLineWidth: (/** @type {number} */ row) => (has_rule(row) ? 0.5 : 0),
          vLineWidth: () => 0.5,
          hLineColor: () => RULE,
          vLineColor: () => RULE,
          fillColor: () => "#f5f6f8",
          paddingTop: () => (is_first ? 3 : 0),
          paddingBottom: () => (is_last ? 3 : 0),
        },
        margin: [0, is_first ? 2 : 0, 0, is_last ? 8 : 0],
        // What is taller than a page pdfmake would drop.
        unbreakable: num_lines(some) <= MOST_LINES,
      };
    });
  }

  /**
   * @param {string} label
   * @param {string} text
   * @param {Part} part
   * @param {number} [width]
   * @returns {Node}
   */
  #caption(label, text, part, width = COLUMN) {
    const words = `${label}. ${text}`;
    const node = this.#can_show(words)
      ? {
          text: [
            { text: `${label}. `, bold: true, part },
            { text: unbroken(text), part },
          ],
        }
      : this.#words(words, part, { size: 8.5, colour: SOFT, width });
    return { ...node, style: "caption" };
  }

  /**
   * @param {Figure} block
   * @returns {Node}
   */
  #figure(block) {
    const { drawn, caption } = this.#drawn(block, COLUMN);
    return drawn ? { stack: [drawn, caption], unbreakable: true } : caption;
  }

  /**
   * A figure and its caption apart.
   * @param {Figure} block
   * @param {number} room width that its caption may take, in points
   * @param {string} [place] where it stands, if not above its caption
   * @returns {{ drawn: Node | undefined, caption: Node }}
   */
  #drawn({ label, name, caption }, room, place = "") {
    const plot = this.#plots.get(name);
    const part = new_part("Figure", this.root, { alt: plot?.description || caption });
    const named = place ? `${label} (${place})` : label;
    const words = this.#caption(named, caption, new_part("Caption", this.root), room);
    if (!plot) return { drawn: undefined, caption: words };
    const width = width_of(plot);
    const height = (width * plot.height) / plot.width;
    // A draft is measured, and drawing takes most of the time.
    const drawn = this.#is_draft
      ? { canvas: [{ type: "rect", x: 0, y: 0, w: width, h: height, lineWidth: 0 }] }
      : { svg: plot.svg, width };
    return { drawn: { ...drawn, part }, caption: { ...words, margin: [0, 3, 0, 12] } };
  }

  /**
   * Two figures as one: beside each other where both fit the column, else a narrow one
   * below the other, at the left of both captions.
   * @param {Figure} one
   * @param {Figure} other
   * @returns {Node | undefined}
   */
  #pair(one, other) {
    const [first, second] = [one, other].map(({ name }) => this.#plots.get(name));
    if (!first || !second) return undefined;
    const [left, right] = [width_of(first), width_of(second)];
    const columns = (/** @type {number} */ width, /** @type {Node[][]} */ [at_left, at_right]) => ({
      columns: [
        { width, stack: at_left },
        { width: COLUMN - GAP - width, stack: at_right },
      ],
      columnGap: GAP,
      unbreakable: true,
    });
    if (left + GAP + right <= COLUMN) {
      const stacks = [this.#drawn(one, left), this.#drawn(other, COLUMN - GAP - left)];
      return columns(
        left,
        stacks.map(({ drawn, caption }) => (drawn ? [drawn, caption] : [caption])),
      );
    }
    if (right > COLUMN / 2) return undefined;
    const above = this.#drawn(one, COLUMN - GAP - right, "above");
    const below = this.#drawn(other, COLUMN - GAP - right, "left");
    if (!above.drawn || !below.drawn) return undefined;
    const captions = [above.caption, { ...below.caption, margin: [0, 0, 0, 12] }];
    return {
      stack: [{ ...above.drawn, margin: [0, 0, 0, 6] }, columns(right, [[below.drawn], captions])],
      unbreakable: true,
    };
  }

  /** @param {Extract<Block, { kind: "table" }>} block */
  #table({ label, caption, header, rows }) {
    const size = header.length > 10 ? 7.5 : header.length > 6 ? 8 : 9;
    const table = new_part("Table", this.root);
    const words = this.#caption(label, caption, new_part("Caption", table));
    const columns = header.map((_, at) => rows.map((row) => row[at] ?? ""));
    const is_long = columns.map((cells) => cells.some((cell) => cell.length > 28));
    const is_figures = columns.map((cells) => cells.every((cell) => FIGURE.test(cell)));
    const room = COLUMN / header.length - 8;
    const row_of = (
      /** @type {string[]} */ cells,
      /** @type {"TH" | "TD"} */ type,
      /** @type {object} */ look,
    ) => {
      const row = new_part("TR", table);
      return cells.map((text, at) => ({
        ...this.#words(text, new_part(type, row), { width: room, size }),
        ...(is_figures[at] ? { alignment: "right", noWrap: type === "TD" } : {}),
        ...look,
      }));
    };
    const body = [
      row_of(header, "TH", { bold: true, color: SOFT }),
      ...rows.map((row) => row_of(row, "TD", {})),
    ];
    return {
      stack: [
        { ...words, margin: [0, 2, 0, 3] },
        {
          table: {
            headerRows: 1,
            keepWithHeaderRows: 1,
            dontBreakRows: true,
            widths: header.map((_, at) => {
              // Twelve columns share the width but for the first, which holds words.
              const is_wide = is_long[at] || (header.length === 12 && at > 0);
              return is_wide ? "*" : "auto";
            }),
            body,
          },
          fontSize: size,
          lineHeight: 1.15,
          layout: {
            hLineWidth: (/** @type {number} */ i) => (i === 0 ? 0 : i === 1 ? 0.8 : 0.4),
            vLineWidth: () => 0,
            hLineColor: () => RULE,
            paddingLeft: (/** @type {number} */ i) => (i === 0 ? 0 : 5),
            paddingRight: () => 5,
          },
        },
      ],
      margin: [0, 2, 0, 12],
      unbreakable: num_letters({ kind: "table", label, caption, header, rows }) <= FEW_LETTERS,
    };
  }
}

/** How wide a plot is on paper, in points. @param {Plotted} plot */
function width_of({ width }) {
  return (COLUMN * Math.min(FULL_WIDTH, width)) / FULL_WIDTH;
}

/** Whether a remark fits a page together with what heads it. @param {string} text */
function is_short(text) {
  return text.length <= SHORT_LETTERS && text.split("\n").length <= SHORT_LINES;
}

/**
 * Code between blank lines, as much as a page may keep together: a statement of one line that
 * ends a cell does not stand alone at the head of a page.
 * @param {string} text
 * @returns {string[]}
 */
export function code_parts(text) {
  /** @type {string[]} */
  const parts = [];
  for (const whole of text.split(/(?<=\n\n\n)(?=\S)/)) {
    if (num_lines(whole) <= MOST_LINES) parts.push(whole);
    else {
      let part = "";
      for (const piece of whole.split(/(?<=\n\n)(?=.)/)) {
        if (part && num_lines(part + piece) > MOST_LINES) {
          parts.push(part);
          part = "";
        }
        part += piece;
      }
      parts.push(part);
    }
  }
  // The first piece stays with its heading: of a long one what stands before a blank line.
  const first = parts[0] ?? "";
  if (num_lines(first) > SOME_LINES) {
    const lines = first.split("\n");
    const blank = lines.indexOf("", FEW_LINES);
    const end = blank > 0 && blank < SOME_LINES ? blank + 1 : FEW_LINES;
    parts.splice(0, 1, `${lines.slice(0, end).join("\n")}\n`, lines.slice(end).join("\n"));
  }
  // Between two pieces a line ends as it is.
  return parts.map((part) => part.replace(/\n$/, ""));
}

/** Lines that code takes on paper. @param {string} code */
function num_lines(code) {
  const width = is_plain(code) ? LINE_LETTERS : LINE_LETTERS / 2;
  return code
    .split("\n")
    .reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / width)), 0);
}

/** A number and its unit stay on one line. @param {string} text */
function unbroken(text) {
  return text.replaceAll(/(?<=\d) (?=%|points\b|s\b)/g, "\u00a0");
}

/** What stands at the right of its column. */
const FIGURE = /^[-−±–\d.,% ()]*(?: to [\d.,% ]+)?$/;

/**
 * Letters of a block, or of its first piece: what would stay with its heading.
 * @param {Block} block
 */
function num_letters(block) {
  switch (block.kind) {
    case "remark": {
      const [first] = remark_pieces(block.text);
      if (first?.kind === "list") return letters_of(first.items[0] ?? []);
      return first && first.kind !== "code" ? letters_of(first.words) : 0;
    }
    case "list":
      return block.items[0]?.length ?? 0;
    case "table": {
      const row_letters = (/** @type {string[]} */ row) => Math.max(20, row.join("").length / 2);
      return block.rows.reduce((sum, row) => sum + row_letters(row), block.caption.length);
    }
    case "figure":
      return block.caption.length;
    case "code":
      return 0;
    default:
      return block.text.length;
  }
}

/** @param {Words[]} words */
function letters_of(words) {
  return words.reduce((sum, { text }) => sum + text.length, 0);
}

/** Whether the font of code has all letters. @param {string} text */
function is_plain(text) {
  return /^[\x20-\x7e\n]*$/.test(text);
}
