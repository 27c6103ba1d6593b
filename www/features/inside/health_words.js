// What the health of layers says, by rules, each with its numbers. Pure functions.

import * as format from "../../base/format.js";
import { choice_words } from "../../base/settings.js";
import { FACTS } from "../../facts/health.js";
import { small } from "./words.js";

/** @import { LayerHealth } from "../../pkg/studies/inkling.js" */
/** @import { RunHealth } from "../../app/health.js" */

/** The layers after an epoch, 0 the start. @typedef {{ epoch: number, layers: LayerHealth[] }} EpochHealth */

const { dead, exploding, far_from_usual, mostly_silent, usual_update, vanishing } = FACTS;

/** @param {LayerHealth} layer */
const silent_share = ({ num_silent, num_units }) => (num_units ? num_silent / num_units : 0);

/** @param {number} epoch */
const when = (epoch) => (epoch === 0 ? "at the start" : `after epoch ${epoch}`);

/** @param {string} text */
const capital = (text) => text.replace(/^./, (letter) => letter.toUpperCase());

/** @param {number} number */
const times = (number) => format.count(Number(number.toPrecision(number < 1000 ? 3 : 1)));

/**
 * All that is said of a run, the gravest first.
 * @param {Omit<RunHealth, "epochs"> & { epochs: EpochHealth[] }} health
 * @returns {string[]}
 */
export function health_sentences({ epochs, config, num_images }) {
  const last = epochs.at(-1);
  if (!last) return [];
  const broken = broken_words(epochs);
  if (broken) return [broken];
  // What follows from a death, no gradient and no steps, is no fault of its own.
  const died = dead_words(epochs, config, num_images);
  if (died) return [died];
  const found = [
    silent_words(epochs, config.learning_rate, num_images),
    gradient_words(epochs, config),
    update_words(last),
  ];
  return found.filter((sentence) => sentence !== "");
}

/** @param {readonly EpochHealth[]} epochs */
function broken_words(epochs) {
  const broken = epochs.find(({ layers }) =>
    layers.some(
      ({ weight_norm, gradient_norm }) =>
        !Number.isFinite(weight_norm) || !Number.isFinite(gradient_norm),
    ),
  );
  if (!broken) return "";
  return `${capital(when(broken.epoch))} weights or gradients are no numbers any more. A learning rate of a tenth would keep them.`;
}

/**
 * A layer that was alive at the start and is not any more.
 * @param {readonly EpochHealth[]} epochs
 * @param {RunHealth["config"]} config
 * @param {number} num_images
 */
function dead_words(epochs, { learning_rate, activation }, num_images) {
  const found = first_silent(epochs, dead);
  const [start] = epochs;
  const before = start?.layers[found?.at ?? 0];
  if (!found || !before || silent_share(before) >= mostly_silent) return "";
  const { num_silent, num_units } = found.layer;
  const which = found.at === 0 ? "The first layer" : `Layer ${found.at + 1}`;
  const why =
    activation === "relu"
      ? " From an image on which it is silent a ReLU gets no gradient, so none of these teaches it anything."
      : "";
  return `${which} looks dead: ${when(found.epoch)}, ${format.count(num_silent)} of its ${format.count(num_units)} units are silent on all ${num_images} images; at the start it was ${format.count(before.num_silent)}.${why} A learning rate of ${learning_rate} is too high for it: try a tenth.`;
}

/**
 * A layer that is mostly silent from early on, but not dead.
 * @param {readonly EpochHealth[]} epochs
 * @param {number | string} rate
 * @param {number} num_images
 */
function silent_words(epochs, rate, num_images) {
  const found = first_silent(epochs, mostly_silent);
  if (!found || first_silent(epochs, dead)) return "";
  const { num_silent, num_units } = found.layer;
  return `${capital(when(found.epoch))}, ${format.count(num_silent)} of the ${format.count(num_units)} units of layer ${found.at + 1} (${format.percent(silent_share(found.layer), 0)}) are silent on all ${num_images} images: they take no part in reading any of these. A learning rate below ${rate}, or layer normalisation, keeps more of them.`;
}

/**
 * The first epoch, not the start, after which so much of a layer is silent.
 * @param {readonly EpochHealth[]} epochs
 * @param {number} share
 */
function first_silent(epochs, share) {
  for (const { epoch, layers } of epochs) {
    const at = epoch > 0 ? layers.findIndex((layer) => silent_share(layer) >= share) : -1;
    const layer = layers[at];
    if (layer) return { epoch, at, layer };
  }
  return null;
}

/**
 * Whether the gradient vanishes, or grows, on its way to the first layer.
 * @param {readonly EpochHealth[]} epochs
 * @param {RunHealth["config"]} config
 */
function gradient_words(epochs, { activation }) {
  for (const { epoch, layers } of epochs) {
    const [first, final] = [layers[0], layers.at(-1)];
    if (!first || !final || layers.length < 3) return "";
    const [near, far] = [final.gradient_norm, first.gradient_norm];
    const ratio = far / near;
    const name = choice_words("activation", { activation });
    const way = `${when(epoch)} its norm is ${small(near)} in layer ${layers.length} and ${small(far)} in layer 1`;
    if (ratio < vanishing) {
      const less = far === 0 ? "nothing is left" : `${times(1 / ratio)} times less`;
      const why =
        activation === "sigmoid"
          ? " Sigmoid’s slope is a quarter at most, in each layer again."
          : activation === "tanh"
            ? " Tanh’s slope is below 1 wherever a sum is far from 0, in each layer again."
            : "";
      return `The gradient vanishes on its way back: ${way}, ${less}. The first layers hardly learn.${why} Fewer layers, ${activation === "relu" ? "or layer normalisation" : `layer normalisation, or ReLU in place of ${name}`}, would keep it.`;
    }
    if (ratio > exploding) {
      return `The gradient grows on its way back: ${way}, ${times(ratio)} times more. Layer normalisation or a lower learning rate keeps the first layers from leaping.`;
    }
  }
  return "";
}

/** @param {EpochHealth} last */
function update_words({ epoch, layers }) {
  const shares = layers.map(({ update_share }) => update_share);
  const [least, most] = [Math.min(...shares), Math.max(...shares)];
  const range = `${capital(when(epoch))} a step moves the weights by ${small(least)} to ${small(most)} of their size`;
  if (most > far_from_usual * usual_update) {
    return `${range}: about a thousandth is usual, so these steps are large. A lower learning rate makes them smaller.`;
  }
  if (most < usual_update / far_from_usual) {
    return `${range}: about a thousandth is usual, so these steps are small. A higher learning rate would learn faster, if the run is not near its end.`;
  }
  return `${range}: about a thousandth is usual.`;
}
