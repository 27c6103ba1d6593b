// Pictures and their labels as the bytes of NumPy's arrays, which the engine reads: each
// picture decoded and turned to grey. Where they lie is others' business, and what their
// paper is that of paper.js.

import { SourceError } from "./bytes.js";
import { Paper } from "./paper.js";
import { plain_png } from "./png.js";

/**
 * A picture that is not decoded yet.
 * @typedef {object} Packed
 * @property {string} name for an error
 * @property {() => Uint8Array | Promise<Uint8Array>} bytes of a PNG, a JPEG or what else the browser reads
 */

/** @import { Picture } from "./paper.js" */

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
  const paper = new Paper();
  for await (const batch of batches) {
    const read = await Promise.all(batch.map((packed) => picture(packed)));
    signal.throwIfAborted();
    paper.look_at(read);
    if (side === 0) {
      side = read[0]?.side ?? 0;
      yield npy_header("|u1", `${num_pictures}, ${side}, ${side}`);
    }
    const bytes = new Uint8Array(batch.length * side * side);
    for (const [at, one] of read.entries()) {
      if (one.side !== side) {
        const [found, expected] = [one.side, side].map((pixels) => `${pixels} × ${pixels} pixels`);
        throw new SourceError(one.name, found ?? "", `${expected}, as the first picture has`);
      }
      bytes.set(paper.grey_of(one), at * side * side);
    }
    yield bytes;
  }
  notes.push(...paper.notes);
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
 * A picture's pixels.
 * @param {Packed} packed
 * @returns {Promise<Picture>}
 */
async function picture({ name, bytes }) {
  const file = await bytes();
  const plain = plain_png(file);
  if (plain) {
    check_size(name, plain.width, plain.height);
    return { name, side: plain.width, depth: plain.depth, values: plain.values };
  }
  const bitmap = await createImageBitmap(new Blob([new Uint8Array(file)]), {
    premultiplyAlpha: "none",
    colorSpaceConversion: "none",
  }).catch(() => {
    throw new SourceError(name, "no picture that this browser reads", "a PNG or JPEG");
  });
  try {
    check_size(name, bitmap.width, bitmap.height);
    return { name, side: bitmap.width, depth: 4, values: rgba_of(bitmap) };
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

/** @param {ImageBitmap} bitmap */
function rgba_of(bitmap) {
  const { width, height } = bitmap;
  const sheet = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (!sheet) throw new SourceError("pictures", "no canvas in this browser", "one to read them on");
  sheet.drawImage(bitmap, 0, 0);
  return new Uint8Array(sheet.getImageData(0, 0, width, height).data.buffer);
}
