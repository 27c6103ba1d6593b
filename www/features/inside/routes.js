// The way of a line from a unit to one of the next layer: between rows and columns of units, so
// that it runs over no other unit and no output's label. Lengths are in pixels. Pure functions.

/** @import { Place } from "./units.js" */

/** The units of a layer as they lie, and the box around them. @typedef {{ places: readonly Place[], left: number, right: number, top: number, bottom: number }} Grid */

/** @typedef {[number, number]} Point */

/** Half of the gap between units, as in inside.css. */
const BESIDE = 2;

/** Whole pixels are not promised. */
const NEAR = 1;

/** @param {readonly Place[]} places @returns {Grid} */
export function grid_of(places) {
  return {
    places,
    left: Math.min(...places.map(({ x }) => x)),
    right: Math.max(...places.map(({ x, width }) => x + width)),
    top: Math.min(...places.map(({ y }) => y)),
    bottom: Math.max(...places.map(({ y, height }) => y + height)),
  };
}

/**
 * @param {Place} from
 * @param {Place} to
 * @param {Grid} before the layer of the first
 * @param {Grid} after the layer of the second
 * @param {readonly Grid[]} all layers
 * @returns {Point[]} corners, from the edge of the one to the edge of the other
 */
export function route(from, to, before, after, all) {
  const is_beside = after.top < before.bottom && before.top < after.bottom;
  if (is_beside && after.left >= before.right) {
    return [...leave_right(from, before), ...arrive_left(to, after)];
  }
  // Stacked, or broken into rows of layers: down past all that stand above the next one.
  const above = all.filter(({ top }) => top < after.top).map(({ bottom }) => bottom);
  const clear = Math.max(before.bottom, ...above) + BESIDE;
  return [...leave_down(from, before, clear), ...arrive_down(to, after)];
}

/** @param {Place} place @param {Grid} grid @returns {Point[]} */
function leave_right(place, { places, right }) {
  const { x, y, width, height } = place;
  const is_last = !places.some((one) => is_in_row(one, place) && one.x > x);
  if (is_last) {
    return [
      [x + width, y + height / 2],
      [right + BESIDE, y + height / 2],
    ];
  }
  const under = y + height + BESIDE;
  return [
    [x + width / 2, y + height],
    [x + width / 2, under],
    [right + BESIDE, under],
  ];
}

/** @param {Place} place @param {Grid} grid @returns {Point[]} */
function arrive_left(place, { places, left }) {
  const { x, y, width, height } = place;
  const is_first = !places.some((one) => is_in_row(one, place) && one.x < x);
  if (is_first) {
    return [
      [left - BESIDE, y + height / 2],
      [x, y + height / 2],
    ];
  }
  const under = y + height + BESIDE;
  return [
    [left - BESIDE, under],
    [x + width / 2, under],
    [x + width / 2, y + height],
  ];
}

/** @param {Place} place @param {Grid} grid @param {number} clear @returns {Point[]} */
function leave_down(place, grid, clear) {
  const { x, y, width, height } = place;
  const is_last = !grid.places.some((one) => is_in_column(one, place) && one.y > y);
  if (is_last) {
    return [
      [x + width / 2, y + height],
      [x + width / 2, clear],
    ];
  }
  const { edge, beside } = side_of_column(place, grid);
  return [
    [edge, y + height / 2],
    [beside, y + height / 2],
    [beside, clear],
  ];
}

/** @param {Place} place @param {Grid} grid @returns {Point[]} */
function arrive_down(place, grid) {
  const { x, y, width, height } = place;
  const { places, top } = grid;
  const is_first = !places.some((one) => is_in_column(one, place) && one.y < y);
  if (is_first) {
    return [
      [x + width / 2, top - BESIDE],
      [x + width / 2, y],
    ];
  }
  const { edge, beside } = side_of_column(place, grid);
  return [
    [beside, top - BESIDE],
    [beside, y + height / 2],
    [edge, y + height / 2],
  ];
}

/**
 * The gap beside a unit's column: to the right, or to the left of the last one, where the box of
 * all layers may end.
 * @param {Place} place
 * @param {Grid} grid
 */
function side_of_column(place, { places, left, right }) {
  const column = places.filter((one) => is_in_column(one, place));
  const end = Math.max(...column.map(({ x, width }) => x + width));
  const has_left = place.x > left + NEAR;
  return has_left && end > right - NEAR
    ? { edge: place.x, beside: place.x - BESIDE }
    : { edge: place.x + place.width, beside: end + BESIDE };
}

/** @param {Place} one @param {Place} other */
const is_in_row = (one, other) => Math.abs(one.y - other.y) < NEAR;

/** @param {Place} one @param {Place} other */
const is_in_column = (one, other) => Math.abs(one.x - other.x) < NEAR;
