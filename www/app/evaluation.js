// The controller of what is done with a model that stands: evaluated, saved, replaced by
// a file's, asked to predict a test set. One thing at a time, in the order in which a
// person asked; each result bears the ids of the model and the images that it is of.

import { Refused, message_of, sentence_of, told } from "../base/fault.js";
import * as format from "../base/format.js";
import { new_id } from "../base/id.js";
import { submission_csv } from "../base/ink.js";
import { class_map, file_labels, why_not_judged } from "../base/class_map.js";
import { understood_words } from "../base/source_words.js";
import { num_pixels_of, task_of } from "../base/task.js";
import { data_checksum_of, held_out, splitting, why_no_validation } from "./members.js";
import { bounded } from "./bounded.js";
import { evaluable, is_active, model_task, shown_evaluation } from "./state.js";
import { TestLooks } from "./test_looks.js";
import { fetch_test_picker } from "./test_picking.js";

/** @import { DataSummary } from "../pkg/ndarray/inkling.js" */
/** @import { Custody, LoadedData } from "../engine/custody.js" */
/** @import { DataSets } from "../store/data_sets.js" */
/** @import { Notes } from "../store/notes.js" */
/** @import { ModelFormat } from "../worker/model.js" */
/** @import { TestPicker } from "./test_picker.js" */
/** @import { Cell, EvaluationState, ModelRef, PageState, Store } from "./state.js" */

/** Rows asked for at once: a worker that trains or draws in between stays quick. */
const CHUNK = 2000;

/** @type {Record<ModelFormat, string>} */
const ENDINGS = { safetensors: "safetensors", burnpack: "bpk", onnx: "onnx" };

/**
 * @typedef {object} EvaluationParts
 * @property {Store<PageState>} store
 * @property {Custody} engine
 * @property {DataSets} data_sets
 * @property {Notes} notes
 * @property {(blob: Blob, name: string) => void} download
 * @property {(sentence: string) => void} announce
 * @property {(evaluation: EvaluationState, model: ModelRef) => Promise<void>} on_evaluated keeps it with its run
 */

export class EvaluationController {
  #parts;
  /** The end of all that was asked for so far. @type {Promise<unknown>} */
  #last = Promise.resolve();
  #num_waiting = 0;
  /** @type {LoadedData | null} */
  #test = null;
  /** The one that was read last, which a reload brings back. @type {LoadedData | null} */
  #newest = null;
  #looks;
  /** What reads test sets, fetched for the first. @type {Promise<TestPicker> | null} */
  #picker = null;

  /** @param {EvaluationParts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#looks = new TestLooks(parts.store);
  }

  /** The test set that is loaded, whole. */
  get test_set() {
    return this.#test;
  }

  evaluate() {
    return this.in_turn("Evaluating", async () => {
      const { store, engine, on_evaluated } = this.#parts;
      const wanted = this.#evaluable();
      const model = /** @type {ModelRef} */ (store.get().model);
      const test = wanted.set_id.startsWith("test ") ? this.#test : null;
      // Of what stands now: other data may be loaded while this is read.
      const { data } = store.get();
      const set = /** @type {DataSummary} */ (test ? test.summary : data);
      const { places } = class_map(model_task(model).classes, set, data);
      const read = test ? await this.#read_test(model, test) : await this.#read_validation(model);
      const { probabilities, rows } = read;
      const labels = read.labels.map((label) => places[label] ?? label);
      const figures = await engine.evaluate(probabilities, labels);
      /** @type {EvaluationState} */
      const evaluation = {
        ...wanted,
        about: test ? test.summary.name : validation_words(model),
        figures,
        labels,
        probabilities,
        classes: model_task(model).classes,
        rows,
      };
      // It is kept with its run, where it can be seen from now on.
      if (test) this.#looks.add(wanted.set_id, model.id);
      // What is seen comes back with a reload, so it is kept first.
      await bounded(on_evaluated(evaluation, model));
      if (shown_evaluation({ ...store.get(), evaluation }) !== evaluation) {
        throw new Refused("The model or its images changed meanwhile. Press Evaluate again.");
      }
      store.set({ evaluation, cell: null });
    });
  }

  /** Shows the images of a cell, or with `null` the worst mistakes. @param {Cell} cell */
  open_cell(cell) {
    this.#parts.store.set({ cell });
  }

  /**
   * Pixels of some images of the evaluation that is shown.
   * @param {readonly number[]} places in its order
   * @returns {Promise<Uint8Array>} side² an image
   */
  async pixels(places) {
    const { store, engine } = this.#parts;
    const evaluation = shown_evaluation(store.get());
    if (!evaluation) throw new Refused("Nothing is evaluated now.");
    const { rows, set_id } = evaluation;
    if (rows) {
      const checksum = set_id.slice("validation ".length);
      const images = await engine.images(
        checksum,
        places.map((place) => rows[place] ?? 0),
      );
      return images.pixels;
    }
    const { blob, summary } = /** @type {LoadedData} */ (this.#test);
    const size = num_pixels_of(summary);
    const all = new Uint8Array(places.length * size);
    for (const [at, place] of places.entries()) {
      const part = blob.slice(place * size, place * size + size);
      all.set(new Uint8Array(await part.arrayBuffer()), at * size);
    }
    return all;
  }

  /**
   * @param {File[]} files
   * @param {number | null} [label_column] a person's answer: the column of the labels from 1, 0 for none
   */
  pick_test(files, label_column = null) {
    const { store, announce } = this.#parts;
    const name = files.map((file) => file.name).join(" and ");
    return this.in_turn(`Reading ${name}`, async () => {
      try {
        const test = await (await this.#picking()).read(files, label_column);
        if (!test) {
          store.set({
            test_told: `Which column of ${name} holds the labels? It is asked below the data.`,
          });
        } else {
          const { data_sets, notes } = this.#parts;
          // What is seen loaded comes back with a reload, so it is kept first.
          this.#newest = test;
          // Where that takes long, it may have been taken away again.
          const is_wanted = () => this.#newest === test;
          const keeping = data_sets.put(test, { note: "test", is_wanted }).then(async (is_kept) => {
            if (is_kept && is_wanted()) await notes.set("test", test.summary.checksum);
          });
          await bounded(keeping);
          this.take_test(test);
        }
      } catch (error) {
        const standing = this.#test ? ` Still loaded: ${this.#test.summary.name}.` : "";
        store.set({ test_told: `${told(name, error)}${standing}` });
      }
      announce(store.get().test_told);
    });
  }

  /**
   * Reads the files that were asked about, by a person's answer.
   * @param {number} label_column from 1, 0 for none
   */
  async answer_test(label_column) {
    this.#parts.store.set({ question: null });
    const files = (await this.#picking()).asked_files;
    if (files.length > 0) await this.pick_test(files, label_column);
  }

  /** Leaves the files alone that were asked about. */
  leave_test_question() {
    const name = this.#test?.summary.name;
    const test_told = name ? `Left alone. Still loaded: ${name}.` : "Left alone.";
    this.#parts.store.set({ question: null, test_told });
  }

  #picking() {
    this.#picker ??= fetch_test_picker({
      ...this.#parts,
      standing: () => this.#test,
      read_again: (files, column) => this.pick_test(files, column),
    });
    this.#picker.catch(() => (this.#picker = null));
    return this.#picker;
  }

  /**
   * Evaluate reads these images from now on.
   * @param {LoadedData} test
   */
  take_test(test) {
    const { store } = this.#parts;
    const { name, num_rows, has_labels } = test.summary;
    const use = has_labels
      ? "Evaluate now reads these."
      : "No labels, so there is nothing to score; Download submission predicts them.";
    this.#test = test;
    // From now on it lies as the data do; a set whose reader cannot be fetched stays as it is.
    this.#picking().catch(() => {});
    store.set({
      test: test.summary,
      test_told: `${name}: ${format.counted(num_rows, "row")}.${understood_words(test.summary)} ${use}`,
    });
  }

  /** Evaluate reads the validation part again. */
  drop_test() {
    return this.in_turn("", async () => {
      const { store } = this.#parts;
      const name = store.get().test?.name;
      this.#test = this.#newest = null;
      (await this.#picking()).forget();
      void this.#parts.notes.set("test", "");
      const told = name ? `${name} is taken away. Evaluate reads the validation part again.` : "";
      store.set({ test: null, test_told: told });
    });
  }

  /** Predicts the test set as Kaggle's `submission.csv`. */
  submission() {
    return this.in_turn("Predicting", async () => {
      const { store, download } = this.#parts;
      const test = this.#test;
      const { model } = store.get();
      if (!test) throw new Refused("Pick a test CSV first.");
      if (!model) throw new Refused("There is no trained model yet. Train first.");
      const task = model_task(model);
      if (task.side !== task_of(test.summary).side) {
        throw new Refused(why_not_judged(task, test.summary));
      }
      const labels = file_labels(task.classes, store.get().data);
      const { probabilities } = await this.#read_test(model, test);
      const csv = submission_csv(probabilities, labels);
      download(new Blob([csv], { type: "text/csv" }), "submission.csv");
      const told = `submission.csv holds ${format.counted(test.summary.num_rows, "row")}.`;
      store.set({ evaluation_told: told });
    });
  }

  /** The newest model as a file. @param {ModelFormat} [kind] */
  save_model(kind = "safetensors") {
    return this.in_turn("Writing the model", async () => {
      const { store, engine, download } = this.#parts;
      const { model } = store.get();
      if (!model) throw new Refused("There is no trained model yet. Train first.");
      const bytes = await engine.save_model(model.id, kind);
      download(new Blob([bytes]), `inkling.${ENDINGS[kind]}`);
    });
  }

  /** Makes a file's model the newest; with a wrong file the one before stays. @param {File} file */
  load_model(file) {
    return this.in_turn(`Reading ${file.name}`, async () => {
      const { store, engine, announce } = this.#parts;
      const refuse = () => {
        const { run, is_tuning } = store.get();
        if (is_active(run)) {
          throw new Refused(`A run is under way, so ${file.name} was not read. Stop it first.`);
        }
        if (is_tuning) {
          throw new Refused(`Your digits are being learned, so ${file.name} was not read.`);
        }
      };
      refuse();
      const id = `file ${new_id()}`;
      // A run may begin while it is read.
      const summary = await engine.load_model(id, file, refuse);
      engine.set_model_source(id, async () => new Uint8Array(await file.arrayBuffer()));
      store.set({
        model: {
          id,
          kind: "file",
          name: file.name,
          run_id: "",
          config: null,
          data_checksum: data_checksum_of(summary),
          summary,
        },
        can_untune: false,
        tuning_told: "",
      });
      announce(`${file.name} is loaded`);
    });
  }

  /**
   * Waits for its turn, then works; what goes wrong is said where it was asked.
   * @param {string} label what is said meanwhile
   * @param {() => Promise<void>} work
   * @returns {Promise<void>} when it is done
   */
  in_turn(label, work) {
    const { store, announce } = this.#parts;
    this.#num_waiting += 1;
    if (this.#num_waiting === 1) store.set({ evaluating: label, evaluation_told: "" });
    const turn = this.#last.then(async () => {
      store.set({ evaluating: label, evaluation_told: "" });
      try {
        await work();
      } catch (error) {
        const evaluation_told = error instanceof Refused ? sentence_of(error) : message_of(error);
        store.set({ evaluation_told });
        announce(evaluation_told);
      } finally {
        this.#num_waiting -= 1;
        if (this.#num_waiting === 0) store.set({ evaluating: "" });
      }
    });
    this.#last = turn;
    return turn;
  }

  #evaluable() {
    const state = this.#parts.store.get();
    const { model, data, run } = state;
    const wanted = evaluable(state);
    if (is_active(run))
      throw new Refused("A run is under way; evaluate its model when it has ended.");
    if (wanted) return wanted;
    if (!model) throw new Refused("Train first; then see what is confused with what.");
    if (!data && !state.test?.has_labels)
      throw new Refused("Load data or a test CSV to evaluate this model.");
    const set = state.test?.has_labels ? state.test : data;
    const why = set ? why_not_judged(model_task(model), set, data) : "";
    if (why) throw new Refused(why);
    const why_not = why_no_validation(model);
    if (why_not) throw new Refused(why_not);
    throw new Refused("The data has changed since this model was trained. Train again.");
  }

  /** @param {number} done @param {number} total */
  #tell(done, total) {
    const evaluating = `Reading image ${format.count(done)} of ${format.count(total)}`;
    this.#parts.store.set({ evaluating });
  }

  /**
   * Images that the model never trained on, whatever the settings say by now. For a
   * file's model nobody knows: they are those that the present settings hold out.
   * @param {ModelRef} model
   */
  async #read_validation(model) {
    const { store, engine } = this.#parts;
    const { data, config } = store.get();
    const checksum = data?.checksum ?? "";
    const rows = await engine.validation_rows(model.id, checksum, splitting(model, config));
    if (rows.length === 0) {
      throw new Refused("This model has no validation part here; load a test CSV.");
    }
    const labels = new Uint8Array(rows.length);
    const num_classes = model_task(model).classes.length;
    const probabilities = new Float32Array(rows.length * num_classes);
    for (let from = 0; from < rows.length; from += CHUNK) {
      const part = Array.from(rows.subarray(from, from + CHUNK));
      labels.set((await engine.images(checksum, part)).labels, from);
      probabilities.set(await engine.predict_rows(model.id, checksum, part), from * num_classes);
      this.#tell(from + part.length, rows.length);
    }
    return { labels, probabilities, rows };
  }

  /**
   * @param {ModelRef} model
   * @param {LoadedData} test
   */
  async #read_test(model, { summary, blob }) {
    const { engine } = this.#parts;
    const { num_rows } = summary;
    const size = num_pixels_of(summary);
    const num_classes = model_task(model).classes.length;
    const bytes = async (/** @type {number} */ from, /** @type {number} */ to) =>
      new Uint8Array(await blob.slice(from, to).arrayBuffer());
    const probabilities = new Float32Array(num_rows * num_classes);
    for (let from = 0; from < num_rows; from += CHUNK) {
      const to = Math.min(num_rows, from + CHUNK);
      const part = await bytes(from * size, to * size);
      probabilities.set(await engine.predict_pixels(model.id, part), from * num_classes);
      this.#tell(to, num_rows);
    }
    const labels = await bytes(num_rows * size, blob.size);
    return { labels, probabilities, rows: null };
  }
}

/** @param {ModelRef} model */
function validation_words({ kind, summary }) {
  const is_unknown = held_out(summary) === "unknown";
  return kind === "file" && is_unknown ? "Validation part of these settings" : "Validation part";
}
