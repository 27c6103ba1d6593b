// The data set that this worker holds, and files read beside it. Every question names
// the data it means by their checksum, and no other data answer. How a file becomes a
// data set is the business of reading.js.

import { Cancelled, Refused } from "../base/fault.js";
import { InputError } from "../base/input_error.js";
import { known_set, task_named, task_of_set } from "../base/known_sets.js";
import { num_pixels_of, task_of } from "../base/task.js";
import { bytes_of, release } from "./crossing_values.js";
import { death } from "./death.js";
import { read_dataset } from "./reading.js";

/** @import { DataChange, DataSummary, Dataset, Finding, LoadProgress, TaskSummary } from "../pkg/ndarray/inkling.js" */
/** @import { Wasm } from "./artifact.js" */
/** @import { Question, ReadWish } from "./reading.js" */

/**
 * Rows of a data set.
 * @typedef {object} Images
 * @property {Uint8Array} pixels side² a row, 0 paper to 255 ink
 * @property {Uint8Array} labels one a row; none if the data set has none
 */

/**
 * A data set as it was read: the page keeps it, whatever becomes of a worker.
 * @typedef {object} LoadedData
 * @property {DataSummary} summary
 * @property {Blob} blob `num_rows * side²` bytes of pixels, then `num_rows` labels (none if unlabelled)
 * @property {readonly Finding[]} [findings] what deserves a look before it is trained on; asked for once the set is shown
 */

/** What is said of a set to test on where nothing says how its model's pictures lie. @type {Partial<Record<DataChange, string>>} */
const LEFT_SO = {
  stretch: "faint pixels, left so",
  invert: "paper darker than the ink, left so",
  transpose: "pictures on their side, left so",
};

export class HeldData {
  /** @type {Dataset | null} */
  #dataset = null;
  /** Of that data set; asking again would hash all its pixels again. @type {DataSummary | null} */
  #summary = null;
  /** Read last, and not asked for yet: who loads it need not bring it back. @type {{ dataset: Dataset, summary: DataSummary } | null} */
  #read = null;
  /** Files being read, by the name the page gave the reading. @type {Map<string, AbortController>} */
  #readings = new Map();
  /** Ends when a trainer that is being made has all it needs of the data set. @type {Promise<unknown>} */
  #lent = Promise.resolve();

  /**
   * Reads files for whoever asked. Nothing is taken; what may be trained on is kept at hand
   * until something else is read or loaded.
   * @param {Wasm} wasm
   * @param {string} token to cancel this reading by
   * @param {File[]} files one, or the two of IDX
   * @param {ReadWish} wish
   * @param {(progress: LoadProgress) => unknown} on_progress released at the end
   * @returns {Promise<LoadedData | { question: Question }>}
   */
  async read(wasm, token, files, wish, on_progress) {
    const reading = new AbortController();
    this.#readings.set(token, reading);
    this.#read?.dataset.free();
    this.#read = null;
    try {
      const { signal } = reading;
      const read = await read_dataset(wasm.DatasetReader, files, wish, signal, on_progress);
      if ("question" in read) return read;
      let { dataset } = read;
      const { origin } = read;
      /** @param {Dataset} other in its place */
      const put = (other) => {
        dataset.free();
        dataset = other;
      };
      let is_kept = false;
      try {
        for (const change of wish.mend ?? []) {
          const is_amiss = dataset.findings().some((finding) => finding.change === change);
          if (is_amiss) put(dataset.changed(change));
        }
        const is_unmended = !wish.needs_labels && !wish.mend;
        const left = is_unmended
          ? dataset.findings().flatMap(({ change }) => (change && LEFT_SO[change]) || [])
          : [];
        // Asking for a label that is not there gives the engine's own sentence on
        // what such a file is.
        if (wish.needs_labels && !dataset.has_labels()) dataset.label(0);
        let summary = dataset.summary();
        const named = task_named({ ...summary, task: task_of(summary) }, origin.class_names ?? []);
        if (named) {
          put(dataset.with_task(named));
          summary = dataset.summary();
        }
        const own = task_of(summary);
        const known = known_set({ ...summary, task: own });
        const is_taken_otherwise = own.normalisation || own.is_drawn !== known?.is_drawn;
        if (known?.file.test(summary.name) && is_taken_otherwise) {
          // MNIST's constants are MNIST's alone, whether a person names the classes or not.
          put(dataset.with_task(task_of_set(own, { ...known, classes: own.classes })));
          summary = dataset.summary();
        }
        const { source = {} } = summary;
        summary.source = {
          ...source,
          understood: [...(source.understood ?? []), ...origin.notes, ...left],
          entries: origin.entries,
          ...(origin.folders !== undefined && { folders: origin.folders }),
          ...(origin.columns && { columns: origin.columns }),
        };
        const blob = blob_of(dataset);
        if (wish.needs_labels && !death.error) {
          this.#read = { dataset, summary };
          is_kept = true;
        }
        return { summary, blob };
      } finally {
        if (!death.error && !is_kept) dataset.free();
      }
    } finally {
      this.#readings.delete(token);
      release(on_progress);
    }
  }

  /** Ends a reading, which rejects with `Cancelled`. @param {string} token */
  cancel_read(token) {
    this.#readings.get(token)?.abort(new Cancelled("Reading was cancelled."));
  }

  /**
   * Takes a data set that was read before, in place of the one that is held.
   * @param {Wasm} wasm
   * @param {LoadedData} data
   */
  async load({ Dataset }, data) {
    const { summary } = data;
    const dataset = this.#taken_read(summary) ?? (await loaded_from(Dataset, data));
    await this.#lent;
    const old = this.#dataset;
    this.#dataset = dataset;
    this.#summary = summary;
    old?.free();
  }

  /**
   * What was read last, where that is what is meant; else nothing keeps it any longer.
   * @param {DataSummary} summary
   * @returns {Dataset | null}
   */
  #taken_read(summary) {
    const read = this.#read;
    this.#read = null;
    if (!read) return null;
    const is_meant =
      read.summary.name === summary.name &&
      read.summary.checksum === summary.checksum &&
      JSON.stringify(task_of(read.summary)) === JSON.stringify(task_of(summary));
    if (is_meant) return read.dataset;
    read.dataset.free();
    return null;
  }

  /**
   * Another data set: this one with a change made. The one that is held stays.
   * @param {string} checksum
   * @param {DataChange} change
   * @returns {LoadedData}
   */
  changed(checksum, change) {
    const { dataset, summary } = this.#named(checksum);
    const other = dataset.changed(change);
    try {
      const loaded = loaded_of(other);
      const before = summary.source ?? loaded.summary.source;
      const source = { ...before, changes: [...(summary.source?.changes ?? []), change] };
      return { ...loaded, summary: { ...loaded.summary, source } };
    } finally {
      if (!death.error) other.free();
    }
  }

  /**
   * What of the data set deserves a look before it is trained on.
   * @param {string} checksum
   * @returns {Finding[]}
   */
  findings(checksum) {
    return this.#named(checksum).dataset.findings();
  }

  /**
   * Another data set: the same images under another task, such as other names of classes.
   * @param {string} checksum
   * @param {TaskSummary} task
   * @returns {LoadedData}
   */
  with_task(checksum, task) {
    const { dataset, summary } = this.#named(checksum);
    const other = dataset.with_task(task);
    try {
      const loaded = loaded_of(other);
      return { ...loaded, summary: { ...loaded.summary, source: summary.source } };
    } finally {
      if (!death.error) other.free();
    }
  }

  /**
   * The data set itself, if it is the one that is meant.
   * @param {string} checksum
   * @returns {Dataset}
   */
  named(checksum) {
    return this.#named(checksum).dataset;
  }

  /**
   * What that data set asks of a network.
   * @param {string} checksum
   */
  task(checksum) {
    return task_of(this.#named(checksum).summary);
  }

  /** That of whatever data are held; MNIST's where there are none. */
  present_task() {
    return task_of(this.#summary);
  }

  /**
   * Lends it to a trainer that is being made: until then it is not freed.
   * @template T
   * @param {string} checksum
   * @param {(dataset: Dataset) => Promise<T>} make
   * @returns {Promise<T>}
   */
  lend(checksum, make) {
    const making = make(this.named(checksum));
    // A trial may be made while a run is. What was made is not held on to.
    this.#lent = Promise.allSettled([this.#lent, making]).then(() => {});
    return making;
  }

  /**
   * @param {string} checksum
   * @param {ArrayLike<number>} rows
   * @returns {Images}
   */
  images(checksum, rows) {
    const { dataset, summary } = this.#named(checksum);
    const { has_labels, num_rows } = summary;
    const image = num_pixels_of(summary);
    const pixels = new Uint8Array(rows.length * image);
    const labels = new Uint8Array(has_labels ? rows.length : 0);
    Array.from(rows).forEach((row, index) => {
      if (!Number.isInteger(row) || row < 0 || row >= num_rows) {
        throw new InputError("images", `row ${row}`, `0 to ${num_rows - 1}`);
      }
      pixels.set(dataset.image(row), index * image);
      if (has_labels) labels[index] = dataset.label(row);
    });
    return { pixels, labels };
  }

  /** @param {string} checksum */
  #named(checksum) {
    const dataset = this.#dataset;
    const summary = this.#summary;
    if (!dataset || !summary) throw new Refused("Load a data set first.");
    if (summary.checksum !== checksum) {
      throw new Refused("Other data have been loaded meanwhile. Ask again.");
    }
    return { dataset, summary };
  }
}

/** A data set as the page keeps it. @param {Dataset} dataset @returns {LoadedData} */
function loaded_of(dataset) {
  return { summary: dataset.summary(), blob: blob_of(dataset), findings: dataset.findings() };
}

/** Its pixels, then its labels. @param {Dataset} dataset @returns {Blob} */
function blob_of(dataset) {
  let blob = new Blob();
  dataset.lend_bytes((pixels, labels) => {
    blob = new Blob([bytes_of(pixels), bytes_of(labels)]);
  });
  return blob;
}

/**
 * A data set that was read before, checked against what is said of it.
 * @param {Wasm["Dataset"]} Dataset the engine's
 * @param {LoadedData} data
 * @returns {Promise<Dataset>}
 */
async function loaded_from(Dataset, { blob, summary }) {
  const num_pixels = summary.num_rows * num_pixels_of(summary);
  const expected = num_pixels + (summary.has_labels ? summary.num_rows : 0);
  const again = "load the file again";
  if (blob.size !== expected) {
    throw new InputError(summary.name, `${blob.size} bytes kept`, `${expected}; ${again}`);
  }
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const dataset = Dataset.from_parts(
    summary.name,
    task_of(summary),
    bytes.subarray(0, num_pixels),
    bytes.subarray(num_pixels),
  );
  const { checksum } = dataset.summary();
  if (checksum !== summary.checksum) {
    dataset.free();
    const found = `checksum ${checksum}`;
    throw new InputError(summary.name, found, `${summary.checksum}; ${again}`);
  }
  return dataset;
}
