// One browser for the studies' tests: tabs over one database and its locks, an engine
// that takes no time, and a pool whose runs end when the test says so.

import { create_studies } from "../../www/app/studies.js";
import { create_store, initial_state } from "../../www/app/state.js";
import { DEFAULTS } from "../../www/base/settings.js";
import { Studies } from "../../www/store/studies.js";
import { small_store } from "./small_store.mjs";

/** Whatever waits for nothing else has happened after it. */
export async function moments(count = 12) {
  for (let at = 0; at < count; at += 1) await new Promise((resolve) => setImmediate(resolve));
}

export const DATA = { name: "bars.csv", num_rows: 1200, has_labels: true, checksum: "c1" };

/** An engine as the studies use it. */
class FakeStudyEngine {
  /** @type {any} */
  data = null;
  /** What `choose_backend` comes to. @type {() => Promise<any>} */
  backend = async () => ({ backend: "ndarray", reason: "", device: "" });
  num_read = 0;

  /** @param {any} config */
  async plan_study({ factor, values, seeds_per_value, workers, vary_split, baseline }) {
    const typed = values.split(",").map((/** @type {string} */ one) => one.trim());
    // As the engine crosses them, each with layer normalisation off and on.
    const labels =
      factor === "dropout_layer_norm"
        ? typed.flatMap((/** @type {string} */ one) => [`${one}, off`, `${one}, on`])
        : typed;
    if (typed.includes("x")) {
      throw Object.assign(new Error('values, item 1: found "x", expected a number'), {
        place: "values, item 1",
      });
    }
    const seeds = Array.from({ length: seeds_per_value }, (_, at) => baseline.seed + at);
    const runs = labels.flatMap((/** @type {string} */ label, /** @type {number} */ at) =>
      seeds.map((seed) => ({
        value_index: at,
        label,
        axis: at + 1,
        seed,
        cost: 1,
        config: { ...baseline, seed },
      })),
    );
    return {
      factor,
      factor_name: factor.replaceAll("_", " "),
      values: labels.map((/** @type {string} */ label, /** @type {number} */ at) => ({
        label,
        axis: at + 1,
      })),
      seeds,
      runs,
      order: runs.map((/** @type {unknown} */ _, /** @type {number} */ at) => at),
      workers,
      vary_split,
      baseline,
      axis_scale: "log",
      notes: [],
    };
  }

  async plan() {}

  /** @param {any} record */
  async checked_study(record) {
    await this.read_study(record);
    const { seeds } = record.plan;
    const plan = { ...record.plan, vary_split: record.plan.vary_split ?? seeds.length > 1 };
    return { ...record, format_version: 2, plan };
  }

  /** Each image's first pixel is what it is read as. @param {Float32Array} probabilities @param {Uint8Array} labels */
  async evaluate(probabilities, labels) {
    const read = (/** @type {number} */ row) =>
      probabilities.subarray(10 * row, 10 * row + 10).indexOf(1);
    const num_correct = labels.filter((label, row) => read(row) === label).length;
    return { num_correct, accuracy: num_correct / labels.length, loss: 0.5 };
  }

  async version() {
    return "0.0.0";
  }

  /** @param {any} record */
  async read_study(record) {
    this.num_read += 1;
    const finished = record.runs.filter((/** @type {any} */ run) => run.state === "finished");
    return {
      figures: finished.map((/** @type {any} */ run) => ({
        value_index: run.spec.value_index,
        final_accuracy: 0.9,
      })),
      winner: winner_of(record),
      final_test: record.final_test
        ? [`Looked at ${record.final_test.num_looks} times: ${record.final_test.runs.length} runs.`]
        : [],
      insights: finished.map(() => ({ kind: "winner", sentence: "It won.", numbers: [] })),
    };
  }

  /** What a backend was asked for. @type {{ config: any, num_at_once: number, before?: string }[]} */
  asked = [];

  /** @param {any} config @param {{ before?: string, num_at_once: number, signal: AbortSignal }} more */
  choose_backend(config, { before, num_at_once, signal }) {
    this.asked.push({ config, num_at_once, ...(before && { before }) });
    return Promise.race([
      this.backend(),
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      }),
    ]);
  }
}

const RESULT = { outcome: "finished", backend: "ndarray", version: "0.0.0" };

/** Reads an image as its first pixel says. @param {Uint8Array} pixels */
async function read_pixels(pixels) {
  const probabilities = new Float32Array((pixels.length / 784) * 10);
  for (let at = 0; at < pixels.length; at += 784) {
    probabilities[(at / 784) * 10 + (pixels[at] ?? 0)] = 1;
  }
  return probabilities;
}

/** The last value, where all is over. @param {any} record */
function winner_of({ plan, runs }) {
  const is_over = runs.every((/** @type {any} */ run) => run.state === "finished");
  const value_index = plan.values.length - 1;
  const own = runs.flatMap((/** @type {any} */ run, /** @type {number} */ index) =>
    run.spec.value_index === value_index ? [index] : [],
  );
  return is_over ? { value_index, label: plan.values[value_index].label, runs: own } : undefined;
}

/** A pool whose runs the test ends. */
class FakePool {
  is_cancelled = false;
  /** @type {() => void} */
  end = () => {};
  done;
  #job;

  /** @param {any} job */
  constructor(job) {
    this.#job = job;
    this.done = new Promise((resolve) => {
      this.end = () => resolve(undefined);
    });
    this.each("waiting", { state: "running" });
  }

  /** Changes all runs in a state. @param {string} state @param {object} patch */
  each(state, patch) {
    this.#job.runs.forEach((/** @type {any} */ run, /** @type {number} */ index) => {
      if (run.state !== state) return;
      this.#job.runs[index] = { ...run, ...patch };
      this.#job.on_change(index, null);
    });
  }

  #finished() {
    const result = { ...RESULT, weights_checksum: this.checksum };
    return { state: "finished", history: [{ epoch: 1 }], result };
  }

  finish() {
    this.each("running", this.#finished());
    this.end();
  }

  /** Finishes the first of its runs. */
  finish_one() {
    const index = this.#job.runs.findIndex((/** @type {any} */ run) => run.state === "running");
    this.#job.runs[index] = { ...this.#job.runs[index], ...this.#finished() };
    this.#job.on_change(index, null);
  }

  /** What the weights come out as. */
  checksum = "0123456789abcdef";

  /** Finishes the runs, each of whose models is shown first. */
  async finish_shown() {
    const { runs, with_model } = this.#job;
    for (const [index, run] of runs.entries()) {
      if (run.state !== "running") continue;
      try {
        await with_model(index, { ...RESULT, weights_checksum: this.checksum }, read_pixels);
        runs[index] = { ...run, state: "finished" };
      } catch (error) {
        const reason = error instanceof Error ? error.message : "";
        runs[index] = { ...run, state: "crashed", reason };
      }
    }
    this.end();
  }

  cancel() {
    this.is_cancelled = true;
    this.each("running", { state: "stopped", reason: "Stopped." });
  }

  cancel_run() {}
}

/**
 * A browser, in which tabs are opened; at the test's end it is closed, and with it
 * whatever still runs.
 * @param {import("node:test").TestContext} t
 */
export function fake_browser(t) {
  /** @type {Map<string, any>} */
  const rows = new Map();
  /** @type {Map<string, object>} */
  const locks = new Map();
  /** What holds up each write, and what was read, for as long as it is pending. @type {{ hold: Promise<unknown> | null, hold_reading: Promise<unknown> | null }} */
  const browser = { hold: null, hold_reading: null };
  /** @type {Set<Tab>} */
  const tabs = new Set();
  const words = small_store();
  /** Of one tab and what it reloads to. */
  const typed = small_store();
  const at = () => ({
    get: async (/** @type {string} */ id) => structuredClone(rows.get(id)),
    getAll: async () => [...rows.values()].map((row) => structuredClone(row)),
    put: async (/** @type {any} */ row) => void rows.set(row.id, structuredClone(row)),
    delete: async (/** @type {string} */ id) => void rows.delete(id),
  });

  class Tab {
    notices = /** @type {string[]} */ ([]);
    pools = /** @type {FakePool[]} */ ([]);
    faults = /** @type {unknown[]} */ ([]);
    engine = new FakeStudyEngine();
    listener = () => {};
    /** @type {any} */
    test_set = null;
    /** What the bench was asked for. @type {string[]} */
    asked = [];
    /** What a run on the bench comes to. */
    outcome = "finished";
    bench = {
      train: async () => {
        this.asked.push("train");
        const { config, data } = this.page.get();
        await moments(3);
        const { runs } = this.page.get();
        const run = {
          id: `run ${runs.length}`,
          config,
          data_checksum: data?.checksum,
          result: { outcome: this.outcome, validation_accuracy: 0.9 },
        };
        this.page.set({ runs: /** @type {any} */ ([run, ...runs]) });
      },
      evaluate: async () => void this.asked.push("evaluate"),
      stop: () => {
        this.asked.push("stop");
        this.outcome = "stopped";
      },
    };

    constructor() {
      tabs.add(this);
      this.page = create_store(initial_state({ ...DEFAULTS }), (error) => this.faults.push(error));
      const tab = this;
      const database = {
        read: async (/** @type {any} */ _, /** @type {any} */ work) => {
          const value = await work(at);
          await browser.hold_reading;
          return value;
        },
        write: async (/** @type {any} */ _, /** @type {any} */ work) => {
          await browser.hold;
          return { value: await work(at) };
        },
        tell: () => {
          for (const one of tabs) if (one !== tab) setImmediate(() => one.listener());
        },
        hear: (/** @type {any} */ _, /** @type {() => void} */ listener) => {
          tab.listener = listener;
          return () => {};
        },
      };
      const studies = new Studies(
        /** @type {any} */ ({
          database,
          locks: {
            hold: async (/** @type {string} */ name) => {
              if (locks.has(name)) return null;
              locks.set(name, tab);
              return () => void locks.delete(name);
            },
            is_held_elsewhere: async (/** @type {string} */ name) =>
              locks.has(name) && locks.get(name) !== tab,
          },
        }),
      );
      const { view, actions, restore } = create_studies(
        /** @type {any} */ ({
          page: this.page,
          engine: this.engine,
          studies,
          database,
          test_set: () => this.test_set,
          words,
          typed,
          bench: this.bench,
          notice: (/** @type {string} */ sentence) => void this.notices.push(sentence),
          make_pool: (/** @type {any} */ job) => {
            const pool = new FakePool(job);
            this.pools.push(pool);
            return pool;
          },
        }),
      );
      this.view = view;
      this.actions = actions;
      this.restore = restore;
    }

    get state() {
      return this.view.get();
    }

    /** @param {Partial<typeof DATA>} [more] */
    load(more) {
      const summary = { ...DATA, ...more };
      this.engine.data = { summary, blob: null };
      this.page.set({ data: /** @type {any} */ (summary) });
    }

    /** Loads a test set, of which every image but the first is read right. @param {object} [more] */
    load_test(more) {
      const labels = [1, 2, 3, 4];
      const pixels = new Uint8Array(784 * labels.length);
      labels.forEach((label, row) => (pixels[784 * row] = row === 0 ? 9 : label));
      const summary = { name: "t.csv", num_rows: 4, has_labels: true, checksum: "t1", ...more };
      this.test_set = { summary, blob: new Blob([pixels, new Uint8Array(labels)]) };
      this.page.set({ test: /** @type {any} */ (summary) });
    }

    /** Runs a study to its end. @param {string} values */
    async study(values) {
      this.actions.change_form({ values });
      this.actions.run();
      await moments();
      this.pools.at(-1)?.finish();
      await moments();
    }

    /** Closes it: what it held is free, and what it ran has no end that anybody hears of. */
    close() {
      tabs.delete(this);
      for (const pool of this.pools) pool.end();
      for (const [name, holder] of locks) if (holder === this) locks.delete(name);
    }
  }

  /** @type {Tab[]} */
  const opened = [];
  t.after(async () => {
    for (const tab of opened) tab.close();
    // With every study over, nobody asks any more whether it is.
    await moments();
    for (const tab of opened) await tab.restore();
  });
  const open = () => {
    const tab = new Tab();
    opened.push(tab);
    return tab;
  };
  return Object.assign(browser, { rows, open });
}
