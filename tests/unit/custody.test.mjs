// Custody of data, model and run, over workers that die, hang or are slow at the worst
// moment. Each worker has the real engine of www/worker/ over a made-up wasm.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Cancelled } from "../../www/base/fault.js";
import { Custody } from "../../www/engine/custody.js";
import { data_file, fake_workers, gate, model_bytes, soon, until } from "./fake_worker.mjs";

/** Short, but longer than any answer takes here. */
const PATIENCE_MS = 60;

/** Nothing here takes a second; what hangs must not hang the suite. */
const LIMIT = { timeout: 10_000 };

const config = (more = {}) => ({ backend: "ndarray", epochs: 3, seed: 7, ...more });

/**
 * @param {object} [options]
 * @param {(worker: any, nth: number) => void} [prepare]
 */
function custody_of(options = {}, prepare) {
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

/** A custody with data loaded. */
async function loaded(options = {}, value = 1) {
  const all = custody_of(options);
  const data = await all.custody.read_files([data_file("a.csv", value)]);
  all.custody.set_data(data);
  return { ...all, data, checksum: data.summary.checksum };
}

/** And with a model that was trained on it, by the id `m`. */
async function trained(options = {}) {
  const all = await loaded(options);
  const events = /** @type {string[]} */ ([]);
  const result = await all.custody.train(config(), {
    on_event: ({ kind }) => void events.push(kind),
  });
  all.custody.adopt_trained("m");
  return { ...all, result, events };
}

/** A digit that a person kept. */
const KEPT = { pixels: new Uint8Array(784), labels: Uint8Array.of(1) };

/** What an image of whatever model says. @param {Float32Array | null | undefined} probabilities */
const said = (probabilities) => probabilities?.[0] ?? null;

// Data

test("a file that is read is not taken", LIMIT, async () => {
  const { custody, cpu } = custody_of();
  const data = await custody.read_files([data_file("a.csv", 5, 3)]);
  assert.equal(data.summary.num_rows, 3);
  assert.equal(data.blob.size, 3 * 784 + 3);
  assert.equal(custody.data, null);
  assert.equal(cpu().count("load_data"), 0);
  await assert.rejects(custody.images(data.summary.checksum, [0]), { name: "Refused" });
  custody.set_data(data);
  const { pixels } = await custody.images(data.summary.checksum, [2]);
  assert.equal(pixels[0], 5);
});

test("files picked at once are read one after the other, all of them", LIMIT, async () => {
  const { custody, cpu } = custody_of();
  await custody.ready();
  const hold = gate();
  cpu().holds.read_file = hold;
  const reading = [1, 2, 3].map((value) => custody.read_files([data_file("x.csv", value)]));
  await soon();
  assert.equal(cpu().count("read_file"), 1, "the others wait");
  hold.open();
  const checksums = (await Promise.all(reading)).map(({ summary }) => summary.checksum);
  assert.deepEqual(checksums, ["1/4", "2/4", "3/4"]);
});

test("a wrong file is named with its fields and takes nothing away", LIMIT, async () => {
  const { custody, data, checksum } = await loaded();
  await assert.rejects(custody.read_files([new File(["oops"], "b.csv")]), {
    place: "row 1",
    found: "no row",
    expected: "785 columns",
  });
  assert.equal(custody.data, data);
  assert.equal((await custody.images(checksum, [0])).pixels[0], 1);
});

test("a file without labels is refused only where labels are needed", LIMIT, async () => {
  const { custody } = custody_of();
  const file = data_file("test.csv", 1, 2, "");
  assert.equal((await custody.read_files([file])).summary.has_labels, false);
  await assert.rejects(custody.read_files([file], { needs_labels: true }), /column label/);
});

test(
  "a small file picked while a large set is being fed is what the worker ends on",
  LIMIT,
  async () => {
    const { custody, cpu } = await loaded();
    const small = await custody.read_files([data_file("small.csv", 9, 2)]);
    const large_is_in = gate();
    const { engine } = cpu();
    let num_at_once = 0;
    let most_at_once = 0;
    cpu().instead.load_data = async (data) => {
      num_at_once += 1;
      most_at_once = Math.max(most_at_once, num_at_once);
      // The large one takes its time, so that without a queue the small one would be first.
      if (data.summary.num_rows === 4) await large_is_in.promise;
      await engine.load_data(data);
      num_at_once -= 1;
    };
    const of_large = custody.images("1/4", [3]);
    await until(() => num_at_once === 1);
    custody.set_data(small);
    const of_small = custody.images("9/2", [1]);
    await soon();
    large_is_in.open();
    await assert.rejects(of_large, { name: "Refused", message: /Other data have been loaded/ });
    assert.equal((await of_small).pixels[0], 9);
    assert.equal(most_at_once, 1, "one after the other");
    assert.equal((await custody.plan(config())).of, 9, "and plans are for it");
    await assert.rejects(engine.images("1/4", [3]), { name: "Refused" }, "the worker agrees");
  },
);

test("what names other data is refused, and no worker is asked", LIMIT, async () => {
  const { custody, cpu } = await loaded();
  await assert.rejects(custody.images("other", [0]), { name: "Refused" });
  assert.equal(cpu().count("images"), 0);
  await assert.rejects(custody.images("1/4", [4]), {
    place: "images",
    found: "row 4",
    expected: "0 to 3",
  });
});

test("a plan that was overtaken by other data is made for those", LIMIT, async () => {
  const { custody, cpu } = await loaded();
  const other = await custody.read_files([data_file("b.csv", 8)]);
  const hold = gate();
  cpu().holds.load_data = hold;
  const planning = custody.plan(config());
  await until(() => cpu().count("load_data") === 1);
  custody.set_data(other);
  hold.open();
  assert.equal((await planning).of, 8);
  custody.set_data(null);
  assert.equal((await custody.plan(config())).of, null);
});

test(
  "cancelling a reading is at once, though the worker is silent, and the next one works",
  LIMIT,
  async () => {
    const { custody, workers, cpu } = custody_of();
    await custody.ready();
    const first = cpu();
    first.is_silent = true;
    const cancel = new AbortController();
    const reading = custody.read_files([data_file("a.csv", 1)], { signal: cancel.signal });
    await soon();
    const started = performance.now();
    cancel.abort(new Cancelled());
    await assert.rejects(reading, { name: "Cancelled" });
    assert.ok(performance.now() - started < PATIENCE_MS / 2, "at once");
    assert.equal(first.is_dead, false, "it is given a moment to confirm");
    const next = await custody.read_files([data_file("b.csv", 2)]);
    assert.equal(next.summary.checksum, "2/4");
    assert.equal(first.is_dead, true);
    assert.equal(workers.made.length, 2);
  },
);

test(
  "cancelling while the worker still starts is at once, and the next one works",
  LIMIT,
  async () => {
    const { custody, cpu } = custody_of({}, (worker, nth) => {
      worker.is_silent = nth === 1;
    });
    const cancel = new AbortController();
    const reading = custody.read_files([data_file("a.csv", 1)], { signal: cancel.signal });
    await soon();
    cancel.abort(new Cancelled());
    await assert.rejects(reading, { name: "Cancelled" });
    const next = await custody.read_files([data_file("b.csv", 2)]);
    assert.equal(next.summary.checksum, "2/4");
    assert.equal(cpu().count("read_file"), 1, "what was cancelled was never begun");
  },
);

test("a worker that answers a cancelling lives on", LIMIT, async () => {
  const { custody, workers, cpu } = custody_of();
  await custody.ready();
  const hold = gate();
  cpu().holds.read_file = hold;
  const told = [];
  const cancel = new AbortController();
  const reading = custody.read_files([data_file("a.csv", 1)], {
    signal: cancel.signal,
    on_progress: (progress) => told.push(progress),
  });
  await soon();
  cancel.abort(new Cancelled());
  await assert.rejects(reading, { name: "Cancelled" });
  hold.open();
  await new Promise((resolve) => setTimeout(resolve, 2 * PATIENCE_MS));
  assert.equal(workers.made.length, 1);
  assert.equal(cpu().is_dead, false);
  assert.deepEqual(told, [], "nothing is told after the end");
});

test("a reading that was cancelled before its turn is never begun", LIMIT, async () => {
  const { custody, cpu } = custody_of();
  await custody.ready();
  const hold = gate();
  cpu().holds.read_file = hold;
  const first = custody.read_files([data_file("a.csv", 1)]);
  const cancel = new AbortController();
  const second = custody.read_files([data_file("b.csv", 2)], { signal: cancel.signal });
  const third = custody.read_files([data_file("c.csv", 3)]);
  cancel.abort(new Cancelled());
  await assert.rejects(second, { name: "Cancelled" });
  hold.open();
  assert.equal((await first).summary.checksum, "1/4");
  assert.equal((await third).summary.checksum, "3/4");
  assert.equal(cpu().count("read_file"), 2);
});

test(
  "a worker that trains is not ended for a reading that it does not confirm",
  LIMIT,
  async () => {
    const { custody, cpu } = await loaded();
    const training = custody.train(config());
    const hold = gate();
    cpu().wasm.holds.next = hold;
    await until(() => cpu().wasm.num_slices > 0);
    const cancel = new AbortController();
    cpu().holds.cancel_read = hold;
    cpu().holds.read_file = hold;
    const reading = custody.read_files([data_file("b.csv", 2)], { signal: cancel.signal });
    await soon();
    cancel.abort(new Cancelled());
    await assert.rejects(reading, { name: "Cancelled" });
    await new Promise((resolve) => setTimeout(resolve, 2 * PATIENCE_MS));
    assert.equal(cpu().is_dead, false);
    hold.open();
    assert.equal((await training).outcome, "finished");
  },
);

test("a worker that dies while it reads says so, and the data stay", LIMIT, async () => {
  const { custody, cpu, notices, data } = await loaded();
  cpu().holds.read_file = gate();
  const reading = custody.read_files([data_file("b.csv", 2)]);
  await until(() => cpu().count("read_file") === 2);
  cpu().kill("the browser ended it");
  await assert.rejects(reading, {
    name: "WorkerCrashed",
    message:
      "The worker stopped while reading the file: the browser ended it. The data set is still loaded.",
  });
  assert.equal(notices.length, 1);
  assert.equal(custody.data, data);
  assert.equal((await custody.images("1/4", [0])).pixels[0], 1, "by a fresh worker");
});

// Workers that die at the start

test("a worker that dies while it starts is tried once more, then told", LIMIT, async () => {
  const die = (/** @type {any} */ worker) => {
    worker.instead.open = async () => {
      worker.kill("it did not start within 15 s");
    };
  };
  const once = custody_of({}, (worker, nth) => nth === 1 && die(worker));
  await once.custody.ready();
  assert.equal((await once.custody.plan(config())).of, null);
  const ever = custody_of({}, die);
  await assert.rejects(
    ever.custody.read_files([data_file("a.csv", 1)]),
    /did not start within 15 s/,
  );
});

test(
  "an engine that cannot be opened says why, and is tried again with a fresh worker",
  LIMIT,
  async () => {
    const { custody, workers } = custody_of({}, (worker, nth) => {
      if (nth === 1) worker.instead.open = async () => Promise.reject(new Error("404"));
    });
    await assert.rejects(custody.ready(), { message: "404" });
    await custody.ready();
    assert.equal(workers.made.length, 2);
  },
);

// A run

test("a run reports, is kept epoch by epoch before it is told, and ends", LIMIT, async () => {
  const { custody } = await loaded();
  const order = /** @type {string[]} */ ([]);
  const result = await custody.train(config({ epochs: 2 }), {
    on_decision: ({ backend, reason }) => order.push(`${backend}: ${reason}`),
    on_checkpoint: async (bytes, { epoch }) => {
      await soon();
      order.push(`kept ${epoch} in ${bytes.length}`);
    },
    on_event: (event) => void order.push(event.kind),
  });
  assert.equal(result.outcome, "finished");
  assert.deepEqual(order, [
    "ndarray: CPU (ndarray): as chosen.",
    "kept 1 in 9",
    "progress",
    "epoch",
    "kept 2 in 9",
    "progress",
    "epoch",
    "ended",
  ]);
});

test("Stop while the backend opens is at once, and nothing trains afterwards", LIMIT, async () => {
  const { custody, workers } = await loaded();
  const opens = gate();
  const stop = new AbortController();
  const decided = [];
  const all = fake_hold(workers, "open", opens);
  const training = custody.train(
    config({ backend: "webgpu", epochs: 200 }),
    { on_decision: (decision) => decided.push(decision) },
    {},
    stop.signal,
  );
  await until(() => workers.made.length === 2);
  const reason = new Cancelled("Stopped before its first step.");
  stop.abort(reason);
  assert.equal(await training.catch((error) => error), reason);
  opens.open();
  await soon(50);
  const gpu = workers.of("inkling webgpu");
  assert.equal(gpu.count("open"), 1);
  assert.equal(gpu.count("train") + gpu.count("load_data"), 0);
  assert.deepEqual(decided, []);
  all.restore();
  const again = await custody.train(config({ backend: "webgpu" }));
  assert.equal(again.outcome, "finished");
  assert.equal(gpu.count("open"), 1, "the device is not opened a second time");
});

/** Holds up what workers that are yet to come are asked. */
function fake_hold(
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

test("Stop while the worker is fed is at once, and nothing trains afterwards", LIMIT, async () => {
  const { custody, cpu } = await loaded();
  const hold = gate();
  cpu().holds.load_data = hold;
  const stop = new AbortController();
  const training = custody.train(config(), {}, {}, stop.signal);
  await until(() => cpu().count("load_data") === 1);
  stop.abort(new Cancelled());
  await assert.rejects(training, { name: "Cancelled" });
  hold.open();
  await soon(50);
  assert.equal(cpu().count("train"), 0);
  assert.equal((await custody.train(config())).outcome, "finished");
});

test("Stop while the trainer is made holds, and the model before stays", LIMIT, async () => {
  const { custody, cpu } = await trained();
  const making = gate();
  cpu().wasm.holds.make = making;
  const stop = new AbortController();
  const events = [];
  const before = cpu().wasm.num_slices;
  const training = custody.train(
    config({ seed: 8 }),
    { on_event: (event) => void events.push(event) },
    {},
    stop.signal,
  );
  await until(() => cpu().count("train") === 2);
  stop.abort(new Cancelled());
  await assert.rejects(training, { name: "Cancelled" });
  await until(() => cpu().count("drop") === 1);
  making.open();
  await soon(50);
  const { wasm } = cpu();
  assert.equal(wasm.num_slices, before, "not one slice");
  assert.equal(wasm.trainers[1]?.is_free, true);
  assert.deepEqual(events, []);
  assert.equal(said(await custody.predict_pixels("m", new Uint8Array(784))), 7);
  assert.equal(cpu().is_dead, false);
  assert.equal((await custody.train(config({ seed: 9 }))).outcome, "finished");
});

test("Stop holds in every wait before the first step", LIMIT, async () => {
  for (const name of ["open", "load_data", "arm_fault"]) {
    const { custody, workers } = await loaded({ fault: "nan@1" });
    const hold = gate();
    fake_hold(workers, name, hold);
    const stop = new AbortController();
    const training = custody.train(config({ backend: "webgpu" }), {}, {}, stop.signal);
    await until(() => workers.made[1]?.count(name) === 1);
    stop.abort(new Cancelled());
    await assert.rejects(training, { name: "Cancelled" }, name);
    hold.open();
    await soon(50);
    assert.equal(workers.made[1]?.count("train"), 0, name);
  }
});

test("what a worker says of a run after that was given up is dropped", LIMIT, async () => {
  const { custody, cpu } = await loaded();
  let say = (/** @type {any} */ _event) => {};
  cpu().instead.train = async (_task, on_event) => {
    say = on_event;
    await new Promise(() => {});
  };
  const events = /** @type {any[]} */ ([]);
  const stop = new AbortController();
  const on_event = (/** @type {any} */ event) => void events.push(event);
  const training = custody.train(config(), { on_event }, {}, stop.signal);
  await until(() => cpu().count("train") === 1);
  stop.abort(new Cancelled());
  await assert.rejects(training, { name: "Cancelled" });
  say({ kind: "progress" });
  assert.deepEqual(events, []);
  custody.adopt_trained("x");
  assert.equal(custody.model_id, "", "nor is there a model of it");
});

test("images, plans and ink are answered while a run trains", LIMIT, async () => {
  const { custody, cpu, checksum } = await loaded();
  const hold = gate();
  cpu().wasm.holds.next = hold;
  const training = custody.train(config());
  await until(() => cpu().wasm.num_slices === 1);
  assert.equal((await custody.images(checksum, [0])).pixels[0], 1);
  assert.equal((await custody.plan(config())).of, 1);
  assert.equal((await custody.predict_ink(new Uint8Array(4), 2, 2))?.pixels.length, 784);
  hold.open();
  assert.equal((await training).outcome, "finished");
});

test(
  "a run that is given up midway says no more, and the next one can begin at once",
  LIMIT,
  async () => {
    const { custody, cpu } = await loaded();
    const stop = new AbortController();
    let num_events = 0;
    const training = custody.train(
      config({ epochs: 1e6 }),
      { on_event: () => void (num_events += 1) },
      {},
      stop.signal,
    );
    await until(() => num_events > 5);
    stop.abort(new Cancelled());
    const before = num_events;
    await assert.rejects(training, { name: "Cancelled" });
    const next = await custody.train(config({ epochs: 1 }));
    assert.equal(next.outcome, "finished");
    assert.equal(num_events, before);
    assert.equal(cpu().is_dead, false);
  },
);

test("a worker that does not let go of a run that was given up is ended", LIMIT, async () => {
  const { custody, workers, cpu } = await loaded();
  cpu().wasm.holds.next = gate();
  const stop = new AbortController();
  const training = custody.train(config(), {}, {}, stop.signal);
  await until(() => cpu().wasm.num_slices === 1);
  stop.abort(new Cancelled());
  await assert.rejects(training, { name: "Cancelled" });
  assert.equal((await custody.train(config())).outcome, "finished");
  assert.equal(workers.made.length, 2);
});

test(
  "a stop before the run has begun ends it as cancelled, after that as stopped",
  LIMIT,
  async () => {
    const { custody, cpu } = await loaded();
    const early = custody.train(config());
    await custody.stop();
    await assert.rejects(early, { name: "Cancelled" });
    const making = gate();
    cpu().wasm.holds.make = making;
    const training = custody.train(config({ epochs: 1e6 }));
    await until(() => cpu().count("train") === 1);
    await custody.stop();
    making.open();
    const { outcome, history } = await training;
    assert.deepEqual([outcome, history], ["stopped", []]);
  },
);

test("a paused run waits, and can be stopped", LIMIT, async () => {
  const { custody, cpu } = await loaded();
  const training = custody.train(config({ epochs: 1e6 }));
  await until(() => cpu().wasm.num_slices > 2);
  await custody.pause();
  await soon();
  const { num_slices } = cpu().wasm;
  await soon(50);
  assert.equal(cpu().wasm.num_slices, num_slices);
  await custody.resume();
  await until(() => cpu().wasm.num_slices > num_slices + 2);
  await custody.pause();
  await soon();
  await custody.stop();
  assert.equal((await training).outcome, "stopped");
});

test("one run at a time, and no other model meanwhile", LIMIT, async () => {
  const { custody } = await loaded();
  const training = custody.train(config());
  await assert.rejects(custody.train(config()), { name: "Refused" });
  await assert.rejects(custody.load_model("f", new File([model_bytes(3)], "f")), {
    name: "Refused",
  });
  await assert.rejects(custody.fine_tune("m", config(), [0], KEPT, 1), {
    name: "Refused",
    message: /A run is under way/,
  });
  assert.equal((await training).outcome, "finished");
});

test(
  "a run that is ended with its worker says why, and a fresh one is fed when needed",
  LIMIT,
  async () => {
    const { custody, workers, cpu, notices } = await loaded();
    const first = cpu();
    first.wasm.holds.next = gate();
    const training = custody.train(config());
    await until(() => first.wasm.num_slices === 1);
    custody.end_training("it was stopped within a long step");
    await assert.rejects(training, {
      name: "WorkerCrashed",
      message: "it was stopped within a long step",
    });
    assert.equal(first.is_dead, true);
    assert.equal(workers.made.length, 1, "no worker before it is needed");
    assert.deepEqual(notices, [], "it was asked for");
    assert.equal((await custody.train(config())).outcome, "finished");
    assert.equal(cpu().count("load_data"), 1);
  },
);

test("a run can be ended while its backend opens", LIMIT, async () => {
  const { custody, workers } = await loaded();
  fake_hold(workers, "open", gate());
  const training = custody.train(config({ backend: "webgpu" }));
  await until(() => workers.made.length === 2);
  custody.end_training("enough");
  await assert.rejects(training, { name: "WorkerCrashed", message: "enough" });
});

test("a worker that dies in a run is told, and the data are still loaded", LIMIT, async () => {
  const { custody, cpu, notices } = await loaded();
  const training = custody.train(config({ epochs: 1e6 }));
  await until(() => cpu().wasm.num_slices > 2);
  cpu().kill("panicked at somewhere");
  await assert.rejects(training, {
    name: "WorkerCrashed",
    message:
      "The worker stopped while training: panicked at somewhere. The data set is still loaded.",
  });
  assert.deepEqual(notices, [
    "The worker stopped while training and was replaced. The data set is still loaded.",
  ]);
  assert.equal((await custody.train(config())).outcome, "finished");
});

test("wrong settings leave the model before alone", LIMIT, async () => {
  const { custody } = await trained();
  await assert.rejects(custody.train(config({ epochs: 0 })), /epochs: found 0/);
  assert.equal(said(await custody.predict_pixels("m", new Uint8Array(784))), 7);
});

test("a backend that cannot be had is offered another way", LIMIT, async () => {
  const { custody, workers } = await loaded();
  const gone = { usable: false, is_fallback: false, reason: "this browser found no adapter." };
  workers.of("inkling cpu").instead.probe_webgpu = async () => gone;
  await assert.rejects(custody.train(config({ backend: "webgpu" })), {
    name: "BackendUnavailable",
    message: "WebGPU cannot run: this browser found no adapter.",
  });
  const { backend, reason } = await custody.choose_backend("auto");
  assert.deepEqual([backend, reason], ["ndarray", "CPU (ndarray): this browser found no adapter."]);
});

// The newest model

test("a run's model is the newest from when it is adopted", LIMIT, async () => {
  const { custody } = await trained();
  const seen = /** @type {any[]} */ ([]);
  const training = custody.train(config({ seed: 8, epochs: 5 }), {
    on_event: () => {
      if (custody.model_id === "m") custody.adopt_trained("n@live");
      seen.push(custody.predict_pixels("n@live", new Uint8Array(784)).then(said));
      seen.push(custody.predict_ink(new Uint8Array(4), 2, 2).then((r) => said(r?.probabilities)));
    },
  });
  await training;
  custody.adopt_trained("n");
  assert.deepEqual(
    [...new Set((await Promise.allSettled(seen)).map((r) => r.value ?? "old"))],
    [8],
  );
  await assert.rejects(custody.weights("m"), {
    name: "Refused",
    message: /taken this one’s place/,
  });
  assert.deepEqual([...(await custody.weights("n"))], [8]);
});

test("strokes reach the engine whole, with what lies under them", LIMIT, async () => {
  const { custody } = custody_of();
  const strokes = { points: new Float32Array(6), lengths: Uint32Array.of(3), width: 0.25 };
  assert.equal((await custody.predict_strokes(strokes))?.pixels[0], 31);
  const on_paper = { ...strokes, paper: Uint8Array.of(9) };
  assert.equal((await custody.predict_strokes(on_paper))?.pixels[0], 40);
  const none = { points: new Float32Array(0), lengths: new Uint32Array(0), width: 0.25 };
  assert.equal(await custody.predict_strokes(none), null);
});

test(
  "a model whose worker died idle is brought back, by whatever was kept of it",
  LIMIT,
  async () => {
    for (const kind of ["file", "checkpoint"]) {
      const { custody, cpu, workers, checksum, notices } = await trained();
      custody.set_model_source("m", async () => model_bytes(7, kind));
      cpu().kill("the browser ended it");
      const reading = await custody.predict_strokes({
        points: Float32Array.of(0, 0, 1, 1),
        lengths: Uint32Array.of(2),
        width: 0.08,
      });
      assert.equal(said(reading?.probabilities), 7, kind);
      assert.equal(workers.made.length, 2);
      assert.equal(said(await custody.predict_rows("m", checksum, [0])), 7);
      assert.equal((await custody.save_model("m")).length, 9);
      assert.equal(cpu().count("restore_model"), 1, "once");
      assert.deepEqual([...(await custody.validation_rows("m", checksum, config()))], [7]);
      assert.deepEqual(notices, [], "nothing was lost");
    }
  },
);

test("a death that nobody noticed before the question is made good too", LIMIT, async () => {
  const { custody, cpu } = await trained();
  custody.set_model_source("m", async () => model_bytes(7));
  const first = cpu();
  first.is_silent = true;
  const asking = custody.weights("m");
  await soon();
  first.kill("the browser ended it");
  assert.deepEqual([...(await asking)], [7]);
});

test("many questions at once bring it back once", LIMIT, async () => {
  const { custody, cpu } = await trained();
  let num_reads = 0;
  custody.set_model_source("m", async () => {
    num_reads += 1;
    await soon();
    return model_bytes(7);
  });
  cpu().kill();
  const all = await Promise.all([1, 2, 3, 4].map(() => custody.weights("m")));
  assert.deepEqual(
    all.map((weights) => weights[0]),
    [7, 7, 7, 7],
  );
  assert.equal(cpu().count("restore_model"), 1);
  assert.ok(num_reads <= 4);
});

test("a model of which nothing was kept is refused in a sentence", LIMIT, async () => {
  const { custody, cpu, checksum } = await trained();
  cpu().kill();
  await assert.rejects(custody.predict_rows("m", checksum, [0]), {
    name: "Refused",
    message: /nothing of it was kept\. Train again/,
  });
  const reading = await custody.predict_ink(new Uint8Array(4), 2, 2);
  assert.equal(reading?.pixels.length, 784);
  assert.equal(reading?.probabilities, null);
  custody.set_model_source("m", async () => null);
  await assert.rejects(custody.predict_ink(new Uint8Array(4), 2, 2), { name: "Refused" });
  custody.set_model_source("m", async () => Promise.reject(new Error("storage is full")));
  await assert.rejects(custody.weights("m"), /could not be read again \(storage is full\)/);
});

test("a model on WebGPU that dies comes back on the CPU", LIMIT, async () => {
  const { custody, workers, cpu } = await loaded();
  await custody.train(config({ backend: "webgpu", seed: 5 }));
  custody.adopt_trained("g");
  custody.set_model_source("g", async () => model_bytes(5));
  const gpu = workers.of("inkling webgpu");
  assert.equal(said(await custody.predict_pixels("g", new Uint8Array(784))), 5);
  assert.equal(gpu.count("predict_pixels"), 1);
  gpu.kill("the device was lost");
  assert.equal(said(await custody.predict_pixels("g", new Uint8Array(784))), 5);
  assert.equal(cpu().count("predict_pixels"), 1);
});

test("a wrong model's file leaves the one before", LIMIT, async () => {
  const { custody } = await trained();
  await assert.rejects(custody.load_model("f", new File(["no model at all"], "f.safetensors")), {
    message: /f\.safetensors: found no model/,
  });
  assert.equal(custody.model_id, "m");
  assert.deepEqual([...(await custody.weights("m"))], [7]);
  await custody.load_model("f", new File([model_bytes(3)], "f.bpk"));
  assert.equal(custody.model_id, "f");
  assert.deepEqual([...(await custody.weights("f"))], [3]);
  await assert.rejects(custody.weights("m"), { name: "Refused" });
  await custody.load_checkpoint("c", model_bytes(4, "checkpoint"));
  assert.deepEqual([...(await custody.weights("c"))], [4]);
});

test("the model of a run that was given up answers for no other", LIMIT, async () => {
  const { custody, cpu } = await trained();
  custody.set_model_source("m", async () => model_bytes(7));
  const stop = new AbortController();
  const training = custody.train(config({ seed: 8, epochs: 1e6 }), {}, {}, stop.signal);
  await until(() => (cpu().wasm.trainers[1]?.epoch ?? 0) > 3);
  stop.abort(new Cancelled());
  await assert.rejects(training);
  assert.equal(said((await custody.predict_ink(new Uint8Array(4), 2, 2))?.probabilities), 7);
  assert.deepEqual([...(await custody.weights("m"))], [7]);
});

test("the first run, given up, leaves no model to read with", LIMIT, async () => {
  const { custody, cpu } = await loaded();
  const stop = new AbortController();
  const training = custody.train(config({ epochs: 1e6 }), {}, {}, stop.signal);
  await until(() => (cpu().wasm.trainers[0]?.epoch ?? 0) > 3);
  stop.abort(new Cancelled());
  await assert.rejects(training);
  assert.equal((await custody.predict_ink(new Uint8Array(4), 2, 2))?.probabilities, null);
  await assert.rejects(custody.weights("m"), { name: "Refused", message: /no trained model yet/ });
});

test("rows that a model never saw are of its own data", LIMIT, async () => {
  const { custody, checksum } = await trained();
  assert.deepEqual([...(await custody.validation_rows("m", checksum, null))], [7]);
  const other = await custody.read_files([data_file("b.csv", 2)]);
  custody.set_data(other);
  await assert.rejects(custody.validation_rows("m", checksum, null), { name: "Refused" });
  await assert.rejects(custody.validation_rows("m", other.summary.checksum, config()), {
    name: "Refused",
    message: /trained on other data/,
  });
  await custody.load_model("f", new File([model_bytes(3)], "f.bpk"));
  await assert.rejects(custody.validation_rows("f", other.summary.checksum, null), {
    name: "Refused",
  });
  const rows = await custody.validation_rows("f", other.summary.checksum, config({ seed: 4 }));
  assert.deepEqual([...rows], [4]);
});

// Fine-tuning

test("fine-tuning makes a copy, on the data that it was meant for", LIMIT, async () => {
  const { custody, checksum } = await trained();
  const bytes = await custody.fine_tune("m", config(), [0, 1], KEPT, 2, { checksum });
  assert.deepEqual(bytes, model_bytes(1007), "from the model's own weights");
  assert.deepEqual([...(await custody.weights("m"))], [7]);
  await assert.rejects(custody.fine_tune("m", config(), [0], KEPT, 2, { checksum: "other" }), {
    name: "Refused",
  });
});

test("fine-tuning can be given up, and keeps a run from beginning", LIMIT, async () => {
  const { custody, cpu } = await trained();
  cpu().wasm.holds.next = gate();
  const stop = new AbortController();
  const more = { signal: stop.signal };
  const tuning = custody.fine_tune("m", config(), [0], KEPT, 1, more);
  await assert.rejects(custody.train(config()), { name: "Refused", message: /being learned/ });
  await until(() => cpu().count("fine_tune") === 1);
  stop.abort(new Cancelled());
  await assert.rejects(tuning, { name: "Cancelled" });
  assert.equal((await custody.train(config())).outcome, "finished");
});

// The worker's own side of a run

test("a stop or an end that comes before its run holds", LIMIT, async () => {
  const { cpu, checksum, custody } = await loaded();
  await custody.images(checksum, [0]);
  const { engine, wasm } = cpu();
  await engine.stop("early");
  const task = { checksum, config: config({ epochs: 1e6 }) };
  const { outcome } = await engine.train({ ...task, token: "early" }, () => {});
  assert.equal(outcome, "stopped");
  engine.drop("never");
  const { num_slices } = wasm;
  await assert.rejects(
    engine.train({ ...task, token: "never" }, () => {}),
    { name: "Cancelled" },
  );
  assert.equal(wasm.num_slices, num_slices);
  assert.equal(wasm.trainers.length, 1, "it was not even made");
  const last = { ...task, config: config(), token: "late" };
  assert.equal((await engine.train(last, () => {})).outcome, "finished", "another is untouched");
});

test("what a run has learned is newer than a model that comes late", LIMIT, async () => {
  const { cpu, checksum, custody } = await loaded();
  await custody.images(checksum, [0]);
  const { engine, wasm } = cpu();
  const task = { checksum, config: config({ epochs: 1e6 }), token: "run" };
  let num_events = 0;
  const training = engine.train(task, () => void (num_events += 1));
  await until(() => num_events > 0);
  await assert.rejects(engine.restore_model("late", model_bytes(3)), { name: "Refused" });
  assert.deepEqual([...(await engine.weights("run"))], [7]);
  await engine.stop("run");
  assert.equal((await training).outcome, "stopped");
  assert.equal(wasm.trainers[0]?.is_free, false, "its model stays");
  await engine.restore_model("next", model_bytes(3));
  assert.equal(wasm.trainers[0]?.is_free, true);
});

test(
  "a data set that is replaced while a trainer is made is not freed under it",
  LIMIT,
  async () => {
    const { custody, cpu } = await loaded();
    const other = await custody.read_files([data_file("b.csv", 2)]);
    const making = gate();
    cpu().wasm.holds.make = making;
    const training = custody.train(config());
    await until(() => cpu().count("train") === 1);
    custody.set_data(other);
    const images = custody.images(other.summary.checksum, [0]);
    await soon();
    making.open();
    assert.equal((await training).outcome, "finished");
    assert.equal((await images).pixels[0], 2);
  },
);
