// The controller of the data that is trained on: reading it, asking what a table leaves
// open, changing it, keeping it, and bringing back what it replaced. One at a time; what
// stands stays until the new one is whole.

import { Cancelled, told } from "../base/fault.js";
import * as format from "../base/format.js";
import { SAMPLE } from "../base/sets.js";
import { bounded } from "./bounded.js";
import { look_at } from "./findings.js";
import { is_active } from "./state.js";

/** @import { DataChange, TaskSummary } from "../pkg/ndarray/inkling.js" */
/** @import { Custody, LoadedData } from "../engine/custody.js" */
/** @import { DataSets } from "../store/data_sets.js" */
/** @import { Notes } from "../store/notes.js" */
/** @import { PageState, Store } from "./state.js" */

/**
 * @typedef {object} DataParts
 * @property {Store<PageState>} store
 * @property {Custody} engine
 * @property {DataSets} data_sets
 * @property {Notes} notes
 * @property {(name: string, signal: AbortSignal) => Promise<File>} fetch_set a set that ships with the page
 * @property {(sentence: string) => void} notice
 * @property {(sentence: string) => void} announce
 */

const OVERTAKEN = "Other data were loaded meanwhile.";

export class DataController {
  #parts;
  /** @type {AbortController | null} */
  #loading = null;
  /** What the newest load replaced. @type {LoadedData | null} */
  #before = null;
  /** The files that the question which is shown is about. @type {File[]} */
  #asked_files = [];
  /** Of the newest change: ends with it, and whether it was done. @type {Promise<boolean>} */
  #changing = Promise.resolve(false);
  /** A data set that is read and waits until it is kept. @type {{ skip: () => void, over: Promise<void> } | null} */
  #keeping = null;

  /** @param {DataParts} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /**
   * @param {File[]} files one, or the two that IDX comes as
   * @returns {Promise<boolean>} whether they were taken
   */
  load_files(files) {
    const name = files.map((file) => file.name).join(" and ");
    return this.#load(name, async () => files);
  }

  /**
   * @param {string} name of a set that ships with the page
   * @returns {Promise<boolean>} whether it was taken
   */
  load_set(name) {
    const { fetch_set } = this.#parts;
    return this.#load(`${name}.csv.gz`, async (signal) => [await fetch_set(name, signal)]);
  }

  /** Ends the reading at once; what was loaded before stays. */
  cancel() {
    this.#loading?.abort(new Cancelled());
  }

  /**
   * Reads the files that were asked about, by a person's answer.
   * @param {number} label_column the column of the labels from 1, 0 for none
   * @returns {Promise<boolean>} whether they were taken
   */
  answer(label_column) {
    const files = this.#asked_files;
    const { question } = this.#parts.store.get();
    if (!question) return Promise.resolve(false);
    return this.#load(question.name, async () => files, label_column);
  }

  /** Leaves the files alone that were asked about; what was loaded before stays. */
  leave_question() {
    this.#asked_files = [];
    this.#parts.store.set({ question: null });
  }

  /**
   * Mends the loaded data: another data set takes its place, which can be undone.
   * @param {DataChange} change
   * @returns {Promise<boolean>} whether it was done
   */
  change(change) {
    const { engine } = this.#parts;
    return this.#replace((checksum) => engine.changed_data(checksum, change));
  }

  /**
   * Gives the loaded data another task: other names of its classes, or what a known set
   * has. The same data where pixels, labels and normalisation stay.
   * @param {TaskSummary} task
   * @returns {Promise<boolean>} whether it was done
   */
  async use_task(task) {
    const { engine, store } = this.#parts;
    const { data: standing } = engine;
    // Named while the pictures are turned: the ones that come of it, but no others.
    const is_changed = await this.#changing;
    if (engine.data !== standing && !is_changed) {
      store.set({ data_error: OVERTAKEN });
      return false;
    }
    return this.#replace((checksum) => engine.data_with_task(checksum, task));
  }

  /** Brings back what the newest load replaced, which then can come back itself. */
  async undo() {
    const { engine, store } = this.#parts;
    const before = this.#before;
    const why = this.#why_not();
    // A second press asks for what is under way.
    if (!before || store.get().is_changing_data) return;
    if (why) {
      store.set({ data_error: why });
      return;
    }
    store.set({ is_changing_data: true });
    try {
      await this.#take_instead(before, engine.data);
    } finally {
      store.set({ is_changing_data: false });
    }
  }

  /**
   * Takes a data set in place of the one that stands. What is seen comes back with a reload,
   * so it is kept first.
   * @param {LoadedData} data
   * @param {LoadedData | null} standing
   * @param {LoadedData | null} [before] what can be brought back then
   * @returns {Promise<boolean>} not where another has taken its place meanwhile
   */
  async #take_instead(data, standing, before = standing) {
    const { engine, store } = this.#parts;
    const overtaken = () => (engine.data === standing ? this.#why_not() : OVERTAKEN);
    let why = overtaken();
    if (!why) {
      const keeping = this.#keep(data, () => [data, standing].includes(engine.data));
      await bounded(keeping);
      why = overtaken();
      if (!why) {
        this.take(data, before);
        void this.#kept(data, keeping);
        return true;
      }
      void keeping.then(() => this.#note_standing());
    }
    store.set({ data_error: why });
    return false;
  }

  /** Whether the shipped sample is what is loaded. */
  get is_sample() {
    return this.#parts.store.get().data?.name === `${SAMPLE}.csv.gz`;
  }

  /**
   * Makes a data set the one to train on. At once: nobody sees one half of it.
   * @param {LoadedData} data
   * @param {LoadedData | null} [before] what it replaces, to be brought back
   */
  take(data, before = null) {
    const { engine, store } = this.#parts;
    engine.set_data(data);
    this.#before = before;
    store.set({
      data: data.summary,
      findings: data.findings ?? null,
      data_before: before?.summary ?? null,
      data_error: "",
      plan: null,
      evaluation_told: "",
    });
    if (!data.findings) void look_at(data, this.#parts);
  }

  /**
   * The same with one that is kept: a reload brings it back to this tab, too.
   * @param {LoadedData} data
   * @param {LoadedData | null} [before]
   */
  take_kept(data, before = null) {
    this.take(data, before);
    void this.#parts.notes.set("data", data.summary.checksum);
  }

  /**
   * Takes what was made of the loaded data in its place.
   * @param {(checksum: string) => Promise<LoadedData>} make
   */
  #replace(make) {
    const { engine, store } = this.#parts;
    const { data: standing } = engine;
    const why = this.#why_not() || (this.#loading ? "Another file is being read." : "");
    if (!standing || why || store.get().is_changing_data) {
      if (why) store.set({ data_error: why });
      return Promise.resolve(false);
    }
    store.set({ is_changing_data: true, data_error: "" });
    const replacing = this.#replace_standing(standing, make);
    this.#changing = replacing;
    return replacing;
  }

  /**
   * @param {LoadedData} standing
   * @param {(checksum: string) => Promise<LoadedData>} make
   */
  async #replace_standing(standing, make) {
    const { store, announce } = this.#parts;
    try {
      const data = await make(standing.summary.checksum);
      const is_other = data.summary.checksum !== standing.summary.checksum;
      const before = is_other ? standing : this.#before;
      if (!(await this.#take_instead(data, standing, before))) return false;
      announce(`${data.summary.name} is changed, ${format.counted(data.summary.num_rows, "row")}`);
      return true;
    } catch (error) {
      store.set({ data_error: told(standing.summary.name, error) });
      return false;
    } finally {
      store.set({ is_changing_data: false });
    }
  }

  /** Why no other data can be taken now; empty where it can. */
  #why_not() {
    const { run, is_tuning } = this.#parts.store.get();
    if (is_active(run)) return "A run is under way. Stop it before you load other data.";
    if (is_tuning) return "Your digits are being learned. Load other data when that is done.";
    return "";
  }

  /**
   * @param {string} name
   * @param {(signal: AbortSignal) => Promise<File[]>} bring
   * @param {number | null} [label_column] the answer to what they ask
   */
  async #load(name, bring, label_column = null) {
    const { store, engine, announce, notice } = this.#parts;
    if (this.#keeping) {
      // Another is wanted: what has been read is shown at once.
      const { skip, over } = this.#keeping;
      skip();
      await over;
    }
    const why = this.#why_not();
    if (why) {
      store.set({ data_error: why });
      return false;
    }
    if (this.#loading) {
      const reading = store.get().loading?.name ?? "Another file";
      notice(
        `${reading} is still being read, so ${name} was not. Cancel it first, then pick again.`,
      );
      return false;
    }
    const loading = new AbortController();
    this.#loading = loading;
    this.#asked_files = [];
    store.set({ loading: { name, progress: null }, data_error: "", question: null });
    void this.#parts.data_sets.expect_large();
    const shown = () => {
      this.#shown();
      this.#keeping = null;
    };
    try {
      const files = await bring(loading.signal);
      loading.signal.throwIfAborted();
      const read = await engine.read_files(files, {
        signal: loading.signal,
        on_progress: (progress) => {
          if (this.#loading === loading) store.set({ loading: { name, progress } });
        },
        needs_labels: true,
        label_column,
      });
      loading.signal.throwIfAborted();
      if ("question" in read) {
        this.#loading = null;
        this.#asked_files = files;
        store.set({ loading: null, question: { ...read.question, name } });
        announce(`Which column of ${name} holds the labels?`);
        return false;
      }
      const data = read;
      // What is seen loaded comes back with a reload, so it is kept first.
      const keeping = this.#keep(
        data,
        () => !loading.signal.aborted && (this.#loading === loading || engine.data === data),
      );
      await this.#until_kept(data, keeping, loading.signal);
      if (loading.signal.aborted) {
        // It may have been noted before that.
        void keeping.then(() => this.#note_standing());
        throw loading.signal.reason;
      }
      const { data: standing } = engine;
      const is_other = standing !== null && standing.summary.checksum !== data.summary.checksum;
      this.#loading = null;
      store.set({ loading: null });
      this.take(data, is_other ? standing : null);
      announce(`${data.summary.name} is loaded, ${format.counted(data.summary.num_rows, "row")}`);
      void this.#kept(data, keeping);
      shown();
      return true;
    } catch (error) {
      shown();
      this.#loading = null;
      const data_error = loading.signal.aborted
        ? `Reading ${name} was cancelled.`
        : told(name, error);
      store.set({ loading: null, data_error });
      announce(data_error);
      return false;
    }
  }

  /**
   * Keeps a data set as the one that is loaded.
   * @param {LoadedData} data
   * @param {() => boolean} is_wanted whether it is loaded still
   */
  #keep(data, is_wanted) {
    return this.#parts.data_sets.put(data, { note: "data", is_wanted });
  }

  #note_standing() {
    const { engine, notes } = this.#parts;
    return notes.set("data", engine.data?.summary.checksum ?? "");
  }

  /** Tells who waits that what was read is shown. */
  #shown = () => {};

  /**
   * @param {LoadedData} data
   * @param {Promise<boolean>} keeping whether it is kept
   * @param {AbortSignal} signal
   */
  async #until_kept({ summary }, keeping, signal) {
    /** @type {() => void} */
    let skip = () => {};
    /** @type {Promise<null>} */
    const skipped = new Promise((done) => {
      skip = () => done(null);
    });
    /** @type {Promise<void>} */
    const over = new Promise((done) => {
      this.#shown = done;
    });
    this.#keeping = { skip, over };
    signal.addEventListener("abort", skip, { once: true });
    const is_kept = await Promise.race([bounded(keeping), skipped]);
    if (!is_kept || signal.aborted) return;
    await Promise.race([bounded(this.#parts.notes.set("data", summary.checksum)), skipped]);
  }

  /**
   * What is to be done once a data set is kept.
   * @param {LoadedData} data
   * @param {Promise<boolean>} keeping whether it is
   */
  async #kept({ summary }, keeping) {
    const { notes, store } = this.#parts;
    if (!(await keeping)) return;
    store.set({ is_kept: true });
    // Another may have been taken while this one was written.
    if (store.get().data?.checksum !== summary.checksum) return;
    await notes.set("data", summary.checksum);
    // Asked once, when there is something worth keeping.
    if (await notes.get("asked")) return;
    await notes.set("asked", true);
    await globalThis.navigator?.storage?.persist?.().catch(() => false);
  }
}
