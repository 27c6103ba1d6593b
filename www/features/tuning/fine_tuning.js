// Fine-tuning on the digits a person kept: which images go with them, how long and
// how fast, what it changed, and the way back to the model before.

import { announce, by_id, message_of, set_text } from "../../ui/dom.js";
import * as format from "../../base/format.js";
import { top_digit } from "../../base/ink.js";
import { has_model, is_active } from "../../app/state.js";

/** @import { KeptDigit } from "./kept_digits.js" */
/** @import { ModelSummary } from "../../pkg/ndarray/inkling.js" */
/** @import { Settings } from "../../base/settings.js" */
/** @import { PageState, Store } from "../../app/state.js" */
/** @import { Trainer } from "../../engine/trainer.js" */

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
  learning_rate: 0.002,
  learning_rate_schedule: "constant",
  momentum: 0.9,
  weight_decay: 0,
});

/**
 * A fine-tuned model and the one it came from.
 * @typedef {object} Tuned
 * @property {Settings} config of the run it came from
 * @property {Uint8Array<ArrayBuffer>} model
 * @property {Uint8Array<ArrayBuffer>} former
 * @property {ModelSummary | null} former_summary if that came from a file
 */

/**
 * @param {Store<PageState>} store
 * @param {object} parts
 * @param {Trainer} parts.trainer
 * @param {() => readonly KeptDigit[]} parts.kept
 * @param {(tuned: Tuned | null) => Promise<unknown>} parts.keep so that a reload brings it back
 */
export function create_fine_tuning(store, { trainer, kept, keep }) {
  const button = by_id("fine-tune", HTMLButtonElement);
  const undo = by_id("fine-tune-undo", HTMLButtonElement);
  const told = by_id("fine-tune-result", HTMLElement);
  /** @type {Tuned | null} */
  let tuned = null;

  /** @param {string} sentence */
  const tell = (sentence) => {
    set_text(told, sentence);
    told.hidden = sentence === "";
    if (sentence) announce(sentence);
  };

  const update = () => {
    const { data, run, is_tuning, tuned_from } = store.get();
    if (tuned_from === null && tuned !== null) {
      // Another model has come since: there is nothing to go back to.
      tuned = null;
      tell("");
    }
    const can = data !== null && has_model(store.get()) && !is_active(run) && !is_tuning;
    button.hidden = kept().length === 0;
    button.disabled = !can;
    undo.hidden = tuned === null;
    undo.disabled = !can;
  };
  store.watch(["data", "run", "model", "is_tuning", "tuned_from"], update);

  /** @param {Uint8Array<ArrayBuffer>} bytes @param {string} name */
  const take = (bytes, name) => trainer.load_model(new File([bytes], name));

  const tune = async () => {
    const { config: settings, data, run, model, tuned_from } = store.get();
    const digits = kept().slice();
    if (!data || digits.length === 0) return;
    const config = tuned_from ?? (model ? settings : (run.config ?? settings));
    const pixels = joined(digits.map((digit) => digit.pixels));
    const labels = Uint8Array.from(digits, ({ label }) => label);
    const former = await trainer.save_model();
    const held_out = Array.from((await trainer.validation_rows(config)) ?? []);
    const before = {
      digits: await num_read(trainer, pixels, labels),
      accuracy: await accuracy_on(trainer, held_out),
    };
    const rows = some_of(data.num_rows, held_out);
    const copies = Math.min(MOST_COPIES, Math.ceil(KEPT_IN_ALL / digits.length));
    const shape = model ? shape_of(model) : {};
    const bytes = await trainer.fine_tune(
      { ...config, ...shape, ...STEPS },
      rows,
      { pixels, labels },
      copies,
    );
    const summary = await take(bytes, "the fine-tuned model");
    // The first of several fine-tunings is what one goes back to.
    const back = tuned ?? { former, former_summary: model };
    tuned = { ...back, config, model: bytes };
    store.set({ model: summary, tuned_from: config });
    await keep(tuned);
    const after = {
      digits: await num_read(trainer, pixels, labels),
      accuracy: await accuracy_on(trainer, held_out),
    };
    const of = `of ${format.counted(digits.length, "kept digit")}`;
    tell(
      `Read right ${of}: ${before.digits} before, ${after.digits} after. ` +
        `Validation accuracy: ${format.percent(before.accuracy)} before, ${format.percent(after.accuracy)} after. ` +
        `Trained on the CPU, ${STEPS.epochs} epochs at a learning rate of ${STEPS.learning_rate}, ` +
        `among ${format.counted(rows.length, "training image")} so that it forgets little.`,
    );
  };

  /** @param {() => Promise<void>} work */
  const busy = async (work) => {
    const { run, is_tuning } = store.get();
    if (is_tuning || is_active(run)) return;
    const had_focus = document.activeElement;
    store.set({ is_tuning: true });
    try {
      await work();
    } catch (error) {
      tell(`It was not fine-tuned: ${message_of(error)}`);
    } finally {
      store.set({ is_tuning: false });
      if (had_focus === button || had_focus === undo) button.focus();
    }
  };

  button.addEventListener("click", () => {
    set_text(told, "Fine-tuning on your digits.");
    told.hidden = false;
    void busy(tune);
  });
  undo.addEventListener("click", () => {
    void busy(async () => {
      if (!tuned) return;
      await take(tuned.former, "the model before");
      const { former_summary } = tuned;
      tuned = null;
      store.set({ model: former_summary, tuned_from: null });
      await keep(null);
      tell("The model before the fine-tuning reads again.");
    });
  });

  return {
    update,
    /** Brings back what was kept before a reload. @param {Tuned} kept_one */
    async bring_back(kept_one) {
      const summary = await take(kept_one.model, "the fine-tuned model");
      tuned = kept_one;
      store.set({ model: summary, tuned_from: kept_one.config });
      set_text(told, "This is the model as you fine-tuned it.");
      told.hidden = false;
    },
  };
}

/**
 * Rows that were trained on, evenly over the data, at most so many.
 * @param {number} num_rows
 * @param {readonly number[]} held_out
 * @returns {number[]}
 */
export function some_of(num_rows, held_out) {
  const is_held_out = new Set(held_out);
  const train = Array.from({ length: num_rows }, (_, row) => row).filter(
    (row) => !is_held_out.has(row),
  );
  const num = Math.min(MOST_REMEMBERED, train.length);
  return Array.from({ length: num }, (_, at) => train[Math.floor((at * train.length) / num)] ?? 0);
}

/** The settings that a model's shape decides. @param {ModelSummary} model */
function shape_of({ layers, dropout, layer_norm }) {
  const hidden = layers.slice(0, -1).map((layer) => layer.num_outputs);
  return { hidden_layers: hidden.join(", "), dropout, layer_norm };
}

/** @param {Trainer} trainer @param {Uint8Array} pixels @param {Uint8Array} labels */
async function num_read(trainer, pixels, labels) {
  const probabilities = await trainer.predict_pixels(pixels);
  if (!probabilities) return 0;
  return labels.reduce((sum, label, at) => {
    return sum + (top_digit(probabilities.subarray(at * 10, at * 10 + 10)) === label ? 1 : 0);
  }, 0);
}

/** @param {Trainer} trainer @param {number[]} rows */
async function accuracy_on(trainer, rows) {
  let num_right = 0;
  for (let from = 0; from < rows.length; from += PART) {
    const { pixels, labels } = await trainer.images(rows.slice(from, from + PART));
    num_right += await num_read(trainer, pixels, labels);
  }
  return num_right / rows.length;
}

/** @param {Uint8Array[]} parts of one length */
function joined(parts) {
  const size = parts[0]?.length ?? 0;
  const whole = new Uint8Array(parts.length * size);
  parts.forEach((part, at) => whole.set(part, at * size));
  return whole;
}
