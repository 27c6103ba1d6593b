// The page's side of its workers, as far as the newest model goes: what it reads, what
// it is made of, what file it becomes. Each question names the model it means; where
// that is, and how it comes back, is the business of newest_model.js.

import { Refused } from "../base/fault.js";
import { DataCustody } from "./data_custody.js";
import { NewestModel } from "./newest_model.js";

/** @import { ModelSummary, RunConfig } from "../pkg/ndarray/inkling.js" */
/** @import { Remote } from "../vendor/comlink.mjs" */
/** @import { MemberBytes, ModelFormat } from "../worker/model.js" */
/** @import { Engine, InkReading, Strokes, Whose } from "../worker/engine.js" */
/** @import { EpochRef } from "../worker/look_back.js" */
/** @import { DataCustodyOptions } from "./data_custody.js" */
/** @import { Held, Source } from "./newest_model.js" */
/** @import { Station } from "./station.js" */

export class ModelCustody extends DataCustody {
  /** @protected */
  model;

  /** @param {DataCustodyOptions} options */
  constructor(options) {
    super(options);
    this.model = new NewestModel(this.stations);
  }

  /** Empty before there is a model. */
  get model_id() {
    return this.model.id;
  }

  /**
   * Says how to bring a model back when its worker is gone.
   * @param {string} id
   * @param {Source} bytes its file, or a checkpoint of its run
   */
  set_model_source(id, bytes) {
    this.model.set_source(id, bytes);
  }

  /**
   * The model of the run under way, or of the one that ended last, is the newest, and
   * bears this id from now on.
   * @param {string} id
   */
  adopt_trained(id) {
    this.model.adopt(id);
  }

  /**
   * Takes a model out of a `.safetensors` file or a burnpack: it is the newest from then
   * on, on the CPU. On any error the one before stays.
   * @param {string} id
   * @param {File} file
   * @param {() => void} [refuse] throws where it may not be the newest by the time it is read
   * @returns {Promise<ModelSummary>}
   */
  load_model(id, file, refuse) {
    const doing = "reading the model’s file";
    return this.#load(id, doing, (engine, key) => engine.load_model(key, file), refuse);
  }

  /**
   * The same with the model of a run's checkpoint, or with a file's bytes.
   * @param {string} id
   * @param {Uint8Array} bytes
   */
  async load_checkpoint(id, bytes) {
    await this.#load(id, "taking the model", (engine, key) => engine.restore_model(key, bytes));
  }

  /**
   * What the newest model reads in a raster of ink (0 empty to 255 full).
   * @param {Uint8Array} ink `width * height` bytes, row by row
   * @param {number} width
   * @param {number} height
   * @param {EpochRef | null} [epoch] that is to read it in the newest model's place
   * @returns {Promise<InkReading | null>} `null` for an empty pad; `probabilities` is `null` before any model
   */
  predict_ink(ink, width, height, epoch = null) {
    return this.look(epoch, (engine, whose) => engine.predict_ink(whose, ink, width, height));
  }

  /**
   * What it reads in strokes of a pen.
   * @param {Strokes} strokes
   * @param {EpochRef | null} [epoch] as `predict_ink`
   * @returns {Promise<InkReading | null>} likewise
   */
  predict_strokes(strokes, epoch = null) {
    return this.look(epoch, (engine, whose) => engine.predict_strokes(whose, strokes));
  }

  /**
   * Rows of the loaded data that these settings hold out, in split order.
   * @param {string} checksum of the data that are meant
   * @param {RunConfig} config
   * @returns {Promise<Uint32Array>}
   */
  held_out_rows(checksum, config) {
    return this.on_cpu("splitting the data", async (station) => {
      await this.feed(station, checksum);
      return station.call((engine) => engine.held_out_rows(checksum, config));
    });
  }

  /**
   * Probabilities, one a class for each row, for rows of the loaded data.
   * @param {string} model_id
   * @param {string} checksum of the data that the rows are of
   * @param {ArrayLike<number>} rows
   * @returns {Promise<Float32Array>}
   */
  predict_rows(model_id, checksum, rows) {
    return this.#ask(model_id, async ({ station, key }) => {
      await this.feed(station, checksum);
      return station.call((engine) => engine.predict_rows(key, checksum, Array.from(rows)));
    });
  }

  /**
   * Probabilities, one a class for each image, for any images.
   * @param {string} model_id
   * @param {Uint8Array} pixels side² an image, 0 paper to 255 ink
   * @returns {Promise<Float32Array>}
   */
  predict_pixels(model_id, pixels) {
    return this.#ask(model_id, ({ station, key }) =>
      station.call((engine) => engine.predict_pixels(key, pixels)),
    );
  }

  /**
   * Its parameters, flat, in the engine's documented layout.
   * @param {string} model_id
   * @returns {Promise<Float32Array>}
   */
  weights(model_id) {
    return this.#ask(model_id, ({ station, key }) => station.call((engine) => engine.weights(key)));
  }

  /**
   * The model as a file: `.safetensors` for PyTorch, burn's burnpack, or ONNX.
   * @param {string} model_id
   * @param {ModelFormat} [format]
   * @returns {Promise<Uint8Array<ArrayBuffer>>}
   */
  save_model(model_id, format = "safetensors") {
    return this.#ask(model_id, ({ station, key }) =>
      station.call((engine) => engine.save_model(key, format)),
    );
  }

  /**
   * Several networks as one file, which `load_model` takes. The model that stands stays.
   * @param {readonly MemberBytes[]} members in the order in which they are averaged
   * @returns {Promise<Uint8Array<ArrayBuffer>>} `.safetensors`
   */
  committee_file(members) {
    return this.on_cpu("making a committee", (station) =>
      station.call((engine) => engine.committee_file([...members])),
    );
  }

  /**
   * Rows of the loaded data that the model never trained on, in split order. Of a model
   * that was not trained in its worker nobody knows: they are those that `config` holds out.
   * @param {string} model_id
   * @param {string} checksum of the data that the rows are to be of
   * @param {RunConfig | null} config
   * @returns {Promise<Uint32Array>}
   */
  async validation_rows(model_id, checksum, config) {
    this.named(checksum);
    const own = await this.#ask(model_id, ({ station, key }) => {
      const trained_on = this.model.checksum;
      if (trained_on !== "" && trained_on !== checksum) {
        throw new Refused("This model was trained on other data. Load those, or a test CSV.");
      }
      return station.call((engine) => engine.validation_rows(key));
    });
    if (own) return own;
    if (!config) throw new Refused("This model has no validation part here; load a test CSV.");
    return this.held_out_rows(checksum, config);
  }

  /**
   * Refuses what would get in the way of a run.
   * @protected
   */
  refuse_while_occupied() {}

  /**
   * Whether a run is under way in that worker.
   * @protected
   * @param {Station} _station
   */
  is_training_on(_station) {
    return false;
  }

  /**
   * @template T
   * @param {string} id
   * @param {string} doing
   * @param {(engine: Remote<Engine>, key: string) => Promise<T>} take
   * @param {() => void} [refuse]
   */
  async #load(id, doing, take, refuse) {
    this.refuse_while_occupied();
    try {
      return await this.model.load(id, take, () => {
        this.refuse_while_occupied();
        refuse?.();
      });
    } catch (error) {
      throw this.told(error, doing);
    }
  }

  /**
   * @template T
   * @param {string} id
   * @param {(held: Held) => Promise<T>} ask
   */
  async #ask(id, ask) {
    try {
      return await this.model.ask(id, ask);
    } catch (error) {
      throw this.told(error, "reading with the model");
    }
  }

  /**
   * Asks the newest model, or an epoch in its place, which needs no model: the CPU's worker.
   * @template T
   * @protected
   * @param {EpochRef | null} epoch
   * @param {(engine: Remote<Engine>, whose: Whose) => Promise<T | null>} ask
   * @returns {Promise<T | null>}
   */
  look(epoch, ask) {
    return epoch ? this.look_back(epoch, null, ask) : this.#read(ask);
  }

  /**
   * Asks an epoch, whose bytes go along only where the CPU's worker does not hold it.
   * @template T
   * @protected
   * @param {EpochRef} epoch
   * @param {string | null} checksum of the data that the worker needs, if any
   * @param {(engine: Remote<Engine>, ref: EpochRef) => Promise<T>} ask
   * @returns {Promise<T>}
   */
  look_back(epoch, checksum, ask) {
    return this.on_cpu("looking at an epoch", async (station) => {
      if (checksum !== null) await this.feed(station, checksum);
      return station.call(async (engine) => {
        try {
          return await ask(engine, { ...epoch, checkpoint: null });
        } catch (error) {
          if (!(error instanceof Error) || error.name !== "NotHeld") throw error;
          return ask(engine, epoch);
        }
      });
    });
  }

  /**
   * Reads with whichever model is the newest by then.
   * @template T
   * @param {(engine: Remote<Engine>, key: string | null) => Promise<T | null>} ask
   * @returns {Promise<T | null>}
   */
  async #read(ask) {
    const ask_at = (/** @type {Station} */ station, /** @type {string} */ key) =>
      // A worker's own run has the newest model a moment before the page knows of it.
      station.call((engine) => ask(engine, this.is_training_on(station) ? null : key));
    for (;;) {
      const { id, is_there } = this.model;
      try {
        if (!is_there) return await this.on_cpu("reading ink", (station) => ask_at(station, ""));
        return await this.#ask(id, ({ station, key }) => ask_at(station, key));
      } catch (error) {
        if (this.model.id === id) throw error;
      }
    }
  }
}
