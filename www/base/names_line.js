// Names in a line with commas between them, as a person reads and writes them: one that
// holds a comma or begins with a quote stands in quotes, as in a CSV.

/** @param {readonly string[]} names */
export function line_of_names(names) {
  const is_bare = (/** @type {string} */ name) => !name.includes(",") && !name.startsWith('"');
  const quoted = (/** @type {string} */ name) => `"${name.replaceAll('"', '""')}"`;
  return names.map((name) => (is_bare(name) ? name : quoted(name))).join(", ");
}

/**
 * The names without spaces around them. A quote that is never closed is a letter.
 * @param {string} line
 * @returns {string[]}
 */
export function names_of_line(line) {
  const fields = line.matchAll(/\s*(?:"((?:[^"]|"")*)"\s*|([^,]*))(?:,|$)/gy);
  const names = [];
  for (const { 0: text, 1: quoted, 2: bare = "" } of fields) {
    names.push(quoted === undefined ? bare.trim() : quoted.replaceAll('""', '"').trim());
    // What a comma does not end is the last.
    if (!text.endsWith(",")) break;
  }
  return names;
}
