// How picked files become a set to test on: read as the data were, asked about where a
// table leaves open which column holds its labels, and read again once the data are turned.

import * as format from "../base/format.js";
import { turns_of } from "./turns.js";

/** @import { DataChange } from "../pkg/ndarray/inkling.js" */
/** @import { Custody, LoadedData } from "../engine/custody.js" */
/** @import { PageState, Store } from "./state.js" */

/**
 * Files as they were picked, and how they were read.
 * @typedef {object} Picked
 * @property {File[]} files
 * @property {number | null} label_column a person's answer: the column from 1, 0 for none
 * @property {readonly DataChange[]} turns that the data of that time asked for
 */

/**
 * @typedef {object} PickerParts
 * @property {Store<PageState>} store
 * @property {Custody} engine
 * @property {string | null} turns how the data lay when this was sent for; it may have come late
 * @property {() => LoadedData | null} standing the test set that is loaded
 * @property {(files: File[], label_column: number | null) => Promise<void>} read_again
 */

export class TestPicker {
  #store;
  #engine;
  #standing;
  #read_again;
  /** How the data lie; `null` before they were looked at. */
  #turns;
  /** What the set that was read last came from. @type {Picked | null} */
  #picked = null;
  /** What the question that is shown is about. @type {File[]} */
  #asked_files = [];

  /** @param {PickerParts} parts */
  constructor({ store, engine, turns, standing, read_again }) {
    this.#store = store;
    this.#engine = engine;
    this.#standing = standing;
    this.#read_again = read_again;
    this.#turns = turns;
    store.watch(["data", "findings"], () => void this.#turn());
  }

  /** The files that a person is asked about; none where nothing is asked. */
  get asked_files() {
    return this.#asked_files;
  }

  /** What was picked is of no more use. */
  forget() {
    this.#picked = null;
  }

  /** What a test set is turned by, once the data were looked at. @returns {Promise<readonly DataChange[]>} */
  async #looked_at() {
    const store = this.#store;
    const known = turns_of(store.get());
    if (known) return known;
    let stop = () => {};
    try {
      return await new Promise((resolve) => {
        stop = store.watch(["data", "findings"], (state) => {
          const turns = turns_of(state);
          if (turns) resolve(turns);
        });
      });
    } finally {
      stop();
    }
  }

  /** Has the test set read again where the data lie otherwise than they did when it was read. */
  async #turn() {
    const store = this.#store;
    const turns = turns_of(store.get())?.join() ?? null;
    if (turns === null) return;
    const is_other = this.#turns !== null && turns !== this.#turns;
    this.#turns = turns;
    const test = this.#standing();
    if (!test || !is_other) return;
    const picked = this.#picked;
    if (picked && picked.turns.join() !== turns) {
      await this.#read_again(picked.files, picked.label_column);
    } else if (!picked && store.get().data) {
      // It came back with a reload, and its file did not.
      store.set({
        test_told: `${test.summary.name} was read when the data lay otherwise. Pick it again, so that it lies as they do.`,
      });
    }
  }

  /**
   * @param {File[]} files
   * @param {number | null} answer the column of the labels from 1, 0 for none; `null` before a person was asked
   * @returns {Promise<LoadedData | null>} none where a person is asked first
   */
  async read(files, answer) {
    const store = this.#store;
    const name = files.map((file) => file.name).join(" and ");
    const turns = await this.#looked_at();
    const { data } = store.get();
    const table = data?.source?.table;
    // A header says nothing of a file that has none.
    const column = table?.has_header ? undefined : table?.label_column;
    let is_over = false;
    /** @param {number | null} label_column */
    const read = (label_column) =>
      this.#engine.read_files(files, {
        signal: new AbortController().signal,
        // Progress comes through a port of its own and may arrive after the end.
        on_progress: ({ rows }) => {
          if (!is_over) store.set({ test_told: `${name}: ${format.counted(rows, "row")} so far` });
        },
        needs_labels: false,
        wanted: "test",
        // Without data nothing says how the pictures that the model knows lie.
        ...(data && { mend: turns }),
        label_column,
      });
    try {
      let test = await read(answer);
      // A table that leaves open where its labels are is read as the data were.
      if ("question" in test && typeof column === "number") test = await read(column + 1);
      if ("question" in test) {
        this.#asked_files = files;
        store.set({ question: { ...test.question, name, is_test: true } });
        return null;
      }
      this.#asked_files = [];
      this.#picked = { files, label_column: answer, turns };
      return test;
    } finally {
      is_over = true;
    }
  }
}
