// What `auto` comes to, over made-up workers: raced, remembered, kept from waiting, and left
// alone where a backend is named.

import assert from "node:assert/strict";
import { test } from "node:test";
import { RaceMemory } from "../../www/engine/race_memory.js";
import { LIMIT, clock, config, loaded } from "./custody_site.mjs";
import { gate, soon, until } from "./fake_worker.mjs";
import { small_store } from "./small_store.mjs";

/** @import { RunConfig } from "../../www/pkg/ndarray/inkling.js" */
/** @import { FakeWorker } from "./fake_worker.mjs" */

const AUTO = config({ backend: "auto" });
const LATE = "CPU (ndarray): WebGPU was not ready in time. The next run finds it ready.";

/** So long a run waits for a race, and for a WebGPU that says nothing; two seconds are the most. */
const RACE_MS = 220;
const SILENT_MS = 1800;

/** A trial of steps of so long. @param {number} ms */
const trial = (ms, loss = 2.3) => ({
  slices: [{ num_steps: 1, ms }],
  losses: [{ step: 1, loss }],
});

/**
 * Data loaded, and workers whose steps take so long; each is told by its artifact.
 * @param {object} [given]
 * @param {number} [given.cpu_ms]
 * @param {number} [given.webgpu_ms]
 * @param {number} [given.webgpu_loss]
 * @param {number} [given.work] multiply-adds of a step
 * @param {boolean} [given.is_webgpu_silent] whether its device never opens
 * @param {RaceMemory} [given.races]
 */
async function site({
  cpu_ms = 1,
  webgpu_ms = 2,
  webgpu_loss = 2.3,
  work = 1e6,
  is_webgpu_silent = false,
  races = new RaceMemory(small_store(), async () => "a"),
} = {}) {
  /** What each backend was asked to try. @type {{ artifact: string, batch_size: number | undefined }[]} */
  const tried = [];
  /** What a trial on WebGPU waits for. @type {{ webgpu: () => Promise<unknown> }} */
  const holds = { webgpu: async () => {} };
  const prepare = (/** @type {FakeWorker} */ worker) => {
    const artifact = worker.label === "inkling webgpu" ? "webgpu" : "ndarray";
    if (artifact === "webgpu" && is_webgpu_silent)
      worker.instead.open = () => new Promise(() => {});
    worker.instead.plan = async () => ({ num_train: 4, step_multiply_adds: work });
    worker.instead.try_steps = async (
      /** @type {string} */ _checksum,
      /** @type {RunConfig} */ { batch_size },
    ) => {
      tried.push({ artifact, batch_size });
      if (artifact === "ndarray") return trial(cpu_ms);
      await holds.webgpu();
      return trial(webgpu_ms, webgpu_loss);
    };
  };
  const all = await loaded({ races }, 1, prepare);
  /** What a run with these settings is told. @param {RunConfig} [settings] */
  const decided = async (settings = AUTO) => {
    /** @type {string[]} */
    const told = [];
    const { outcome } = await all.custody.train(settings, {
      on_decision: ({ backend, reason }) => void told.push(backend, reason),
    });
    assert.equal(outcome, "finished");
    return told;
  };
  return { ...all, tried, holds, decided, races };
}

/**
 * What comes of work that waits so long, no longer and no less.
 * @template T
 * @param {number} ms
 * @param {Promise<T>} work
 */
async function after(ms, work) {
  let is_over = false;
  work.finally(() => (is_over = true)).catch(() => {});
  await until(() => clock.next_ms === ms);
  await clock.pass(ms - 1);
  assert.equal(is_over, false, "before its time");
  await clock.pass(1);
  return work;
}

test("auto takes the faster one and says both figures", LIMIT, async () => {
  const slow = await site({ cpu_ms: 0.46, webgpu_ms: 1.9 });
  const reason = "CPU (ndarray): 0.46 ms a step, WebGPU 1.9 ms.";
  assert.deepEqual(await slow.decided(), ["ndarray", reason]);
  const fast = await site({ cpu_ms: 12, webgpu_ms: 1.9 });
  assert.deepEqual(await fast.decided(), ["webgpu", "WebGPU: 1.9 ms a step, CPU (ndarray) 12 ms."]);
});

test("what was decided is remembered by shape, by another page too", LIMIT, async () => {
  const first = await site({ cpu_ms: 12, webgpu_ms: 1.9 });
  const told = await first.decided();
  const num_tried = first.tried.length;
  assert.deepEqual(await first.decided({ ...AUTO, seed: 8 }), told);
  assert.equal(first.tried.length, num_tried, "no second race");
  await first.decided({ ...AUTO, hidden_layers: "32" });
  assert.ok(first.tried.length > num_tried, "another shape has one");
  const later = await site({ cpu_ms: 1, webgpu_ms: 2, races: first.races });
  assert.deepEqual(await later.decided(), told);
  assert.deepEqual(later.tried, []);
});

test("what a busy machine may have turned is raced again in the quiet", LIMIT, async () => {
  const busy = await site({ cpu_ms: 4, webgpu_ms: 2 });
  assert.equal((await busy.decided())[0], "webgpu");
  const num_tried = busy.tried.length;
  await busy.decided();
  assert.equal(busy.tried.length, num_tried, "no run waits for a second one");
  const calm = await site({ cpu_ms: 1, webgpu_ms: 2, races: busy.races });
  for (const is_raced of [true, true, false]) {
    const before = calm.tried.length;
    await calm.custody.get_ready(AUTO);
    assert.equal(calm.tried.length > before, is_raced);
  }
  const reason = "CPU (ndarray): 1 ms a step, WebGPU 2 ms.";
  assert.deepEqual(await calm.decided(), ["ndarray", reason]);
});

test("a trial leaves the model that stands alone, and nothing behind", LIMIT, async () => {
  const { custody, cpu, decided, checksum } = await site();
  await decided(config());
  custody.adopt_trained("m");
  const before = [...(await custody.predict_pixels("m", new Uint8Array(784)))];
  const { engine, wasm } = cpu();
  const { losses } = await engine.try_steps(checksum, { ...AUTO, seed: 9 }, 10);
  assert.deepEqual(
    losses.map(({ step }) => step),
    [1, 2, 3],
    "the run of three steps was really taken",
  );
  const [standing, tried] = wasm.trainers;
  assert.deepEqual([standing?.is_free, tried?.is_free], [false, true]);
  assert.deepEqual([...(await custody.predict_pixels("m", new Uint8Array(784)))], before);
});

test("a wrong driver is kept out, and said", LIMIT, async () => {
  const { decided, tried } = await site({ cpu_ms: 12, webgpu_ms: 1, webgpu_loss: 2.31 });
  const reason =
    "CPU (ndarray): 12 ms a step, WebGPU 1 ms. WebGPU came to other losses on the same steps.";
  assert.deepEqual(await decided(), ["ndarray", reason]);
  const num_tried = tried.length;
  assert.deepEqual(await decided(), ["ndarray", reason]);
  assert.equal(tried.length, num_tried, "and is not tried again");
});

test("a run does not wait for WebGPU; the next one finds it ready", LIMIT, async () => {
  const { decided, holds, tried } = await site({ cpu_ms: 12, webgpu_ms: 1 });
  const compiling = gate();
  holds.webgpu = () => compiling.promise;
  assert.deepEqual(await after(RACE_MS, decided()), ["ndarray", LATE]);
  assert.deepEqual(await decided(), ["ndarray", LATE], "at once");
  const webgpu = () => tried.filter(({ artifact }) => artifact === "webgpu").length;
  assert.equal(webgpu(), 1, "it is not asked twice while it is getting ready");
  compiling.open();
  await until(() => clock.next_ms === Infinity);
  await soon(200);
  assert.equal(tried.length, 1, "beside a run nothing is measured");
  assert.deepEqual(await decided(), ["webgpu", "WebGPU: 1 ms a step, CPU (ndarray) 12 ms."]);
});

test("nor do runs wait for a slow one again and again", LIMIT, async () => {
  const { decided, holds, tried } = await site({ cpu_ms: 12, webgpu_ms: 1 });
  for (const wait_ms of [RACE_MS, RACE_MS, 0]) {
    const compiling = gate();
    holds.webgpu = () => compiling.promise;
    const deciding = wait_ms > 0 ? after(wait_ms, decided()) : decided();
    assert.deepEqual(await deciding, ["ndarray", LATE]);
    // Until that race is over, so that the next run has one of its own.
    compiling.open();
    await until(() => clock.next_ms === Infinity);
    await soon();
  }
  assert.equal(tried.length, 3);
});

test("in the quiet before a run all is found out, and none of it beside one", LIMIT, async () => {
  const { custody, decided, tried, holds } = await site({ cpu_ms: 12, webgpu_ms: 1 });
  await custody.get_ready(config());
  assert.deepEqual(tried, [], "a backend was named");
  const compiling = gate();
  holds.webgpu = () => compiling.promise;
  const ready = custody.get_ready(AUTO);
  await until(() => tried.length === 1);
  await decided(config());
  compiling.open();
  await ready;
  assert.equal(tried.length, 1, "the run that came between cut it");
  await custody.get_ready(AUTO);
  const num_tried = tried.length;
  assert.deepEqual(await decided(), ["webgpu", "WebGPU: 1 ms a step, CPU (ndarray) 12 ms."]);
  assert.equal(tried.length, num_tried);
});

test(
  "a large step is tried on fewer images on the CPU, and compared on as many",
  LIMIT,
  async () => {
    const { decided, tried } = await site({ cpu_ms: 30, webgpu_ms: 50, work: 1.4e9 });
    const settings = { ...AUTO, batch_size: 4 };
    const reason = "WebGPU: 50 ms a step, CPU (ndarray) 60 ms.";
    assert.deepEqual(await decided(settings), ["webgpu", reason]);
    assert.deepEqual(tried, [
      { artifact: "webgpu", batch_size: 4 },
      { artifact: "webgpu", batch_size: 2 },
      { artifact: "ndarray", batch_size: 2 },
    ]);
  },
);

test("WebGPU that is silent costs two seconds at most, once", LIMIT, async () => {
  const { decided, cpu, tried } = await site();
  cpu().instead.probe_webgpu = () => new Promise(() => {});
  const told = ["ndarray", "CPU (ndarray): WebGPU did not answer in time."];
  assert.deepEqual(await after(SILENT_MS, decided()), told);
  assert.deepEqual(await decided(), told, "at once");
  assert.deepEqual(tried, []);
});

test("a device that does not open, or is lost, leaves the run to the CPU", LIMIT, async () => {
  const lost = await site();
  const ready = gate();
  lost.holds.webgpu = () => ready.promise;
  const running = lost.decided();
  await until(() => lost.tried.length === 1);
  lost.workers.of("inkling webgpu").kill("the WebGPU device was lost (destroyed)");
  assert.deepEqual(await running, [
    "ndarray",
    "CPU (ndarray): WebGPU failed when it was tried (the WebGPU device was lost (destroyed)).",
  ]);
  const made = lost.workers.made.length;
  assert.match((await lost.decided()).join(" "), /^ndarray .*the WebGPU device was lost/);
  assert.equal(lost.workers.made.length, made, "it is not tried again on this page");
  assert.deepEqual(lost.notices, [], "it is said where the backend is");

  // Won before, and gone today.
  const before = await site({ cpu_ms: 12, webgpu_ms: 1 });
  await before.decided();
  const gone = await site({ races: before.races, is_webgpu_silent: true });
  assert.deepEqual(await after(SILENT_MS, gone.decided()), [
    "ndarray",
    "CPU (ndarray): WebGPU did not answer in time.",
  ]);
});

test("a run that goes on does so where it began", LIMIT, async () => {
  const { custody, tried } = await site({ cpu_ms: 12, webgpu_ms: 1 });
  const told = async (/** @type {"ndarray" | "webgpu"} */ before) => {
    const { backend, reason } = await custody.choose_backend(AUTO, { before });
    return [backend, reason];
  };
  assert.deepEqual(await told("ndarray"), ["ndarray", "CPU (ndarray): as this began."]);
  assert.deepEqual(await told("webgpu"), ["webgpu", "WebGPU: as this began."]);
  assert.deepEqual(tried, []);
});

test("wrong settings are the run's to tell, and a named backend does not race", LIMIT, async () => {
  const { custody, decided, tried, cpu } = await site();
  cpu().instead.plan = async () => {
    throw new Error("epochs: found 0");
  };
  await assert.rejects(custody.train({ ...AUTO, epochs: 0 }), /epochs: found 0/);
  await custody.get_ready({ ...AUTO, epochs: 0 });
  assert.deepEqual(await decided(config()), ["ndarray", "CPU (ndarray): as chosen."]);
  const named = await decided(config({ backend: "webgpu" }));
  assert.deepEqual(named, ["webgpu", "WebGPU: adapter made up."]);
  assert.deepEqual(tried, []);
});
