// The study's pure parts, and the pool with workers that a test can crash.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Pool, default_workers, remaining_secs } from "../../www/engine/pool.js";
import { line_plot } from "../../www/plot/drawing.js";
import { to_svg } from "../../www/plot/svg.js";
import { zip_name } from "../../www/features/report/hand_in.js";
import { exported, imported, settled } from "../../www/features/study/keep.js";
import { value_colours, viridis } from "../../www/plot/palette.js";
import {
  best_epoch,
  linear_ticks,
  log_ticks,
  smoothed,
  value_curve,
} from "../../www/plot/series.js";
import { sorted_rows } from "../../www/features/study/table.js";

/** @param {number} seed */
const spec = (seed, cost = 1) => ({
  value_index: seed,
  label: String(seed),
  axis: seed,
  seed,
  cost,
  config: { seed },
});
/** @param {number} count */
const runs_of = (count) =>
  Array.from({ length: count }, (_, i) => ({
    spec: spec(i),
    state: "waiting",
    reason: "",
    history: [],
    result: undefined,
  }));
const finished = (/** @type {string} */ outcome = "finished") => ({
  outcome,
  reason: outcome === "failed" ? "The loss was no longer a number." : "",
  history: [],
  elapsed_secs: 2,
});

/**
 * A pool over workers whose `train` is the test's.
 * @param {number} count
 * @param {number} num_workers
 * @param {(seed: number, worker: any, on_event: (event: any) => void) => Promise<any>} train
 * @param {object} [more]
 */
function pool_of(count, num_workers, train, more = {}) {
  const runs = runs_of(count);
  const made = /** @type {any[]} */ ([]);
  const pool = new Pool({
    plan: /** @type {any} */ ({ order: runs.map((_, i) => i) }),
    runs: /** @type {any} */ (runs),
    artifact: "ndarray",
    data: /** @type {any} */ ({ blob: null, summary: null }),
    num_workers,
    on_change: () => {},
    make_worker: () => {
      const worker = {
        is_dead: false,
        is_stopped: false,
        fail: /** @type {(error: Error) => void} */ (() => {}),
        kill(reason = "killed") {
          worker.is_dead = true;
          worker.fail(new Error(reason));
        },
        call: (/** @type {(engine: any) => any} */ ask) =>
          new Promise((resolve, reject) => {
            worker.fail = reject;
            Promise.resolve(
              ask({
                open: async () => "ndarray",
                load_blob: async () => {},
                stop: async () => {
                  worker.is_stopped = true;
                },
                train: (/** @type {any} */ config, /** @type {any} */ on_event) =>
                  train(config.seed, worker, on_event),
              }),
            ).then(resolve, reject);
          }),
      };
      made.push(worker);
      return /** @type {any} */ (worker);
    },
    ...more,
  });
  return { pool, runs, made };
}

test("a crashed worker fails its run, is replaced, and the study goes on", async () => {
  const { pool, runs, made } = pool_of(4, 2, async (seed, worker) => {
    if (seed === 1) {
      worker.kill();
      throw new Error("out of memory");
    }
    return finished();
  });
  await pool.done;
  assert.deepEqual(
    runs.map((run) => run.state),
    ["finished", "crashed", "finished", "finished"],
  );
  assert.match(/** @type {any} */ (runs[1]).reason, /worker failed: (killed|out of memory)/);
  assert.equal(made.length, 3, "two at first and one in the dead one's place");
});

test("a diverged run is told from a failed one", async () => {
  const { pool, runs } = pool_of(2, 1, async (seed) => finished(seed ? "failed" : "finished"));
  await pool.done;
  assert.deepEqual(
    runs.map((run) => run.state),
    ["finished", "diverged"],
  );
  assert.equal(/** @type {any} */ (runs[1]).reason, "The loss was no longer a number.");
});

test("cancelling ends what waits at once and asks what runs to stop", async () => {
  const { pool, runs, made } = pool_of(3, 1, async (_, worker) => {
    while (!worker.is_stopped) await new Promise((resolve) => setImmediate(resolve));
    return finished("stopped");
  });
  await new Promise((resolve) => setTimeout(resolve, 5));
  pool.cancel();
  await pool.done;
  assert.deepEqual(
    runs.map((run) => run.state),
    ["stopped", "stopped", "stopped"],
  );
  assert.equal(made.length, 1);
});

test("one run can be cancelled, and the others go on", async () => {
  const { pool, runs } = pool_of(3, 1, async () => finished());
  pool.cancel_run(2);
  await pool.done;
  assert.deepEqual(
    runs.map((run) => run.state),
    ["finished", "finished", "stopped"],
  );
});

test("a worker that says nothing counts as dead", async () => {
  const { pool, runs } = pool_of(1, 1, () => new Promise(() => {}), { silence_ms: 20 });
  await pool.done;
  assert.equal(runs[0]?.state, "crashed");
  assert.match(/** @type {any} */ (runs[0]).reason, /no sign of life/);
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

test("smoothing averages neighbours and makes nothing up", () => {
  assert.deepEqual(smoothed([1, 2, 6, 4], 1), [1, 2, 6, 4]);
  assert.deepEqual(smoothed([1, 2, 6, 4], 3), [1, 3, 4, 4]);
  assert.deepEqual(smoothed([1, NaN, 3], 3), [1, NaN, 3]);
});

test("a value's curve is the mean and deviation over its seeds", () => {
  const epoch = (/** @type {number} */ value) => ({ train_loss: value });
  const curve = value_curve(
    /** @type {any} */ ([{ history: [epoch(1), epoch(2)] }, { history: [epoch(3)] }]),
    "train_loss",
  );
  assert.deepEqual(curve.mean, [2, 2]);
  assert.equal(curve.deviation[0], Math.SQRT2);
  assert.equal(curve.deviation[1], 0);
});

test("the best epoch is the first of the highest", () => {
  assert.equal(best_epoch([0.1, 0.9, 0.9, 0.2]), 2);
  assert.equal(best_epoch([NaN, 0.2]), 2);
  assert.equal(best_epoch([]), 0);
});

test("ticks are round and within the range", () => {
  assert.deepEqual(linear_ticks(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(linear_ticks(0.881, 0.97, 5), [0.9, 0.92, 0.94, 0.96]);
  assert.deepEqual(log_ticks(0.001, 0.1), [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1]);
  assert.deepEqual(log_ticks(1e-6, 1), [1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1]);
});

test("colours are matplotlib's viridis, in the values' order", () => {
  // matplotlib 3.11: [round(255 * c) for c in plt.cm.viridis(x)[:3]]
  assert.equal(viridis(0), "rgb(68, 1, 84)");
  assert.equal(viridis(1), "rgb(253, 231, 37)");
  assert.equal(viridis(0.5), "rgb(33, 145, 140)");
  assert.equal(new Set(value_colours(6, false)).size, 6);
  assert.equal(value_colours(1, true).length, 1);
});

test("the zip is named by its ids", () => {
  assert.equal(zip_name(["123", "abc", "X9"]), "123_abc_X9.zip");
  assert.equal(zip_name([" 123 ", "", ""]), "123.zip");
  assert.throws(() => zip_name(["", "1", "2"]), {
    message: "Id 1: found nothing, expected 1 to 20 letters or digits",
  });
  assert.throws(() => zip_name(["1", "a/b", "2"]), /Id 2: found “a\/b”/);
  assert.throws(() => zip_name(["1", "2", "x".repeat(21)]), /Id 3/);
});

test("an exported study comes back whole, numbers that are none included", () => {
  const record = /** @type {any} */ ({
    format_version: 1,
    id: "a",
    name: "n",
    plan: { values: [] },
    runs: [{ state: "diverged", history: [{ train_loss: NaN, validation_loss: Infinity }] }],
  });
  assert.deepEqual(imported(exported([record]), "s.json"), [record]);
  assert.throws(() => imported("{", "s.json"), /s.json: found no JSON/);
  assert.throws(() => imported("{}", "s.json"), /s.json: found other JSON/);
  assert.throws(
    () => imported(exported([/** @type {any} */ ({ ...record, runs: 3 })]), "s.json"),
    /s.json, study 1/,
  );
});

test("what was under way when the page closed has stopped", () => {
  const record = /** @type {any} */ ({ runs: runs_of(2) });
  record.runs[0].state = "finished";
  assert.deepEqual(
    settled(record).runs.map((run) => run.state),
    ["finished", "stopped"],
  );
});

test("rows without a figure come last, in either direction", () => {
  const rows = /** @type {any[]} */ ([
    { value_index: 0, x: 2 },
    { value_index: 1, x: undefined },
    { value_index: 2, x: 1 },
  ]);
  const column = { header: "", key: (/** @type {any} */ row) => row.x, text: () => "" };
  const order = (/** @type {boolean} */ down) =>
    sorted_rows(rows, column, down).map((row) => row.value_index);
  assert.deepEqual(order(false), [2, 0, 1]);
  assert.deepEqual(order(true), [0, 2, 1]);
});

test("a plot's words cannot become markup", () => {
  const svg = to_svg(
    line_plot({
      width: 300,
      height: 200,
      title: "<script>",
      description: '"&',
      x: { label: "x", scale: "linear" },
      y: { label: "y", scale: "log" },
      series: [
        {
          label: "</text>",
          colour: "rgb(1, 2, 3)",
          points: [
            [1, 0],
            [2, 10],
            [3, NaN],
            [4, 100],
          ],
        },
      ],
    }),
  );
  assert.ok(!svg.includes("<script>") && !svg.includes("</text></text>"));
  assert.ok(svg.includes("&lt;script&gt;") && svg.includes("<title>&quot;&amp;</title>"));
  assert.ok(!/NaN|Infinity/.test(svg), "points that a log axis cannot show are left out");
});
