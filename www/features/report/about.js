// What a report is about, put together from what the page has: the studies that are
// chosen, their baseline among the kept runs, images of the data.

import { baseline_of } from "../../app/baseline.js";
import { worst_mistakes } from "./pictures.js";

/** @import { Actions } from "../../app/actions.js" */
/** @import { PageState } from "../../app/state.js" */
/** @import { ReportAbout } from "./pictures.js" */

/** Rows among which an image of each digit is looked for. */
const LOOKED_AT = 300;

/**
 * @param {Pick<ReportAbout, "ids" | "introduction" | "baseline_remarks" | "conclusion" | "studies">} given
 * @param {PageState} page
 * @param {Pick<Actions, "images" | "readings_pixels">} bench
 * @returns {Promise<ReportAbout>}
 */
export async function report_about(given, page, bench) {
  const records = given.studies.map(({ record }) => record);
  const baseline = baseline_of(page, records);
  const { data } = page;
  const is_theirs = data && data.checksum === (baseline?.data ?? records[0]?.data)?.checksum;
  const num_rows = Math.min(LOOKED_AT, data?.num_rows ?? 0);
  const digits = is_theirs
    ? await bench.images(Array.from({ length: num_rows }, (_, row) => row))
    : null;
  const readings = baseline?.evaluation?.readings;
  const places = readings ? worst_mistakes(readings) : [];
  const mistakes = places.length > 0 ? await bench.readings_pixels(places) : null;
  return { ...given, baseline, digits, mistakes };
}
