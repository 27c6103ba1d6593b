// Where a file that was dropped belongs: to the pad, among the models, the studies and
// runs, the test sets, or to the data. Told by its name and kind, and a table without
// labels by its first line.

/** @typedef {"picture" | "model" | "runs" | "study" | "test" | "data"} Kind */

/** A model's file of each format, the one too that does not come back in: the reader says so. */
const MODEL = /\.(safetensors|bpk|onnx)$/i;

/** What studies and runs are exported as; the latter say so at their beginning. */
const RECORD = /\.json$/i;
const RUNS = /"format"\s*:\s*"inkling runs"/;

/** Enough for the first line of any table of 28 × 28 pixels. */
const HEAD_BYTES = 64 * 1024;

/** Columns of a table that holds pixels and no label. */
const NUM_PIXELS = 784;

/**
 * Files by where they belong, each kind in the order in which they were dropped.
 * @param {readonly File[]} files
 * @returns {Promise<Map<Kind, File[]>>}
 */
export async function routes_of(files) {
  /** @type {Map<Kind, File[]>} */
  const routes = new Map();
  for (const file of files) {
    const kind = await kind_of(file);
    routes.set(kind, [...(routes.get(kind) ?? []), file]);
  }
  return routes;
}

/** @param {File} file @returns {Promise<Kind>} */
async function kind_of(file) {
  if (file.type.startsWith("image/")) return "picture";
  if (MODEL.test(file.name)) return "model";
  if (RECORD.test(file.name)) return (await holds_runs(file)) ? "runs" : "study";
  return (await lacks_labels(file)) ? "test" : "data";
}

/** @param {Blob} file */
async function holds_runs(file) {
  const head = await file
    .slice(0, 200)
    .text()
    .catch(() => "");
  return RUNS.test(head);
}

/**
 * Whether a table's first line has a column for each pixel and none for a label.
 * @param {Blob} file plain or gzip
 */
export async function lacks_labels(file) {
  const head = await unpacked_head(file).catch(() => new Uint8Array());
  const end = head.indexOf(10);
  const whole = head.subarray(0, end < 0 ? head.length : end);
  // A line that goes on beyond what was read is no row of such a table.
  if (end < 0 && head.length >= HEAD_BYTES) return false;
  const line = new TextDecoder().decode(whole);
  return line.split(/[,;\t]/).length === NUM_PIXELS;
}

/** The first bytes of a file, or of what a gzip holds. @param {Blob} file */
async function unpacked_head(file) {
  const head = file.slice(0, HEAD_BYTES);
  const magic = new Uint8Array(await head.slice(0, 2).arrayBuffer());
  if (magic[0] !== 0x1f || magic[1] !== 0x8b) return new Uint8Array(await head.arrayBuffer());
  const reader = head.stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  const parts = [];
  let size = 0;
  try {
    while (size < HEAD_BYTES) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      size += value.byteLength;
      if (value.includes(10)) break;
    }
  } catch {
    // Only its beginning was fed, so it ends too soon.
  } finally {
    await reader.cancel().catch(() => {});
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
