// Which characters a font has: read from its own table, for a font says nothing when
// it is asked for a letter that it lacks, and the letter is gone.

/** Invisible: whether a font knows them changes nothing that one sees. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Z}\u034f\ufe00-\ufe0f]/gu;

/**
 * @param {Uint8Array} font a TrueType or OpenType file
 * @returns {(text: string) => boolean} whether the font can show all of a text
 */
export function coverage_of(font) {
  const ranges = ranges_of(font).sort((a, b) => a[0] - b[0]);
  /** @type {Map<number, boolean>} */
  const known = new Map();
  const has = (/** @type {number} */ code) => {
    const answer = known.get(code) ?? ranges.some(([first, last]) => code >= first && code <= last);
    known.set(code, answer);
    return answer;
  };
  return (text) =>
    Array.from(text.replaceAll(UNSEEN, "")).every((letter) => has(letter.codePointAt(0) ?? 0));
}

/**
 * Code points with a glyph, from the `cmap` table as OpenType lays it down.
 * @param {Uint8Array} font
 * @returns {[number, number][]} first and last of each range
 */
function ranges_of(font) {
  const view = new DataView(font.buffer, font.byteOffset, font.byteLength);
  const table = table_at(view, "cmap");
  /** @type {[number, number][]} */
  const ranges = [];
  const num_subtables = view.getUint16(table + 2);
  for (let index = 0; index < num_subtables; index += 1) {
    const at = table + view.getUint32(table + 4 + 8 * index + 4);
    const format = view.getUint16(at);
    if (format === 4) ranges.push(...segments(view, at));
    else if (format === 12) ranges.push(...groups(view, at));
  }
  if (ranges.length === 0)
    throw new Error("font: found no characters, expected a cmap of format 4 or 12");
  return ranges;
}

/** @param {DataView} view @param {string} tag */
function table_at(view, tag) {
  const num_tables = view.getUint16(4);
  for (let index = 0; index < num_tables; index += 1) {
    const at = 12 + 16 * index;
    const found = String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)));
    if (found === tag) return view.getUint32(at + 8);
  }
  throw new Error(`font: found no table ${tag}, expected one`);
}

/**
 * Format 4: segments of the first 65,536 code points.
 * @param {DataView} view
 * @param {number} at
 * @returns {[number, number][]}
 */
function segments(view, at) {
  const size = view.getUint16(at + 6);
  const [ends, starts] = [at + 14, at + 16 + size];
  const [deltas, offsets] = [starts + size, starts + 2 * size];
  /** @type {[number, number][]} */
  const found = [];
  for (let step = 0; step < size; step += 2) {
    const [start, end] = [view.getUint16(starts + step), view.getUint16(ends + step)];
    const offset = view.getUint16(offsets + step);
    // The last segment only marks the end.
    if (start === 0xffff) continue;
    for (let code = start; code <= end; code += 1) {
      const glyph =
        offset === 0
          ? (code + view.getInt16(deltas + step)) & 0xffff
          : view.getUint16(offsets + step + offset + 2 * (code - start));
      if (glyph !== 0) found.push([code, code]);
    }
  }
  return merged(found);
}

/**
 * Format 12: groups anywhere in Unicode.
 * @param {DataView} view
 * @param {number} at
 * @returns {[number, number][]}
 */
function groups(view, at) {
  return Array.from({ length: view.getUint32(at + 12) }, (_, index) => {
    const group = at + 16 + 12 * index;
    return [view.getUint32(group), view.getUint32(group + 4)];
  });
}

/** @param {[number, number][]} ranges ascending @returns {[number, number][]} */
function merged(ranges) {
  /** @type {[number, number][]} */
  const found = [];
  for (const [first, last] of ranges) {
    const before = found[found.length - 1];
    if (before && before[1] + 1 === first) before[1] = last;
    else found.push([first, last]);
  }
  return found;
}
