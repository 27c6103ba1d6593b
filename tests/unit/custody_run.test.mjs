// Custody of a run, // over workers that die, hang or are slow at the worst
// moment. Each worker has the real engine of www/worker/ over a made-up wasm.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Cancelled } from "../../www/base/fault.js";
import {
  KEPT,
  LIMIT,
  PATIENCE_MS,
  clock,
  config,
  fake_hold,
  loaded,
  made_of,
  read,
  said,
  trained,
} from "./custody_site.mjs";
import { data_file, gate, model_bytes, soon, until } from "./fake_worker.mjs";

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
  const decided = /** @type {unknown[]} */ ([]);
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
  const events = /** @type {unknown[]} */ ([]);
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
  assert.equal(made_of(await custody.plan(config())), 1);
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
  const next = custody.train(config());
  await clock.pass(PATIENCE_MS - 1);
  assert.equal(cpu().is_dead, false, "it is given a moment");
  await clock.pass(1);
  assert.equal((await next).outcome, "finished");
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

test(
  "a model whose file is still being read when a run begins is not the newest",
  LIMIT,
  async () => {
    const { custody } = await loaded();
    const reading = custody.load_model("f", new File([model_bytes(3)], "f"));
    const training = custody.train(config());
    await assert.rejects(reading, { name: "Refused", message: /A run is under way/ });
    assert.equal((await training).outcome, "finished");
    assert.notEqual(custody.model_id, "f");
  },
);

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
  const gone = { usable: false, adapter: "", reason: "this browser found no adapter." };
  workers.of("inkling cpu").instead.probe_webgpu = async () => gone;
  await assert.rejects(custody.train(config({ backend: "webgpu" })), {
    name: "BackendUnavailable",
    message: "WebGPU cannot run: this browser found no adapter.",
  });
  const { backend, reason } = await custody.choose_backend(config({ backend: "auto" }));
  assert.deepEqual([backend, reason], ["ndarray", "CPU (ndarray): this browser found no adapter."]);
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
    const other = await read(custody, [data_file("b.csv", 2)]);
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
