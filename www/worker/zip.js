// The directory of a zip, and where each of its entries lies. Which of them hold data is
// the business of archive.js; how they are unpacked, that of source.js.

import { SourceError, bytes_at, count, view_of } from "./bytes.js";

/** A zip's directory is a few kilobytes; one that claims more is no data set. */
const MAX_DIRECTORY_BYTES = 16 * 1024 ** 2;

/** The end record is 22 bytes and may be followed by a comment of up to 65,535. */
const MAX_ZIP_TAIL_BYTES = 22 + 65_535;

/**
 * One file inside an archive.
 * @typedef {object} ZipPart
 * @property {string} name
 * @property {number} start offset of its packed bytes in the archive
 * @property {number} end
 * @property {number} num_unpacked
 * @property {number} crc
 * @property {CompressionFormat | null} format `null`: stored as it is
 */

/**
 * What a zip holds. Reads the directory at the archive's end, as the format wants it:
 * entries may lie in any order, and a picked file can be read at any place, so nothing
 * before an entry has to be unpacked.
 * @param {File} file
 * @returns {Promise<ZipEntry[]>}
 */
export async function entries_of(file) {
  const tail_start = Math.max(0, file.size - MAX_ZIP_TAIL_BYTES);
  const tail = view_of(await bytes_at(file, tail_start, file.size));
  let end_record = tail.byteLength - 22;
  while (end_record >= 0 && tail.getUint32(end_record, true) !== 0x06054b50) end_record -= 1;
  if (end_record < 0) {
    throw new SourceError(
      `last ${count(tail.byteLength)} bytes`,
      "no zip directory",
      "one at the archive's end; the file is incomplete, download it again",
    );
  }
  const end = tail_start + end_record;
  const plain = {
    num_entries: tail.getUint16(end_record + 10, true),
    size: tail.getUint32(end_record + 12, true),
    start: tail.getUint32(end_record + 16, true),
    end,
  };
  const { num_entries, size, start, end: directory_end } = (await large_end(file, end)) ?? plain;
  if (size > MAX_DIRECTORY_BYTES || start + size > file.size) {
    throw new SourceError(
      "zip directory",
      `${count(size)} bytes at ${count(start)}`,
      `at most ${count(MAX_DIRECTORY_BYTES)} bytes inside the file; it is damaged, download it again`,
    );
  }
  // Places count from the archive's own beginning, and something may stand before that, such
  // as the program of one that unpacks itself. The directory ends where its end record begins.
  const before = directory_end - size - start;
  const is_moved = before > 0 && (await sign_at(file, start + before)) === ENTRY;
  const moved = is_moved ? before : 0;
  const directory = await bytes_at(file, start + moved, start + moved + size);
  return zip_entries(directory, num_entries, moved);
}

/** What an entry of the directory begins with. */
const ENTRY = 0x02014b50;

/** How long the end record of a large archive is, and what points to it. */
const [LARGE_END_BYTES, POINTER_BYTES] = [56, 20];

/**
 * What the end record of a large archive (zip64) says, which some programs write for small ones
 * too; null where there is none.
 * @param {File} file
 * @param {number} end where the plain end record begins
 */
async function large_end(file, end) {
  const pointer_start = end - POINTER_BYTES;
  if (pointer_start < LARGE_END_BYTES) return null;
  const pointer = view_of(await bytes_at(file, pointer_start, end));
  if (pointer.getUint32(0, true) !== 0x07064b50) return null;
  // It lies where the pointer says, or, with something before the archive, just before that.
  for (const at of [large_number(pointer, 8), pointer_start - LARGE_END_BYTES]) {
    if (at + LARGE_END_BYTES > pointer_start) continue;
    const record = view_of(await bytes_at(file, at, at + LARGE_END_BYTES));
    if (record.getUint32(0, true) !== 0x06064b50) continue;
    const [num_entries, size, start] = [32, 40, 48].map((place) => large_number(record, place));
    return { num_entries, size, start, end: at };
  }
  return null;
}

/**
 * A number of eight bytes. What no file can hold is as large as can be, and is refused as any
 * place outside the file.
 * @param {DataView} view
 * @param {number} at
 */
function large_number(view, at) {
  return Math.min(Number(view.getBigUint64(at, true)), Number.MAX_SAFE_INTEGER);
}

/**
 * @param {File} file
 * @param {number} at
 */
async function sign_at(file, at) {
  const view = view_of(await bytes_at(file, at, at + 4));
  return view.byteLength < 4 ? 0 : view.getUint32(0, true);
}

/**
 * Where an entry lies in its archive, if it can be unpacked.
 * @param {File} file
 * @param {ZipEntry} entry
 * @returns {Promise<ZipPart>}
 */
export async function part_of(file, entry) {
  if (entry.is_encrypted) {
    throw new SourceError(entry.name, "an encrypted entry", "one without password");
  }
  if (entry.method !== 0 && entry.method !== 8) {
    throw new SourceError(
      entry.name,
      `compression method ${entry.method}`,
      "0 (stored) or 8 (deflate)",
    );
  }
  // The local header repeats name and extra field with lengths of its own.
  const local = view_of(await bytes_at(file, entry.header_start, entry.header_start + 30));
  if (local.byteLength < 30 || local.getUint32(0, true) !== 0x04034b50) {
    throw new SourceError(
      `byte ${count(entry.header_start)}`,
      "no header of a zip entry",
      `that of ${entry.name}; the archive is damaged, download it again`,
    );
  }
  const start = entry.header_start + 30 + local.getUint16(26, true) + local.getUint16(28, true);
  const end = start + entry.num_packed;
  if (end > file.size) {
    throw new SourceError(
      entry.name,
      `the end of the file at byte ${count(file.size)}`,
      `data up to byte ${count(end)}; the file is incomplete, download it again`,
    );
  }
  const format = entry.method === 8 ? "deflate-raw" : null;
  return { name: entry.name, start, end, num_unpacked: entry.num_unpacked, crc: entry.crc, format };
}

/**
 * @typedef {object} ZipEntry
 * @property {string} name
 * @property {boolean} is_encrypted
 * @property {number} method
 * @property {number} crc
 * @property {number} num_packed
 * @property {number} num_unpacked
 * @property {number} header_start
 */

/**
 * @param {Uint8Array} directory
 * @param {number} num_entries
 * @param {number} moved bytes before the archive's own beginning
 * @returns {ZipEntry[]}
 */
function zip_entries(directory, num_entries, moved) {
  const view = view_of(directory);
  const text = new TextDecoder();
  /** @type {ZipEntry[]} */
  const entries = [];
  let at = 0;
  for (let index = 0; index < num_entries; index += 1) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== ENTRY) {
      throw new SourceError(
        "zip directory",
        `${count(index)} entries`,
        `${count(num_entries)}; the archive is damaged, download it again`,
      );
    }
    const name_length = view.getUint16(at + 28, true);
    const extra = { start: at + 46 + name_length, length: view.getUint16(at + 30, true) };
    // In this order an extra field has the numbers that four bytes are too few for.
    const [num_unpacked, num_packed, header_start] = large_fields(view, extra, [
      view.getUint32(at + 24, true),
      view.getUint32(at + 20, true),
      view.getUint32(at + 42, true),
    ]);
    entries.push({
      name: text.decode(directory.subarray(at + 46, at + 46 + name_length)),
      is_encrypted: (view.getUint16(at + 8, true) & 1) === 1,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      num_packed,
      num_unpacked,
      header_start: header_start + moved,
    });
    at += 46 + name_length + extra.length + view.getUint16(at + 32, true);
  }
  return entries;
}

/**
 * The numbers with those that are all ones taken from the extra field of large archives.
 * @param {DataView} view the directory
 * @param {{ start: number, length: number }} extra where the entry's extra fields lie
 * @param {number[]} numbers
 */
function large_fields(view, { start, length }, numbers) {
  const end = Math.min(start + length, view.byteLength);
  for (let at = start; at + 4 <= end; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    let next = at + 4;
    const field_end = Math.min(next + view.getUint16(at + 2, true), end);
    return numbers.map((number) => {
      if (number !== 0xffffffff || next + 8 > field_end) return number;
      next += 8;
      return large_number(view, next - 8);
    });
  }
  return numbers;
}
