// The lines of the strongest paths: whatever lies where, none runs over a unit that it does not
// lead to.

import assert from "node:assert/strict";
import { test } from "node:test";
import { grid_of, route } from "../../www/features/inside/routes.js";

/** @import { Place } from "../../www/features/inside/units.js" */

/**
 * Units in rows, as the page lays them out: circles of 20 px, or outputs with labels.
 * @param {number} count @param {number} columns @param {number} left @param {number} top
 * @param {number[]} [widths] of labels, one a unit
 * @returns {Place[]}
 */
function laid_out(count, columns, left, top, widths = []) {
  const wide = Array.from({ length: columns }, (_, column) =>
    Math.max(20, ...widths.filter((__, at) => at % columns === column)),
  );
  return Array.from({ length: count }, (_, at) => {
    const column = at % columns;
    const x = wide.slice(0, column).reduce((sum, width) => sum + width + 4, left);
    return { x, y: top + 24 * Math.floor(at / columns), width: widths[at] ?? 20, height: 20 };
  });
}

/** Whether a line runs through a box, tried at each half pixel. @param {[number, number][]} corners @param {Place} box */
function crosses(corners, { x, y, width, height }) {
  return corners.slice(1).some(([to_x, to_y], at) => {
    const [from_x, from_y] = corners[at] ?? [NaN, NaN];
    const count = Math.ceil(2 * Math.hypot(to_x - from_x, to_y - from_y)) + 1;
    return Array.from({ length: count + 1 }, (_, step) => step / count).some((share) => {
      const there = [from_x + share * (to_x - from_x), from_y + share * (to_y - from_y)];
      const [px = NaN, py = NaN] = there;
      return px > x + 0.5 && px < x + width - 0.5 && py > y + 0.5 && py < y + height - 0.5;
    });
  });
}

const labels = [34, 34, 90, 34, 60, 34, 34, 34, 34, 34];

/** Layers as they stand side by side, one above the other, and broken into rows. */
const ARRANGED = {
  beside: [laid_out(24, 5, 0, 0), laid_out(12, 4, 300, 0), laid_out(10, 2, 600, 0, labels)],
  stacked: [laid_out(24, 15, 0, 0), laid_out(12, 12, 0, 100), laid_out(10, 5, 0, 180, labels)],
  broken: [laid_out(64, 8, 0, 0), laid_out(12, 4, 300, 0), laid_out(10, 2, 0, 260, labels)],
};

for (const [name, layers] of Object.entries(ARRANGED)) {
  test(`lines run between units, ${name}`, () => {
    const grids = layers.map(grid_of);
    for (const layer of [1, 2]) {
      const [before, after] = [grids[layer - 1], grids[layer]];
      assert.ok(before && after);
      for (const from of before.places) {
        for (const to of after.places) {
          const corners = route(from, to, before, after, grids);
          const right = Math.max(...grids.map((grid) => grid.right));
          if (name === "stacked") {
            assert.ok(
              corners.every(([x]) => x <= right),
              "no line leaves the box of all layers",
            );
          }
          for (const box of layers.flat()) {
            assert.ok(!crosses(corners, box), JSON.stringify({ from, to, box, corners }));
          }
          const touches = (
            /** @type {Place} */ { x, y, width, height },
            /** @type {[number, number] | undefined} */ [px, py] = [NaN, NaN],
          ) => px >= x && px <= x + width && py >= y && py <= y + height;
          assert.ok(touches(from, corners[0]) && touches(to, corners.at(-1)));
        }
      }
    }
  });
}
