// What is painted beneath the units' buttons: how bright each is, and lines: the strongest
// connections to what is read, or what one unit hears most. One canvas for all layers, so that a move of the pen costs the
// page no layout.

import { rgb } from "../../ui/digit.js";
import { css_value } from "../../ui/dom.js";
import { route } from "./routes.js";
import { read_as } from "./words.js";

/** @import { UnitLink, UnitSum } from "../../pkg/studies/inkling.js" */
/** @import { UnitPlace } from "../../app/inside.js" */
/** @import { UnitList } from "./units.js" */

/**
 * @param {HTMLCanvasElement} canvas as large as the box of all layers
 * @param {readonly UnitList[]} lists
 * @param {readonly UnitLink[]} links
 * @param {boolean} is_signed whether lines have the colours of their signs
 */
export function paint_units(canvas, lists, links, is_signed) {
  const context = canvas.getContext("2d");
  if (!context) return;
  const scale = canvas.width / Math.max(1, canvas.clientWidth);
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
  // Units are painted over lines that begin and end at them.
  paint_links(context, lists, links, is_signed);
  const [plus, minus] = [rgb(css_value("--train")), rgb(css_value("--valid"))];
  for (const list of lists) {
    list.paint(({ x, y, width, height }, level) => {
      const [red, green, blue] = level < 0 ? minus : plus;
      const share = Math.min(1, Math.abs(level));
      context.fillStyle = `rgb(${red} ${green} ${blue} / ${share.toFixed(3)})`;
      context.beginPath();
      context.roundRect(x, y, width, height, list.is_output ? 6 : height / 2);
      context.fill();
    });
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {readonly UnitList[]} lists
 * @param {readonly UnitLink[]} links
 * @param {boolean} is_signed
 */
function paint_links(context, lists, links, is_signed) {
  if (links.length === 0) return;
  const grids = lists.map((list) => list.grid);
  const [ink, plus, minus] = ["--ink", "--train", "--valid"].map(css_value);
  context.lineJoin = "round";
  context.globalAlpha = is_signed ? 0.8 : 0.45;
  const most = Math.max(1e-9, ...links.map(({ product }) => Math.abs(product)));
  for (const { layer, from, to, product } of links) {
    const [source, target] = [lists[layer - 1]?.place_of(from), lists[layer]?.place_of(to)];
    const [before, after] = [grids[layer - 1], grids[layer]];
    if (!source || !target || !before || !after) continue;
    context.strokeStyle = (is_signed ? (product < 0 ? minus : plus) : ink) ?? "";
    // Told apart without colours, too.
    context.setLineDash(is_signed && product < 0 ? [4, 3] : []);
    context.lineWidth = 1 + (2 * Math.abs(product)) / most;
    context.beginPath();
    for (const corner of route(source, target, before, after, grids)) context.lineTo(...corner);
    context.stroke();
  }
  context.globalAlpha = 1;
  context.setLineDash([]);
}

/**
 * What a unit hears most, as lines to it; none to a unit of the first layer, which hears pixels.
 * @param {(UnitPlace & { sum: UnitSum | null }) | null} unit
 * @returns {UnitLink[]}
 */
export function heard(unit) {
  if (!unit?.sum || unit.layer === 0) return [];
  const { layer, unit: to, sum } = unit;
  return sum.terms.map(({ input, product }) => ({ layer, to, from: input, product }));
}

/** The same in words. @param {UnitPlace} place */
export function heard_words({ layer, unit }) {
  return `The lines are what unit ${unit + 1} of layer ${layer + 1} hears most: blue speaks for it, orange and dashed against it.`;
}

/**
 * The same in words: which units speak most for what is read.
 * @param {readonly UnitLink[]} links
 * @param {readonly string[]} classes
 */
export function links_words(links, classes) {
  const last = Math.max(0, ...links.map(({ layer }) => layer));
  const strongest = links.filter(({ layer }) => layer === last);
  const [first] = strongest;
  if (!first || last === 0) return "";
  const units = strongest.map(({ from }) => String(from + 1));
  const listed =
    units.length > 1 ? `${units.slice(0, -1).join(", ")} and ${units.at(-1)}` : units.join("");
  const noun = units.length > 1 ? "units" : "unit";
  return `The lines are the strongest paths, by weight × activation: ${read_as(classes, first.to)} is read mostly by ${noun} ${listed} of layer ${last}.`;
}
