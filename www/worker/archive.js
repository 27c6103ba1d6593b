// Which entries of a zip hold data: one table, one file of images and one of labels as
// Keras' .npz and the original MNIST have them, or pictures in a folder a class. Told by
// their names alone.

import { SourceError } from "./bytes.js";
import { left_out } from "./left_out.js";
import { folders_of } from "./pictures.js";
import { entries_of } from "./zip.js";

/** @import { Folders } from "./pictures.js" */
/** @import { ZipEntry } from "./zip.js" */

/** @typedef {"train" | "test"} Wanted which half of an archive that has both */

/**
 * @typedef {object} Chosen
 * @property {ZipEntry[]} entries one table, or one or two of images and labels
 * @property {Folders} [folders] in their place: pictures
 * @property {string[]} notes what is left out, each in a few words
 */

/** Names of arrays without their half: `x_train`, `train_images`, `images`, `arr_0`. */
const IMAGES = /^(x|imgs?|images?|data|pixels|features|arr_0)$/;
const LABELS = /^(y|labels?|targets?|classes|arr_1)$/;
const TRAIN = /(^|[_-])(train|training)([_-]|$)/;
const TEST = /(^|[_-])(test|t10k|testing)([_-]|$)/;

/** Said of a set whose other half waits to be picked as one. */
const TEST_LEFT = "its test images are left for Test CSV";

/** Entries that hold data of some kind, whether they are read or not. */
const DATA = /\.(csv|tsv|npy|parquet)$|idx[13][-.]ubyte$/i;

/** What the zips of Excel, Numbers and LibreOffice hold beside all else. */
const WORKBOOK = /^(xl\/workbook\.(xml|bin)|Index\/Document\.iwa|content\.xml)$/;

/**
 * @param {File} file a zip
 * @param {Wanted} [wanted]
 * @returns {Promise<Chosen>}
 */
export async function chosen_parts(file, wanted = "train") {
  const all = await entries_of(file);
  // macOS puts a shadow of each file into an archive; it holds no data.
  const entries = all.filter(({ name }) => !name.startsWith("__MACOSX/") && !name.endsWith("/"));
  const tables = entries.filter(({ name }) => /\.(csv|tsv)$/i.test(name));
  const workbook = entries.find(({ name }) => WORKBOOK.test(name));
  if (workbook) throw workbook_refusal(workbook);
  const folders = folders_of(entries, wanted);
  const pictures = { entries: [], folders: folders ?? undefined, notes: folders?.notes ?? [] };
  // A table that lists the pictures is smaller than they are; one that holds them is larger.
  const is_list =
    folders && bytes_of(tables) < bytes_of(folders.pictures.map(({ entry }) => entry));
  if (tables.length > 0 && is_list) return pictures;
  const chosen =
    (tables.length > 0 ? null : pair_of(entries, /\.npy$/i, wanted)) ??
    (tables.length > 0 ? null : pair_of(entries, /idx[13][-.]ubyte$/i, wanted)) ??
    table_of(tables, wanted, entries);
  if (chosen) return chosen;
  if (folders && tables.length === 0) return pictures;
  throw refusal(entries, tables);
}

/** Bytes once unpacked. @param {ZipEntry[]} entries */
function bytes_of(entries) {
  return entries.reduce((total, { num_unpacked }) => total + num_unpacked, 0);
}

/**
 * Kaggle's `train.csv`; else the only table with `train` in its name; else the only table.
 * @param {ZipEntry[]} tables
 * @param {Wanted} wanted
 * @param {ZipEntry[]} entries all that the archive holds
 * @returns {Chosen | null}
 */
function table_of(tables, wanted, entries) {
  const exact = wanted === "test" ? /(^|\/)test\.csv$/i : /(^|\/)train\.csv$/i;
  const like = wanted === "test" ? /test[^/]*$/i : /train[^/]*$/i;
  const named = tables.filter(({ name }) => exact.test(name));
  const alike = tables.filter(({ name }) => like.test(name));
  const found = [named, alike, tables].find((list) => list.length === 1)?.[0];
  if (!found) return null;
  // Who picks a test set knows that there is more.
  if (wanted === "test") return { entries: [found], notes: [] };
  const others = entries.filter((entry) => entry !== found && DATA.test(entry.name));
  const is_test = (/** @type {ZipEntry} */ one) =>
    tables.includes(one) && /test[^/]*$/i.test(one.name);
  const test_left = others.some(is_test) ? [TEST_LEFT] : [];
  const notes = [...test_left, ...left_out(others.filter((one) => !is_test(one)))];
  return { entries: [found], notes };
}

/**
 * Images and their labels, of the wanted half where there are two.
 * @param {ZipEntry[]} entries
 * @param {RegExp} ending of such files
 * @param {Wanted} wanted
 * @returns {Chosen | null}
 */
function pair_of(entries, ending, wanted) {
  const files = entries.filter(({ name }) => ending.test(name)).map((entry) => role_of(entry));
  if (files.length === 1) return { entries: [files[0].entry], notes: [] };
  const has_halves = files.some(({ half }) => half !== null);
  const of_half = (/** @type {Wanted} */ half) =>
    has_halves ? files.filter((file) => file.half === half) : files;
  const half = of_half(wanted).length > 0 ? wanted : "train";
  const parts = of_half(half);
  const images = parts.filter(({ role }) => role === "images");
  const labels = parts.filter(({ role }) => role === "labels");
  if (images.length !== 1 || labels.length > 1) return null;
  const taken = [...images, ...labels];
  const is_test_left =
    has_halves && half === "train" && of_half("test").some(({ role }) => role === "images");
  // A third part, which some sets keep for validation, and arrays of other things.
  const is_for_test = (/** @type {ReturnType<typeof role_of>} */ file) =>
    is_test_left && file.half === "test" && file.role !== null;
  const unread = files.filter(
    (file) => wanted === "train" && !taken.includes(file) && !is_for_test(file),
  );
  const notes = [
    ...(is_test_left ? [TEST_LEFT] : []),
    ...left_out(unread.map(({ entry }) => entry)),
  ];
  return { entries: taken.map(({ entry }) => entry), notes };
}

/**
 * What a file's name says it is.
 * @param {ZipEntry} entry
 */
function role_of(entry) {
  const base = entry.name.replace(/^.*\//, "").toLowerCase();
  const stem = base.replace(/\.npy$/, "").replace(/[-.]idx[13][-.]ubyte$/, "");
  /** @type {Wanted | null} */
  const half = TRAIN.test(stem) ? "train" : TEST.test(stem) ? "test" : null;
  const words = stem
    .split(/[_-]/)
    .filter((word) => !/^(train|training|test|testing|t10k)$/.test(word));
  const is_images =
    /idx3/.test(base) || words.some((word) => IMAGES.test(word)) || IMAGES.test(stem);
  const is_labels =
    /idx1/.test(base) || words.some((word) => LABELS.test(word)) || LABELS.test(stem);
  /** @type {"images" | "labels" | null} */
  const role = is_labels ? "labels" : is_images ? "images" : null;
  return { entry, half, role };
}

/** @param {ZipEntry} entry */
function workbook_refusal({ name }) {
  const found = name.startsWith("xl/") ? "an Excel workbook" : "a spreadsheet";
  return new SourceError(
    "file",
    found,
    "a table as text: save the sheet as CSV UTF-8 and pick that file",
  );
}

/**
 * What an archive holds that is not read, and what to do with it.
 * @param {ZipEntry[]} entries
 * @param {ZipEntry[]} tables
 */
function refusal(entries, tables) {
  const names = (tables.length > 0 ? tables : entries).map(({ name }) => name);
  const shown = names.slice(0, 5).join(", ") + (names.length > 5 ? ", …" : "");
  const found = names.length > 0 ? `the entries ${shown}` : "an archive without entries";
  const is_most = (/** @type {RegExp} */ ending) =>
    names.filter((name) => ending.test(name)).length * 2 > names.length;
  if (is_most(/\.(png|jpe?g|bmp)$/i)) {
    const expected =
      "pictures in a folder a class, named after it, and one folder of such folders for training";
    return new SourceError("archive", found, expected);
  }
  if (is_most(/\.gz$/i)) {
    const expected =
      "files that are not packed twice: unzip it, and pick one set’s images and labels";
    return new SourceError("archive", found, expected);
  }
  return new SourceError(
    "archive",
    found,
    "train.csv, or one .csv file, or arrays as in Keras’ mnist.npz",
  );
}
