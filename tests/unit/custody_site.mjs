// A custody of data, model and run over made-up workers, with data or a model to begin with.

import assert from "node:assert/strict";
import { Custody } from "../../www/engine/custody.js";
import { stopped_clock } from "./clock.mjs";
import { data_file, fake_workers } from "./fake_worker.mjs";

/** @import { RunConfig } from "../../www/pkg/ndarray/inkling.js" */
/** @import { FakeWorker } from "./fake_worker.mjs" */

/** No patience runs out here but where a test has the time pass. */
export const clock = stopped_clock();

export const PATIENCE_MS = 60;

/** Nothing here takes a second; what hangs must not hang the suite. */
export const LIMIT = { timeout: 60_000 };

/** @param {Partial<RunConfig>} [more] @returns {RunConfig} */
export const config = (more = {}) => ({ backend: "ndarray", epochs: 3, seed: 7, ...more });

/** What a plan was made of, as the made-up engine says. @param {object} plan */
export const made_of = (plan) => /** @type {{ of: unknown }} */ (plan).of;

/**
 * @param {object} [options]
 * @param {(worker: FakeWorker, nth: number) => void} [prepare]
 */
export function custody_of(options = {}, prepare) {
  const workers = fake_workers(prepare);
  const notices = /** @type {string[]} */ ([]);
  const custody = new Custody({
    make_worker: workers.make_worker,
    patience_ms: PATIENCE_MS,
    on_notice: (sentence) => notices.push(sentence),
    ...options,
  });
  return { custody, workers, notices, cpu: () => workers.of("inkling cpu") };
}

/**
 * Files read that leave nothing to ask.
 * @param {Custody} custody
 * @param {Parameters<Custody["read_files"]>} given
 */
export async function read(custody, ...given) {
  const found = await custody.read_files(...given);
  if ("question" in found) assert.fail("the files were asked about");
  return found;
}

/**
 * A custody with data loaded.
 * @param {object} [options]
 * @param {number} [value] of each pixel
 * @param {(worker: FakeWorker, nth: number) => void} [prepare]
 */
export async function loaded(options = {}, value = 1, prepare = undefined) {
  const all = custody_of(options, prepare);
  const data = await read(all.custody, [data_file("a.csv", value)]);
  all.custody.set_data(data);
  return { ...all, data, checksum: data.summary.checksum };
}

/** And with a model that was trained on it, by the id `m`. */
export async function trained(options = {}) {
  const all = await loaded(options);
  const events = /** @type {string[]} */ ([]);
  const result = await all.custody.train(config(), {
    on_event: ({ kind }) => void events.push(kind),
  });
  all.custody.adopt_trained("m");
  return { ...all, result, events };
}

/** A digit that a person kept. */
export const KEPT = { pixels: new Uint8Array(784), labels: Uint8Array.of(1) };

/** What an image of whatever model says. @param {Float32Array | null | undefined} probabilities */
export const said = (probabilities) => probabilities?.[0] ?? null;

/** Holds up what workers that are yet to come are asked. */
export function fake_hold(
  /** @type {any} */ workers,
  /** @type {string} */ name,
  /** @type {any} */ hold,
) {
  const { push } = workers.made;
  workers.made.push = (/** @type {any} */ worker) => {
    worker.holds[name] = hold;
    return push.call(workers.made, worker);
  };
  return { restore: () => (workers.made.push = push) };
}
