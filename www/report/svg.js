// Drawings as SVG: text to save, nodes to show.

/** @import { Drawing, Mark } from "./drawing.js" */

const FONT = "Roboto, 'Segoe UI', 'Helvetica Neue', 'Liberation Sans', sans-serif";

/**
 * An SVG file.
 * @param {Drawing} drawing
 * @returns {string}
 */
export function to_svg(drawing) {
  const { width, height } = drawing;
  const body = drawing.marks.map(element_of).join("\n");
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" font-family="${FONT}" role="img">\n` +
    `<title>${escaped(drawing.description)}</title>\n${body}\n</svg>\n`
  );
}

/**
 * The same as nodes of this document.
 * @param {Drawing} drawing
 * @param {string} label its accessible name
 * @returns {SVGSVGElement}
 */
export function svg_node(drawing, label) {
  const parsed = new DOMParser().parseFromString(to_svg(drawing), "image/svg+xml");
  const node = /** @type {unknown} */ (document.importNode(parsed.documentElement, true));
  const svg = /** @type {SVGSVGElement} */ (node);
  svg.removeAttribute("width");
  svg.removeAttribute("height");
  // A browser shows an SVG's title as a tip over all of it; the label suffices here.
  svg.querySelector(":scope > title")?.remove();
  svg.setAttribute("aria-label", label);
  return svg;
}

/** @param {Mark} mark */
function element_of(mark) {
  switch (mark.kind) {
    case "rect":
      return `<rect x="${mark.x}" y="${mark.y}" width="${mark.width}" height="${mark.height}" fill="${mark.fill}"/>`;
    case "line":
      return `<line x1="${mark.x1}" y1="${mark.y1}" x2="${mark.x2}" y2="${mark.y2}" stroke="${mark.stroke}" stroke-width="${mark.width}"${dash(mark.dash)}/>`;
    case "path": {
      const d = mark.points.map(([x, y], i) => `${i ? "L" : "M"}${x} ${y}`).join("");
      const stroke = mark.stroke
        ? ` stroke="${mark.stroke}" stroke-width="${mark.width ?? 1}" stroke-linejoin="round"${dash(mark.dash)}`
        : "";
      const { paint, opacity } = split(mark.fill ?? "none");
      return `<path d="${d}${mark.fill ? "Z" : ""}" fill="${paint}"${opacity}${stroke}/>`;
    }
    case "circle": {
      const stroke = mark.stroke ? ` stroke="${mark.stroke}" stroke-width="1.8"` : "";
      const title = mark.title ? `<title>${escaped(mark.title)}</title>` : "";
      return `<circle cx="${mark.x}" cy="${mark.y}" r="${mark.radius}" fill="${mark.fill}"${stroke}>${title}</circle>`;
    }
    case "text": {
      const turn = mark.angle ? ` transform="rotate(${mark.angle} ${mark.x} ${mark.y})"` : "";
      const weight = mark.bold ? ' font-weight="600"' : "";
      return `<text x="${mark.x}" y="${mark.y}" font-size="${mark.size}" fill="${mark.fill}" text-anchor="${mark.anchor}"${weight}${turn}>${escaped(mark.text)}</text>`;
    }
    default:
      return /** @type {never} */ (mark);
  }
}

/** @param {number[] | undefined} pattern */
function dash(pattern) {
  return pattern ? ` stroke-dasharray="${pattern.join(" ")}"` : "";
}

/**
 * A colour and its opacity apart: not every reader of SVG knows `rgba()`.
 * @param {string} fill
 */
function split(fill) {
  const rgba = /^rgba\((\d+), (\d+), (\d+), ([\d.]+)\)$/.exec(fill);
  if (rgba) {
    return {
      paint: `rgb(${rgba[1]}, ${rgba[2]}, ${rgba[3]})`,
      opacity: ` fill-opacity="${rgba[4]}"`,
    };
  }
  const hex = /^(#[0-9a-f]{6})([0-9a-f]{2})$/i.exec(fill);
  if (hex) {
    return {
      paint: hex[1] ?? fill,
      opacity: ` fill-opacity="${(parseInt(hex[2] ?? "ff", 16) / 255).toFixed(2)}"`,
    };
  }
  return { paint: fill, opacity: "" };
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
