// The controller of a look inside: what the units of the model that stands, or of an earlier
// epoch of its run, make of the ink on the pad, one of them opened, and one step looked at. Neither the run nor the model know
// of it. Fetched with its view; knows no document.

import { Cancelled, Refused, sentence_of } from "../base/fault.js";
import * as format from "../base/format.js";
import { in_turn } from "../base/readings.js";
import { task_of } from "../base/task.js";
import { bench_plan } from "./bench_plan.js";
import { create_store, is_computing, model_task } from "./state.js";
import { beginning, first_parameters, is_same_beginning, origin } from "./step_start.js";

/** @import { Custody } from "../engine/custody.js" */
/** @import { KeptEpochs } from "./kept_epochs.js" */
/** @import { StepLook, UnitReading, UnitsReading, UnitsSurvey } from "../worker/inside.js" */
/** @import { PageState, View } from "./state.js" */
/** @import { Start, StepBeginning } from "./step_start.js" */

/** Images that units are asked about. */
const MOST_SURVEYED = 2000;

/** A unit, both from 0. @typedef {{ layer: number, unit: number }} UnitPlace */

/**
 * Which images make the units fire most, with those images.
 * @typedef {object} Survey
 * @property {string} of the model and the data
 * @property {UnitsSurvey} found
 * @property {string} about the sample in words
 * @property {Uint32Array} rows of the sample
 * @property {Uint8Array} pixels of the sample
 * @property {Uint8Array} labels of the sample; none where the data have none
 * @property {readonly string[]} classes of the data
 */

/**
 * @typedef {object} InsideState
 * @property {UnitsReading | null} units of the model that stands; `null` before there is one
 * @property {PageState["looked_back"]} looked_back the epoch that they are of in its place
 * @property {boolean} is_drawn whether its activations are of a drawing, or of an empty pad
 * @property {readonly string[]} classes that the model tells apart
 * @property {string} told why there is nothing to see
 * @property {boolean} is_reading whether something newer is to come
 * @property {UnitPlace | null} opened
 * @property {(UnitReading & UnitPlace) | null} unit the opened one, as read last
 * @property {UnitPlace | null} pointed_at the unit that is pointed at
 * @property {(UnitReading & UnitPlace) | null} pointed that one, as read last
 * @property {Survey | null} survey of the model that stands
 * @property {string} survey_told how it stands, or why there is none
 * @property {Start} start of steps, where there is a model
 * @property {boolean} has_model whether they can begin with one
 * @property {StepLook | null} step the one that was looked at last
 * @property {Start} step_origin what the first of these steps began with
 * @property {readonly string[]} step_classes what its labels are called
 * @property {string} step_told
 * @property {boolean} is_stepping
 */

/** @returns {InsideState} */
function nothing_yet() {
  return {
    units: null,
    looked_back: null,
    is_drawn: false,
    classes: [],
    told: "",
    is_reading: false,
    opened: null,
    unit: null,
    pointed_at: null,
    pointed: null,
    survey: null,
    survey_told: "",
    start: "model",
    has_model: false,
    step: null,
    step_origin: "fresh",
    step_classes: [],
    step_told: "",
    is_stepping: false,
  };
}

export class InsideController {
  store = create_store(nothing_yet());
  #page;
  #engine;
  #epochs;
  #pixels;
  #is_open = false;
  /** Done when what stood at the last update has been read. */
  settled = Promise.resolve();
  #reading = in_turn(async () => {
    this.store.set({ is_reading: true });
    await this.#read().finally(() => this.store.set({ is_reading: false }));
  });
  #surveying = in_turn(() => this.#survey());
  /** What the survey that stands is of. */
  #surveyed = "";
  /** What the step that stands began with: another beginning is another first step. */
  #stepped_from = /** @type {StepBeginning | null} */ (null);

  /**
   * @param {object} parts
   * @param {View<PageState>} parts.page
   * @param {Custody} parts.engine
   * @param {KeptEpochs} parts.epochs
   * @param {() => Uint8Array | null} parts.pixels what the pad was last read as; `null` for an empty one
   */
  constructor({ page, engine, epochs, pixels }) {
    this.#page = page;
    this.#engine = engine;
    this.#epochs = epochs;
    this.#pixels = pixels;
    page.watch(["model", "run", "data", "config", "looked_back"], () => this.#look_at_page());
  }

  /** While it is closed nothing is asked. */
  open() {
    this.#is_open = true;
    this.#look_at_page();
    this.update();
  }

  close() {
    this.#is_open = false;
    this.shut_unit();
    this.point_at(null);
  }

  /** The pad has been read, or emptied. */
  update() {
    if (this.#is_open) this.settled = this.#reading();
  }

  /** @param {UnitPlace} place */
  open_unit(place) {
    this.store.set({ opened: place, unit: null });
    void this.#reading();
    void this.#surveying();
  }

  shut_unit() {
    this.store.set({ opened: null, unit: null });
  }

  /** @param {UnitPlace | null} place */
  point_at(place) {
    this.store.set({ pointed_at: place, pointed: null });
    if (place) void this.#reading();
  }

  /** @param {Start} start */
  choose_start(start) {
    this.store.set({ start });
    this.#drop_step();
  }

  /** The next press takes the first step again. */
  start_over() {
    this.store.set({ step: null, step_told: "" });
  }

  /** @type {unknown} */
  #model_before = undefined;
  /** @type {unknown} */
  #looked_back_before = null;

  #look_at_page() {
    if (!this.#is_open) return;
    const { model, looked_back } = this.#page.get();
    this.store.set({ has_model: model !== null });
    if (model !== this.#model_before || looked_back !== this.#looked_back_before) {
      this.#model_before = model;
      this.#looked_back_before = looked_back;
      this.update();
    }
    const { survey, opened } = this.store.get();
    this.#drop_step();
    if (survey && survey.of !== this.#sample()) {
      this.#surveyed = "";
      this.store.set({ survey: null, survey_told: "" });
    }
    if (opened) void this.#surveying();
  }

  /** What is shown of a step is of the data, settings and model that stand, or is not shown. */
  #drop_step() {
    const { step, step_told, is_stepping } = this.store.get();
    if ((step || (step_told && !is_stepping)) && !this.#stands(this.#stepped_from)) {
      this.start_over();
    }
  }

  /** Model, epoch and data that a survey would be of. */
  #sample() {
    const { model, data } = this.#page.get();
    return `${model?.id} ${this.#epochs.shown?.key} ${data?.checksum}`;
  }

  /** Whether a step that began so would begin so again. @param {StepBeginning | null} from */
  #stands(from) {
    return is_same_beginning(from, beginning(this.#page, this.store.get().start));
  }

  async #read() {
    const { model, run, looked_back } = this.#page.get();
    const epoch = this.#epochs.shown;
    const has_model = model !== null || run.progress !== null;
    if (!has_model) {
      const told = "There is no model yet. Train first, and draw while it learns.";
      this.store.set({ units: null, unit: null, told });
      return;
    }
    const drawn = this.#pixels();
    const { classes, side } = model ? model_task(model) : task_of(this.#page.get().data);
    const pixels = drawn ?? new Uint8Array(side * side);
    try {
      const units = await this.#engine.read_units(pixels, epoch);
      const { opened, pointed_at } = this.store.get();
      const read = async (/** @type {UnitPlace | null} */ place) => {
        const width = (place && units?.widths[place.layer + 1]) ?? 0;
        if (!place || place.unit >= width) return null;
        const found = await this.#engine.read_unit(place.layer, place.unit, drawn, epoch);
        return found && { ...found, ...place };
      };
      const unit = await read(opened);
      const is_there = opened && units && opened.unit < (units.widths[opened.layer + 1] ?? 0);
      const pointed = await read(pointed_at);
      const now = this.#page.get();
      const is_same =
        model === now.model &&
        looked_back === now.looked_back &&
        opened === this.store.get().opened;
      if (!is_same) {
        void this.#reading();
        return;
      }
      this.store.set({
        units,
        looked_back,
        is_drawn: drawn !== null,
        classes,
        told: "",
        ...(is_there ? {} : { opened: null }),
        unit,
        // Another may be pointed at by now, whose own reading follows.
        ...(pointed_at === this.store.get().pointed_at && { pointed }),
      });
    } catch (error) {
      if (error instanceof Cancelled) return;
      this.store.set({ units: null, unit: null, opened: null, told: sentence_of(error) });
    }
  }

  /** What a survey would be of; empty where there can be none. */
  #wanted() {
    const { model, data, run } = this.#page.get();
    if (!model || !data) return "";
    return [this.#sample(), run.history.length].join(" ");
  }

  async #survey() {
    const { model, data } = this.#page.get();
    const wanted = this.#wanted();
    if (this.store.get().opened === null || wanted === this.#surveyed) return;
    if (is_computing(this.#page.get().run)) {
      // It takes as long as a good part of an epoch, by the worker that trains.
      this.#surveyed = "";
      this.store.set({ survey: null, survey_told: "Looked for once the run has ended." });
      return;
    }
    this.#surveyed = wanted;
    if (!model || !data || model_task(model).side !== task_of(data).side) {
      const why = data ? "The loaded pictures have another size." : "No data are loaded.";
      this.store.set({ survey: null, survey_told: why });
      return;
    }
    if (!this.store.get().survey) this.store.set({ survey_told: "Looking through the data." });
    const count = Math.min(MOST_SURVEYED, data.num_rows);
    const rows = Uint32Array.from({ length: count }, (_, at) =>
      Math.floor((at * data.num_rows) / count),
    );
    const all = count === data.num_rows ? "all " : "";
    const spread = count === data.num_rows ? "" : ", spread evenly";
    const about = `${all}${format.counted(count, "image")} of ${data.name}${spread}`;
    const of = this.#sample();
    const epoch = this.#epochs.shown;
    try {
      const images = await this.#engine.images(data.checksum, rows);
      const found = await this.#engine.survey_units(rows, images.pixels, epoch);
      if (this.#wanted() !== wanted) {
        void this.#surveying();
        return;
      }
      const survey = found && { of, found, about, rows, ...images, classes: task_of(data).classes };
      this.store.set({ survey, survey_told: "" });
    } catch (error) {
      this.#surveyed = "";
      this.store.set({ survey: null, survey_told: sentence_of(error) });
    }
  }

  /** Takes one step with the bench's settings, or the one after the last. */
  async one_batch() {
    if (this.store.get().is_stepping) return;
    const { config, data } = this.#page.get();
    const { start, step: before } = this.store.get();
    const from = beginning(this.#page, start);
    this.store.set({ is_stepping: true, step_told: "Taking a step." });
    try {
      if (!data) throw new Refused("Load a data set first.");
      const is_next = before && this.#stands(this.#stepped_from);
      const plan = await bench_plan(this.#page, this.#engine);
      const step = await this.#engine.look_at_step(data.checksum, config, {
        step: is_next ? before.step + 1 : 0,
        parameters: is_next
          ? before.parameters
          : await first_parameters(this.#engine, this.#page, start, plan, this.store.get().units),
        state: is_next ? before.state : new Float32Array(0),
      });
      if (!this.#stands(from) || this.store.get().step !== before) {
        throw new Refused("Data, settings or model changed meanwhile. Press One batch again.");
      }
      this.#stepped_from = from;
      const step_origin = origin(from);
      const step_classes = task_of(data).classes;
      this.store.set({ step, step_origin, step_classes, step_told: "" });
    } catch (error) {
      // A refusal is of what it was asked with; a step that stands keeps its own beginning.
      if (!this.store.get().step) this.#stepped_from = from;
      this.store.set({ step_told: sentence_of(error) });
    } finally {
      this.store.set({ is_stepping: false });
    }
  }
}
