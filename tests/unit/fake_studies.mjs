// One browser for the studies' tests: tabs over one database and its locks, an engine
// that takes no time, and a pool whose runs end when the test says so.

import { create_studies } from "../../www/app/studies.js";
import { create_store, initial_state } from "../../www/app/state.js";
import { DEFAULTS } from "../../www/base/settings.js";
import { Studies } from "../../www/store/studies.js";

/** Whatever waits for nothing else has happened after it. */
export async function moments(count = 12) {
  for (let at = 0; at < count; at += 1) await new Promise((resolve) => setImmediate(resolve));
}

export const DATA = { name: "bars.csv", num_rows: 1200, has_labels: true, checksum: "c1" };

/** An engine as the studies use it. */
export class FakeStudyEngine {
  /** @type {any} */
  data = null;
  /** What `choose_backend` comes to. @type {() => Promise<any>} */
  backend = async () => ({ backend: "ndarray", reason: "", device: "" });
  num_read = 0;

  /** @param {any} config */
  async plan_study({ factor, values, seeds_per_value, workers, baseline }) {
    const labels = values.split(",").map((/** @type {string} */ one) => one.trim());
    if (labels.includes("x")) {
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
      baseline,
      axis_scale: "log",
      notes: [],
    };
  }

  async plan() {}

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
      insights: finished.map(() => ({ kind: "winner", sentence: "It won.", numbers: [] })),
    };
  }

  /** @param {string} _choice @param {AbortSignal} signal */
  choose_backend(_choice, signal) {
    return Promise.race([
      this.backend(),
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      }),
    ]);
  }
}

/** A pool whose runs the test ends. */
export class FakePool {
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

  finish() {
    this.each("running", { state: "finished", history: [{ epoch: 1 }] });
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
  /** @type {Set<Tab>} */
  const tabs = new Set();
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

    constructor() {
      tabs.add(this);
      this.page = create_store(initial_state({ ...DEFAULTS }), (error) => this.faults.push(error));
      const tab = this;
      const database = {
        read: async (/** @type {any} */ _, /** @type {any} */ work) => work(at),
        write: async (/** @type {any} */ _, /** @type {any} */ work) => ({ value: await work(at) }),
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
  return { rows, open };
}
