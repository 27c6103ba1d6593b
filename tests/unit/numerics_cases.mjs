// The cases of tests/fixtures/numerics.json, run by an engine: what settings and data
// come to, as bits. `crate/tests/numerics.rs` runs the same ones natively and in a
// browser's worker.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { sample } from "./letters_set.mjs";

export const FIXTURE = new URL("../fixtures/numerics.json", import.meta.url);

/** Held-out images whose probabilities are compared. */
const MOST_PREDICTED = 200;

/**
 * @typedef {object} Outcome bits of 64-bit floats as 16 hexadecimal digits
 * @property {string} data_checksum
 * @property {string} outcome
 * @property {string} weights_checksum
 * @property {string[][]} curve of each epoch: training loss and accuracy, validation loss and accuracy, and both of the training sample where they were asked for
 * @property {string} clean loss of the training sample in the end
 * @property {string} probabilities SHA-256 of those of the first held-out images, as little-endian 32-bit floats
 * @property {string} evaluation_loss on those images
 */

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {string} data which of `sets_of`
 * @property {Record<string, unknown>} config
 * @property {Outcome} expected
 */

/** @typedef {{ numerics_version: number, made_by: string, predicted: number, functions: Record<string, string>, cases: Case[] }} Fixture */

/** @returns {Fixture} */
export const fixture = () => JSON.parse(readFileSync(FIXTURE, "utf8"));

/** Bits of a number. @param {number} value */
function bits(value) {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16).padStart(16, "0");
}

/**
 * The sets of images that cases name, all made of the sample that ships.
 * @param {any} wasm
 * @returns {Record<string, any>}
 */
export function sets_of(wasm) {
  const whole = sample(wasm);
  const [pixels, labels] = [whole.pixels(), whole.labels()];
  const { task } = whole.summary();
  const head = (/** @type {number} */ count) => pixels.slice(0, 784 * count);
  const made = (
    /** @type {object} */ of,
    /** @type {Uint8Array} */ images,
    /** @type {any} */ by,
  ) => wasm.Dataset.from_parts("made", of, images, by);
  const numbered = (/** @type {number} */ count) => Array.from({ length: count }, (_, n) => `${n}`);

  const eight = new Uint8Array(64 * 2000);
  for (let place = 0; place < eight.length; place++) {
    const [row, y, x] = [Math.floor(place / 64), Math.floor((place % 64) / 8), place % 8];
    eight[place] = pixels[784 * row + 28 * Math.floor(3.5 * y + 1) + Math.floor(3.5 * x + 1)];
  }
  // Each second digit is turned, to a class of its own.
  const turned = head(2000);
  const classes = labels.slice(0, 2000);
  for (let row = 1; row < 2000; row += 2) {
    classes[row] += 10;
    for (let at = 0; at < 784; at++) {
      turned[784 * row + at] = pixels[784 * row + 28 * (at % 28) + Math.floor(at / 28)];
    }
  }
  const of_eight = { side: 8, classes: numbered(10), full_ink: 16, is_drawn: true };
  const of_twenty = { side: 28, classes: numbered(20), full_ink: 255, is_drawn: true };
  return {
    sample: whole,
    small: made(task, head(2000), labels.slice(0, 2000)),
    paper: made(
      task,
      head(2000).map((/** @type {number} */ pixel) => 255 - pixel),
      labels.slice(0, 2000),
    ),
    eight: made(of_eight, eight, labels.slice(0, 2000)),
    turned: made(of_twenty, turned, classes),
  };
}

/**
 * @param {any} wasm
 * @param {Record<string, any>} sets
 * @param {Pick<Case, "data" | "config">} case_
 * @returns {Promise<Outcome & { numerics_version: number }>}
 */
export async function outcome_of(wasm, sets, { data, config }) {
  const set = sets[data];
  const trainer = await wasm.Trainer.create(set, config);
  let ended;
  while (!ended) {
    for (const event of await trainer.next(50)) if (event.kind === "ended") ended = event;
  }
  const rows = trainer.validation_rows().slice(0, MOST_PREDICTED);
  const size = set.image(0).length;
  const pixels = new Uint8Array(rows.length * size);
  rows.forEach((/** @type {number} */ row, /** @type {number} */ at) =>
    pixels.set(set.image(row), size * at),
  );
  const labels = Uint8Array.from(rows, (row) => set.label(row));
  const probabilities = await trainer.predict(pixels);
  trainer.free();
  const { loss } = wasm.evaluate(probabilities, labels, set.summary().task.classes.length);
  return {
    data_checksum: set.summary().checksum,
    outcome: ended.outcome,
    weights_checksum: ended.weights_checksum,
    curve: ended.history.map((/** @type {any} */ epoch) =>
      [
        epoch.train_loss,
        epoch.train_accuracy,
        epoch.validation_loss,
        epoch.validation_accuracy,
        ...(epoch.clean_loss === undefined ? [] : [epoch.clean_loss, epoch.clean_accuracy]),
      ].map(bits),
    ),
    clean: bits(ended.clean.loss),
    probabilities: createHash("sha256")
      .update(
        new Uint8Array(probabilities.buffer, probabilities.byteOffset, probabilities.byteLength),
      )
      .digest("hex"),
    evaluation_loss: bits(loss),
    numerics_version: ended.numerics_version,
  };
}
