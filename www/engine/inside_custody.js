// The page's side of its workers, as far as a look inside a network goes: of the newest model,
// of an epoch that the page kept, of a step and an epoch taken beside them. Nothing of it
// changes what stands.

import { unless_aborted } from "../base/fault.js";
import { new_id } from "../base/id.js";
import * as Comlink from "../vendor/comlink.mjs";
import { ModelCustody } from "./model_custody.js";

/** @import { RunConfig } from "../pkg/ndarray/inkling.js" */
/** @import { MeasuredLayer } from "../pkg/studies/inkling.js" */
/** @import { NearestImages, StepLook, StepStart, StoryReading, UnitReading, UnitsReading, UnitsSurvey } from "../worker/inside.js" */
/** @import { EpochRef } from "../worker/look_back.js" */
/** @import { EpochLook, EpochStart } from "../worker/one_epoch.js" */

export class InsideCustody extends ModelCustody {
  /**
   * What every unit of the newest model makes of an image.
   * @param {Uint8Array} pixels side² of them
   * @param {EpochRef | null} [epoch] that is meant in its place
   * @returns {Promise<UnitsReading | null>} `null` before any model
   */
  read_units(pixels, epoch = null) {
    return this.look(epoch, (engine, whose) => engine.read_units(whose, pixels));
  }

  /**
   * One of its units, and how it came to what it makes of an image.
   * @param {number} layer from 0
   * @param {number} unit from 0
   * @param {Uint8Array | null} pixels
   * @param {EpochRef | null} [epoch] as `read_units`
   * @returns {Promise<UnitReading | null>} likewise
   */
  read_unit(layer, unit, pixels, epoch = null) {
    return this.look(epoch, (engine, whose) => engine.read_unit(whose, layer, unit, pixels));
  }

  /**
   * Which of many images make its units fire most.
   * @param {Uint32Array} rows
   * @param {Uint8Array} pixels side² a row
   * @param {EpochRef | null} [epoch] as `read_units`
   * @returns {Promise<UnitsSurvey | null>} likewise
   */
  survey_units(rows, pixels, epoch = null) {
    return this.look(epoch, (engine, whose) => engine.survey_units(whose, rows, pixels));
  }

  /**
   * Which pixels of an image speak for a class.
   * @param {Uint8Array} pixels side² of them
   * @param {number | null} wanted a class; `null` for the one that is read
   * @param {EpochRef | null} [epoch] as `read_units`
   * @returns {Promise<StoryReading | null>} likewise
   */
  read_story(pixels, wanted, epoch = null) {
    return this.look(epoch, (engine, whose) => engine.read_story(whose, pixels, wanted));
  }

  /**
   * Which of many images its last hidden layer takes for most like one.
   * @param {Uint8Array} pixels side² of them
   * @param {Uint32Array} rows
   * @param {Uint8Array} images side² a row
   * @param {EpochRef | null} [epoch] as `read_units`
   * @returns {Promise<NearestImages | null>} likewise
   */
  nearest_images(pixels, rows, images, epoch = null) {
    return this.look(epoch, (engine, whose) => engine.nearest_images(whose, pixels, rows, images));
  }

  /**
   * What an epoch made of rows of the loaded data: probabilities, one a class for each.
   * @param {EpochRef} epoch
   * @param {string} checksum of the data that the rows are of
   * @param {ArrayLike<number>} rows
   * @returns {Promise<Float32Array>}
   */
  read_rows_then(epoch, checksum, rows) {
    return this.look_back(epoch, checksum, (engine, ref) =>
      engine.read_rows_then(ref, checksum, Array.from(rows)),
    );
  }

  /**
   * How healthy its layers were then, on rows of the loaded data, the first layer first.
   * @param {EpochRef} epoch
   * @param {string} checksum of the data that the rows are of
   * @param {ArrayLike<number>} rows
   * @returns {Promise<MeasuredLayer[]>}
   */
  measure_layers(epoch, checksum, rows) {
    return this.look_back(epoch, checksum, (engine, ref) =>
      engine.measure_layers(ref, checksum, Array.from(rows)),
    );
  }

  /**
   * One step as a run with these settings would take it, looked at on the CPU's worker;
   * nothing that stands is touched.
   * @param {string} checksum of the data that are meant
   * @param {RunConfig} config
   * @param {StepStart} start
   * @returns {Promise<StepLook>}
   */
  look_at_step(checksum, config, start) {
    return this.on_cpu("taking a step", async (station) => {
      await this.feed(station, checksum);
      return station.call((engine) => engine.look_at_step(checksum, config, start));
    });
  }

  /**
   * One epoch trained and looked at on the CPU's worker, beside whatever is under way;
   * nothing that stands is touched. Rejects with the signal's reason once that is aborted.
   * @param {string} checksum of the data that are meant
   * @param {RunConfig} config
   * @param {EpochStart} start
   * @param {number[]} rows of the training part that layers are measured on
   * @param {{ on_progress: (share: number) => void, signal: AbortSignal }} parts told on the way how much of its steps are done, 0 to 1
   * @returns {Promise<EpochLook>}
   */
  train_one_epoch(checksum, config, start, rows, { on_progress, signal }) {
    const token = new_id();
    const tell = Comlink.proxy((/** @type {number} */ share) => {
      if (!signal.aborted) on_progress(share);
    });
    return this.on_cpu("training an epoch", async (station) => {
      await this.feed(station, checksum);
      const drop = () => void station.call((engine) => engine.drop_look(token)).catch(() => {});
      signal.addEventListener("abort", drop, { once: true });
      try {
        const looking = station.call((engine) =>
          engine.train_one_epoch(token, checksum, config, start, rows, tell),
        );
        return await unless_aborted(looking, signal);
      } finally {
        signal.removeEventListener("abort", drop);
      }
    });
  }
}
