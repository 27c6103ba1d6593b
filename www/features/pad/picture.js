// Pictures of a digit, from files or the clipboard, as ink for the pad.

import { Refused } from "../../base/fault.js";
import { ink_of_picture, is_blank } from "../../base/ink.js";

/** Side of a picture's ink in pixels, which is that of the paper the engine draws on. */
export const PAPER_SIDE = 280;

/**
 * The picture, as large as the pad holds and in its middle.
 * @param {Blob} picture
 * @returns {Promise<Uint8Array<ArrayBuffer>>} `PAPER_SIDE * PAPER_SIDE`, 0 empty to 255 full
 */
export async function ink_of_file(picture) {
  const { rgba, width, height } = await pixels_of(picture).catch(() => {
    throw new Refused("This file could not be read as a picture. PNG, JPEG, GIF and WebP work.");
  });
  const part = ink_of_picture(rgba, width, height);
  if (is_blank(part)) {
    throw new Refused(
      "No digit stands out in this picture. Take one with a dark digit on light paper.",
    );
  }
  const ink = new Uint8Array(PAPER_SIDE * PAPER_SIDE);
  const left = (PAPER_SIDE - width) >> 1;
  const top = (PAPER_SIDE - height) >> 1;
  for (let y = 0; y < height; y++) {
    ink.set(part.subarray(y * width, (y + 1) * width), (top + y) * PAPER_SIDE + left);
  }
  return ink;
}

/** @param {Blob} picture */
async function pixels_of(picture) {
  const bitmap = await createImageBitmap(picture);
  try {
    const scale = PAPER_SIDE / Math.max(bitmap.width, bitmap.height);
    const width = Math.max(1, Math.round(bitmap.width * scale));
    const height = Math.max(1, Math.round(bitmap.height * scale));
    const { context } = new_canvas(width, height);
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, width, height);
    return { rgba: context.getImageData(0, 0, width, height).data, width, height };
  } finally {
    bitmap.close();
  }
}

/**
 * A picture's ink as a canvas, black where it is full and clear where it is empty.
 * @param {Uint8Array} ink
 */
export function canvas_of_ink(ink) {
  const { canvas, context } = new_canvas(PAPER_SIDE, PAPER_SIDE);
  const image = new ImageData(PAPER_SIDE, PAPER_SIDE);
  for (let at = 0; at < ink.length; at++) image.data[at * 4 + 3] = ink[at] ?? 0;
  context.putImageData(image, 0, 0);
  return canvas;
}

/** @param {number} width @param {number} height */
function new_canvas(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("This browser gave no canvas to draw on.");
  return { canvas, context };
}
