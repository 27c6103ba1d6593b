// Parquet as Hugging Face stores sets of pictures: a column of pictures, as they lie in
// files, and one of labels. Read a group of rows at a time and handed on as arrays of grey
// values and of labels; the format itself is hyparquet's.

import { gunzipSync } from "../vendor/fflate.mjs";
import { parquetMetadataAsync } from "../vendor/hyparquet/src/metadata.js";
import { parquetReadObjects } from "../vendor/hyparquet/src/read.js";
import { SourceError, count } from "./bytes.js";
import { MAX_PICTURE_BYTES, WINDOW, grey_chunks, text_chunks } from "./grey.js";
import { left_out_names } from "./left_out.js";

/** @import { FileMetaData, SchemaElement } from "../vendor/hyparquet/src/types.d.ts" */
/** @import { Packed } from "./grey.js" */

/**
 * A file's pictures and labels.
 * @typedef {object} ParquetPictures
 * @property {string} image the column of the pictures
 * @property {string} label that of the labels
 * @property {readonly string[]} class_names that the labels stand for, where the file has them
 * @property {string[]} notes what was understood, each in a few words
 * @property {(options: { on_bytes: (bytes: number) => void, signal: AbortSignal }) => AsyncGenerator<Uint8Array, void, void>} image_chunks first
 * @property {() => AsyncGenerator<Uint8Array, void, void>} label_chunks once the pictures are through
 */

/** Names of labels, as a header's are known. */
const LABEL =
  /^(labels?|class(es)?|class_label|digits?|y|targets?|category|letter|character|char|symbol|truth|label_id)$/i;
/** Names of what tells rows apart, and says nothing of what they show. */
const NO_LABEL =
  /^(id|ids|idx|index|file|file_?name|filename|path|name|url|uuid|split|width|height)$/i;
/** Rows of pictures take a kilobyte or two each; a group of more is no set of small ones. */
const MAX_GROUP_BYTES = 512 * 1024 ** 2;

/**
 * @param {File} file
 * @returns {Promise<ParquetPictures>}
 */
export async function pictures_of(file) {
  const bytes = {
    byteLength: file.size,
    slice: (/** @type {number} */ start, end = file.size) => file.slice(start, end).arrayBuffer(),
  };
  const metadata = await asked("its last bytes", () => parquetMetadataAsync(bytes));
  const { image, label, others } = columns_of(metadata);
  const num_rows = Number(metadata.num_rows);
  if (num_rows === 0) throw new SourceError("file", "no rows", "one for each picture");
  const notes = [
    `images in column "${image}"`,
    `label in column "${label}"`,
    ...left_out_names(
      others.map((name) => `column "${name}"`),
      "column",
    ),
  ];
  /** @type {string[]} */
  const labels = [];

  /** @param {(bytes: number) => void} on_bytes @returns {AsyncGenerator<Packed[], void, void>} */
  async function* batches(on_bytes) {
    let first = 0;
    for (const group of metadata.row_groups) {
      const place = `rows ${count(first + 1)} to ${count(first + Number(group.num_rows))}`;
      if (group.total_byte_size > MAX_GROUP_BYTES) {
        throw new SourceError(
          place,
          `${count(Number(group.total_byte_size))} bytes`,
          `at most ${count(MAX_GROUP_BYTES)}; in pandas, write the file with row_group_size=10000`,
        );
      }
      const rowEnd = first + Number(group.num_rows);
      const rows = await asked(place, () =>
        parquetReadObjects({
          file: bytes,
          metadata,
          columns: [image, label],
          rowStart: first,
          rowEnd,
          utf8: false,
          compressors: {
            GZIP: (packed, size) => gunzipSync(packed, { out: new Uint8Array(size) }),
          },
        }),
      );
      for (let at = 0; at < rows.length; at += WINDOW) {
        const some = rows.slice(at, at + WINDOW);
        yield some.map((row, place) => packed_of(row[image], first + at + place + 1));
        for (const row of some) labels.push(label_of(row[label], labels.length + 1, label));
        on_bytes((file.size * labels.length) / num_rows);
      }
      first = rowEnd;
    }
  }
  return {
    image,
    label,
    class_names: class_names_of(metadata, label),
    notes,
    image_chunks: ({ on_bytes, signal }) =>
      grey_chunks(num_rows, batches(on_bytes), { notes, signal }),
    label_chunks: () => text_chunks(labels),
  };
}

/**
 * A picture of the file, as bytes alone or beside its path.
 * @param {unknown} cell
 * @param {number} row from 1
 * @returns {Packed}
 */
function packed_of(cell, row) {
  const name = `row ${count(row)}`;
  const bytes = cell instanceof Uint8Array ? cell : /** @type {any} */ (cell)?.bytes;
  if (!(bytes instanceof Uint8Array)) throw new SourceError(name, "no picture", "one in each row");
  if (bytes.length > MAX_PICTURE_BYTES) {
    const found = `a picture of ${count(bytes.length)} bytes`;
    throw new SourceError(name, found, `at most ${count(MAX_PICTURE_BYTES)}`);
  }
  return { name, bytes: () => bytes };
}

/**
 * @param {unknown} cell
 * @param {number} row from 1
 * @param {string} label
 */
function label_of(cell, row, label) {
  const text = cell instanceof Uint8Array ? new TextDecoder().decode(cell) : cell;
  const is_label = ["bigint", "number", "string", "boolean"].includes(typeof text);
  if (is_label && text !== "" && !Number.isNaN(text)) return String(text);
  throw new SourceError(`row ${count(row)}, column ${label}`, "no label", "one in each row");
}

/**
 * Which column holds the pictures and which the labels, and which neither.
 * @param {FileMetaData} metadata
 */
function columns_of({ schema }) {
  const columns = top_columns(schema);
  const names = columns.map(({ name }) => name);
  const images = columns.filter(({ kind }) => kind === "pictures");
  const others = columns.filter(({ kind }) => kind === "values");
  const shown = `${names.slice(0, 4).join(", ")}${names.length > 4 ? ", …" : ""}`;
  if (images.length === 0) {
    const is_table = others.length >= 16;
    throw new SourceError(
      "file",
      `a Parquet file with the columns ${shown}`,
      is_table
        ? 'one of pictures, or a CSV: in pandas, read_parquet(path).to_csv("train.csv", index=False)'
        : "a column of pictures as PNG and one of labels, as Hugging Face stores them",
    );
  }
  const named = others.filter(({ name }) => LABEL.test(name));
  // The only other one may be called as anybody likes, but not as what numbers or names a row.
  const [only] = others.length === 1 && !NO_LABEL.test(others[0]?.name ?? "") ? others : [];
  const label = named.length === 1 ? named[0] : only;
  if (images.length > 1 || !label) {
    throw new SourceError(
      "file",
      `a Parquet file with the columns ${shown}`,
      'one column of pictures and one "label": in pandas, leave the others out',
    );
  }
  const image = images[0]?.name ?? "";
  const rest = names.filter((name) => name !== image && name !== label.name);
  return { image, label: label.name, others: rest };
}

/**
 * The names that Hugging Face's `ClassLabel` gives to numbers, which its library writes beside
 * the schema.
 * @param {FileMetaData} metadata
 * @param {string} label the column
 * @returns {string[]} none where there are none
 */
function class_names_of({ key_value_metadata = [] }, label) {
  const text = key_value_metadata.find(({ key }) => key === "huggingface")?.value;
  try {
    const names = JSON.parse(text ?? "null")?.info?.features?.[label]?.names;
    return Array.isArray(names) && names.every((name) => typeof name === "string") ? names : [];
  } catch {
    return [];
  }
}

/**
 * The columns at the top of a schema, which lists each before its children.
 * @param {readonly SchemaElement[]} schema
 */
function top_columns(schema) {
  const columns = [];
  for (let at = 1; at < schema.length;) {
    const element = schema[at];
    if (!element) break;
    const end = end_of(schema, at);
    const children = schema.slice(at + 1, end);
    const is_bytes = (/** @type {SchemaElement | undefined} */ one) =>
      one?.type === "BYTE_ARRAY" && one.converted_type !== "UTF8";
    const is_struct = element.num_children !== undefined && element.num_children > 0;
    const has_pictures = is_struct
      ? children.some((one) => one.name === "bytes" && is_bytes(one))
      : is_bytes(element);
    /** @type {"pictures" | "values" | "others"} */
    const kind = has_pictures ? "pictures" : is_struct ? "others" : "values";
    columns.push({ name: element.name, kind });
    at = end;
  }
  return columns;
}

/** Where what follows an element and its children begins. @param {readonly SchemaElement[]} schema @param {number} at @returns {number} */
function end_of(schema, at) {
  let end = at + 1;
  for (let child = schema[at]?.num_children ?? 0; child > 0 && end < schema.length; child -= 1) {
    end = end_of(schema, end);
  }
  return end;
}

/**
 * What the library says of a file that it cannot read, with its place.
 * @template T
 * @param {string} place
 * @param {() => Promise<T>} ask
 */
async function asked(place, ask) {
  try {
    return await ask();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const is_packed = /codec|compress/i.test(why);
    throw new SourceError(
      place,
      `Parquet data that cannot be read (${why})`,
      is_packed
        ? 'Snappy, gzip or none: in pandas, write it with compression="snappy"'
        : "a whole Parquet file; download it again",
    );
  }
}
