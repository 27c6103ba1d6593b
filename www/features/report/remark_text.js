// The person's Markdown as pieces to lay out: paragraphs, lists, headings and code blocks
// of words that are plain, emphasised, strong or code. What is none of these stays as typed.

/**
 * @typedef {object} Words
 * @property {string} text
 * @property {boolean} [is_strong]
 * @property {boolean} [is_emphasised]
 * @property {boolean} [is_code]
 */

/**
 * @typedef {(
 *   | { kind: "paragraph" | "heading", words: Words[] }
 *   | { kind: "list", is_numbered: boolean, items: Words[][] }
 *   | { kind: "code", text: string }
 * )} Piece
 */

const ITEM = /^\s{0,3}(?:[-*+•]|(\d{1,3})[.)])\s+(.*)$/;

/**
 * @param {string} text
 * @returns {Piece[]}
 */
export function remark_pieces(text) {
  /** @type {Piece[]} */
  const pieces = [];
  /** @type {string[]} */
  let paragraph = [];
  const end = () => {
    if (paragraph.length > 0) {
      pieces.push({ kind: "paragraph", words: words_of(paragraph.join("\n")) });
    }
    paragraph = [];
  };
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const last = pieces[pieces.length - 1];
    const fence = /^\s*```/.test(line);
    const item = ITEM.exec(line);
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(line);
    if (fence) {
      end();
      const close = lines.findIndex((other, i) => i > at && /^\s*```/.test(other));
      const stop = close < 0 ? lines.length : close;
      pieces.push({ kind: "code", text: lines.slice(at + 1, stop).join("\n") });
      at = stop;
    } else if (line.trim() === "") {
      end();
    } else if (heading) {
      end();
      pieces.push({ kind: "heading", words: words_of(heading[1] ?? "") });
    } else if (item) {
      end();
      const is_numbered = item[1] !== undefined;
      const words = words_of(item[2] ?? "");
      if (last?.kind === "list" && last.is_numbered === is_numbered) last.items.push(words);
      else pieces.push({ kind: "list", is_numbered, items: [words] });
    } else if (/^\s{2,}/.test(line) && last?.kind === "list" && paragraph.length === 0) {
      // An item's further line.
      last.items[last.items.length - 1]?.push(...words_of(` ${line.trim()}`));
    } else {
      paragraph.push(line);
    }
  }
  end();
  return pieces;
}

/**
 * An escaped mark, code, in which nothing is emphasis, then emphasis. Underscores within a
 * word are its own.
 */
const INLINE =
  /\\([\\`*_{}[\]()#+\-.!|<>])|`([^`\n]+)`|\*\*(?=\S)([^\n]*?\S)\*\*|(?<![\p{L}\p{N}_])__(?=\S)([^\n]*?\S)__(?![\p{L}\p{N}_])|\*(?=[^\s*])([^*\n]*?[^\s*])\*|(?<![\p{L}\p{N}_])_(?=[^\s_])([^_\n]*?[^\s_])_(?![\p{L}\p{N}_])/u;

/**
 * @param {string} text
 * @returns {Words[]}
 */
export function words_of(text) {
  const found = INLINE.exec(text);
  if (!found) return text === "" ? [] : [{ text }];
  const before = text.slice(0, found.index);
  const after = text.slice(found.index + found[0].length);
  const [, escaped, code, strong, strong_too, emphasised, emphasised_too] = found;
  const plain = before === "" ? [] : [{ text: before }];
  /** @type {Words[]} */
  let inner;
  if (escaped !== undefined) inner = [{ text: escaped }];
  else if (code !== undefined) inner = [{ text: code, is_code: true }];
  else if (strong ?? strong_too) {
    inner = words_of(strong ?? strong_too ?? "").map((one) => ({ ...one, is_strong: true }));
  } else {
    inner = words_of(emphasised ?? emphasised_too ?? "").map((one) => ({
      ...one,
      is_emphasised: true,
    }));
  }
  return [...plain, ...inner, ...words_of(after)];
}
