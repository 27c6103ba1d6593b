// How runs that are compared are told apart: to each of up to eight belongs a marker, a
// dash and a colour, the same in charts, legend and table. Pure functions.

/**
 * @typedef {object} Look
 * @property {string} shape of the marker, in words
 * @property {readonly (readonly [number, number])[]} corners of the marker, in a circle of radius 1 or so
 * @property {readonly number[]} dash lengths drawn and left out, in pixels
 * @property {string} light colour on light paper
 * @property {string} dark colour on dark paper
 */

/** Half the width of a plus sign's arms. */
const BAR = 0.34;

/** @type {[number, number][]} */
const PLUS = [
  [-BAR, -1.1],
  [BAR, -1.1],
  [BAR, -BAR],
  [1.1, -BAR],
  [1.1, BAR],
  [BAR, BAR],
  [BAR, 1.1],
  [-BAR, 1.1],
  [-BAR, BAR],
  [-1.1, BAR],
  [-1.1, -BAR],
  [-BAR, -BAR],
];

/** @type {[number, number][]} */
const CROSS = PLUS.map(([x, y]) => [(x - y) * Math.SQRT1_2, (x + y) * Math.SQRT1_2]);

/** @type {[number, number][]} */
const STAR = Array.from({ length: 10 }, (_, at) => {
  const radius = at % 2 === 0 ? 1.4 : 0.55;
  const turn = (at * Math.PI) / 5;
  return [radius * Math.sin(turn), -radius * Math.cos(turn)];
});

/**
 * Neither the circle nor the blue and the orange of the run that is shown; every colour
 * has 4.5 to 1 or more against its paper.
 * @type {readonly Look[]}
 */
export const LOOKS = [
  {
    shape: "triangle",
    corners: [
      [0, -1.2],
      [1.1, 0.8],
      [-1.1, 0.8],
    ],
    dash: [9, 3],
    light: "#7b2fbf",
    dark: "#c79bff",
  },
  {
    shape: "square",
    corners: [
      [-0.9, -0.9],
      [0.9, -0.9],
      [0.9, 0.9],
      [-0.9, 0.9],
    ],
    dash: [2, 3],
    light: "#1b7338",
    dark: "#6fd08f",
  },
  {
    shape: "diamond",
    corners: [
      [0, -1.3],
      [1.1, 0],
      [0, 1.3],
      [-1.1, 0],
    ],
    dash: [10, 3, 2, 3],
    light: "#b8206f",
    dark: "#ff8fc6",
  },
  { shape: "plus", corners: PLUS, dash: [12, 4, 4, 4], light: "#086a75", dark: "#5fd0d8" },
  {
    shape: "triangle upside down",
    corners: [
      [0, 1.2],
      [1.1, -0.8],
      [-1.1, -0.8],
    ],
    dash: [5, 2],
    light: "#6b5600",
    dark: "#d9c04a",
  },
  { shape: "cross", corners: CROSS, dash: [3, 5], light: "#4a5560", dark: "#b8c2cc" },
  { shape: "star", corners: STAR, dash: [14, 3], light: "#a3122f", dark: "#ff8a8f" },
  {
    shape: "hourglass",
    corners: [
      [-0.95, -1.05],
      [0.95, -1.05],
      [-0.95, 1.05],
      [0.95, 1.05],
    ],
    dash: [7, 3, 2, 3, 2, 3],
    light: "#2b2d77",
    dark: "#a7acff",
  },
];

/** @param {number} look a place in {@link LOOKS} @returns {Look} */
export function look_at(look) {
  return /** @type {Look} */ (LOOKS[look % LOOKS.length]);
}

/**
 * Which look each of these runs has, as a place in {@link LOOKS}. It follows from the
 * set alone: pinned in another order, or after a reload, a run keeps its line, and
 * another one taken away rarely changes it.
 * @param {readonly string[]} ids
 * @returns {Map<string, number>}
 */
export function looks_of(ids) {
  /** @type {Map<string, number>} */
  const looks = new Map();
  const taken = new Set();
  for (const id of [...new Set(ids)].sort().slice(0, LOOKS.length)) {
    let look = hash(id) % LOOKS.length;
    while (taken.has(look)) look = (look + 1) % LOOKS.length;
    taken.add(look);
    looks.set(id, look);
  }
  return looks;
}

/**
 * A marker as the path of an SVG or a canvas.
 * @param {number} look
 * @param {number} x its middle
 * @param {number} y
 * @param {number} radius
 */
export function marker_path(look, x, y, radius) {
  const corners = look_at(look).corners.map(
    ([right, down]) => `${hundredths(x + right * radius)} ${hundredths(y + down * radius)}`,
  );
  return `M${corners.join("L")}Z`;
}

/**
 * @param {number} look
 * @param {boolean} is_dark
 */
export function pin_colour(look, is_dark) {
  const { light, dark } = look_at(look);
  return is_dark ? dark : light;
}

/** Finer than any screen. @param {number} value */
function hundredths(value) {
  return Math.round(value * 100) / 100;
}

/** FNV-1a. @param {string} text */
function hash(text) {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  }
  // The low bits alone would follow the last letters.
  return (value ^ (value >>> 15)) >>> 0;
}
