// A zip of pictures in a folder a class, as ImageFolder of torchvision has them: which of
// its entries they are, and both pictures and classes as arrays that the engine reads.

import { crc32, joined } from "../base/bytes.js";
import { SourceError, count } from "./bytes.js";
import { MAX_PICTURE_BYTES, WINDOW, grey_chunks, text_chunks } from "./grey.js";
import { left_out, left_out_names } from "./left_out.js";
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
  const pictures = by_root.get(root) ?? [];
  // Who picks a test set knows that there is more.
  if (wanted === "test") return { root, pictures, notes: [] };
  const is_test_left = tests.some((one) => one !== root);
  const others = roots.filter((one) => one !== root && !tests.includes(one));
  const of_roots = new Set([...by_root.values()].flatMap((some) => some.map(({ entry }) => entry)));
  const notes = [
    ...(is_test_left ? ["its test images are left for Test CSV"] : []),
    ...left_out_names(
      others.map((one) => `the pictures of ${one || "its own folders"}`),
      "folder of folders",
    ),
    ...left_out(entries.filter((entry) => !of_roots.has(entry))),
  ];
  return { root, pictures, notes };
}

/**
 * The pictures as one array of `n × side × side` grey values, 0 black to 255 white.
 * @param {File} file the archive
 * @param {Folders} folders
 * @param {object} options
 * @param {(bytes: number) => void} options.on_bytes bytes of the archive read so far, about
 * @param {AbortSignal} options.signal
 */
export function image_chunks(file, { pictures, notes }, { on_bytes, signal }) {
  async function* batches() {
    for (let first = 0; first < pictures.length; first += WINDOW) {
      const some = pictures.slice(first, first + WINDOW);
      yield some.map(({ entry }) => ({ name: entry.name, bytes: () => unpacked(file, entry) }));
      on_bytes((file.size * (first + some.length)) / pictures.length);
    }
  }
  return grey_chunks(pictures.length, batches(), { notes, signal });
}

/**
 * The classes as an array of text.
 * @param {Folders} folders
 */
export function label_chunks({ pictures }) {
  return text_chunks(pictures.map(({ label }) => label));
}

/**
 * @param {File} file
 * @param {ZipEntry} entry
 * @returns {Promise<Uint8Array>}
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
  return bytes;
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
