// Studies of one report that do not start from the same data and settings: the engine says
// what differs, a person says whether it is meant.

/** @import { ReportFiles, ReportRequest, StudyRecord } from "../../pkg/ndarray/inkling.js" */

/** Thrown in the place of a report that nobody has said is meant. */
export class Mixed extends Error {
  /** @param {{ record: StudyRecord, why: string }[]} others */
  constructor(others) {
    super("The studies do not all start from the same data and settings.");
    this.others = others;
  }
}

/**
 * Writes a report, unless its studies differ in more than their factors.
 * @param {readonly StudyRecord[]} records in the order of the request
 * @param {(request: ReportRequest) => Promise<ReportFiles>} write
 */
export function unless_mixed(records, write) {
  return async (/** @type {ReportRequest} */ request) => {
    const files = await write(request);
    const others = records.flatMap((record, at) => {
      const why = (files.differences[at] ?? []).join(" ");
      return why ? [{ record, why }] : [];
    });
    if (others.length > 0) throw new Mixed(others);
    return files;
  };
}
