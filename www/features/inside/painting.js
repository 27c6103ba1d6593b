// What is painted beneath the units' buttons: how bright each is, and the strongest
// connections to what is read. One canvas for all layers, so that a move of the pen costs the
// page no layout.

import { rgb } from "../../ui/digit.js";
import { css_value } from "../../ui/dom.js";
import { route } from "./routes.js";
import { read_as } from "./words.js";

/** @import { UnitLink } from "../../pkg/studies/inkling.js" */
/** @import { UnitList } from "./units.js" */

/**
 * @param {HTMLCanvasElement} canvas as large as the box of all layers
 * @param {readonly UnitList[]} lists
 * @param {readonly UnitLink[]} links
 */
export function paint_units(canvas, lists, links) {
  const context = canvas.getContext("2d");
  if (!context) return;
  const scale = canvas.width / Math.max(1, canvas.clientWidth);
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
  // Units are painted over lines that begin and end at them.
  paint_links(context, lists, links);
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
 */
function paint_links(context, lists, links) {
  if (links.length === 0) return;
  const grids = lists.map((list) => list.grid);
  context.strokeStyle = css_value("--ink");
  context.lineJoin = "round";
  context.globalAlpha = 0.45;
  const most = Math.max(0, ...links.map(({ product }) => product));
  for (const { layer, from, to, product } of links) {
    const [source, target] = [lists[layer - 1]?.place_of(from), lists[layer]?.place_of(to)];
    const [before, after] = [grids[layer - 1], grids[layer]];
    if (!source || !target || !before || !after) continue;
    context.lineWidth = 1 + (2 * product) / most;
    context.beginPath();
    for (const corner of route(source, target, before, after, grids)) context.lineTo(...corner);
    context.stroke();
  }
  context.globalAlpha = 1;
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
