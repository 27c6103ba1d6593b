// The controller of fine-tuning on the digits a person kept: which images go with them,
// how long and how fast, what it changed, and the way back to the model before.

import { joined } from "../base/bytes.js";
import { Refused, sentence_of } from "../base/fault.js";
import * as format from "../base/format.js";
import { new_id } from "../base/id.js";
import { reading_at, top_digit } from "../base/ink.js";
import { keeps_digits, task_of } from "../base/task.js";
import { num_members } from "./members.js";
import { is_active, model_task } from "./state.js";
import { training_rows } from "./training_rows.js";

/** @import { ModelSummary } from "../pkg/ndarray/inkling.js" */
/** @import { Settings } from "../base/settings.js" */
/** @import { Custody } from "../engine/custody.js" */
/** @import { ModelRef, PageState, Store } from "./state.js" */

/** Images of the model's own training among the kept digits, so that it forgets little. */
const MOST_REMEMBERED = 2000;
/** Kept digits are repeated to about this many, but none more often than that. */
const KEPT_IN_ALL = 500;
const MOST_COPIES = 40;
/** Images that one reading takes. */
const PART = 4096;

/** Few and small steps: with these all of 1 to 60 misread digits of MNIST were learned. */
const STEPS = /** @type {const} */ ({
  backend: "ndarray",
  epochs: 5,
  batch_size: 32,
  optimiser: "sgd",
  learning_rate: 0.002,
  learning_rate_schedule: "constant",
  momentum: 0.9,
  weight_decay: 0,
});

/**
 * A fine-tuned model and the one it came from, as they are kept beside their run.
 * @typedef {object} Tuned
 * @property {Settings} config it was tuned with
 * @property {Uint8Array<ArrayBuffer>} model
 * @property {Uint8Array<ArrayBuffer>} former
 */

/** A digit that a person kept. @typedef {{ label: number, pixels: Uint8Array }} Digit */

/**
 * @typedef {object} TuningParts
 * @property {Store<PageState>} store
 * @property {Custody} engine
 * @property {(former: ModelRef, tuned: Tuned | null) => Promise<unknown>} keep so that a reload brings it back
 * @property {(sentence: string) => void} notice
 * @property {(sentence: string) => void} announce
 */

export class TuningController {
  #parts;
  /** The model before, and its bytes. @type {{ ref: ModelRef, bytes: Uint8Array<ArrayBuffer>, tuned_id: string } | null} */
  #former = null;

  /** @param {TuningParts} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /** Trains a copy of the model a little further. @param {readonly Digit[]} digits */
  tune(digits) {
    return this.#occupied("It was not fine-tuned", async () => {
      const { store, engine, keep } = this.#parts;
      const { config: settings, data, model } = store.get();
      if (digits.length === 0) throw new Refused("Keep a digit that it read wrongly first.");
      if (!model) throw new Refused("There is no trained model yet. Train first.");
      if (num_members(model) > 1) {
        throw new Refused(
          "A committee learns nothing more. Open one of its runs under Runs, and fine-tune that",
        );
      }
      if (!data) throw new Refused("Load the data that this model was trained on first.");
      if (model.data_checksum !== "" && model.data_checksum !== data.checksum) {
        throw new Refused(
          `This model was trained on other data than ${data.name}, so nobody knows which of its images it has seen. Load the data it was trained on.`,
        );
      }
      if (!keeps_digits(model_task(model)) || !keeps_digits(task_of(data))) {
        throw new Refused("Your kept digits are MNIST’s ten, and this model reads something else.");
      }
      const config = model.config ?? { ...settings, ...shape_of(model.summary) };
      const pixels = joined(digits.map((digit) => digit.pixels));
      const labels = Uint8Array.from(digits, ({ label }) => label);
      const former = await engine.save_model(model.id, "safetensors");
      const held_out = Array.from(await engine.validation_rows(model.id, data.checksum, config));
      const before = await this.#figures(model.id, data.checksum, { pixels, labels }, held_out);
      const rows = training_rows(data.num_rows, held_out, MOST_REMEMBERED);
      const copies = Math.min(MOST_COPIES, Math.ceil(KEPT_IN_ALL / digits.length));
      const bytes = await engine.fine_tune(
        model.id,
        { ...config, ...STEPS },
        rows,
        { pixels, labels },
        copies,
        { checksum: data.checksum },
      );
      // The first of several fine-tunings is what one goes back to.
      const back =
        this.#former?.tuned_id === model.id ? this.#former : { ref: model, bytes: former };
      const tuned = await this.#take(bytes, { ...model, config }, back);
      const after = await this.#figures(tuned.id, data.checksum, { pixels, labels }, held_out);
      if (model.run_id) await keep(back.ref, { config, model: bytes, former: back.bytes });
      const told = words({ before, after, num_digits: digits.length, num_rows: rows.length });
      // Only what belongs to a kept run is kept.
      const where = model.run_id ? "" : " It is in this tab only: download it to keep it.";
      store.set({ tuning_told: `${told}${where}` });
    });
  }

  /** Goes back to the model before. */
  untune() {
    return this.#occupied("The model before could not be brought back", async () => {
      const { store, engine, keep } = this.#parts;
      const former = this.#former;
      if (!former || store.get().model?.id !== former.tuned_id) return;
      await engine.load_model(former.ref.id, file_of(former.bytes));
      engine.set_model_source(former.ref.id, async () => former.bytes);
      this.#former = null;
      store.set({
        model: former.ref,
        can_untune: false,
        tuning_told: "The model before the fine-tuning reads again.",
      });
      if (former.ref.run_id) await keep(former.ref, null);
    });
  }

  /** Brings back what was kept with a run. @param {Tuned} tuned @param {ModelRef} former */
  async bring_back({ config, model, former: bytes }, former) {
    await this.#take(model, { ...former, config }, { ref: former, bytes });
    this.#parts.store.set({ tuning_told: "This is the model as you fine-tuned it." });
  }

  /**
   * Makes a tuned model the newest.
   * @param {Uint8Array<ArrayBuffer>} bytes
   * @param {ModelRef} from
   * @param {{ ref: ModelRef, bytes: Uint8Array<ArrayBuffer> }} former
   */
  async #take(bytes, from, former) {
    const { store, engine } = this.#parts;
    const id = `tuned ${new_id()}`;
    const summary = await engine.load_model(id, file_of(bytes));
    engine.set_model_source(id, async () => bytes);
    this.#former = { ...former, tuned_id: id };
    /** @type {ModelRef} */
    const model = { ...from, id, kind: "tuned", summary };
    store.set({ model, can_untune: true });
    return model;
  }

  /**
   * @param {string} failed what is said where it goes wrong
   * @param {() => Promise<void>} work
   */
  async #occupied(failed, work) {
    const { store, notice, announce } = this.#parts;
    const { run, is_tuning, loading } = store.get();
    if (is_active(run)) return notice("A run is under way. Stop it, or let it end, first.");
    if (loading)
      return notice(`${loading.name} is still being read. Press again when it is there.`);
    if (is_tuning) return notice("Your digits are being learned already.");
    store.set({ is_tuning: true, tuning_told: "Fine-tuning on your digits." });
    try {
      await work();
    } catch (error) {
      store.set({ tuning_told: `${failed}: ${sentence_of(error)}` });
    } finally {
      store.set({ is_tuning: false });
      announce(store.get().tuning_told);
    }
  }

  /**
   * How many kept digits, and which share of the held-out images, are read right.
   * @param {string} model_id
   * @param {string} checksum
   * @param {{ pixels: Uint8Array, labels: Uint8Array }} digits
   * @param {number[]} held_out
   */
  async #figures(model_id, checksum, digits, held_out) {
    const { engine } = this.#parts;
    const num_right = async (/** @type {typeof digits} */ { pixels, labels }) => {
      const probabilities = await engine.predict_pixels(model_id, pixels);
      return labels.reduce((sum, label, at) => {
        const said = top_digit(reading_at(probabilities, at, labels.length));
        return sum + (said === label ? 1 : 0);
      }, 0);
    };
    const num_digits = await num_right(digits);
    let num_held_out = 0;
    for (let from = 0; from < held_out.length; from += PART) {
      num_held_out += await num_right(
        await engine.images(checksum, held_out.slice(from, from + PART)),
      );
    }
    return { num_digits, accuracy: num_held_out / held_out.length };
  }
}

/**
 * @typedef {{ num_digits: number, accuracy: number }} Figures
 * @param {{ before: Figures, after: Figures, num_digits: number, num_rows: number }} found
 */
function words({ before, after, num_digits, num_rows }) {
  return (
    `Read right of ${format.counted(num_digits, "kept digit")}: ${before.num_digits} before, ${after.num_digits} after. ` +
    `Validation accuracy: ${format.percent(before.accuracy)} before, ${format.percent(after.accuracy)} after. ` +
    `Trained on the CPU, ${STEPS.epochs} epochs at a learning rate of ${STEPS.learning_rate}, ` +
    `among ${format.counted(num_rows, "training image")} so that it forgets little.`
  );
}

/** The settings that a model's shape decides. @param {ModelSummary | null} model */
function shape_of(model) {
  if (!model) return {};
  const { layers, activation = "relu", dropout, layer_norm } = model;
  const hidden = layers.slice(0, -1).map((layer) => layer.num_outputs);
  return { hidden_layers: hidden.join(", "), activation, dropout, layer_norm };
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
function file_of(bytes) {
  return new File([bytes], "the model");
}
