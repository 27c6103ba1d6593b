// What is said of an archive's entries that are not read: each by its name, many in few words.

/** @import { ZipEntry } from "./zip.js" */

/** What systems put beside pictures; nobody means it. */
const SHADOW = /(^|\/)(\.[^/]*|Thumbs\.db|desktop\.ini)$/i;

/**
 * @param {readonly Pick<ZipEntry, "name">[]} entries
 * @returns {string[]} a note, or none
 */
export function left_out(entries) {
  const named = entries.filter(({ name }) => !SHADOW.test(name));
  const names = named.map(({ name }) => name.replace(/^.*\//, ""));
  return left_out_names(names, "file");
}

/**
 * @param {readonly string[]} names
 * @param {string} what one of them is
 * @returns {string[]} a note, or none
 */
export function left_out_names(names, what) {
  const [first, ...more] = names;
  if (!first) return [];
  const others = more.length === 1 ? `1 other ${what}` : `${more.length} other ${what}s`;
  return [`${first}${more.length > 0 ? ` and ${others}` : ""} left out`];
}
