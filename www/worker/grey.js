// Pictures and their labels as the bytes of NumPy's arrays, which the engine reads: each
// picture decoded by the browser and turned to grey. Where they lie is others' business.

import { SourceError } from "./bytes.js";
import { grey_png } from "./png.js";

/**
 * A picture that is not decoded yet.
 * @typedef {object} Packed
 * @property {string} name for an error
 * @property {() => Uint8Array | Promise<Uint8Array>} bytes of a PNG, a JPEG or what else the browser reads
 */

/** No picture of 64 × 64 pixels comes near this; a bomb does. */
export const MAX_PICTURE_BYTES = 1024 ** 2;
/** Pictures that are decoded side by side. */
export const WINDOW = 64;

/** The sides that a task may have. */
const SIDES = { least: 4, most: 64 };

/**
 * Pictures as one array of `n × side × side` grey values, 0 black to 255 white.
 * @param {number} num_pictures all of them
 * @param {AsyncIterable<Packed[]>} batches at most {@link WINDOW} each
 * @param {object} options
 * @param {string[]} options.notes takes what was done to them, in a few words
 * @param {AbortSignal} options.signal
 * @returns {AsyncGenerator<Uint8Array, void, void>}
 */
export async function* grey_chunks(num_pictures, batches, { notes, signal }) {
  let side = 0;
  let is_coloured = false;
  for await (const batch of batches) {
    const read = await Promise.all(batch.map((packed) => picture(packed)));
    signal.throwIfAborted();
    if (side === 0) {
      side = read[0]?.side ?? 0;
      yield npy_header("|u1", `${num_pictures}, ${side}, ${side}`);
    }
    const bytes = new Uint8Array(batch.length * side * side);
    for (const [at, one] of read.entries()) {
      if (one.side !== side) {
        const [found, expected] = [one.side, side].map((pixels) => `${pixels} × ${pixels} pixels`);
        throw new SourceError(
          batch[at]?.name ?? "archive",
          found ?? "",
          `${expected}, as the first picture has`,
        );
      }
      is_coloured ||= one.is_coloured;
      bytes.set(one.grey, at * side * side);
    }
    yield bytes;
  }
  if (is_coloured) notes.push("colours turned to grey");
}

/**
 * Labels as an array of text.
 * @param {readonly string[]} labels
 * @returns {AsyncGenerator<Uint8Array, void, void>}
 */
export async function* text_chunks(labels) {
  const letters = labels.map((label) => [...label].map((one) => one.codePointAt(0) ?? 0));
  const width = letters.reduce((most, { length }) => Math.max(most, length), 1);
  yield npy_header(`<U${width}`, `${labels.length},`);
  const bytes = new DataView(new ArrayBuffer(4 * width * letters.length));
  for (const [row, codes] of letters.entries()) {
    for (const [at, code] of codes.entries()) bytes.setUint32(4 * (row * width + at), code, true);
  }
  yield new Uint8Array(bytes.buffer);
}

/**
 * What stands before the values of an array (numpy.lib.format, version 1).
 * @param {string} descr
 * @param {string} shape
 */
function npy_header(descr, shape) {
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}), }\n`;
  const length = [text.length & 255, text.length >> 8];
  return Uint8Array.from([
    ...[0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, ...length],
    ...new TextEncoder().encode(text),
  ]);
}

/**
 * A picture in grey, on white paper where it is transparent.
 * @param {Packed} packed
 * @returns {Promise<{ side: number, grey: Uint8Array, is_coloured: boolean }>}
 */
async function picture({ name, bytes }) {
  const file = await bytes();
  const plain = grey_png(file);
  if (plain) {
    check_size(name, plain.width, plain.height);
    return { side: plain.width, grey: plain.grey, is_coloured: false };
  }
  const bitmap = await createImageBitmap(new Blob([new Uint8Array(file)]), {
    premultiplyAlpha: "none",
    colorSpaceConversion: "none",
  }).catch(() => {
    throw new SourceError(name, "no picture that this browser reads", "a PNG or JPEG");
  });
  try {
    check_size(name, bitmap.width, bitmap.height);
    return { side: bitmap.width, ...grey_of(bitmap) };
  } finally {
    bitmap.close();
  }
}

/** @param {string} name @param {number} width @param {number} height */
function check_size(name, width, height) {
  if (width === height && width >= SIDES.least && width <= SIDES.most) return;
  throw new SourceError(
    name,
    `a picture of ${width} × ${height} pixels`,
    `square ones of ${SIDES.least} to ${SIDES.most} pixels a side`,
  );
}

/** Grey values, and whether any pixel was no grey. @param {ImageBitmap} bitmap */
function grey_of(bitmap) {
  const { width, height } = bitmap;
  const paper = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (!paper) throw new SourceError("pictures", "no canvas in this browser", "one to read them on");
  paper.fillStyle = "white";
  paper.fillRect(0, 0, width, height);
  paper.drawImage(bitmap, 0, 0);
  const { data } = paper.getImageData(0, 0, width, height);
  const grey = new Uint8Array(width * height);
  let is_coloured = false;
  for (let at = 0; at < grey.length; at += 1) {
    const red = data[4 * at] ?? 0;
    const green = data[4 * at + 1] ?? 0;
    const blue = data[4 * at + 2] ?? 0;
    is_coloured ||= red !== green || green !== blue;
    // The luma of ITU-R 601-2 as Pillow rounds it, so that the notebook reads the same.
    grey[at] = (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
  }
  return { grey, is_coloured };
}
