// Training steps beside those of the default network: wide networks against PyTorch, what
// distorted images cost, and what threads gain.

import { loadavg } from "node:os";
import { print_table } from "./report.mjs";
import { alternate, ratio } from "./turns.mjs";

/** @import { Python } from "./contenders.mjs" */
/** @import { Contender } from "./types.d.ts" */

/**
 * @typedef {object} Bench
 * @property {(name: string) => () => Promise<Contender>} ours opens one of that name, which no other has
 * @property {(name: string) => () => Promise<Contender>} ours_threads the same on several threads
 * @property {(openers: Record<string, () => Contender | Promise<Contender>>) => Promise<Record<string, Contender>>} open_all
 * @property {Python | null} python
 * @property {number} cores of this machine
 * @property {boolean} is_quick
 * @property {(text: string) => void} say
 * @property {(key: string, reason: string) => void} missing
 */

/** Hidden layers that people ask for beyond the default. */
const WIDE = [[800], [512, 256], [800, 400], [2048]];
const LEARNING_RATE = 0.01;

/**
 * Ratios by hidden layers, such as `800,400`, and batch size; ours computes on one core, and
 * on all beside PyTorch on all.
 * @param {Bench} bench
 */
export async function measure_wide(bench) {
  const { ours, ours_threads, open_all, python, cores, is_quick, say, missing } = bench;
  const contenders = await open_all({
    ours: ours("ours"),
    ours_threads: ours_threads("ours_threads"),
    ...(python && {
      torch_expert: () => python.contender("expert"),
      torch_all_cores: () => python.contender("expert", cores),
    }),
  });
  /** @type {Record<string, Record<string, Record<number, number>>>} */
  const ratios = {};
  const wide_steps = [];
  const rows = [];
  for (const hidden of WIDE) {
    for (const batch_size of [64, 512]) {
      const settings = { hidden, batch_size, learning_rate: LEARNING_RATE };
      const amount = { default: { min_ms: is_quick ? 500 : 1500 } };
      const found = await alternate(contenders, settings, amount, is_quick ? 3 : 7, missing);
      wide_steps.push({ hidden, batch_size, load: loadavg()[0], found });
      for (const [own, theirs] of /** @type {const} */ ([
        ["ours", "torch_expert"],
        ["ours_threads", "torch_all_cores"],
      ])) {
        const value = ratio(found, own, theirs);
        if (value === undefined) continue;
        const by_hidden = (ratios[`wide_step_vs_${theirs}`] ??= {});
        (by_hidden[hidden.join(",")] ??= {})[batch_size] = value;
      }
      const names = Object.keys(contenders);
      const image_us = names.map((name) => (1000 * (found[name]?.step_ms ?? NaN)) / batch_size);
      rows.push([`${hidden} × ${batch_size}`, ...image_us]);
      say(`CPU step, hidden ${hidden}, batch ${batch_size}: ${image_us[0].toFixed(1)} µs an image`);
    }
  }
  print_table("CPU, µs an image", ["hidden × batch", ...Object.keys(contenders)], rows);
  return { wide_steps, ...ratios };
}

/**
 * Time to train on distorted images over that on images as they are, default network.
 * @param {Bench} bench
 */
export async function measure_augmentation({ ours, open_all, is_quick, say, missing }) {
  const contenders = await open_all({ plain: ours("plain"), distorted: ours("distorted") });
  if (contenders.distorted) contenders.distorted.settings = { augmentation: true };
  const settings = { hidden: [128, 64], batch_size: 64, learning_rate: LEARNING_RATE };
  const amount = { default: { min_ms: is_quick ? 500 : 1500 } };
  const found = await alternate(contenders, settings, amount, is_quick ? 5 : 9, missing);
  const cost = ratio(found, "distorted", "plain");
  if (cost === undefined) throw new Error("one of the two could not be measured");
  say(`Distorted images: ${cost.toFixed(2)} of the time without`);
  return { augmentation_cost: cost };
}

/**
 * Time of one thread over that of all that a run takes: of the default network, and of a wide
 * one on distorted images.
 * @param {Bench} bench
 */
export async function measure_threads({ ours, ours_threads, open_all, is_quick, say, missing }) {
  const contenders = await open_all({ one: ours("one"), all: ours_threads("all") });
  const amount = { default: { min_ms: is_quick ? 500 : 1500 } };
  const rounds = is_quick ? 5 : 9;
  /** @param {string} name @param {number[]} hidden @param {boolean} augmentation */
  const speedup = async (name, hidden, augmentation) => {
    const settings = { hidden, batch_size: 64, learning_rate: LEARNING_RATE, augmentation };
    const found = await alternate(contenders, settings, amount, rounds, missing);
    const gain = ratio(found, "one", "all");
    if (gain === undefined) throw new Error("one of the two could not be measured");
    say(`Threads, ${name}: ${gain.toFixed(2)} times as fast`);
    return gain;
  };
  return {
    threads_speedup_default: await speedup("defaults", [128, 64], false),
    threads_speedup_wide: await speedup("800, distorted images", [800], true),
  };
}
