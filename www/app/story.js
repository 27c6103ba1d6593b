// The controller of a digit's story: which pixels of the drawing, or of a mistake, speak for a
// class and which against it, and which training images the network takes for most like it. Of
// the model that stands, or of the epoch that is shown in its place. Knows no document.

import { Cancelled, sentence_of } from "../base/fault.js";
import { in_turn } from "../base/readings.js";
import { task_of } from "../base/task.js";
import { create_store, is_computing, model_task, watch_computing } from "./state.js";
import { training_rows } from "./training_rows.js";

/** @import { Custody } from "../engine/custody.js" */
/** @import { Images } from "../worker/dataset.js" */
/** @import { NearestImages, StoryReading } from "../worker/inside.js" */
/** @import { EpochRef } from "../worker/look_back.js" */
/** @import { KeptEpochs } from "./kept_epochs.js" */
/** @import { PageState, View } from "./state.js" */

/** Training images that are looked through for those nearest. */
const MOST_COMPARED = 2000;
/** The nearest are looked for once the pen has rested. */
const REST_MS = 400;

/** An image that was evaluated, and of what: `Validation part`. @typedef {{ pixels: Uint8Array, truth: number, about: string }} Subject */

/**
 * What an answer must still be of to be shown.
 * @typedef {Pick<PageState, "model" | "data"> & { pixels: Uint8Array | null, epoch: EpochRef | null }} Asked
 */

/**
 * @typedef {object} StoryState
 * @property {Subject | null} subject `null` for the drawing on the pad
 * @property {number | null} wanted the class that is asked about; `null` for the one that is read
 * @property {(StoryReading & { pixels: Uint8Array, looked_back: PageState["looked_back"] }) | null} reading
 * @property {readonly string[]} classes
 * @property {(NearestImages & Images & { num_compared: number, names: readonly string[] }) | null} nearest
 * @property {string} told why there is nothing to see
 * @property {string} nearest_told
 */

/** @param {Uint8Array | null} one @param {Uint8Array | null} other */
function is_same_ink(one, other) {
  if (!one || !other) return one === other;
  return one.length === other.length && one.every((pixel, at) => pixel === other[at]);
}

export class StoryController {
  store = create_store(
    /** @type {StoryState} */ ({
      subject: null,
      wanted: null,
      reading: null,
      classes: [],
      nearest: null,
      told: "",
      nearest_told: "",
    }),
  );
  #page;
  #engine;
  #epochs;
  #pixels;
  #later;
  #is_open = false;
  #reading = in_turn(() => this.#read());
  #comparing = in_turn(() => this.#compare());
  /** @type {unknown} */
  #timer = 0;
  /** The drawing beside which a mistake's story was asked for. @type {Uint8Array | null} */
  #told_beside = null;

  /**
   * @param {object} parts
   * @param {View<PageState>} parts.page
   * @param {Custody} parts.engine
   * @param {KeptEpochs} parts.epochs
   * @param {() => Uint8Array | null} parts.pixels what the pad was last read as; `null` for an empty one
   * @param {(work: () => void, after_ms: number) => unknown} [parts.later] tests put their own clock in its place
   */
  constructor({ page, engine, epochs, pixels, later = (work, ms) => setTimeout(work, ms) }) {
    this.#page = page;
    this.#engine = engine;
    this.#epochs = epochs;
    this.#pixels = pixels;
    this.#later = later;
    page.watch(["model", "data", "looked_back"], () => this.#look_at_page());
    watch_computing(page, () => this.update());
  }

  /** @type {Pick<PageState, "model" | "data">} */
  #before = { model: null, data: null };

  #look_at_page() {
    const { model, data } = this.#page.get();
    const is_other = model !== this.#before.model || data !== this.#before.data;
    this.#before = { model, data };
    // A mistake is of the model and the data that it was read by.
    if (is_other) this.store.set({ subject: null, wanted: null, reading: null });
    this.store.set({ nearest: null });
    this.update();
  }

  /** Nothing is computed while it is closed, and it is of the pad again. @param {boolean} is_open */
  set_open(is_open) {
    this.#is_open = is_open;
    if (!is_open && this.store.get().subject) this.tell_of(null);
    this.update();
  }

  /** The pad has been read, or emptied: another drawing takes the place of a mistake. */
  pad_read() {
    const is_other = !is_same_ink(this.#told_beside, this.#pixels());
    if (this.store.get().subject && is_other) this.tell_of(null);
    else this.update();
  }

  /** What it is of may be another by now. */
  update() {
    if (!this.#is_open) return;
    const read = this.#reading();
    const timer = {};
    this.#timer = timer;
    const compare = () => {
      if (timer === this.#timer && this.#is_open) void this.#comparing();
    };
    // What cannot be read is compared with nothing: where nothing was read yet, that comes first.
    this.#later(() => void (this.store.get().told ? read.then(compare) : compare()), REST_MS);
  }

  /** @param {Subject | null} subject `null` for the drawing */
  tell_of(subject) {
    this.#told_beside = this.#pixels();
    this.store.set({ subject, wanted: null, reading: null, nearest: null });
    this.update();
  }

  /** @param {number | null} wanted a class; `null` for the one that is read */
  ask_about(wanted) {
    this.store.set({ wanted });
    if (this.#is_open) void this.#reading();
  }

  /** @returns {Asked} */
  #asked() {
    const { model, data } = this.#page.get();
    const { subject } = this.store.get();
    const pixels = subject ? subject.pixels : this.#pixels();
    return { model, data, pixels, epoch: this.#epochs.shown };
  }

  /** @param {Asked} asked */
  #stands(asked) {
    const now = this.#asked();
    return (
      asked.model === now.model &&
      asked.data === now.data &&
      asked.pixels === now.pixels &&
      asked.epoch === now.epoch
    );
  }

  async #read() {
    const asked = this.#asked();
    const { model, pixels, epoch } = asked;
    const { wanted } = this.store.get();
    const { looked_back } = this.#page.get();
    if (!pixels) {
      this.store.set({ reading: null, nearest: null, told: "Draw on the pad to see its story." });
      return;
    }
    try {
      const reading = await this.#engine.read_story(pixels, wanted, epoch);
      if (!this.#stands(asked) || wanted !== this.store.get().wanted) {
        void this.#reading();
        return;
      }
      const told = reading ? "" : "There is no model yet. Train first.";
      const { classes } = model ? model_task(model) : task_of(this.#page.get().data);
      this.store.set({ reading: reading && { ...reading, pixels, looked_back }, classes, told });
    } catch (error) {
      if (error instanceof Cancelled) return;
      this.store.set({ reading: null, told: sentence_of(error) });
    }
  }

  async #compare() {
    const asked = this.#asked();
    const { model, data, pixels, epoch } = asked;
    if (!pixels || this.store.get().told) return;
    if (is_computing(this.#page.get().run)) {
      this.store.set({ nearest: null, nearest_told: "Looked for once the run has ended." });
      return;
    }
    const config = model?.config ?? this.#page.get().run.config;
    if (!data || !config || (model && model.data_checksum !== data.checksum)) {
      const why = "Load the data that this model was trained on to see the images nearest to it.";
      this.store.set({ nearest: null, nearest_told: why });
      return;
    }
    if (!this.store.get().nearest) this.store.set({ nearest_told: "Looking through the data." });
    try {
      const { checksum } = data;
      const held_out = await this.#engine.held_out_rows(checksum, config);
      const rows = Uint32Array.from(training_rows(data.num_rows, held_out, MOST_COMPARED));
      const all = await this.#engine.images(checksum, rows);
      const found = await this.#engine.nearest_images(pixels, rows, all.pixels, epoch);
      // The pen has moved on: it is asked about again once that rests.
      if (!found || !this.#stands(asked)) return;
      const images = await this.#engine.images(checksum, found.rows);
      if (!this.#stands(asked)) return;
      const names = task_of(data).classes;
      const nearest = { ...found, ...images, num_compared: rows.length, names };
      this.store.set({ nearest, nearest_told: "" });
    } catch (error) {
      if (error instanceof Cancelled) return;
      this.store.set({ nearest: null, nearest_told: sentence_of(error) });
    }
  }
}
