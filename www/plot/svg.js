// Drawings as SVG: text to save, nodes to show.

import { svg } from "../ui/dom.js";

/** @import { Drawing, Mark } from "./drawing.js" */

export const FONT = "Roboto, 'Segoe UI', 'Helvetica Neue', 'Liberation Sans', sans-serif";

/**
 * One element of a drawing: the same becomes text to save and nodes to show.
 * @typedef {object} Shape
 * @property {string} tag
 * @property {Record<string, string | number>} attributes
 * @property {string} [text]
 * @property {string} [title] the tip over it
 */

/**
 * An SVG file.
 * @param {Drawing} drawing
 * @returns {string}
 */
export function to_svg(drawing) {
  const { width, height } = drawing;
  const body = drawing.marks.map((mark) => text_of(shape_of(mark))).join("\n");
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" font-family="${FONT}" role="img">\n` +
    `<title>${escaped(drawing.description)}</title>\n${body}\n</svg>\n`
  );
}

/**
 * The same as nodes of this document. A browser would show an SVG's title as a
 * tip over all of it; here the label suffices.
 * @param {Drawing} drawing
 * @param {string} label its accessible name
 * @returns {SVGElement}
 */
export function svg_node(drawing, label) {
  const { width, height } = drawing;
  const nodes = drawing.marks.map((mark) => node_of(shape_of(mark)));
  return svg(
    "svg",
    {
      viewBox: `0 0 ${width} ${height}`,
      "font-family": FONT,
      role: "img",
      "aria-label": label,
    },
    ...nodes,
  );
}

/** @param {Shape} shape */
function text_of({ tag, attributes, text, title }) {
  const pairs = Object.entries(attributes).map(
    ([name, value]) => ` ${name}="${escaped(`${value}`)}"`,
  );
  const tip = title ? `<title>${escaped(title)}</title>` : "";
  const body = `${escaped(text ?? "")}${tip}`;
  return `<${tag}${pairs.join("")}${body ? `>${body}</${tag}>` : "/>"}`;
}

/** @param {Shape} shape */
function node_of({ tag, attributes, text, title }) {
  const tip = title ? [svg("title", {}, title)] : [];
  return svg(tag, attributes, ...(text ? [text] : []), ...tip);
}

/**
 * @param {Mark} mark
 * @returns {Shape}
 */
function shape_of(mark) {
  switch (mark.kind) {
    case "rect": {
      const { x, y, width, height, fill } = mark;
      return { tag: "rect", attributes: { x, y, width, height, ...split(fill) } };
    }
    case "line": {
      const { x1, y1, x2, y2, stroke, width } = mark;
      const attributes = { x1, y1, x2, y2, stroke, "stroke-width": width, ...dash(mark.dash) };
      return { tag: "line", attributes };
    }
    case "path": {
      const d = mark.points.map(([x, y], i) => `${i ? "L" : "M"}${x} ${y}`).join("");
      /** @type {Shape["attributes"]} */
      const stroke = mark.stroke
        ? {
            stroke: mark.stroke,
            "stroke-width": mark.width ?? 1,
            "stroke-linejoin": "round",
            ...dash(mark.dash),
          }
        : {};
      const fill = split(mark.fill ?? "none");
      return {
        tag: "path",
        attributes: { d: `${d}${mark.fill ? "Z" : ""}`, ...fill, ...stroke },
      };
    }
    case "circle": {
      const { x: cx, y: cy, radius: r, fill, title } = mark;
      /** @type {Shape["attributes"]} */
      const stroke = mark.stroke ? { stroke: mark.stroke, "stroke-width": 1.8 } : {};
      return { tag: "circle", attributes: { cx, cy, r, fill, ...stroke }, title };
    }
    case "image": {
      const { x, y, width, height, ink } = mark;
      const style = "image-rendering: pixelated";
      return { tag: "image", attributes: { x, y, width, height, href: ink.href, style } };
    }
    case "text": {
      const { x, y, size, fill, anchor, text } = mark;
      /** @type {Shape["attributes"]} */
      const turn = mark.angle ? { transform: `rotate(${mark.angle} ${x} ${y})` } : {};
      /** @type {Shape["attributes"]} */
      const weight = mark.bold ? { "font-weight": 600 } : {};
      const attributes = { x, y, "font-size": size, fill, "text-anchor": anchor };
      return { tag: "text", attributes: { ...attributes, ...weight, ...turn }, text };
    }
    default:
      return /** @type {never} */ (mark);
  }
}

/**
 * @param {number[] | undefined} pattern
 * @returns {Shape["attributes"]}
 */
function dash(pattern) {
  return pattern ? { "stroke-dasharray": pattern.join(" ") } : {};
}

/**
 * A colour and its opacity apart: not every reader of SVG knows `rgba()`.
 * @param {string} fill
 * @returns {Shape["attributes"]}
 */
function split(fill) {
  const rgba = /^rgba\((\d+), (\d+), (\d+), ([\d.]+)\)$/.exec(fill);
  if (rgba) {
    return { fill: `rgb(${rgba[1]}, ${rgba[2]}, ${rgba[3]})`, "fill-opacity": Number(rgba[4]) };
  }
  const hex = /^(#[0-9a-f]{6})([0-9a-f]{2})$/i.exec(fill);
  if (hex) {
    return {
      fill: hex[1] ?? fill,
      "fill-opacity": (parseInt(hex[2] ?? "ff", 16) / 255).toFixed(2),
    };
  }
  return { fill };
}

/** @param {string} text */
function escaped(text) {
  return (
    text
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
      // Characters that XML cannot hold at all.
      // eslint-disable-next-line no-control-regex
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "")
  );
}
