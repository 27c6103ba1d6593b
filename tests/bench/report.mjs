// Figures into a table and a file.

/** @param {number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Three significant digits, as a number. @param {number} value */
function round(value) {
  return Number.isInteger(value) ? value : Number(value.toPrecision(3));
}

/** Rounds every number in it. @param {unknown} value @returns {unknown} */
export function rounded(value) {
  if (typeof value === "number") return round(value);
  if (Array.isArray(value)) return value.map(rounded);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, rounded(held)]));
}

/**
 * Prints rows under a heading, columns aligned.
 * @param {string} title
 * @param {string[]} header
 * @param {(string | number)[][]} rows
 */
export function print_table(title, header, rows) {
  if (rows.length === 0) return;
  const cells = [header, ...rows].map((row) =>
    row.map((cell) => (typeof cell === "number" ? String(round(cell)) : (cell ?? ""))),
  );
  const widths = header.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  console.log(`\n${title}`);
  for (const row of cells) {
    const line = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
    );
    console.log(`  ${line.join("  ").trimEnd()}`);
  }
}
