// The ends of a logarithmic axis. uPlot counts its ticks up from the lower end in steps
// of that end's own power of ten, and changes step only where it meets the next power
// exactly: from an end such as 0.0096 it never does, and counts for ever. A lower end of
// one significant digit meets every power, and is a round tick besides.

/** What an axis shows before there is anything to show. @type {[number, number]} */
const EMPTY = [0.05, 3];

/** Beyond these uPlot counts wrongly again. No loss comes near: what is smaller is cut off. */
const SMALLEST = 1e-20;
const LARGEST_LOW = 1e30;

/**
 * The ends of a logarithmic axis around data: round below, a little room above, and
 * at least two ticks.
 * @param {number | null} low of the data, above 0
 * @param {number | null} high of the data
 * @returns {[number, number]}
 */
export function log_range(low, high) {
  if (low === null || high === null || !(low > 0) || !(high >= low) || high === Infinity) {
    return [...EMPTY];
  }
  const least = Math.min(LARGEST_LOW, Math.max(SMALLEST, low * 0.9));
  const [digits, power] = least.toExponential().split("e");
  const digit = Math.floor(Number(digits));
  const from = Number(`${digit}e${power}`);
  return [from, Math.max(high * 1.1, Number(`${digit + 1}e${power}`))];
}
