// What files become a data set, read by the engine that ships: which name it bears.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { gzipSync, zipSync } from "fflate";
import { open_engine } from "./letters_set.mjs";

/** @type {any} */
let wasm;
/** @type {typeof import("../../www/worker/reading.js").read_dataset} */
let read_dataset;
before(async () => {
  wasm = await open_engine();
  // What a worker has and a Node process has not: it listens for what nobody caught.
  Object.assign(globalThis, { self: new EventTarget() });
  ({ read_dataset } = await import("../../www/worker/reading.js"));
});

/** @param {File[]} files */
async function name_of(files) {
  const signal = new AbortController().signal;
  const read = await read_dataset(wasm.DatasetReader, files, {}, signal, () => {});
  assert.ok("dataset" in read);
  const { name, num_rows, has_labels } = read.dataset.summary();
  read.dataset.free();
  assert.deepEqual([num_rows, has_labels], [20, true]);
  return name;
}

/** @param {string} descr @param {string} shape @param {Uint8Array} values */
function npy(descr, shape, values) {
  const header = `${`{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}), }`.padEnd(117)}\n`;
  const start = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0];
  return new Uint8Array([...start, ...new TextEncoder().encode(header), ...values]);
}

const pixels = Uint8Array.from({ length: 20 * 784 }, (_, at) => (at * 7) % 256);
const labels = Uint8Array.from({ length: 20 }, (_, at) => at % 10);

test("two files bear the name of the one with the images, whichever was picked first", async () => {
  const idx = {
    images: new File(
      [gzipSync(new Uint8Array([0, 0, 8, 3, 0, 0, 0, 20, 0, 0, 0, 28, 0, 0, 0, 28, ...pixels]))],
      "train-images-idx3-ubyte.gz",
    ),
    labels: new File(
      [gzipSync(new Uint8Array([0, 0, 8, 1, 0, 0, 0, 20, ...labels]))],
      "train-labels-idx1-ubyte.gz",
    ),
  };
  // As KMNIST's own: an archive of one array each.
  const npz = {
    images: new File(
      [zipSync({ "arr_0.npy": npy("|u1", "20, 28, 28", pixels) })],
      "kmnist-train-imgs.npz",
    ),
    labels: new File(
      [zipSync({ "arr_0.npy": npy("|u1", "20,", labels) })],
      "kmnist-train-labels.npz",
    ),
  };
  for (const pair of [idx, npz]) {
    assert.equal(await name_of([pair.images, pair.labels]), pair.images.name);
    assert.equal(await name_of([pair.labels, pair.images]), pair.images.name);
  }
});
