// The benchmark's page: holds the contenders' workers and what needs the site's
// own page code (its CSV loading, its pool). Driven from outside through `bench`.

import * as Comlink from "/www/vendor/comlink.mjs";
import { Pool } from "/www/engine/pool.js";
import { EngineWorker } from "/www/engine/engine_worker.js";

const contenders = new Map();

class Contender {
  #worker = new Worker("contender.js");
  #calls = new Map();
  #next_id = 0;

  constructor() {
    this.#worker.onmessage = ({ data: { id, answer, error } }) => {
      const { resolve, reject } = this.#calls.get(id);
      this.#calls.delete(id);
      if (error) reject(new Error(error));
      else resolve(answer);
    };
    this.#worker.onerror = (event) => {
      for (const { reject } of this.#calls.values()) reject(new Error(event.message));
      this.#calls.clear();
    };
  }

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

/** The picked file. */
function picked() {
  return document.getElementById("file").files[0];
}

let csv_worker;
let loaded;

globalThis.bench = {
  async open(name, args) {
    const contender = new Contender();
    contenders.set(name, contender);
    return contender.call("open", args);
  },

  call(name, op, args) {
    return contenders.get(name).call(op, args);
  },

  end(name) {
    contenders.get(name)?.end();
    contenders.delete(name);
  },

  /** The picked CSV to a ready data set, as the site loads it, in a fresh worker. */
  async load_csv() {
    csv_worker?.kill("the next round begins");
    csv_worker = new EngineWorker("inkling csv");
    await csv_worker.call((engine) => engine.open("ndarray"));
    const start = performance.now();
    const on_progress = Comlink.proxy(() => {});
    // Read for the page, which keeps it, and then held by the worker that trains.
    loaded = await csv_worker.call((engine) =>
      engine.read_file("csv", [picked()], { needs_labels: true }, on_progress),
    );
    await csv_worker.call((engine) => engine.load_data(loaded));
    return { secs: (performance.now() - start) / 1000, rows: loaded.summary.num_rows };
  },

  async papaparse() {
    return contenders.get("papaparse").call("read", picked());
  },

  end_csv() {
    csv_worker?.kill("the measurement is over");
  },

  /** Seconds that the site's own pool takes for equal runs. */
  async study(num_workers, num_runs, config) {
    const runs = Array.from({ length: num_runs }, () => ({
      spec: { config, cost: 1 },
      state: "waiting",
      reason: "",
      history: [],
    }));
    const start = performance.now();
    const pool = new Pool({
      plan: { order: runs.map((_, index) => index) },
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

globalThis.is_bench_ready = true;
