// Colours of a factor's values: ordered values get an ordered, perceptually
// even sequence (viridis), never unrelated hues.

/** Viridis at 0, 0.1 … 1, from matplotlib's table. */
const VIRIDIS = [
  [68, 1, 84],
  [72, 36, 117],
  [65, 68, 135],
  [53, 95, 141],
  [42, 120, 142],
  [33, 145, 140],
  [34, 168, 132],
  [66, 190, 113],
  [122, 209, 81],
  [189, 223, 38],
  [253, 231, 37],
];

/**
 * Viridis at a place from 0 (dark violet) to 1 (yellow).
 * @param {number} place
 * @returns {string} such as `rgb(33 145 140)`
 */
export function viridis(place) {
  const at = Math.min(1, Math.max(0, place)) * (VIRIDIS.length - 1);
  const below = VIRIDIS[Math.floor(at)] ?? [0, 0, 0];
  const above = VIRIDIS[Math.ceil(at)] ?? below;
  const share = at - Math.floor(at);
  const mixed = below.map((channel, i) =>
    Math.round(channel + share * ((above[i] ?? channel) - channel)),
  );
  return `rgb(${mixed[0]}, ${mixed[1]}, ${mixed[2]})`;
}

/**
 * One colour a value, in the values' order. The end that would vanish on the
 * background is left out: yellow on white, violet on black.
 * @param {number} num_values
 * @param {boolean} is_dark
 * @returns {string[]}
 */
export function value_colours(num_values, is_dark) {
  const [from, to] = is_dark ? [0.32, 1] : [0, 0.82];
  return Array.from({ length: num_values }, (_, i) =>
    viridis(num_values === 1 ? (from + to) / 2 : from + ((to - from) * i) / (num_values - 1)),
  );
}

/**
 * A colour made lighter by transparency.
 * @param {string} colour as {@link viridis} gives it
 * @param {number} alpha 0 to 1
 */
export function with_alpha(colour, alpha) {
  return colour.replace("rgb(", "rgba(").replace(")", `, ${alpha})`);
}
