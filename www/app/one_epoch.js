// The controller of one epoch looked at: trained from the model that stands or from fresh
// weights, on a network of its own, and the one after it by the next press. Neither the run
// nor the model know of it; a run that begins meanwhile has it given up.

import { Cancelled, Refused, sentence_of } from "../base/fault.js";
import { bench_plan } from "./bench_plan.js";
import { create_store, is_active } from "./state.js";
import { beginning, first_parameters, is_same_beginning, origin } from "./step_start.js";
import { training_rows } from "./training_rows.js";

/** @import { Custody } from "../engine/custody.js" */
/** @import { EpochLook } from "../worker/one_epoch.js" */
/** @import { InsideState } from "./inside.js" */
/** @import { PageState, View } from "./state.js" */
/** @import { Start, StepBeginning } from "./step_start.js" */

/** Training images that layers are measured on. */
const NUM_MEASURED = 256;

/**
 * @typedef {object} OneEpochState
 * @property {EpochLook | null} look the epoch that was looked at last
 * @property {number} num_epochs that the settings ask for
 * @property {Start} origin what its first epoch began with
 * @property {boolean} is_training
 * @property {string} told how it stands, or why there is none
 */

export class OneEpochController {
  store = create_store(
    /** @type {OneEpochState} */ ({
      look: null,
      num_epochs: 0,
      origin: "fresh",
      is_training: false,
      told: "",
    }),
  );
  #page;
  #engine;
  #inside;
  /** What the epoch that stands began with. @type {StepBeginning | null} */
  #from = null;
  /** @type {AbortController | null} */
  #abort = null;
  /** Whether what is told is of the run under way, and stands as long as that. */
  #is_of_run = false;

  /** @param {{ page: View<PageState>, engine: Custody, inside: View<InsideState> }} parts */
  constructor({ page, engine, inside }) {
    this.#page = page;
    this.#engine = engine;
    this.#inside = inside;
    page.watch(["run", "model", "data", "config"], () => this.#look_at_page());
    inside.watch(["start"], () => this.#look_at_page());
  }

  #look_at_page() {
    const is_run = is_active(this.#page.get().run);
    if (this.#abort && (is_run || !this.#stands())) {
      const why = is_run
        ? "A run has begun: the epoch was given up."
        : "Data, settings or model changed meanwhile. Press One epoch again.";
      this.#abort.abort(new Cancelled(why));
    }
    const { look, told } = this.store.get();
    const is_stale = !this.#stands();
    if (look && is_stale) this.store.set({ look: null });
    const is_past = this.#is_of_run ? !is_run : is_stale;
    if (told && !this.#abort && is_past) this.store.set({ told: "" });
  }

  #stands() {
    return is_same_beginning(this.#from, beginning(this.#page, this.#inside.get().start));
  }

  /** The next press trains the first epoch again. */
  start_over() {
    this.#from = null;
    this.stop();
    this.store.set({ look: null, told: "" });
  }

  /** Gives up the epoch under way; what was shown before it stands. */
  stop() {
    this.#abort?.abort(new Cancelled("Stopped: this epoch was given up."));
  }

  /** Trains an epoch with the bench's settings, or the one after the last. */
  async train() {
    if (this.#abort) return;
    const { config, data, run } = this.#page.get();
    const { start, units } = this.#inside.get();
    const { look } = this.store.get();
    const before = look && this.#stands() ? look : null;
    const abort = new AbortController();
    this.#abort = abort;
    const began = beginning(this.#page, start);
    this.#from = began;
    this.#is_of_run = false;
    this.store.set({ is_training: true, told: "Training an epoch." });
    const on_progress = (/** @type {number} */ share) =>
      this.store.set({ told: `Training an epoch: ${Math.round(100 * share)} %.` });
    try {
      if (!data) throw new Refused("Load a data set first.");
      if (is_active(run)) {
        throw new Refused("A run is under way. Stop it, or let it end, and press again.");
      }
      const num_epochs = Number(config.epochs);
      if (before && before.record.epoch >= num_epochs) {
        throw new Refused(
          `The settings ask for ${num_epochs} ${num_epochs === 1 ? "epoch" : "epochs"}, and that was the last. Ask for more, or start over.`,
        );
      }
      const { checksum } = data;
      const plan = await bench_plan(this.#page, this.#engine);
      const parameters = before
        ? null
        : await first_parameters(this.#engine, this.#page, start, plan, units);
      const held_out = await this.#engine.held_out_rows(checksum, config);
      const rows = training_rows(data.num_rows, held_out, NUM_MEASURED);
      const from = { checkpoint: before?.checkpoint ?? null, parameters };
      const { signal } = abort;
      signal.throwIfAborted();
      const parts = { on_progress, signal };
      const found = await this.#engine.train_one_epoch(checksum, config, from, rows, parts);
      this.store.set({ look: found, num_epochs, origin: origin(began), told: "" });
    } catch (error) {
      const why = abort.signal.aborted ? abort.signal.reason : error;
      this.#is_of_run = is_active(this.#page.get().run);
      this.store.set({ look: this.#stands() ? before : null, told: sentence_of(why) });
    } finally {
      this.#abort = null;
      this.store.set({ is_training: false });
    }
  }
}
