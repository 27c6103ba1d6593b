// Where a report's figures and tables stand: one that no longer fits a page goes to the
// head of the next, and what is written after it fills the page, as in print. It owns the
// order only; pages are broken by whoever lays them out.

/**
 * What stays in one piece on paper.
 * @typedef {object} Unit
 * @property {"section" | "text" | "figure" | "table"} kind a section's heading lets none pass
 * @property {number} height in points, with what is free above and below it
 */

/** What two ways to lay the same out may differ by on a page, in points. */
const SLACK = 2;

/**
 * The order in which units are put on pages. Figures keep their order among themselves, so
 * do tables and so do words; none leaves its section.
 * @template {Unit} T
 * @param {readonly T[]} units in the order of reading
 * @param {number} page_height what a page holds, in points
 * @returns {T[]}
 */
export function placed(units, page_height) {
  const room = page_height - SLACK;
  /** @type {T[]} */
  const order = [];
  /** @type {T[]} */
  let waiting = [];
  let used = 0;
  const put = (/** @type {T} */ unit) => {
    // What is taller than a page goes on over its end.
    const fits = used + unit.height <= room;
    used = fits ? used + unit.height : unit.height % page_height;
    order.push(unit);
  };
  const put_waiting = () => {
    waiting.forEach(put);
    waiting = [];
  };
  for (const unit of units) {
    const fits = used + unit.height <= room;
    if (unit.kind === "section") put_waiting();
    else if (unit.kind !== "text") {
      const is_next = !waiting.some(({ kind }) => kind === unit.kind);
      if (fits && is_next) put(unit);
      else waiting.push(unit);
      continue;
    } else if (!fits) {
      // The page ends here: those that wait stand at the head of the next.
      used = room;
      put_waiting();
    }
    put(unit);
  }
  put_waiting();
  return order;
}
