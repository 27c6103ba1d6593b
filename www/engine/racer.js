// Has both backends take some steps of a run, in the quiet before it, and remembers which of
// them was faster. They count for nothing: a trial has a network of its own. A run never
// waits long for that; what was not ready in time is finished for the next one.

import { message_of, unless_aborted } from "../base/fault.js";
import { num_pixels_of } from "../base/task.js";
import { faster, is_in_doubt, shape_of, verdict_of } from "./race.js";

/** @import { PlanSummary, RunConfig } from "../pkg/ndarray/inkling.js" */
/** @import { LoadedData } from "../worker/dataset.js" */
/** @import { Trial } from "../worker/trial.js" */
/** @import { Verdict } from "./race.js" */
/** @import { RaceMemory } from "./race_memory.js" */
/** @import { Station } from "./station.js" */
/** @import { Stations } from "./stations.js" */

/** A run waits no longer for a race; with what a worker is at by then, it has lost 300 ms. */
const RACE_MS = 220;

/** Nor often: the first time what WebGPU needs is got ready. After that the quiet must do. */
const MOST_WAITS = 2;

/** What a trial has for its steps after the first: while a run waits, and while nobody does. */
const TRIAL_MS = 40;
const CALM_TRIAL_MS = 120;

/** Whatever has not come by then never will. */
const PATIENCE_MS = 60_000;

/** Multiply-adds of a step that the CPU takes less than 80 ms for; a larger one is tried on fewer images. */
const MOST_WORK = 7e8;

/** A trial with so few timed steps has slow ones, whose code was compiled for good within it. */
const FEW_STEPS = 8;

/** Images that tell how full of ink a data set is. */
const NUM_LOOKED_AT = 256;

/**
 * What a race can come to: a verdict, or why there will be none on this page.
 * @typedef {{ verdict: Verdict } | { why: string }} Outcome
 */

/**
 * One under way.
 * @typedef {object} Race
 * @property {string} key
 * @property {number} trial_ms
 * @property {boolean} is_cut something else is under way: what was measured from then on is no measure
 * @property {Promise<Outcome | null>} over `null` where it was cut
 */

/** What stands in the place of an answer that did not come in time. */
export const LATE = Symbol("late");

/**
 * @template T
 * @param {number} ms
 * @param {Promise<T>} work
 * @returns {Promise<T | typeof LATE>}
 */
export async function within(ms, work) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {Promise<typeof LATE>} */
  const late = new Promise((done) => {
    timer = setTimeout(done, ms, LATE);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

export class Racer {
  #stations;
  #memory;
  #race_ms;
  /** @type {Race | null} */
  #race = null;
  /** Why a key is not tried again on this page. @type {Map<string, string>} */
  #failed = new Map();
  /** How often runs have waited for a key. @type {Map<string, number>} */
  #waits = new Map();
  /** Shares of ink, by data set. @type {WeakMap<Blob, Promise<number>>} */
  #ink = new WeakMap();

  /**
   * @param {Stations} stations
   * @param {RaceMemory} memory
   * @param {number} [race_ms] tests have other patience
   */
  constructor(stations, memory, race_ms = RACE_MS) {
    this.#stations = stations;
    this.#memory = memory;
    this.#race_ms = race_ms;
  }

  /**
   * What a race of these settings has come to, or comes to within the time that a run
   * waits; a race that is late is cut, and has made the next one quick.
   * @param {RunConfig} config
   * @param {LoadedData} data
   * @param {string} adapter
   * @param {AbortSignal} signal
   * @returns {Promise<Outcome | typeof LATE>}
   */
  async decide(config, data, adapter, signal) {
    const key = await this.#key(config, data, adapter);
    const known = await this.#known(key);
    if (known) return known;
    const race = this.#begun(key, config, data, TRIAL_MS);
    const num_waits = this.#waits.get(key) ?? 0;
    if (race.is_cut || num_waits === MOST_WAITS) return LATE;
    this.#waits.set(key, num_waits + 1);
    const found = await unless_aborted(within(this.#race_ms, race.over), signal);
    return found ?? LATE;
  }

  /**
   * Races ahead of the press, in the quiet, and once more where the last one left a doubt;
   * where WebGPU has won before, it is opened.
   * @param {RunConfig} config
   * @param {LoadedData} data
   * @param {string} adapter
   * @returns {Promise<void>}
   */
  async get_ready(config, data, adapter) {
    const key = await this.#key(config, data, adapter);
    const known = await this.#known(key);
    const verdict = known && "verdict" in known ? known.verdict : null;
    if (verdict && faster(verdict) === "webgpu") await this.#stations.of("webgpu").feed(data);
    if (!known || (verdict && is_in_doubt(verdict))) {
      await this.#begun(key, config, data, CALM_TRIAL_MS).over;
    }
  }

  /** Something is under way from now on: what is measured beside it is no measure. */
  cut() {
    if (this.#race) this.#race.is_cut = true;
  }

  /** @param {string} key @returns {Promise<Outcome | null>} */
  async #known(key) {
    const verdict = await this.#memory.get(key);
    if (verdict) return { verdict };
    const why = this.#failed.get(key);
    return why === undefined ? null : { why };
  }

  /**
   * The race of a key: the one under way, or another after it. Who waits has no use for a
   * second one after one that was cut.
   * @param {string} key
   * @param {RunConfig} config
   * @param {LoadedData} data
   * @param {number} trial_ms
   * @returns {Race}
   */
  #begun(key, config, data, trial_ms) {
    const before = this.#race;
    const is_of_use = !before?.is_cut || trial_ms === TRIAL_MS;
    if (before?.key === key && is_of_use) return before;
    if (before) before.is_cut = true;
    /** @type {Race} */
    const race = { key, trial_ms, is_cut: false, over: Promise.resolve(null) };
    this.#race = race;
    race.over = (async () => {
      await before?.over;
      try {
        return await this.#run(race, config, data);
      } finally {
        if (this.#race === race) this.#race = null;
      }
    })();
    return race;
  }

  /**
   * @param {Race} race
   * @param {RunConfig} config
   * @param {LoadedData} data
   * @returns {Promise<Outcome | null>}
   */
  async #run(race, config, data) {
    const cpu = this.#cpu(race, data);
    const plan = await cpu.plan(config).catch(() => null);
    // Whoever would train is told what is wrong with the settings.
    if (!plan) return null;
    const images = Math.min(config.batch_size ?? 64, plan.num_train);
    const fewer = Math.floor((images * MOST_WORK) / plan.step_multiply_adds);
    const tried = fewer < images ? { ...config, batch_size: Math.max(fewer, 1) } : config;
    /** @type {Verdict} */
    let verdict;
    try {
      const first = await within(PATIENCE_MS, this.#on_webgpu(race, config, tried, data));
      if (first === LATE) throw new Error(`it was silent for ${PATIENCE_MS / 1000} s`);
      const trials = first && (await this.#on_cpu(race, cpu, tried));
      const is_calm = race.trial_ms === CALM_TRIAL_MS;
      // In turn, as far as there is time: a machine that is at something else slows both.
      const again = trials && is_calm ? await this.#on_webgpu(race, config, config, data) : first;
      if (!first || !trials || !again) return null;
      const webgpu = [first.own, again.own];
      const scale = images / Math.min(tried.batch_size ?? 64, images);
      verdict = verdict_of({ cpu: trials, webgpu, checked: first.checked, scale });
    } catch (error) {
      const why = `WebGPU failed when it was tried (${message_of(error)}).`;
      this.#failed.set(race.key, why);
      return { why };
    }
    if (!(verdict.cpu_ms > 0 && verdict.webgpu_ms > 0)) {
      return { why: "a step of these settings could not be timed." };
    }
    await this.#memory.put(race.key, verdict);
    return { verdict: (await this.#memory.get(race.key)) ?? verdict };
  }

  /**
   * @param {Race} race
   * @param {RunConfig} config
   * @param {RunConfig} tried the same, on as many images a step as the CPU is given
   * @param {LoadedData} data
   * @returns {Promise<{ own: Trial, checked: Trial } | null>} `null` where it was cut
   */
  async #on_webgpu(race, config, tried, data) {
    const webgpu = new Side(async () => this.#stations.of("webgpu"), data, race.trial_ms);
    const own = await webgpu.try_steps(config);
    if (race.is_cut) return null;
    const checked = tried === config ? own : await webgpu.try_steps(tried);
    return race.is_cut ? null : { own, checked };
  }

  /** @param {Race} race @param {LoadedData} data */
  #cpu({ trial_ms }, data) {
    return new Side(() => this.#stations.on_cpu((station) => station), data, trial_ms);
  }

  /**
   * Two trials where steps are quick: in the first the browser compiles their code for good.
   * @param {Race} race
   * @param {Side} cpu
   * @param {RunConfig} config
   * @returns {Promise<Trial[] | null>} `null` where it was cut, or the settings cannot be trained
   */
  async #on_cpu(race, cpu, config) {
    /** @type {Trial[]} */
    const trials = [];
    do {
      const trial = await cpu.try_steps(config).catch(() => null);
      if (race.is_cut || !trial) return null;
      trials.push(trial);
    } while (trials.length === 1 && num_timed(trials[0]) >= FEW_STEPS);
    return trials;
  }

  /**
   * @param {RunConfig} config
   * @param {LoadedData} data
   * @param {string} adapter
   */
  async #key(config, { summary, blob }, adapter) {
    const ink = this.#ink.get(blob) ?? ink_of(blob, num_pixels_of(summary));
    this.#ink.set(blob, ink);
    return `${shape_of(config, summary, await ink)}, ${adapter}`;
  }
}

/** One of the two: a worker that is given the data and asked. */
class Side {
  #station;
  #data;
  #trial_ms;

  /**
   * @param {() => Promise<Station>} station
   * @param {LoadedData} data
   * @param {number} trial_ms
   */
  constructor(station, data, trial_ms) {
    this.#station = station;
    this.#data = data;
    this.#trial_ms = trial_ms;
  }

  /** @param {RunConfig} config @returns {Promise<PlanSummary>} */
  async plan(config) {
    const { checksum } = this.#data.summary;
    const station = await this.#fed();
    return station.call((engine) => engine.plan(checksum, config));
  }

  /** @param {RunConfig} config @returns {Promise<Trial>} */
  async try_steps(config) {
    const { checksum } = this.#data.summary;
    const station = await this.#fed();
    return station.call((engine) => engine.try_steps(checksum, config, this.#trial_ms));
  }

  async #fed() {
    const station = await this.#station();
    await station.feed(this.#data);
    return station;
  }
}

/** @param {Trial | undefined} trial */
function num_timed(trial) {
  return (trial?.slices ?? []).reduce((sum, { num_steps }) => sum + num_steps, 0);
}

/**
 * The share of pixels that are not empty, of the first images.
 * @param {Blob} blob
 * @param {number} num_pixels of an image
 */
async function ink_of(blob, num_pixels) {
  const pixels = await blob.slice(0, NUM_LOOKED_AT * num_pixels).arrayBuffer();
  const bytes = new Uint8Array(pixels);
  return bytes.reduce((sum, value) => sum + (value ? 1 : 0), 0) / Math.max(1, bytes.length);
}
