// A zip of pictures in a folder a class, as ImageFolder of torchvision has them: which of
// its entries they are, and both as the bytes of NumPy's arrays, which the engine reads.

import { crc32, joined } from "../base/bytes.js";
import { SourceError, count } from "./bytes.js";
import { part_of } from "./zip.js";

/** @import { Wanted } from "./archive.js" */
/** @import { ZipEntry } from "./zip.js" */

/**
 * @typedef {object} Folders
 * @property {string} root the folder whose folders are the classes; ends with `/`, or is empty
 * @property {{ entry: ZipEntry, label: string }[]} pictures in the archive's order
 * @property {string[]} notes what is left out, each in a few words
 */

/** The browser reads all of these. */
const PICTURE = /\.(png|jpe?g|gif|bmp|webp)$/i;
const TRAIN = /(^|[/_-])(train|training)([/_-]|$)/i;
const TEST = /(^|[/_-])(test|testing|val|valid|validation)([/_-]|$)/i;

/** The sides that a task may have. */
const SIDES = { least: 4, most: 64 };
/** No picture of 64 × 64 pixels comes near this; a bomb does. */
const MAX_PICTURE_BYTES = 1024 ** 2;
/** Pictures that are unpacked side by side. */
const WINDOW = 64;

/**
 * The pictures of an archive, of the wanted half where there are two.
 * @param {readonly ZipEntry[]} entries
 * @param {Wanted} wanted
 * @returns {Folders | null} `null` where they lie in no folders, or in folders of which none is meant
 */
export function folders_of(entries, wanted) {
  /** @type {Map<string, Folders["pictures"]>} */
  const by_root = new Map();
  for (const entry of entries) {
    const [, root, label] = /^(.*\/)?([^/]+)\/(?!\._)[^/]+$/.exec(entry.name) ?? [];
    if (label === undefined || !PICTURE.test(entry.name)) continue;
    const pictures = by_root.get(root ?? "") ?? [];
    pictures.push({ entry, label });
    by_root.set(root ?? "", pictures);
  }
  const roots = [...by_root.keys()];
  const of_half = (/** @type {RegExp} */ half) => roots.filter((root) => half.test(root));
  const [tests, trains] = [of_half(TEST), of_half(TRAIN)];
  const choices = [
    ...(wanted === "test" ? [tests] : []),
    trains,
    roots.filter((root) => !tests.includes(root)),
    roots,
  ];
  const root = choices.find((some) => some.length === 1)?.[0];
  if (root === undefined) return null;
  const is_test_left = tests.some((one) => one !== root);
  const notes = is_test_left ? ["its test images are left for Test CSV"] : [];
  return { root, pictures: by_root.get(root) ?? [], notes };
}

/**
 * The pictures as one array of `n × side × side` grey values, 0 black to 255 white.
 * @param {File} file the archive
 * @param {Folders} folders
 * @param {object} options
 * @param {(bytes: number) => void} options.on_bytes bytes of the archive read so far, about
 * @param {AbortSignal} options.signal
 * @returns {AsyncGenerator<Uint8Array, void, void>}
 */
export async function* image_chunks(file, { pictures, notes }, { on_bytes, signal }) {
  let side = 0;
  let is_coloured = false;
  for (let first = 0; first < pictures.length; first += WINDOW) {
    const window = pictures.slice(first, first + WINDOW);
    const read = await Promise.all(window.map(({ entry }) => picture(file, entry)));
    signal.throwIfAborted();
    if (side === 0) {
      side = read[0]?.side ?? 0;
      yield npy_header("|u1", `${pictures.length}, ${side}, ${side}`);
    }
    const bytes = new Uint8Array(window.length * side * side);
    for (const [at, one] of read.entries()) {
      if (one.side !== side) {
        const [found, expected] = [one.side, side].map((pixels) => `${pixels} × ${pixels} pixels`);
        throw new SourceError(
          window[at]?.entry.name ?? "archive",
          found ?? "",
          `${expected}, as the first picture has`,
        );
      }
      is_coloured ||= one.is_coloured;
      bytes.set(one.grey, at * side * side);
    }
    on_bytes((file.size * (first + window.length)) / pictures.length);
    yield bytes;
  }
  if (is_coloured) notes.push("colours turned to grey");
}

/**
 * The classes as an array of text.
 * @param {Folders} folders
 * @returns {AsyncGenerator<Uint8Array, void, void>}
 */
export async function* label_chunks({ pictures }) {
  const letters = pictures.map(({ label }) => [...label].map((one) => one.codePointAt(0) ?? 0));
  const width = letters.reduce((most, { length }) => Math.max(most, length), 1);
  yield npy_header(`<U${width}`, `${pictures.length},`);
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
 * @param {File} file
 * @param {ZipEntry} entry
 */
async function picture(file, entry) {
  const bitmap = await createImageBitmap(await unpacked(file, entry), {
    premultiplyAlpha: "none",
    colorSpaceConversion: "none",
  }).catch((error) => {
    if (error instanceof SourceError) throw error;
    throw new SourceError(entry.name, "no picture that this browser reads", "a PNG or JPEG");
  });
  const { width, height } = bitmap;
  if (width !== height || width < SIDES.least || width > SIDES.most) {
    bitmap.close();
    throw new SourceError(
      entry.name,
      `a picture of ${width} × ${height} pixels`,
      `square ones of ${SIDES.least} to ${SIDES.most} pixels a side`,
    );
  }
  const paper = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (!paper) throw new SourceError(entry.name, "no canvas in this browser", "one to read it on");
  paper.fillStyle = "white";
  paper.fillRect(0, 0, width, height);
  paper.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = paper.getImageData(0, 0, width, height);
  const grey = new Uint8Array(width * height);
  let is_coloured = false;
  for (let at = 0; at < grey.length; at += 1) {
    const [red = 0, green = 0, blue = 0] = data.subarray(4 * at, 4 * at + 3);
    is_coloured ||= red !== green || green !== blue;
    // The luma of ITU-R 601-2 as Pillow rounds it, so that the notebook reads the same.
    grey[at] = (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
  }
  return { side: width, grey, is_coloured };
}

/**
 * @param {File} file
 * @param {ZipEntry} entry
 * @returns {Promise<Blob>}
 */
async function unpacked(file, entry) {
  if (entry.num_unpacked > MAX_PICTURE_BYTES) {
    throw new SourceError(
      entry.name,
      `a picture of ${count(entry.num_unpacked)} bytes`,
      `at most ${count(MAX_PICTURE_BYTES)}`,
    );
  }
  const { start, end, format, num_unpacked, crc } = await part_of(file, entry);
  const packed = file.slice(start, end).stream();
  const stream = format ? packed.pipeThrough(new DecompressionStream(format)) : packed;
  const bytes = await taken(stream.getReader(), num_unpacked);
  if (bytes.length !== num_unpacked || crc32(bytes) !== crc) {
    throw new SourceError(
      entry.name,
      `${count(bytes.length)} bytes of another checksum`,
      `${count(num_unpacked)}; the archive is damaged, download it again`,
    );
  }
  return new Blob([bytes]);
}

/**
 * What a stream gives, up to as many bytes as were promised; less where it breaks off.
 * @param {ReadableStreamDefaultReader<Uint8Array>} reader
 * @param {number} num_promised
 */
async function taken(reader, num_promised) {
  /** @type {Uint8Array[]} */
  const parts = [];
  let num_read = 0;
  try {
    while (num_read <= num_promised) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      num_read += value.length;
    }
  } catch {
    // Broken data: what is missing is told by its length.
  }
  void reader.cancel().catch(() => {});
  return joined(parts);
}
