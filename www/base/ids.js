// The ids of those who hand in: as they are typed and kept, and the names of files that
// follow from them.

import { PREFERENCES } from "./preferences.js";

const REMEMBERED = "report ids";

/**
 * What is wrong with an id as typed; nothing where it is one, or empty.
 * @param {string} id
 * @param {number} number of its field, from 1
 */
export function id_fault(id, number) {
  const trimmed = id.trim();
  if (trimmed === "" || /^[A-Za-z0-9]{1,20}$/.test(trimmed)) return "";
  return `Id ${number}: found “${trimmed}”, expected 1 to 20 letters or digits`;
}

/**
 * The name of the zip, by the assignment's scheme; a plain one where there are no ids.
 * @param {readonly string[]} ids as typed
 * @param {{ zip: string, code: string }} [assignment] one that names its zips otherwise
 * @returns {string} such as `Id1_id2_id3.zip`
 * @throws {Error} naming the field, what was found and what was expected
 */
export function zip_name(ids, { zip, code } = { zip: "{ids}", code: "" }) {
  for (const [at, id] of ids.entries()) {
    const fault = id_fault(id, at + 1);
    if (fault) throw new Error(fault);
  }
  const given = given_ids(ids);
  const name = zip.replaceAll("{code}", code).replace("{ids}", given.join("_"));
  return given.length > 0 ? `${name}.zip` : "report.zip";
}

/** Those that are typed. @param {readonly string[]} ids */
export function given_ids(ids) {
  return ids.map((id) => id.trim()).filter((id) => id !== "");
}

/** As they were typed last in this browser. @returns {string[]} */
export function remembered_ids() {
  try {
    const value = JSON.parse(PREFERENCES.get(REMEMBERED) ?? "[]");
    return Array.isArray(value) ? value.map(String) : [];
  } catch {
    // Text that is not ours: the fields start empty.
    return [];
  }
}

/** @param {readonly string[]} ids */
export function remember_ids(ids) {
  PREFERENCES.set(REMEMBERED, JSON.stringify(ids));
}
