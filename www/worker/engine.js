// Over 400 lines: all that the page can ask of a worker, a method each.
//
// What a worker is asked: one engine (a wasm artifact) with its data set, its model and
// the run under way. Says who answers what; how is in the files beside it. Knows nothing
// of the page, nor of how it is asked.

import { Cancelled, Refused } from "../base/fault.js";
import * as Comlink from "../vendor/comlink.mjs";
import { Answers } from "./answers.js";
import { bytes_of, given, release } from "./crossing_values.js";
import { HeldData } from "./dataset.js";
import { guarded } from "./death.js";
import { Fault } from "./fault.js";
import {
  HeldModel,
  Model,
  committee_file,
  file_of,
  model_of_bytes,
  model_of_file,
} from "./model.js";
import { trainer_of } from "./run.js";
import { test_rates } from "./rate_test.js";
import { try_steps } from "./trial.js";
import { fine_tune } from "./tuning.js";
import { Work } from "./work.js";

/** @import { DataChange, Dataset, EpochRecord, Event, Finding, LoadProgress, ModelSummary, PlanSummary, RateReading, RunConfig, RunResult, TaskSummary } from "../pkg/ndarray/inkling.js" */
/** @import { Inside, MeasuredLayer } from "../pkg/studies/inkling.js" */
/** @import { Images, LoadedData } from "./dataset.js" */
/** @import { HeldInside, NearestImages, StepLook, StepStart, StoryReading, UnitReading, UnitsReading, UnitsSurvey } from "./inside.js" */
/** @import { EpochRef, HeldEpochs } from "./look_back.js" */
/** @import { EpochLook, EpochStart } from "./one_epoch.js" */
/** @import { MemberBytes, ModelFormat, Reader } from "./model.js" */
/** @import { Question, ReadWish } from "./reading.js" */
/** @import { RunTask } from "./run.js" */
/** @import { Trial } from "./trial.js" */
/** @import { TuningTask } from "./tuning.js" */

/**
 * What the model reads in a piece of ink.
 * @typedef {object} InkReading
 * @property {Uint8Array} pixels the side² that the model sees
 * @property {readonly string[]} classes what it tells apart
 * @property {Float32Array | null} probabilities of those classes; `null` without a model
 */

/**
 * Strokes of a pen, in units of the pad's side.
 * @typedef {object} Strokes
 * @property {Float32Array} points x and y by turns, 0 to 1
 * @property {Uint32Array} lengths points of each stroke
 * @property {number} width of the pen
 * @property {Uint8Array} [paper] ink that lies under them, as square as the engine's own paper
 */

/**
 * Who is asked about an image: the model of a key, `null` for whichever stands, empty for
 * none; or an epoch that the page kept.
 * @typedef {string | EpochRef | null} Whose
 */

/** Long enough to work, short enough that Pause and Stop act within 100 ms. */
const SLICE_MS = 50;

/** While someone draws, the bars should follow the stroke. */
const SLICE_WHILE_DRAWING_MS = 12;

/** How long after a reading the pad counts as in use. */
const DRAWING_LASTS_MS = 600;

/** The one object that the page sees; its type is the page's type of a worker. */
export class Engine extends Answers {
  #data = new HeldData();
  #model = new HeldModel();
  #work = new Work();
  #last_ink_ms = -Infinity;
  #fault = new Fault();
  /** @type {HeldInside | null} */
  #inside = null;
  /** @type {HeldEpochs | null} */
  #epochs = null;
  /** Epochs that are being looked at, by token. @type {Map<string, AbortController>} */
  #looks = new Map();

  // Data

  /**
   * Reads a file, or the two of IDX, for whoever asked, and takes nothing of it.
   * @param {string} token to cancel this reading by
   * @param {File[]} files
   * @param {ReadWish} wish
   * @param {(progress: LoadProgress) => unknown} on_progress
   * @returns {Promise<LoadedData | { question: Question }>}
   */
  read_file(token, files, wish, on_progress) {
    return guarded(() => this.#data.read(this.wasm, token, files, wish, on_progress));
  }

  /** Ends a reading, which rejects with `Cancelled`. @param {string} token */
  cancel_read(token) {
    this.#data.cancel_read(token);
  }

  /** Takes a data set that was read before. @param {LoadedData} data @returns {Promise<void>} */
  load_data(data) {
    return guarded(() => this.#data.load(this.wasm, data));
  }

  /**
   * The data set with a change made, as another; the one that is held stays.
   * @param {string} checksum
   * @param {DataChange} change
   * @returns {Promise<LoadedData>}
   */
  changed_data(checksum, change) {
    return guarded(() => this.#data.changed(checksum, change));
  }

  /**
   * What of the data set deserves a look before it is trained on.
   * @param {string} checksum
   * @returns {Promise<Finding[]>}
   */
  findings(checksum) {
    return guarded(() => this.#data.findings(checksum));
  }

  /**
   * The same images under another task, as another data set.
   * @param {string} checksum
   * @param {TaskSummary} task
   * @returns {Promise<LoadedData>}
   */
  data_with_task(checksum, task) {
    return guarded(() => this.#data.with_task(checksum, task));
  }

  /**
   * Rows of the data set.
   * @param {string} checksum
   * @param {ArrayLike<number>} rows
   * @returns {Promise<Images>}
   */
  images(checksum, rows) {
    return guarded(() => {
      const { pixels, labels } = this.#data.images(checksum, rows);
      return Comlink.transfer({ pixels, labels }, [
        bytes_of(pixels).buffer,
        bytes_of(labels).buffer,
      ]);
    });
  }

  /**
   * Checks settings and says what they will build.
   * @param {string | null} checksum of the data set they are for; `null` before there is one
   * @param {RunConfig} config
   * @returns {Promise<PlanSummary>}
   */
  plan(checksum, config) {
    return guarded(() =>
      checksum === null ? this.wasm.plan(config) : this.#data.named(checksum).plan(config),
    );
  }

  /**
   * Rows that these settings hold out, whatever a model was trained on.
   * @param {string} checksum
   * @param {RunConfig} config
   * @returns {Promise<Uint32Array>}
   */
  held_out_rows(checksum, config) {
    return guarded(() => this.#data.named(checksum).validation_rows(config));
  }

  // A run

  /**
   * Trains from scratch, from given weights, or on from a checkpoint. The model
   * before this one reads ink until the new one stands.
   * @param {RunTask} task
   * @param {(event: Event) => unknown} on_event
   * @param {((checkpoint: Uint8Array<ArrayBuffer>, epoch: EpochRecord) => unknown) | null} [on_checkpoint]
   * @returns {Promise<RunResult>} after every event has been delivered
   */
  train({ token, checksum, config, start = {}, most_epochs }, on_event, on_checkpoint = null) {
    return guarded(async () => {
      try {
        return await this.#work.occupy(token, (occupant) =>
          occupant.run.train(
            this.#lend(checksum, (dataset) => trainer_of(this.wasm, dataset, config, start)),
            {
              slice_ms: () => this.#slice_ms(),
              on_stands: (model) => {
                occupant.has_model = true;
                this.#model.take(token, model);
              },
              on_event,
              on_checkpoint,
              at_step: (step, model) => this.#fault.at(step, this.wasm, model),
              most_epochs,
            },
          ),
        );
      } finally {
        release(on_event);
        release(on_checkpoint);
      }
    });
  }

  /**
   * Lends the data to what is going to train on them, which threads may share.
   * @template T
   * @param {string} checksum
   * @param {(dataset: Dataset) => Promise<T>} take
   */
  #lend(checksum, take) {
    this.call_team();
    return this.#data.lend(checksum, take);
  }

  /** Stops pulling after the slice under way. @param {string} token */
  pause(token) {
    this.#work.pause(token);
  }

  /** Goes on pulling. @param {string} token */
  resume(token) {
    this.#work.resume(token);
  }

  /** Ends a run after the slice under way, paused or not, or once it comes. @param {string} token */
  stop(token) {
    return guarded(() => this.#work.stop(token));
  }

  /** Gives up a run or a fine-tuning, or refuses it once it comes. @param {string} token */
  drop(token) {
    this.#work.drop(token);
  }

  /**
   * Has a fault happen, for tests: `trap@120` and the like, see ARCHITECTURE.md.
   * @param {string} fault
   * @returns {Promise<boolean>} whether it can happen here
   */
  arm_fault(fault) {
    return this.#fault.arm(fault);
  }

  /**
   * Trains weights a little further on a person's own digits among rows of the data
   * set. Nothing here is replaced: the model comes back as a file.
   * @param {string} token to drop it by
   * @param {string} checksum
   * @param {ArrayLike<number>} rows of the data set to remember
   * @param {Omit<TuningTask, "remembered" | "task">} tuning
   * @returns {Promise<Uint8Array<ArrayBuffer>>} `.safetensors`
   */
  fine_tune(token, checksum, rows, tuning) {
    return guarded(() =>
      this.#work.occupy(token, async ({ abort }) => {
        const remembered = this.#data.images(checksum, rows);
        const task = this.#data.task(checksum);
        return given(await fine_tune(this.wasm, { ...tuning, task, remembered }, abort.signal));
      }),
    );
  }

  /**
   * Tests which rates lower the loss of the network that these settings build. Nothing
   * here is replaced.
   * @param {Omit<RunTask, "start">} task its token is to drop it by
   * @param {(reading: RateReading) => unknown} on_reading told on the way
   * @returns {Promise<RateReading>} as it ended
   */
  test_rates({ token, checksum, config }, on_reading) {
    return guarded(async () => {
      try {
        return await this.#work.occupy(token, ({ abort }) => {
          const { RateTest } = this.wasm;
          const making = this.#lend(checksum, (data) => RateTest.create(data, config));
          const slice_ms = () => this.#slice_ms();
          return test_rates(making, { slice_ms, signal: abort.signal, on_reading });
        });
      } finally {
        release(on_reading);
      }
    });
  }

  /**
   * Takes some steps as a run with these settings would, beside whatever is under way, and
   * says how long they took. Nothing here is replaced.
   * @param {string} checksum
   * @param {RunConfig} config
   * @param {number} budget_ms for the steps after the first
   * @returns {Promise<Trial>}
   */
  try_steps(checksum, config, budget_ms) {
    return guarded(() => {
      const { num_train } = this.#data.named(checksum).plan(config);
      const batch_size = Math.min(config.batch_size ?? 64, num_train);
      const make = () => this.#lend(checksum, (data) => trainer_of(this.wasm, data, config, {}));
      return try_steps(make, { batch_size, budget_ms });
    });
  }

  /**
   * Takes one step as a run with these settings would, and looks at it, on no device and
   * beside whatever is under way.
   * @param {string} checksum
   * @param {RunConfig} config
   * @param {StepStart} start
   * @returns {Promise<StepLook>}
   */
  look_at_step(checksum, config, start) {
    return guarded(async () => {
      const { take_step } = await import("./inside.js");
      const studies = await this.studies();
      const data = this.#data.named(checksum);
      const plan = data.plan(config);
      const images = data.step_images(config, start.step);
      return take_step(studies, { config, plan, images, start });
    });
  }

  /**
   * Trains one epoch on a network of its own, beside whatever is under way, and looks at it.
   * @param {string} token to give it up by
   * @param {string} checksum
   * @param {RunConfig} config
   * @param {EpochStart} start
   * @param {number[]} rows of the training part that layers are measured on
   * @param {(share: number) => unknown} on_progress told on the way, 0 to 1
   * @returns {Promise<EpochLook>}
   */
  train_one_epoch(token, checksum, config, { checkpoint, parameters }, rows, on_progress) {
    return guarded(async () => {
      const abort = new AbortController();
      this.#looks.set(token, abort);
      try {
        const { train_one_epoch } = await import("./one_epoch.js");
        const studies = await this.studies();
        const start = {
          ...(checkpoint && { checkpoint: bytes_of(checkpoint) }),
          ...(parameters && { weights: parameters }),
        };
        const named = this.#data.named(checksum);
        const plan = named.plan(config);
        const validation = this.#data.images(checksum, named.validation_rows(config));
        const measured = this.#data.images(checksum, rows);
        const make = () =>
          this.#lend(checksum, (data) => trainer_of(this.wasm, data, config, start));
        const { signal } = abort;
        const parts = { plan, make, validation, measured, on_progress, signal };
        return await train_one_epoch(studies, parts);
      } finally {
        this.#looks.delete(token);
        release(on_progress);
      }
    });
  }

  /** Gives up an epoch that is looked at. @param {string} token */
  drop_look(token) {
    this.#looks.get(token)?.abort(new Cancelled());
  }

  // The model. A key is what the page calls it by.

  /**
   * Prepares ink as the pictures are that the model was trained on, and reads it.
   * @param {Whose} whose
   * @param {Uint8Array} ink `width * height`, 0 empty to 255 full
   * @param {number} width
   * @param {number} height
   * @returns {Promise<InkReading | null>} `null` for an empty pad
   */
  predict_ink(whose, ink, width, height) {
    return guarded(async () => {
      const task = await this.#task_of(whose);
      const { side, is_drawn } = task;
      return this.#read(whose, task, this.wasm.prepare_ink(ink, width, height, side, is_drawn));
    });
  }

  /**
   * Draws strokes as ink, prepares it likewise and reads it.
   * @param {Whose} whose
   * @param {Strokes} strokes
   * @returns {Promise<InkReading | null>} `null` for an empty pad
   */
  predict_strokes(whose, { points, lengths, width, paper }) {
    return guarded(async () => {
      const task = await this.#task_of(whose);
      const { side, is_drawn } = task;
      const { prepare_strokes } = this.wasm;
      return this.#read(
        whose,
        task,
        prepare_strokes(points, lengths, width, paper, side, is_drawn),
      );
    });
  }

  /**
   * Probabilities, one a class for each row, for rows of the data set.
   * @param {string} key
   * @param {string} checksum
   * @param {ArrayLike<number>} rows
   * @returns {Promise<Float32Array>}
   */
  predict_rows(key, checksum, rows) {
    return guarded(() => {
      const { pixels } = this.#data.images(checksum, rows);
      return this.#model.ask(key, (reader) => reader.predict(pixels));
    });
  }

  /**
   * Probabilities, one a class for each image.
   * @param {string} key
   * @param {Uint8Array} pixels side² an image
   * @returns {Promise<Float32Array>}
   */
  predict_pixels(key, pixels) {
    return guarded(() => this.#model.ask(key, (reader) => reader.predict(pixels)));
  }

  /**
   * What every unit makes of an image.
   * @param {Whose} whose
   * @param {Uint8Array} pixels side² of them
   * @returns {Promise<UnitsReading | null>} `null` where none stands
   */
  read_units(whose, pixels) {
    return guarded(async () => {
      const { read_units } = await import("./inside.js");
      return this.#look(whose, (inside) => read_units(inside, pixels));
    });
  }

  /**
   * One unit, and how it came to what it makes of an image.
   * @param {Whose} whose
   * @param {number} layer from 0
   * @param {number} unit from 0
   * @param {Uint8Array | null} pixels side² of them; none where nothing is drawn
   * @returns {Promise<UnitReading | null>}
   */
  read_unit(whose, layer, unit, pixels) {
    return guarded(async () => {
      const { read_unit } = await import("./inside.js");
      return this.#look(whose, (inside) => read_unit(inside, layer, unit, pixels));
    });
  }

  /**
   * Which of many images make the units fire most.
   * @param {Whose} whose
   * @param {Uint32Array} rows
   * @param {Uint8Array} pixels side² a row
   * @returns {Promise<UnitsSurvey | null>}
   */
  survey_units(whose, rows, pixels) {
    return guarded(async () => {
      const { survey_units } = await import("./inside.js");
      return this.#look(whose, (inside) => survey_units(inside, rows, pixels));
    });
  }

  /**
   * Which pixels of an image speak for a class.
   * @param {Whose} whose
   * @param {Uint8Array} pixels side² of them
   * @param {number | null} wanted a class; `null` for the one that is read
   * @returns {Promise<StoryReading | null>}
   */
  read_story(whose, pixels, wanted) {
    return guarded(async () => {
      const { read_story } = await import("./inside.js");
      return this.#look(whose, (inside) => read_story(inside, pixels, wanted));
    });
  }

  /**
   * Which of many images the last hidden layer takes for most like one.
   * @param {Whose} whose
   * @param {Uint8Array} pixels side² of them
   * @param {Uint32Array} rows
   * @param {Uint8Array} images side² a row
   * @returns {Promise<NearestImages | null>}
   */
  nearest_images(whose, pixels, rows, images) {
    return guarded(async () => {
      const { nearest_images } = await import("./inside.js");
      return this.#look(whose, (inside) => nearest_images(inside, pixels, rows, images));
    });
  }

  /**
   * What an epoch made of rows of the data set: probabilities, one a class for each.
   * @param {EpochRef} ref
   * @param {string} checksum
   * @param {ArrayLike<number>} rows
   * @returns {Promise<Float32Array>}
   */
  read_rows_then(ref, checksum, rows) {
    return guarded(async () => {
      const { read_images } = await import("./look_back.js");
      const { epoch } = (await this.#held_epochs()).of(ref);
      return read_images(epoch, rows.length, this.#data.images(checksum, rows).pixels);
    });
  }

  /**
   * How healthy the layers were at an epoch, on rows of the data set.
   * @param {EpochRef} ref
   * @param {string} checksum
   * @param {ArrayLike<number>} rows
   * @returns {Promise<MeasuredLayer[]>}
   */
  measure_layers(ref, checksum, rows) {
    return guarded(async () => {
      const { measure_layers } = await import("./look_back.js");
      const { epoch } = (await this.#held_epochs()).of(ref);
      return measure_layers(epoch, this.#data.images(checksum, rows));
    });
  }

  /** The parameters, flat. @param {string} key @returns {Promise<Float32Array>} */
  weights(key) {
    return guarded(() => this.#model.ask(key, (reader) => reader.weights()));
  }

  /**
   * Rows held out from the model's training, in split order.
   * @param {string} key
   * @returns {Promise<Uint32Array | null>} `null` for a model that was not trained here
   */
  validation_rows(key) {
    return guarded(() => this.#model.ask(key, (reader) => reader.validation_rows?.() ?? null));
  }

  /**
   * The model as it stands as a file.
   * @param {string} key
   * @param {ModelFormat} format
   * @returns {Promise<Uint8Array<ArrayBuffer>>}
   */
  save_model(key, format) {
    return guarded(async () => {
      const version = this.wasm.version();
      return given(await this.#model.ask(key, (reader) => file_of(reader, format, version)));
    });
  }

  /**
   * Several networks as one file, which `load_model` takes; nothing here is replaced.
   * @param {MemberBytes[]} members
   * @returns {Promise<Uint8Array<ArrayBuffer>>} `.safetensors`
   */
  committee_file(members) {
    return guarded(() => given(committee_file(this.wasm, members)));
  }

  /**
   * Takes a model out of a `.safetensors` file or a burnpack, told by its content; a
   * wrong file leaves the model before it alone.
   * @param {string} key it is called by from now on
   * @param {File} file
   * @returns {Promise<ModelSummary>}
   */
  load_model(key, file) {
    return this.#take_model(key, () => model_of_file(this.wasm, file));
  }

  /**
   * The same from bytes that the page kept: a model's file, or a run's checkpoint.
   * @param {string} key
   * @param {Uint8Array} bytes
   * @returns {Promise<ModelSummary>}
   */
  restore_model(key, bytes) {
    return this.#take_model(key, () => model_of_bytes(this.wasm, bytes));
  }

  /**
   * @param {string} key
   * @param {() => Promise<Reader>} read
   * @returns {Promise<ModelSummary>}
   */
  #take_model(key, read) {
    return guarded(async () => {
      const model = await read();
      // What a run has learned is newer than any file.
      if (this.#work.has_model) {
        model.free();
        throw new Refused("A run is under way, and its own model is the newest.");
      }
      const summary = model.summary();
      this.#model.take(key, new Model(model));
      return summary;
    });
  }

  /**
   * @template T
   * @param {Whose} whose
   * @param {(inside: Inside) => T | Promise<T>} ask
   * @returns {Promise<T | null>}
   */
  async #look(whose, ask) {
    if (is_epoch(whose)) return ask((await this.#held_epochs()).of(whose).inside);
    const { HeldInside } = await import("./inside.js");
    const studies = await this.studies();
    const held = (this.#inside ??= new HeldInside(studies));
    // A model changes while it is trained, and then no more.
    const is_settled = !this.#work.has_model;
    return this.#model.ask_whichever(whose, (reader) => held.ask(reader, is_settled, ask));
  }

  /** To be asked at once: an epoch is held until another is asked for. */
  async #held_epochs() {
    const { HeldEpochs } = await import("./look_back.js");
    const studies = await this.studies();
    return (this.#epochs ??= new HeldEpochs(studies));
  }

  /**
   * What ink is prepared for: the model's own task, or that of the data it will have.
   * @param {Whose} whose
   */
  async #task_of(whose) {
    if (is_epoch(whose)) return (await this.#held_epochs()).of(whose).task;
    return this.#model.task(whose) ?? this.#data.present_task();
  }

  /**
   * @param {Whose} whose
   * @param {TaskSummary} task
   * @param {Uint8Array} pixels none where there is no ink
   * @returns {Promise<InkReading | null>}
   */
  async #read(whose, { classes }, pixels) {
    this.#last_ink_ms = performance.now();
    if (pixels.length === 0) return null;
    const probabilities = is_epoch(whose)
      ? (await this.#held_epochs()).of(whose).inside.predict(pixels)
      : await this.#model.predict(whose, pixels);
    return { pixels, classes, probabilities };
  }

  #slice_ms() {
    const is_drawing = performance.now() - this.#last_ink_ms < DRAWING_LASTS_MS;
    return is_drawing ? SLICE_WHILE_DRAWING_MS : SLICE_MS;
  }
}

/** @param {Whose} whose @returns {whose is EpochRef} */
function is_epoch(whose) {
  return typeof whose === "object" && whose !== null;
}
