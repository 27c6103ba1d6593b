// The ids of those who hand in, and the names of files that follow from them.

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
 * @returns {string} such as `Id1_id2_id3.zip`
 * @throws {Error} naming the field, what was found and what was expected
 */
export function zip_name(ids) {
  for (const [at, id] of ids.entries()) {
    const fault = id_fault(id, at + 1);
    if (fault) throw new Error(fault);
  }
  const given = ids.map((id) => id.trim()).filter((id) => id !== "");
  return given.length > 0 ? `${given.join("_")}.zip` : "report.zip";
}
