// The controller of what a run read wrongly after an epoch: the validation part as the
// network read it then. Beside the evaluation of the model that stands, which is not touched.

import { Cancelled, sentence_of } from "../base/fault.js";
import { confident_mistakes, reading_at, top_digit } from "../base/ink.js";
import { in_turn } from "../base/readings.js";
import { task_of } from "../base/task.js";
import { create_store, is_computing, watch_computing } from "./state.js";

/** @import { Evaluation } from "../pkg/ndarray/inkling.js" */
/** @import { Custody } from "../engine/custody.js" */
/** @import { KeptEpochs } from "./kept_epochs.js" */
/** @import { Timeline } from "./timeline.js" */
/** @import { PageState, View } from "./state.js" */

/** Images that are shown, those it was surest of. */
const MOST_SHOWN = 12;

/**
 * An image that was read wrongly.
 * @typedef {object} Mistake
 * @property {Uint8Array} pixels
 * @property {number} truth
 * @property {number} said
 * @property {number} sure
 */

/**
 * @typedef {object} EpochMistakes
 * @property {number} epoch
 * @property {number} last
 * @property {Evaluation} figures
 * @property {number} num_rows of the validation part
 * @property {Mistake[]} worst
 * @property {readonly string[]} classes
 */

/** @typedef {{ found: EpochMistakes | null, told: string }} MistakesState */

export class MistakesController {
  store = create_store(/** @type {MistakesState} */ ({ found: null, told: "" }));
  #page;
  #engine;
  #epochs;
  #timeline;
  #is_open = false;
  #looking = in_turn(() => this.#look());

  /**
   * @param {object} parts
   * @param {View<PageState>} parts.page
   * @param {Custody} parts.engine
   * @param {KeptEpochs} parts.epochs
   * @param {Timeline} parts.timeline
   */
  constructor({ page, engine, epochs, timeline }) {
    this.#page = page;
    this.#engine = engine;
    this.#epochs = epochs;
    this.#timeline = timeline;
    timeline.store.watch(["shown", "epochs"], () => this.#wake());
    page.watch(["data"], () => this.#wake());
    watch_computing(page, () => this.#wake());
  }

  /** Nothing is computed while it is closed. @param {boolean} is_open */
  set_open(is_open) {
    this.#is_open = is_open;
    // What stood when it was closed may be of another epoch when it is opened again.
    if (!is_open) this.store.set({ found: null, told: "" });
    this.#wake();
  }

  #wake() {
    if (this.#is_open) void this.#looking();
  }

  async #look() {
    const { run, data } = this.#page.get();
    const { shown, last } = this.#timeline.store.get();
    // By the worker that trains, after each epoch, it would be felt.
    if (is_computing(run)) {
      return this.store.set({ found: null, told: "Read once the run has ended." });
    }
    const ref = this.#epochs.ref(shown);
    if (!ref || !run.config) return this.store.set({ found: null, told: "" });
    if (data?.checksum !== run.data_checksum) {
      return this.store.set({ found: null, told: "Load the data of this run to see them." });
    }
    if (!this.store.get().found) this.store.set({ told: "Reading the validation part." });
    try {
      const rows = await this.#engine.held_out_rows(data.checksum, run.config);
      const probabilities = await this.#engine.read_rows_then(ref, data.checksum, rows);
      const { labels } = await this.#engine.images(data.checksum, rows);
      const figures = await this.#engine.evaluate(probabilities, labels);
      const { classes } = task_of(data);
      const wrong = confident_mistakes(probabilities, labels).slice(0, MOST_SHOWN);
      const shown_rows = wrong.map((at) => rows[at] ?? 0);
      const { pixels } = await this.#engine.images(data.checksum, shown_rows);
      const now = this.#page.get();
      const is_same = run.id === now.run.id && data === now.data;
      if (!is_same || shown !== this.#timeline.store.get().shown) return this.#wake();
      const size = pixels.length / Math.max(1, wrong.length);
      const worst = wrong.map((row, at) => {
        const reading = reading_at(probabilities, row, labels.length);
        const said = top_digit(reading);
        const [truth, sure] = [labels[row] ?? 0, reading[said] ?? 0];
        return { pixels: pixels.subarray(at * size, (at + 1) * size), truth, said, sure };
      });
      const num_rows = rows.length;
      this.store.set({
        found: { epoch: shown, last, figures, num_rows, worst, classes },
        told: "",
      });
    } catch (error) {
      if (!(error instanceof Cancelled)) this.store.set({ found: null, told: sentence_of(error) });
    }
  }
}
