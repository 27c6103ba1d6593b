// Drawings as PNG, painted on a canvas from the same marks as the SVG.

import { FONT } from "./svg.js";

/** @import { Drawing, Ink } from "./drawing.js" */

/**
 * A PNG file.
 * @param {Drawing} drawing
 * @param {number} scale pixels of the file a pixel of the drawing
 * @returns {Promise<Blob>}
 */
export async function to_png(drawing, scale) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(drawing.width * scale);
  canvas.height = Math.round(drawing.height * scale);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("plots: this browser gave no canvas to draw on");
  context.scale(scale, scale);
  paint(context, drawing);
  /** @type {Blob | null} */
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error("plots: this browser could not write a PNG");
  return blob;
}

/** @param {Ink} ink */
function canvas_of({ columns, rows, levels }) {
  const canvas = document.createElement("canvas");
  canvas.width = columns;
  canvas.height = rows;
  const pixels = new ImageData(columns, rows);
  levels.forEach((level, at) =>
    pixels.data.set([255 - level, 255 - level, 255 - level, 255], 4 * at),
  );
  canvas.getContext("2d")?.putImageData(pixels, 0, 0);
  return canvas;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Drawing} drawing
 */
function paint(context, drawing) {
  context.lineJoin = "round";
  for (const mark of drawing.marks) {
    context.setLineDash("dash" in mark && mark.dash ? mark.dash : []);
    switch (mark.kind) {
      case "rect":
        context.fillStyle = mark.fill;
        context.fillRect(mark.x, mark.y, mark.width, mark.height);
        break;
      case "line":
        context.strokeStyle = mark.stroke;
        context.lineWidth = mark.width;
        context.beginPath();
        context.moveTo(mark.x1, mark.y1);
        context.lineTo(mark.x2, mark.y2);
        context.stroke();
        break;
      case "path":
        context.beginPath();
        for (const [x, y] of mark.points) context.lineTo(x, y);
        if (mark.fill) {
          context.closePath();
          context.fillStyle = mark.fill;
          context.fill();
        }
        if (mark.stroke) {
          context.strokeStyle = mark.stroke;
          context.lineWidth = mark.width ?? 1;
          context.stroke();
        }
        break;
      case "circle":
        context.beginPath();
        context.arc(mark.x, mark.y, mark.radius, 0, 2 * Math.PI);
        if (mark.fill !== "none") {
          context.fillStyle = mark.fill;
          context.fill();
        }
        if (mark.stroke) {
          context.strokeStyle = mark.stroke;
          context.lineWidth = 1.8;
          context.stroke();
        }
        break;
      case "image":
        context.imageSmoothingEnabled = false;
        context.drawImage(canvas_of(mark.ink), mark.x, mark.y, mark.width, mark.height);
        break;
      case "text":
        context.save();
        context.translate(mark.x, mark.y);
        if (mark.angle) context.rotate((mark.angle * Math.PI) / 180);
        context.font = `${mark.bold ? "600 " : ""}${mark.size}px ${FONT}`;
        context.fillStyle = mark.fill;
        context.textAlign = mark.anchor === "middle" ? "center" : mark.anchor;
        context.fillText(mark.text, 0, 0);
        context.restore();
        break;
      default:
        /** @type {never} */ (mark);
    }
  }
}
