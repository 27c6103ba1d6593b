// A study's runs over workers that a test can crash, hold up and silence.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Refused } from "../../www/base/fault.js";
import { Pool, default_workers, remaining_secs } from "../../www/engine/pool.js";
import { stopped_clock } from "./clock.mjs";
import { fake_workers, gate, soon, until } from "./fake_worker.mjs";

/** @import { RunResult } from "../../www/pkg/ndarray/inkling.js" */
/** @import { PoolJob } from "../../www/engine/pool.js" */
/** @import { FakeWorker } from "./fake_worker.mjs" */

const clock = stopped_clock();

const PATIENCE_MS = 60;

const LIMIT = { timeout: 60_000 };

/** @param {number} count */
const runs_of = (count) =>
  Array.from({ length: count }, (_, seed) => ({
    spec: { value_index: seed, label: String(seed), axis: seed, seed, cost: 1, config: { seed } },
    state: "waiting",
    reason: "",
    history: [],
    result: /** @type {RunResult | undefined} */ (undefined),
  }));

const finished = (outcome = "finished") => ({
  outcome,
  reason: outcome === "failed" ? "The loss was no longer a number." : "",
  history: [],
  elapsed_secs: 2,
});

/**
 * A worker, the run that it has and those that it was told to stop.
 * @typedef {FakeWorker & { token: string, stopped: string[] }} PoolWorker
 */

/**
 * A pool over workers whose `train` is the test's.
 * @param {number} count
 * @param {number} num_workers
 * @param {(seed: number, worker: PoolWorker, on_event: (event: any) => void) => Promise<any>} train
 * @param {Partial<PoolJob> & { prepare?: (worker: FakeWorker) => void }} [more]
 */
function pool_of(count, num_workers, train, { prepare, ...more } = {}) {
  const runs = runs_of(count);
  const workers = fake_workers((made) => {
    const worker = Object.assign(made, { token: "", stopped: /** @type {string[]} */ ([]) });
    worker.instead.load_data = async () => {};
    worker.instead.stop = async (token) => void worker.stopped.push(token);
    worker.instead.train = ({ config, token }, on_event) => {
      worker.token = token;
      return train(config.seed, worker, on_event);
    };
    prepare?.(worker);
  });
  const pool = new Pool({
    plan: /** @type {any} */ ({ order: runs.map((_, i) => i) }),
    runs: /** @type {any} */ (runs),
    artifact: "ndarray",
    data: /** @type {any} */ ({ blob: null, summary: { checksum: "a" } }),
    num_workers,
    on_change: () => {},
    make_worker: workers.make_worker,
    patience_ms: PATIENCE_MS,
    ...more,
  });
  return { pool, runs, made: workers.made };
}

/** @param {any[]} runs */
const states = (runs) => runs.map((run) => run.state);

test("a crashed worker fails its run, is replaced, and the study goes on", LIMIT, async () => {
  const { pool, runs, made } = pool_of(4, 2, async (seed, worker) => {
    if (seed === 1) {
      worker.kill("out of memory");
      await new Promise(() => {});
    }
    return finished();
  });
  await pool.done;
  assert.deepEqual(states(runs), ["finished", "crashed", "finished", "finished"]);
  assert.equal(runs[1]?.reason, "The worker failed: out of memory");
  assert.equal(made.length, 3, "two at first and one in the dead one's place");
  assert.ok(made.every((worker) => worker.is_dead));
});

test("a worker gets its engine and its data once, for all of its runs", LIMIT, async () => {
  const { pool, made } = pool_of(3, 1, async () => finished());
  await pool.done;
  assert.deepEqual(made[0]?.asked, ["open", "load_data", "train", "train", "train"]);
});

test("a finished run's model is there to be asked before the next run begins", LIMIT, async () => {
  const asked = /** @type {any[]} */ ([]);
  const { pool, runs, made } = pool_of(
    3,
    1,
    async (seed) => finished(seed === 1 ? "failed" : "finished"),
    {
      prepare: (/** @type {any} */ worker) => {
        worker.instead.predict_pixels = async (
          /** @type {string} */ key,
          /** @type {Uint8Array} */ pixels,
        ) => ({ is_own: key === worker.token, num: pixels.length });
      },
      with_model: async (
        /** @type {number} */ index,
        /** @type {any} */ result,
        /** @type {(pixels: Uint8Array) => Promise<any>} */ ask,
      ) => {
        asked.push([index, result.outcome, await ask(new Uint8Array(784))]);
        if (index === 2) throw new Refused("Not this one.");
      },
    },
  );
  await pool.done;
  const answer = { is_own: true, num: 784 };
  assert.deepEqual(asked, [
    [0, "finished", answer],
    [2, "finished", answer],
  ]);
  assert.deepEqual(states(runs), ["finished", "diverged", "crashed"]);
  assert.equal(runs[2]?.reason, "Not this one.");
  assert.equal(made.length, 1);
});

test("a diverged run is told from a failed one", LIMIT, async () => {
  const { pool, runs } = pool_of(2, 1, async (seed) => finished(seed ? "failed" : "finished"));
  await pool.done;
  assert.deepEqual(states(runs), ["finished", "diverged"]);
  assert.equal(runs[1]?.reason, "The loss was no longer a number.");
});

test("cancelling ends what waits at once and asks what runs to stop", LIMIT, async () => {
  const { pool, runs, made } = pool_of(3, 1, async (_, worker) => {
    await until(() => worker.stopped.includes(worker.token));
    return finished("stopped");
  });
  await until(() => made[0]?.count("train") === 1);
  pool.cancel();
  await pool.done;
  assert.deepEqual(states(runs), ["stopped", "stopped", "stopped"]);
  assert.equal(made.length, 1);
  assert.equal(runs[0]?.result?.outcome, "stopped", "what it has come to is kept");
});

test("one run can be cancelled, and the others go on", LIMIT, async () => {
  const { pool, runs } = pool_of(3, 1, async () => finished());
  pool.cancel_run(2);
  await pool.done;
  assert.deepEqual(states(runs), ["finished", "finished", "stopped"]);
});

test(
  "a run within a step that does not end is ended with its worker, its epochs kept",
  LIMIT,
  async () => {
    const { pool, runs, made } = pool_of(2, 1, async (seed, _, on_event) => {
      if (seed === 1) return finished();
      on_event({ kind: "epoch", epoch: 1 });
      return new Promise(() => {});
    });
    await until(() => runs[0]?.history.length === 1);
    pool.cancel_run(0);
    await clock.pass(PATIENCE_MS - 1);
    assert.deepEqual(states(runs), ["running", "waiting"]);
    await clock.pass(1);
    await pool.done;
    assert.deepEqual(states(runs), ["stopped", "finished"]);
    assert.match(runs[0]?.reason ?? "", /Stopped within a long step/);
    assert.deepEqual(runs[0]?.history, [{ epoch: 1 }]);
    assert.equal(made.length, 2);
  },
);

test("a run that stopped in time leaves its worker to the next one", LIMIT, async () => {
  const { pool, runs, made } = pool_of(2, 1, async (seed, worker) => {
    if (seed === 0) {
      await until(() => worker.stopped.length === 1);
      return finished("stopped");
    }
    await clock.pass(2 * PATIENCE_MS);
    return finished();
  });
  await until(() => made[0]?.count("train") === 1);
  pool.cancel_run(0);
  await pool.done;
  assert.deepEqual(states(runs), ["stopped", "finished"]);
  assert.equal(made.length, 1);
});

test(
  "a run is cancelled while its worker opens, and its worker serves the next",
  LIMIT,
  async () => {
    const opens = gate();
    const prepare = (/** @type {any} */ worker) => (worker.holds.open = opens);
    const { pool, runs, made } = pool_of(2, 1, async () => finished(), { prepare });
    await until(() => made[0]?.count("open") === 1);
    pool.cancel_run(0);
    await soon();
    assert.deepEqual(states(runs), ["stopped", "running"]);
    opens.open();
    await pool.done;
    assert.deepEqual(states(runs), ["stopped", "finished"]);
    assert.deepEqual(made[0]?.asked, ["open", "load_data", "train"], "one engine, one run");
    assert.equal(made.length, 1);
  },
);

test("a study whose workers never start can be stopped", LIMIT, async () => {
  const prepare = (/** @type {any} */ worker) => (worker.is_silent = true);
  const { pool, runs, made } = pool_of(5, 2, async () => finished(), { prepare });
  await soon();
  assert.deepEqual(states(runs).slice(0, 3), ["running", "running", "waiting"]);
  pool.cancel();
  await clock.pass(PATIENCE_MS);
  await pool.done;
  assert.deepEqual(new Set(states(runs)), new Set(["stopped"]));
  assert.ok(made.every((worker) => worker.is_dead));
});

test(
  "a worker that dies while it starts fails its run, and the next gets another",
  LIMIT,
  async () => {
    let num_made = 0;
    const prepare = (/** @type {any} */ worker) => {
      num_made += 1;
      if (num_made > 1) return;
      worker.instead.open = async () => worker.kill("it did not start within 15 s");
    };
    const { pool, runs } = pool_of(2, 1, async () => finished(), { prepare });
    await pool.done;
    assert.deepEqual(states(runs), ["crashed", "finished"]);
    assert.match(runs[0]?.reason ?? "", /it did not start within 15 s/);
  },
);

test("a run that dies after it was cancelled has stopped", LIMIT, async () => {
  const { pool, runs, made } = pool_of(1, 1, () => new Promise(() => {}));
  await until(() => made[0]?.count("train") === 1);
  pool.cancel();
  made[0]?.kill("the browser ended it");
  await pool.done;
  assert.deepEqual(states(runs), ["stopped"]);
});

test("a worker that says nothing counts as dead", LIMIT, async () => {
  const { pool, runs } = pool_of(1, 1, () => new Promise(() => {}), { silence_ms: 20 });
  await until(() => clock.next_ms === 20);
  await clock.pass(19);
  assert.equal(runs[0]?.state, "running");
  await clock.pass(1);
  await pool.done;
  assert.equal(runs[0]?.state, "crashed");
  assert.match(runs[0]?.reason ?? "", /no sign of life/);
});

test("one that speaks now and then does not", LIMIT, async () => {
  /** @type {Parameters<typeof pool_of>[2]} */
  const train = async (_seed, _worker, on_event) => {
    for (let at = 0; at < 6; at += 1) {
      await clock.pass(40);
      on_event({ kind: "progress", step: at });
    }
    return finished();
  };
  const { pool, runs } = pool_of(1, 1, train, { silence_ms: 60 });
  await pool.done;
  assert.equal(runs[0]?.state, "finished");
});

test("workers by cores and by memory", () => {
  assert.equal(default_workers("ndarray", { hardwareConcurrency: 2, deviceMemory: 8 }), 2);
  assert.equal(default_workers("ndarray", { hardwareConcurrency: 16, deviceMemory: 8 }), 15);
  assert.equal(default_workers("ndarray", { hardwareConcurrency: 16, deviceMemory: 1 }), 2);
  assert.equal(default_workers("ndarray", { hardwareConcurrency: 8, deviceMemory: 0.25 }), 1);
  assert.equal(default_workers("webgpu", { hardwareConcurrency: 16, deviceMemory: 8 }), 1);
});

test("time left counts what runs and what waits", () => {
  const runs = /** @type {any} */ (runs_of(4));
  assert.equal(remaining_secs(runs, [0, 1, 2, 3], new Map(), 2), null);
  runs[0] = { ...runs[0], state: "finished", result: finished() };
  // One finished in 2 s; three wait for two workers: 2 s and then 2 s.
  assert.equal(remaining_secs(runs, [0, 1, 2, 3], new Map(), 2), 4);
  runs[1] = { ...runs[1], state: "running" };
  const progress = /** @type {any} */ (new Map([[1, { remaining_secs: 1, elapsed_secs: 1 }]]));
  assert.equal(remaining_secs(runs, [0, 1, 2, 3], progress, 2), 3);
});
