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
  const num_entries = tail.getUint16(end_record + 10, true);
  const directory_size = tail.getUint32(end_record + 12, true);
  const directory_start = tail.getUint32(end_record + 16, true);
  if (num_entries === 0xffff || directory_start === 0xffffffff) {
    throw new SourceError("archive", "a zip64 archive", "a plain zip of less than 4 GB");
  }
  if (directory_size > MAX_DIRECTORY_BYTES || directory_start + directory_size > file.size) {
    throw new SourceError(
      "zip directory",
      `${count(directory_size)} bytes at ${count(directory_start)}`,
      `at most ${count(MAX_DIRECTORY_BYTES)} bytes inside the file; it is damaged, download it again`,
    );
  }
  const directory = await bytes_at(file, directory_start, directory_start + directory_size);
  return zip_entries(directory, num_entries);
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
 * @returns {ZipEntry[]}
 */
function zip_entries(directory, num_entries) {
  const view = view_of(directory);
  const text = new TextDecoder();
  /** @type {ZipEntry[]} */
  const entries = [];
  let at = 0;
  for (let index = 0; index < num_entries; index += 1) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== 0x02014b50) {
      throw new SourceError(
        "zip directory",
        `${count(index)} entries`,
        `${count(num_entries)}; the archive is damaged, download it again`,
      );
    }
    const name_length = view.getUint16(at + 28, true);
    entries.push({
      name: text.decode(directory.subarray(at + 46, at + 46 + name_length)),
      is_encrypted: (view.getUint16(at + 8, true) & 1) === 1,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      num_packed: view.getUint32(at + 20, true),
      num_unpacked: view.getUint32(at + 24, true),
      header_start: view.getUint32(at + 42, true),
    });
    at += 46 + name_length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}
