// How figures read on the page: separators, units, durations. Pure functions;
// nothing here touches the document. English forms, whatever the browser speaks,
// so that a screenshot and a report read alike everywhere.

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** What stands where there is no figure. */
export const NO_FIGURE = "–";

/**
 * A whole number with separators: `42,000`.
 * @param {number} value
 */
export function count(value) {
  return Number.isFinite(value) ? whole.format(value) : NO_FIGURE;
}

/**
 * A number's text with separators where its whole part is long: `12,300.5`.
 * @param {string} text as JavaScript writes it
 */
export function grouped(text) {
  return text.replace(/^-?\d{4,}/, (found) => whole.format(BigInt(found)));
}

/**
 * A count with its noun: `1 image`, `42,000 images`.
 * @param {number} value
 * @param {string} singular
 * @param {string} [plural]
 */
export function counted(value, singular, plural = `${singular}s`) {
  return `${count(value)} ${value === 1 ? singular : plural}`;
}

/** A sentence's first word with its capital. @param {string} text */
export function capitalised(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * A large count in few characters: `812`, `8.3 k`, `109 k`, `1.24 M`.
 * @param {number} value
 */
export function compact(value) {
  if (!Number.isFinite(value)) return NO_FIGURE;
  if (value < 1000) return count(value);
  // The bounds are where the next unit's rounding begins: 999,950 is `1.00 M`, not `1000 k`.
  if (value < 9_950) return `${(value / 1e3).toFixed(1)} k`;
  if (value < 999_500) return `${Math.round(value / 1e3)} k`;
  if (value < 9_995_000) return `${(value / 1e6).toFixed(2)} M`;
  return `${(value / 1e6).toFixed(1)} M`;
}

/**
 * What of a name fits its place, its end cut where it must be.
 * @param {string} name
 * @param {number} room
 * @param {(text: string) => number} width of a text, in the room's unit
 */
export function cut_to_fit(name, room, width) {
  if (width(name) <= room) return name;
  const letters = Array.from(name);
  const cut = () => `${letters.join("").trimEnd()}…`;
  while (letters.length > 1 && width(cut()) > room) letters.pop();
  return cut();
}

/**
 * A share from 0 to 1 as a percentage: `94.43 %`.
 * @param {number} share
 * @param {number} [digits] decimals
 */
export function percent(share, digits = 2) {
  return Number.isFinite(share) ? `${(share * 100).toFixed(digits)} %` : NO_FIGURE;
}

/**
 * A difference of two shares in percentage points, with its sign: `+1.20 points`.
 * @param {number} difference
 */
export function points(difference) {
  if (!Number.isFinite(difference)) return NO_FIGURE;
  const text = (Math.abs(difference) * 100).toFixed(2);
  const sign = Number(text) === 0 ? "" : difference < 0 ? "−" : "+";
  return `${sign}${text} points`;
}

/**
 * A loss, with as many figures as are worth reading: `0.1934`, `2.303`, `1.2e+5`.
 * @param {number} value
 */
export function loss(value) {
  if (!Number.isFinite(value)) return NO_FIGURE;
  const size = Math.abs(value);
  if (size >= 10_000 || (size > 0 && size < 0.0001)) return value.toExponential(1);
  if (size >= 100) return value.toFixed(1);
  if (size >= 1) return value.toFixed(3);
  return value.toFixed(4);
}

/**
 * A duration: `0.4 s`, `18.2 s`, `2 min 05 s`, `1 h 12 min`.
 * @param {number} secs
 */
export function duration(secs) {
  if (!Number.isFinite(secs) || secs < 0) return NO_FIGURE;
  if (secs < 59.95) return `${secs.toFixed(1)} s`;
  const rounded = Math.round(secs);
  if (rounded < 3600) return `${Math.floor(rounded / 60)} min ${two(rounded % 60)} s`;
  const minutes = Math.round(secs / 60);
  return `${count(Math.floor(minutes / 60))} h ${two(minutes % 60)} min`;
}

/**
 * What is left of a run, without false precision: `12 s left`, `about 3 min left`.
 * @param {number} secs
 */
export function time_left(secs) {
  if (!Number.isFinite(secs) || secs < 0) return "time left unknown";
  if (secs < 1) return "under 1 s left";
  if (secs < 90) return `${Math.round(secs)} s left`;
  if (secs < 90 * 60) return `about ${Math.round(secs / 60)} min left`;
  return `about ${(secs / 3600).toFixed(1)} h left`;
}

/**
 * A file size in decimal units, as file managers show it: `8.9 MB`.
 * @param {number} value
 */
export function bytes(value) {
  if (!Number.isFinite(value)) return NO_FIGURE;
  if (value < 1000) return `${count(value)} B`;
  if (value < 999_950) return `${(value / 1e3).toFixed(1)} kB`;
  if (value < 999_950_000) return `${(value / 1e6).toFixed(1)} MB`;
  return `${(value / 1e9).toFixed(2)} GB`;
}

/**
 * A rate: `41,200 samples/s`. Rounded to three figures: the rest is noise.
 * @param {number} per_sec
 */
export function samples_rate(per_sec) {
  if (!Number.isFinite(per_sec) || per_sec <= 0) return NO_FIGURE;
  return `${count(Number(per_sec.toPrecision(3)))} samples/s`;
}

/** @param {number} value */
function two(value) {
  return String(value).padStart(2, "0");
}
