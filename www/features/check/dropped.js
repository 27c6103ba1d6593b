// The zips among files that were picked or dropped, also those that lie in folders.

/** A file and the path by which it was found. @typedef {{ file: File, path: string }} Picked */

/** More than any class hands in; a folder of a whole disk is a slip. */
const MOST_FILES = 5000;

const is_zip = (/** @type {string} */ name) =>
  /\.zip$/i.test(name) && !name.startsWith("._") && !name.startsWith("__MACOSX");

/**
 * @param {readonly File[]} files of a file input
 * @returns {{ picked: Picked[], num_left: number }} and how many were no zips
 */
export function zips_of(files) {
  const picked = files
    .filter(({ name }) => is_zip(name))
    .map((file) => ({ file, path: file.webkitRelativePath || file.name }));
  return { picked, num_left: files.length - picked.length };
}

/** Whether what is dropped may hold hand-ins: a zip or a folder. @param {DataTransfer | null} transfer */
export function may_hold_zips(transfer) {
  return dropped(transfer).some((one) => is_zip(one.name) || is_folder(one));
}

/**
 * The zips among what was dropped. The transfer is only read before the first await.
 * @param {DataTransfer | null} transfer
 * @returns {Promise<{ picked: Picked[], num_left: number }>}
 */
export async function dropped_zips(transfer) {
  const waiting = dropped(transfer);
  /** @type {Picked[]} */
  const picked = [];
  let num_left = 0;
  for (;;) {
    const one = waiting.shift();
    if (!one) break;
    if (is_folder(one)) {
      waiting.push(...(await children_of(one)));
      if (waiting.length + picked.length + num_left > MOST_FILES) {
        throw new Error(
          `${one.name}: found more than ${MOST_FILES} files, expected the folder of a class`,
        );
      }
    } else if (!is_zip(one.name)) num_left += 1;
    else if (one instanceof File) picked.push({ file: one, path: one.name });
    else picked.push({ file: await file_of(one), path: one.fullPath });
  }
  return { picked, num_left };
}

/**
 * What was dropped: entries, which may be folders, or files where a browser has no entries.
 * @param {DataTransfer | null} transfer
 * @returns {(FileSystemEntry | File)[]}
 */
function dropped(transfer) {
  return Array.from(transfer?.items ?? []).flatMap((item) =>
    item.kind === "file" ? (item.webkitGetAsEntry?.() ?? item.getAsFile() ?? []) : [],
  );
}

/** @param {FileSystemEntry | File} one @returns {one is FileSystemDirectoryEntry} */
function is_folder(one) {
  return !(one instanceof File) && one.isDirectory;
}

/** @param {FileSystemEntry} entry @returns {Promise<File>} */
function file_of(entry) {
  return new Promise((resolve, reject) =>
    /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject),
  );
}

/** @param {FileSystemDirectoryEntry} folder @returns {Promise<FileSystemEntry[]>} */
async function children_of(folder) {
  const reader = folder.createReader();
  /** @type {FileSystemEntry[]} */
  const all = [];
  for (;;) {
    // A hundred at a time, until none comes.
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    all.push(...some);
  }
}
