// What is said of units, sums and steps. Pure functions.

import * as format from "../../base/format.js";
import { MOST_EPOCH_BYTES } from "../../app/kept_epochs.js";
import { epoch_words } from "../../app/state.js";
import { class_name, class_noun } from "../../base/task.js";

/** @import { StepLayer, UnitTerm } from "../../pkg/studies/inkling.js" */
/** @import { EpochMistakes } from "../../app/epoch_mistakes.js" */
/** @import { UnitPlace } from "../../app/inside.js" */
/** @import { Start } from "../../app/step_start.js" */
/** @import { PageState } from "../../app/state.js" */
/** @import { StoryState, Subject } from "../../app/story.js" */
/** @import { NearestImages, StepLook, UnitReading } from "../../worker/inside.js" */
/** @import { EpochLook } from "../../worker/one_epoch.js" */

/** @typedef {NonNullable<StoryState["reading"]>} StoryOf */

/** Above this share of images on which it is silent a unit is nearly dead. */
const NEARLY_DEAD = 0.99;

/** What a network does with a step that is neither idle nor wild. */
const USUAL_UPDATE = 1e-3;

/**
 * An activation, a weight or a sum: `2.31`, `−0.04`.
 * @param {number} number
 */
export function value(number) {
  if (!Number.isFinite(number)) return "no number";
  const figures = Math.abs(number).toFixed(2);
  const text = format.grouped(figures);
  return number < 0 && Number(figures) !== 0 ? `−${text}` : text;
}

/** A weight, which is small: `0.098`. @param {number} number */
export function weight_value(number) {
  return Number.isFinite(number) ? number.toFixed(3).replace("-", "−") : value(number);
}

/** The same with its sign, as a term of a sum. @param {number} number */
export function signed(number) {
  const text = value(number);
  return text.startsWith("−") ? text : `+${text}`;
}

/** What is added: `+ 0.02`, or taken away: `− 0.02`. @param {number} number */
export function added(number) {
  return signed(number).replace(/^./, "$& ");
}

/** A small positive number in three figures: `0.0012`, `3.1e-7`. @param {number} number */
export function small(number) {
  if (!Number.isFinite(number)) return "no number";
  if (number !== 0 && Math.abs(number) < 1e-4) return number.toExponential(1);
  return format.grouped(String(Number(number.toPrecision(3))));
}

/** A norm, fine enough for a step to show: `6.8972`. @param {number} number */
export function norm(number) {
  if (!Number.isFinite(number)) return "no number";
  return format.grouped(String(Number(number.toPrecision(5))));
}

/**
 * A unit's name, and what it makes of the drawing where there is one.
 * @param {UnitPlace} place
 * @param {number | null} activation
 * @param {string} [read] the class that it stands for
 */
export function unit_name({ layer, unit }, activation, read = "") {
  const name = `Unit ${unit + 1} of layer ${layer + 1}`;
  const is = activation === null ? "" : `, activation ${value(activation)}`;
  return `${name}${is}${read && `, ${read}`}`;
}

/**
 * The class that an output stands for: `digit 7`.
 * @param {readonly string[]} classes
 * @param {number} at
 */
export function read_as(classes, at) {
  return `${class_noun(classes)} ${class_name(classes, at)}`;
}

/**
 * What a unit of this layer takes in.
 * @param {number} layer from 0
 * @param {number} input from 0
 * @param {number} side of the pictures
 */
export function input_name(layer, input, side) {
  if (layer > 0) return `unit ${input + 1} of layer ${layer}`;
  return `pixel in row ${Math.floor(input / side) + 1}, column ${(input % side) + 1}`;
}

/**
 * A product, written out.
 * @param {UnitTerm} term
 */
export function product({ weight, value: taken, product: result }) {
  return `${weight_value(weight)} × ${value(taken)} = ${signed(result)}`;
}

/**
 * What one pixel of a picture of weights says; its product where something is drawn.
 * @param {Pick<UnitReading, "weights" | "pixels">} unit
 * @param {number} input from 0
 * @param {number} side
 */
export function pixel_words({ weights, pixels }, input, side) {
  const weight = weights[input] ?? 0;
  const name = input_name(0, input, side);
  const [taken, result] = [pixels?.inputs[input], pixels?.products[input]];
  if (taken === undefined || result === undefined) return `${name}: weight ${weight_value(weight)}`;
  return `${name}: ${product({ input, weight, value: taken, product: result })}`;
}

/**
 * On what share of a sample a unit is silent.
 * @param {number} num_silent
 * @param {number} num_images
 * @param {string} about the sample
 */
export function silent_words(num_silent, num_images, about) {
  const share = num_silent / Math.max(1, num_images);
  const words = `Silent on ${format.percent(share, 1)} of ${about}.`;
  if (num_silent === num_images) return `${words} It takes no part in reading any of these.`;
  return share > NEARLY_DEAD ? `${words} It hardly ever speaks.` : words;
}

/**
 * The strongest of a unit's weights, for whoever cannot see the picture of them.
 * @param {Float32Array} weights
 * @param {number} side
 */
export function weights_words(weights, side) {
  let [most, least] = [0, 0];
  weights.forEach((weight, at) => {
    if (weight > (weights[most] ?? 0)) most = at;
    if (weight < (weights[least] ?? 0)) least = at;
  });
  const of = (/** @type {number} */ at) =>
    `${weight_value(weights[at] ?? 0)} at the ${input_name(0, at, side)}`;
  return `from ${of(least)} to ${of(most)}`;
}

/**
 * What a step came to, in a sentence.
 * @param {StepLook} look
 * @param {Start} origin what the first step began with
 */
export function step_words(look, origin) {
  const { step, epoch, steps_per_epoch, losses_before, losses_after, labels } = look;
  const mean = (/** @type {Float64Array} */ losses) =>
    losses.reduce((total, loss) => total + loss, 0) / Math.max(1, losses.length);
  const num_better = losses_after.filter((loss, at) => loss < (losses_before[at] ?? 0)).length;
  const of_epoch = origin === "model" ? "an epoch" : `epoch ${epoch}`;
  return (
    `Step ${format.count(step + 1)}, batch ${format.count((step % steps_per_epoch) + 1)} of ${of_epoch}, ${from_words(origin)}: ` +
    `the mean loss of its ${format.counted(labels.length, "image")} goes from ${format.loss(mean(losses_before))} ` +
    `to ${format.loss(mean(losses_after))}; it falls on ${format.count(num_better)} of them.`
  );
}

/** What steps and epochs began with. @param {Start} origin */
function from_words(origin) {
  return origin === "model" ? "on from the model that stands" : "from fresh weights";
}

/**
 * Which epoch is shown: `epoch 3 of 10`.
 * @param {number} shown
 * @param {number} last
 */
export function shown_words(shown, last) {
  if (shown >= last) return `as it stands, ${format.counted(last, "epoch")} trained`;
  return shown === 0 ? `the start, before epoch 1 of ${last}` : `epoch ${shown} of ${last}`;
}

/**
 * Of what all that is shown is, where that is not the model that stands.
 * @param {PageState["looked_back"]} looked_back
 */
export function as_of_words(looked_back) {
  if (!looked_back) return "";
  const { epoch, of } = looked_back;
  const when = epoch === 0 ? "the start" : `epoch ${epoch} of ${of}`;
  return `As of ${when}: pad and units show the network as it was then. `;
}

/**
 * How much was read wrongly after an epoch, and as what.
 * @param {EpochMistakes} mistakes
 */
export function mistakes_words({ epoch, last, figures, num_rows, classes }) {
  const count = classes.length;
  const { confusion } = figures;
  const cells = confusion.map((images, at) => ({ images, truth: Math.floor(at / count), at }));
  const wrong = cells.filter(({ images, truth, at }) => images > 0 && truth !== at % count);
  const num_wrong = wrong.reduce((sum, { images }) => sum + images, 0);
  const share = format.percent(1 - num_wrong / Math.max(1, num_rows));
  const when = epoch === 0 ? "At the start" : `As of epoch ${epoch} of ${last}`;
  const all = `${when} it read ${format.count(num_wrong)} of the ${format.counted(num_rows, "validation image")} wrongly: ${share} right.`;
  if (num_wrong === 0) return all;
  const most = wrong.sort((a, b) => b.images - a.images || a.at - b.at).slice(0, 3);
  const pairs = most.map(
    ({ images, truth, at }) =>
      `${class_name(classes, truth)} read as ${class_name(classes, at % count)} (${format.count(images)})`,
  );
  return `${all} Most often: ${pairs.join(", ")}.`;
}

/**
 * What is kept to be shown.
 * @param {boolean} is_any
 * @param {number} every
 * @param {boolean} [is_too_large] of the run that stands not even one is kept
 */
export function kept_words(is_any, every, is_too_large = false) {
  const size = `${MOST_EPOCH_BYTES / 2 ** 20} MB`;
  const limit = `at most ${size}`;
  if (is_too_large) {
    return `An epoch of this network takes more than the ${size} of memory that this page keeps for them, so no earlier one can be shown.`;
  }
  if (!is_any) {
    return `Earlier epochs can be shown of a run that this page has trained since it was opened: it keeps them in memory, ${limit}.`;
  }
  const which = every === 1 ? "every epoch" : `every ${nth(every)} epoch and the newest`;
  return `This page has kept ${which} in memory, ${limit}, until it is closed. The model that stands is not changed by looking back.`;
}

/** @param {number} number a power of two */
function nth(number) {
  if (number % 10 === 2 && number % 100 !== 12) return number === 2 ? "second" : `${number}nd`;
  return number === 4 ? "fourth" : `${number}th`;
}

/**
 * What an epoch came to, in a sentence.
 * @param {EpochLook} look
 * @param {number} num_epochs that the settings ask for
 * @param {Start} origin what the first of these epochs began with
 */
export function epoch_look_words({ record, accuracy_before, num_validation }, num_epochs, origin) {
  const [before, after] = [accuracy_before, record.validation_accuracy].map((share) =>
    format.percent(share),
  );
  const which =
    origin === "model" ? `Epoch ${record.epoch}` : `Epoch ${record.epoch} of ${num_epochs}`;
  return (
    `${which}, ${from_words(origin)}: the validation accuracy goes from ${before} to ${after} ` +
    `on ${format.counted(num_validation, "image")}; the mean training loss on the way was ${format.loss(record.train_loss)}.`
  );
}

/**
 * What its updates say, by rule.
 * @param {readonly StepLayer[]} layers
 */
export function update_words(layers) {
  const shares = layers.map(({ update_share }) => update_share);
  const [least, most] = [Math.min(...shares), Math.max(...shares)];
  const range = `Updates of ${small(least)} to ${small(most)} of the weights`;
  if (!Number.isFinite(most)) return "Weights or gradients are no numbers any more.";
  if (most > 30 * USUAL_UPDATE) return `${range}: a thousandth is usual, so this is a large step.`;
  if (most < USUAL_UPDATE / 30) return `${range}: a thousandth is usual, so this is a small step.`;
  return `${range}: a thousandth is usual, and within thirty times of that nothing is amiss.`;
}

/**
 * How an image is read, and what share the class has that is asked about.
 * @param {StoryOf} reading
 * @param {readonly string[]} classes
 * @param {Pick<Subject, "truth" | "about"> | null} subject an image of the data; `null` for the drawing
 */
export function story_words({ probabilities, read, of, looked_back }, classes, subject) {
  const share = (/** @type {number} */ at) => format.percent(probabilities[at] ?? 0, 1);
  const when = looked_back ? ` as of ${epoch_words(looked_back)}` : "";
  const is = subject ? `${subject.about}: this is ${read_as(classes, subject.truth)}. ` : "";
  const asked = of === read ? "" : `; ${read_as(classes, of)}, asked about here, has ${share(of)}`;
  return `${is}Read as ${class_name(classes, read)} with ${share(read)}${when}${asked}.`;
}

/**
 * What the units answer to, where that is no drawing.
 * @param {Pick<Subject, "truth">} subject
 * @param {readonly string[]} classes
 */
export function subject_words({ truth }, classes) {
  return `The units answer to the story’s image, ${read_as(classes, truth)}, until you draw.`;
}

/**
 * What the nearest images are, or why none of them is named.
 * @param {Pick<NearestImages, "distances" | "is_silent"> & { num_compared: number }} nearest
 */
export function nearest_words({ distances, is_silent, num_compared }) {
  const all = format.counted(num_compared, "training image");
  if (is_silent) {
    return `No unit of the last hidden layer passes anything on for this image, so none of the ${all} can be said to be like it.`;
  }
  if (!has_nearest({ distances, is_silent })) {
    const count = distances.length;
    const many = count < num_compared ? `At least ${count} of the ${all}` : `All ${all}`;
    return `${many} are equally far from it in the last hidden layer, at a distance of ${value(distances[0] ?? NaN)}: none is nearer than another.`;
  }
  return `The nearest of ${all}, spread evenly, by the distance of what the last hidden layer makes of them.`;
}

/**
 * Whether some images are nearer than others.
 * @param {Pick<NearestImages, "distances" | "is_silent">} nearest the nearest first
 */
export function has_nearest({ distances, is_silent }) {
  const is_tied = distances.length > 1 && distances[0] === distances.at(-1);
  return !is_silent && !is_tied;
}

/** Whether any pixel speaks for a class, or against it. @param {Pick<StoryOf, "saliency">} reading */
export const speaks = ({ saliency }) => saliency.some((one) => one !== 0);

/**
 * The strongest pixels on either side, for whoever cannot see the picture of them.
 * @param {StoryOf} reading
 * @param {readonly string[]} classes
 */
export function saliency_words({ saliency, of }, classes) {
  if (!speaks({ saliency })) return `No pixel says anything for ${read_as(classes, of)}`;
  const side = Math.round(Math.sqrt(saliency.length));
  let [most, least] = [0, 0];
  saliency.forEach((value, at) => {
    if (value > (saliency[most] ?? 0)) most = at;
    if (value < (saliency[least] ?? 0)) least = at;
  });
  const of_pixel = (/** @type {number} */ at) =>
    `${signed(saliency[at] ?? 0)} at the ${input_name(0, at, side)}`;
  return `What each pixel says for ${read_as(classes, of)}: most for it ${of_pixel(most)}, most against it ${of_pixel(least)}`;
}
