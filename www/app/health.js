// The controller of the health of a run's layers: measured on request from the epochs that the
// page keeps, on the same training images each, one epoch after the other. A run that nobody
// asks about pays nothing for it. Knows no document.

import { Cancelled, Refused, sentence_of } from "../base/fault.js";
import * as format from "../base/format.js";
import { create_store } from "./state.js";
import { training_rows } from "./training_rows.js";

/** @import { LayerHealth, MeasuredLayer } from "../pkg/studies/inkling.js" */
/** @import { Settings } from "../base/settings.js" */
/** @import { Custody } from "../engine/custody.js" */
/** @import { KeptEpochs } from "./kept_epochs.js" */
/** @import { PageState, View } from "./state.js" */

/** Training images that layers are measured on. */
const NUM_IMAGES = 256;

/**
 * The layers after an epoch, 0 the start.
 * @typedef {{ epoch: number, layers: LayerHealth[], measured: MeasuredLayer[] }} EpochHealth
 */

/**
 * @typedef {object} RunHealth
 * @property {EpochHealth[]} epochs in order
 * @property {number} num_images that they were measured on
 * @property {Settings} config of the run
 */

/** @typedef {{ health: RunHealth | null, is_measuring: boolean, told: string }} HealthState */

export class HealthController {
  store = create_store(
    /** @type {HealthState} */ ({ health: null, is_measuring: false, told: "" }),
  );
  #page;
  #engine;
  #epochs;
  /** What was measured, by an epoch's key. @type {Map<string, MeasuredLayer[]>} */
  #measured = new Map();
  /** What the figures that are shown stand beside. */
  #of = "";
  /** Of the measuring under way; another number ends it. */
  #turn = 0;

  /** @param {{ page: View<PageState>, engine: Custody, epochs: KeptEpochs }} parts */
  constructor({ page, engine, epochs }) {
    this.#page = page;
    this.#engine = engine;
    this.#epochs = epochs;
    page.watch(["run", "model", "data"], () => this.#look_at_page());
  }

  /** The run whose layers these are, and the data that they are measured on. */
  #subject() {
    const { run, data } = this.#page.get();
    return `${run.id} ${data?.checksum}`;
  }

  #look_at_page() {
    const { health, is_measuring, told: was_told } = this.store.get();
    if (!health && !is_measuring) {
      // What was refused was of the run and the data that stood then.
      if (was_told) this.store.set({ told: "" });
      return;
    }
    if (this.#of !== this.#subject() || this.#epochs.kept.length === 0) {
      this.#turn += 1;
      this.store.set({ health: null, is_measuring: false, told: "" });
    } else if (health && !is_measuring) {
      const num_more = this.#epochs.kept.filter(({ key }) => !this.#measured.has(key)).length;
      const told = num_more
        ? `${format.counted(num_more, "epoch")} not measured yet: press again to measure.`
        : this.#done_words(health);
      if (told !== this.store.get().told) this.store.set({ told });
    }
  }

  /** @param {RunHealth} health */
  #done_words({ epochs, num_images }) {
    const images = format.counted(num_images, "training image");
    return `Measured at ${format.counted(epochs.length, "moment")} of the run on the same ${images}, dropout off.`;
  }

  /** Ends what is under way; what was measured stands. */
  stop() {
    this.#turn += 1;
    this.store.set({ is_measuring: false });
    this.#look_at_page();
  }

  /** Measures what is kept and not measured yet. */
  async measure() {
    const { run, data } = this.#page.get();
    const { config } = run;
    const turn = ++this.#turn;
    const of = this.#subject();
    const is_over = () => turn !== this.#turn;
    try {
      const { kept } = this.#epochs;
      const first = kept[0];
      if (!first || !config) {
        throw new Refused(this.#epochs.why_none);
      }
      if (!data || data.checksum !== run.data_checksum) {
        throw new Refused("Load the data that this run was trained on first.");
      }
      if (this.#of !== of) this.#measured.clear();
      this.#of = of;
      this.store.set({ is_measuring: true, told: "Measuring." });
      const held_out = await this.#engine.held_out_rows(data.checksum, config);
      const rows = training_rows(data.num_rows, held_out, NUM_IMAGES);
      const places = [0, ...kept.map(({ epoch }) => epoch)];
      /** @type {EpochHealth[]} */
      const epochs = [];
      for (const epoch of places) {
        if (is_over()) return;
        const ref = this.#epochs.ref(epoch);
        // Thinned out meanwhile.
        if (!ref) continue;
        const known = this.#measured.get(ref.key);
        const measured = known ?? (await this.#engine.measure_layers(ref, data.checksum, rows));
        if (is_over()) return;
        this.#measured.set(ref.key, measured);
        epochs.push({ epoch, layers: measured.map(({ health }) => health), measured });
        const health = { epochs: [...epochs], num_images: rows.length, config };
        const told = `${epochs.length} of ${places.length} measured.`;
        this.store.set({ health, told });
      }
      this.store.set({ is_measuring: false });
      this.#look_at_page();
    } catch (error) {
      if (is_over()) return;
      const told = error instanceof Cancelled ? "" : sentence_of(error);
      this.store.set({ is_measuring: false, told });
    }
  }
}
