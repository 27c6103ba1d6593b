// Custody of the newest model and of its tuned copy, // over workers that die, hang or are slow at the worst
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
  custody_of,
  loaded,
  read,
  said,
  trained,
} from "./custody_site.mjs";
import { data_file, gate, model_bytes, soon, until } from "./fake_worker.mjs";

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
    [
      ...new Set(
        (await Promise.allSettled(seen)).map((r) => (r.status === "fulfilled" ? r.value : "old")),
      ),
    ],
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
  const other = await read(custody, [data_file("b.csv", 2)]);
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
  const training = custody.train(config());
  await clock.pass(PATIENCE_MS);
  assert.equal((await training).outcome, "finished");
});
