// A model looked into, in this worker: what its units make of an image and of many, and
// what one step does to its weights. Computed from flat parameters by the artifact that
// needs no device, so that it is the same whichever engine trained them. Fetched when it is
// first asked about.

import { Refused } from "../base/fault.js";
import { is_silent } from "../base/silence.js";
import { refuse_too_large } from "./look_limit.js";
import { macrotask } from "./macrotask.js";

/** @import { PlanSummary, RunConfig } from "../pkg/ndarray/inkling.js" */
/** @import { Activation, Inside, StepLayer, UnitLink, UnitSum } from "../pkg/studies/inkling.js" */
/** @import { Studies } from "./artifact.js" */
/** @import { Reader } from "./model.js" */

/**
 * What a model's units make of an image.
 * @typedef {object} UnitsReading
 * @property {number[]} widths of the pixels and of every layer, the last one's classes included
 * @property {Activation} activation of the hidden units
 * @property {Float32Array} activations of all units, one layer after the other; of the last layer its probabilities
 * @property {UnitLink[]} links the strongest connections to the class that is read
 */

/**
 * One unit, and how it came to its activation.
 * @typedef {object} UnitReading
 * @property {number[]} widths as in `UnitsReading`
 * @property {Activation} activation of the hidden units
 * @property {Float32Array} weights by which it takes its inputs
 * @property {UnitSum | null} sum `null` without an image
 * @property {{ inputs: Float32Array, products: Float32Array } | null} pixels of a unit of the first layer: the image's, normalised, and their products with the weights
 */

/**
 * Which images make the units fire most. Units stand one layer after the other.
 * @typedef {object} UnitsSurvey
 * @property {number} num_images
 * @property {number} num_kept images of each unit
 * @property {Uint32Array} num_silent on how many images each unit passes nothing on
 * @property {Uint32Array} rows `num_kept` a unit, the strongest first; `NO_ROW` where there are fewer
 * @property {Float32Array} activations of those
 */

/**
 * Which pixels of an image speak for a class.
 * @typedef {object} StoryReading
 * @property {Float32Array} probabilities of all classes
 * @property {number} read the class that is read
 * @property {number} of the class that the pixels are asked about
 * @property {Float32Array} saliency normalised pixel × gradient of that class's sum, a number a pixel
 */

/**
 * The images that a network takes for most like one, the nearest first.
 * @typedef {object} NearestImages
 * @property {Uint32Array} rows
 * @property {Float64Array} distances Euclidean, in its last hidden layer
 * @property {boolean} is_silent whether no unit of that layer passes anything on for it
 */

/**
 * What a step starts from.
 * @typedef {object} StepStart
 * @property {number} step from 0, over a whole run
 * @property {Float32Array | null} parameters flat; `null` for those that such a run draws
 * @property {Float32Array} state what the optimiser kept of the step before; empty at first
 */

/**
 * A step that was looked at. Losses are cross-entropies in nats, dropout off.
 * @typedef {object} StepLook
 * @property {number} step from 0
 * @property {number} epoch from 1
 * @property {number} steps_per_epoch
 * @property {Uint8Array} pixels of the batch's images, side² each
 * @property {Uint8Array} labels
 * @property {Float64Array} losses_before the step
 * @property {Float64Array} losses_after it
 * @property {StepLayer[]} layers
 * @property {Float32Array} parameters after it, flat
 * @property {Float32Array} state
 */

/** Paths that are followed back from the class that is read. */
const NUM_PATHS = 3;
/** Products that are written out. */
const NUM_TERMS = 8;
/** Strongest images of each unit, and nearest of an image. */
const NUM_KEPT = 8;
/** A slice of longer work: while someone draws, the bars wait for no more than that. */
const SLICE_MS = 4;
/** A copy of the model's parameters to look into, kept while the model stays as it is. */
export class HeldInside {
  #studies;
  /** @type {{ reader: Reader, inside: Inside } | null} */
  #held = null;

  /** @param {Studies} studies */
  constructor(studies) {
    this.#studies = studies;
  }

  /**
   * @template T
   * @param {Reader} reader
   * @param {boolean} is_settled whether its parameters change no more
   * @param {(inside: Inside) => T | Promise<T>} ask
   * @returns {Promise<T>}
   */
  async ask(reader, is_settled, ask) {
    if (is_settled && this.#held?.reader === reader) return ask(this.#held.inside);
    const inside = await this.#copied(reader);
    if (is_settled) {
      this.#held?.inside.free();
      this.#held = { reader, inside };
      return ask(inside);
    }
    try {
      return await ask(inside);
    } finally {
      inside.free();
    }
  }

  /** @param {Reader} reader */
  async #copied(reader) {
    const summary = reader.summary();
    const { layers, activation, layer_norm, num_parameters, pixel_mean, pixel_std } = summary;
    if (summary.members?.length) {
      throw new Refused(
        "A committee is several networks, and this looks into one: open one of its runs under Runs.",
      );
    }
    refuse_too_large(num_parameters);
    const widths = [layers[0]?.num_inputs ?? 0, ...layers.map((layer) => layer.num_outputs)];
    const { Inside } = this.#studies;
    const parameters = await reader.weights();
    return new Inside(
      Uint32Array.from(widths),
      activation ?? "relu",
      layer_norm,
      pixel_mean,
      pixel_std,
      parameters,
    );
  }
}

/**
 * @param {Inside} inside
 * @param {Uint8Array} pixels of one image
 * @returns {UnitsReading}
 */
export function read_units(inside, pixels) {
  return {
    widths: Array.from(inside.widths()),
    activation: inside.activation(),
    activations: inside.activations(pixels),
    links: inside.paths(pixels, NUM_PATHS),
  };
}

/**
 * @param {Inside} inside
 * @param {number} layer from 0
 * @param {number} unit from 0
 * @param {Uint8Array | null} pixels of one image
 * @returns {UnitReading}
 */
export function read_unit(inside, layer, unit, pixels) {
  const weights = inside.unit_weights(layer, unit);
  return {
    widths: Array.from(inside.widths()),
    activation: inside.activation(),
    weights,
    sum: pixels ? inside.unit_sum(layer, unit, pixels, NUM_TERMS) : null,
    pixels: pixels && layer === 0 ? terms_of(inside, unit, pixels, weights.length) : null,
  };
}

/**
 * What each pixel of an image adds to a unit of the first layer.
 * @param {Inside} inside
 * @param {number} unit
 * @param {Uint8Array} pixels
 * @param {number} num_pixels
 */
function terms_of(inside, unit, pixels, num_pixels) {
  const inputs = new Float32Array(num_pixels);
  const products = new Float32Array(num_pixels);
  for (const { input, value, product } of inside.unit_sum(0, unit, pixels, num_pixels).terms) {
    inputs[input] = value;
    products[input] = product;
  }
  return { inputs, products };
}

/**
 * @param {Inside} inside
 * @param {Uint32Array} rows
 * @param {Uint8Array} pixels of their images, one after the other
 * @returns {Promise<UnitsSurvey>}
 */
export async function survey_units(inside, rows, pixels) {
  // It keeps the parameters that it began with, whatever becomes of `inside` meanwhile.
  const survey = inside.survey(NUM_KEPT);
  try {
    await sliced(rows.length, pixels, (images, from, to) =>
      survey.take(rows.subarray(from, to), images),
    );
    return {
      num_images: rows.length,
      num_kept: NUM_KEPT,
      num_silent: survey.num_silent(),
      rows: survey.rows(),
      activations: survey.activations(),
    };
  } finally {
    survey.free();
  }
}

/**
 * @param {Inside} inside
 * @param {Uint8Array} pixels of one image
 * @param {number | null} wanted a class; `null` for the one that is read
 * @returns {StoryReading}
 */
export function read_story(inside, pixels, wanted) {
  const probabilities = inside.predict(pixels);
  const read = probabilities.indexOf(Math.max(...probabilities));
  const of = wanted ?? read;
  return { probabilities, read, of, saliency: inside.saliency(pixels, of) };
}

/**
 * @param {Inside} inside
 * @param {Uint8Array} pixels of one image
 * @param {Uint32Array} rows
 * @param {Uint8Array} images of these, one after the other
 * @returns {Promise<NearestImages>}
 */
export async function nearest_images(inside, pixels, rows, images) {
  // It keeps the parameters that it began with, whatever becomes of `inside` meanwhile.
  const nearest = inside.nearest(pixels, NUM_KEPT);
  const is_silent_on = is_last_silent(inside, pixels);
  try {
    await sliced(rows.length, images, (image, from, to) =>
      nearest.take(rows.subarray(from, to), image),
    );
    const rows_kept = nearest.rows();
    return { rows: rows_kept, distances: nearest.distances(), is_silent: is_silent_on };
  } finally {
    nearest.free();
  }
}

/** Whether the last hidden layer passes nothing on of an image. @param {Inside} inside @param {Uint8Array} pixels */
function is_last_silent(inside, pixels) {
  const layers = Array.from(inside.widths()).slice(1, -1);
  const last = layers.at(-1);
  // Of a network without hidden layers the pixels themselves are compared.
  if (last === undefined) return false;
  const to = layers.reduce((sum, width) => sum + width, 0);
  const kind = inside.activation();
  return inside
    .activations(pixels)
    .subarray(to - last, to)
    .every((activation) => is_silent(kind, activation));
}

/**
 * @param {Studies} studies
 * @param {object} parts
 * @param {RunConfig} parts.config
 * @param {PlanSummary} parts.plan what the settings build of the data
 * @param {Uint8Array} parts.images of the step, and after them their labels
 * @param {StepStart} parts.start
 * @returns {Promise<StepLook>}
 */
export async function take_step({ Inside, OneBatch }, { config, plan, images, start }) {
  refuse_too_large(plan.num_parameters);
  const { layers, normalisation, steps_per_epoch } = plan;
  const num_pixels = layers[0]?.num_inputs ?? 0;
  const num_classes = layers.at(-1)?.num_outputs ?? 0;
  const widths = [num_pixels, ...layers.map((layer) => layer.num_outputs)];
  const { mean = 0, deviation = 1 } = normalisation ?? {};
  const num_images = images.length / (num_pixels + 1);
  const pixels = images.slice(0, num_images * num_pixels);
  const labels = images.slice(num_images * num_pixels);
  const { step, parameters, state } = start;

  /** @param {Inside} inside */
  const losses_of = async (inside) => {
    const losses = new Float64Array(num_images);
    try {
      await sliced(num_images, pixels, (some, from, to) =>
        losses.set(inside.losses(some, labels.subarray(from, to)), from),
      );
    } finally {
      inside.free();
    }
    return losses;
  };

  const one = new OneBatch(
    config,
    num_pixels,
    num_classes,
    mean,
    deviation,
    step,
    steps_per_epoch,
    num_images,
    parameters ?? undefined,
    state,
  );
  try {
    const losses_before = await losses_of(one.before());
    await sliced(num_images, pixels, (some, from, to) => one.take(some, labels.subarray(from, to)));
    const stepped = one.finish();
    try {
      const after = stepped.parameters();
      const inside = new Inside(
        Uint32Array.from(widths),
        config.activation ?? "relu",
        config.layer_norm ?? false,
        mean,
        deviation,
        after,
      );
      return {
        step,
        epoch: Math.floor(step / steps_per_epoch) + 1,
        steps_per_epoch,
        pixels,
        labels,
        losses_before,
        losses_after: await losses_of(inside),
        layers: stepped.layers(),
        parameters: after,
        state: stepped.state(),
      };
    } finally {
      stepped.free();
    }
  } finally {
    one.free();
  }
}

/**
 * Goes through images one at a time, and lets messages in between.
 * @param {number} count
 * @param {Uint8Array} pixels of all of them
 * @param {(images: Uint8Array, from: number, to: number) => void} work
 */
export async function sliced(count, pixels, work) {
  const size = pixels.length / Math.max(1, count);
  let began = performance.now();
  for (let at = 0; at < count; at++) {
    work(pixels.subarray(at * size, (at + 1) * size), at, at + 1);
    if (performance.now() - began < SLICE_MS) continue;
    await macrotask();
    began = performance.now();
  }
}
