// The benchmark's page: holds the contenders' workers and what needs the site's
// own page code (its CSV loading, its pool). Driven from outside through `bench`.

import * as Comlink from "/www/vendor/comlink.mjs";
import { Custody } from "/www/engine/custody.js";
import { Pool } from "/www/engine/pool.js";
import { EngineWorker } from "/www/engine/engine_worker.js";

/** @import { RunConfig, StudyPlan, StudyRun } from "../../www/pkg/ndarray/inkling.js" */
/** @import { LoadedData } from "../../www/engine/custody.js" */
/** @import { Amount, Measured, OpenArgs, Read, Settings } from "./types.d.ts" */

/**
 * What a contender's worker answers to.
 * @typedef {object} Ops
 * @property {(args: OpenArgs) => string} open
 * @property {(args: Settings) => void} prepare
 * @property {(args: Amount) => Measured} measure
 * @property {(args: File) => Read} read
 */

/** @type {Map<string, Contender>} */
const contenders = new Map();

/** @param {string} name */
function contender_of(name) {
  const found = contenders.get(name);
  if (!found) throw new Error(`no contender is called ${name}`);
  return found;
}

class Contender {
  #worker = new Worker("contender.js");
  /** @type {Map<number, { resolve: (answer: any) => void, reject: (why: Error) => void }>} */
  #calls = new Map();
  #next_id = 0;

  constructor() {
    this.#worker.onmessage = ({ data: { id, answer, error } }) => {
      const call = this.#calls.get(id);
      this.#calls.delete(id);
      if (error) call?.reject(new Error(error));
      else call?.resolve(answer);
    };
    this.#worker.onerror = (event) => {
      for (const { reject } of this.#calls.values()) reject(new Error(event.message));
      this.#calls.clear();
    };
  }

  /**
   * @template {keyof Ops} O
   * @param {O} op
   * @param {Parameters<Ops[O]>[0]} args
   * @returns {Promise<ReturnType<Ops[O]>>}
   */
  call(op, args) {
    return new Promise((resolve, reject) => {
      this.#calls.set(this.#next_id, { resolve, reject });
      this.#worker.postMessage({ id: this.#next_id++, op, args });
    });
  }

  end() {
    this.#worker.terminate();
  }
}

/** The picked file. @returns {File} */
function picked() {
  const field = /** @type {HTMLInputElement | null} */ (document.getElementById("file"));
  const file = field?.files?.[0];
  if (!file) throw new Error("no file was picked");
  return file;
}

/** @type {EngineWorker | undefined} */
let csv_worker;
/** @type {LoadedData | undefined} */
let loaded;
/** @type {Custody | undefined} */
let custody;

export const bench = {
  /** @param {string} name @param {OpenArgs} args */
  async open(name, args) {
    if (contenders.has(name)) throw new Error(`${name}: found a second one of this name`);
    const contender = new Contender();
    contenders.set(name, contender);
    return contender.call("open", args);
  },

  /** @param {string} name @param {Settings} settings */
  prepare: (name, settings) => contender_of(name).call("prepare", settings),

  /** @param {string} name @param {Amount} amount */
  measure: (name, amount) => contender_of(name).call("measure", amount),

  /** @param {string} name */
  end(name) {
    contenders.get(name)?.end();
    contenders.delete(name);
  },

  /** The picked CSV to a ready data set, as the site loads it, in a fresh worker. */
  async load_csv() {
    csv_worker?.kill("the next round begins");
    const worker = new EngineWorker("inkling csv");
    csv_worker = worker;
    await worker.call((engine) => engine.open("ndarray"));
    const start = performance.now();
    const on_progress = Comlink.proxy(() => {});
    // Read for the page, which keeps it, and then held by the worker that trains.
    const data = await worker.call(
      async (engine) =>
        await engine.read_file("csv", [picked()], { needs_labels: true }, on_progress),
    );
    if ("question" in data) throw new Error("the file was asked about");
    await worker.call((engine) => engine.load_data(data));
    loaded = data;
    return { secs: (performance.now() - start) / 1000, rows: data.summary.num_rows };
  },

  async papaparse() {
    return contender_of("papaparse").call("read", picked());
  },

  end_csv() {
    csv_worker?.kill("the measurement is over");
  },

  /** The picked CSV as what `auto` decides about. */
  async load_for_auto() {
    custody = new Custody();
    const data = await custody.read_files([picked()], { needs_labels: true });
    if ("question" in data) throw new Error("the file was asked about");
    custody.set_data(data);
  },

  /**
   * What `auto` takes for settings that nobody hurries with, and how long it thought.
   * @param {RunConfig} config
   */
  async auto(config) {
    if (!custody) throw new Error("no data set was loaded before");
    const start = performance.now();
    await custody.get_ready(config);
    const { backend, reason } = await custody.choose_backend(config);
    return { backend, reason, secs: (performance.now() - start) / 1000 };
  },

  /**
   * Seconds that the site's own pool takes for equal runs.
   * @param {number} num_workers
   * @param {number} num_runs
   * @param {RunConfig} config
   */
  async study(num_workers, num_runs, config) {
    if (!loaded) throw new Error("no data set was loaded before");
    // As much of a plan and its runs as a pool reads.
    const runs = /** @type {StudyRun[]} */ (
      Array.from({ length: num_runs }, () => ({
        spec: { value_index: 0, label: "", axis: 0, seed: 0, config, cost: 1 },
        state: "waiting",
        reason: "",
        history: [],
        result: undefined,
      }))
    );
    const order = runs.map((_, index) => index);
    const start = performance.now();
    const pool = new Pool({
      plan: /** @type {StudyPlan} */ ({ order }),
      runs,
      artifact: "ndarray",
      data: loaded,
      num_workers,
      on_change: () => {},
    });
    await pool.done;
    const bad = runs.find(({ state }) => state !== "finished");
    if (bad) throw new Error(`a run of the study is ${bad.state}: ${bad.reason}`);
    return (performance.now() - start) / 1000;
  },
};

globalThis.bench = bench;
globalThis.is_bench_ready = true;
