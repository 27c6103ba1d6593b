// One epoch looked at, without a document: what it begins with, and when it is given up.

import assert from "node:assert/strict";
import { test } from "node:test";
import { OneEpochController } from "../../www/app/one_epoch.js";
import { create_store, initial_state } from "../../www/app/state.js";
import { DEFAULTS } from "../../www/base/settings.js";
import { epoch_look_words } from "../../www/features/inside/words.js";

/** @param {number} epoch */
const look_of = (epoch) =>
  /** @type {any} */ ({
    record: { epoch, validation_accuracy: 0.9, train_loss: 0.5 },
    accuracy_before: 0.1,
    num_validation: 2,
    layers: [],
    checkpoint: Uint8Array.of(epoch),
  });

const settled = () => new Promise((done) => setImmediate(done));

/** A page with data and a model, and an engine that answers when it is told to. */
function bench() {
  const page = create_store(initial_state({ ...DEFAULTS, epochs: 2 }));
  page.set({
    model: /** @type {any} */ ({ id: "a@1", kind: "run", run_id: "a" }),
    data: /** @type {any} */ ({ checksum: "d", num_rows: 5 }),
  });
  const inside = create_store(/** @type {any} */ ({ start: "model", units: null }));
  /** @type {{ given: any[], answer: (look: any) => void }[]} */
  const asked = [];
  const engine = /** @type {any} */ ({
    plan: async () => ({ num_parameters: 2, layers: [{ num_outputs: 2 }] }),
    weights: async () => Float32Array.of(7, 8),
    held_out_rows: async () => Uint32Array.of(0),
    train_one_epoch: (/** @type {any[]} */ ...given) =>
      new Promise((answer, reject) => {
        const { signal } = given.at(-1);
        signal.addEventListener("abort", () => reject(signal.reason));
        asked.push({ given, answer });
      }),
  });
  const epoch = new OneEpochController({ page, engine, inside });
  return { page, inside, epoch, asked };
}

test("it begins with the model that stands, and goes on from what it came to", async () => {
  const { epoch, asked } = bench();
  const training = epoch.train();
  void epoch.train();
  await settled();
  assert.equal(asked.length, 1, "a press meanwhile does nothing");
  const [checksum, , start, rows] = asked[0]?.given ?? [];
  assert.deepEqual([checksum, start.checkpoint, [...start.parameters]], ["d", null, [7, 8]]);
  assert.deepEqual(rows, [1, 2, 3, 4]);
  asked[0]?.answer(look_of(1));
  await training;
  assert.equal(
    epoch_look_words(look_of(1), 2, "model"),
    "Epoch 1, on from the model that stands: the validation accuracy goes from 10.00 % to 90.00 % on 2 images; the mean training loss on the way was 0.5000.",
  );
  assert.match(epoch_look_words(look_of(1), 2, "fresh"), /^Epoch 1 of 2, from fresh weights: /);
  assert.equal(epoch.store.get().origin, "model");
  const second = epoch.train();
  await settled();
  assert.deepEqual(asked[1]?.given[2], { checkpoint: Uint8Array.of(1), parameters: null });
  asked[1]?.answer(look_of(2));
  await second;
  await epoch.train();
  assert.match(epoch.store.get().told, /^The settings ask for 2 epochs, and that was the last/);
  assert.equal(epoch.store.get().look?.record.epoch, 2, "what was shown stands");
});

test("fresh weights are those that a run draws, and another start is another beginning", async () => {
  const { epoch, asked, inside } = bench();
  const training = epoch.train();
  await settled();
  asked[0]?.answer(look_of(1));
  await training;
  inside.set(/** @type {any} */ ({ start: "fresh" }));
  void epoch.train();
  await settled();
  assert.deepEqual(asked[1]?.given[2], { checkpoint: null, parameters: null });
});

test("what changes meanwhile has it given up, and what is shown is of what stands", async () => {
  /** @type {[object, RegExp][]} */
  const changes = [
    [{ config: { ...DEFAULTS, learning_rate: 0.3 } }, /changed meanwhile/],
    [{ data: { checksum: "e", num_rows: 5 } }, /changed meanwhile/],
    [{ model: { id: "b@1", kind: "run", run_id: "b" } }, /changed meanwhile/],
  ];
  for (const [change, told] of changes) {
    const { page, epoch, asked } = bench();
    const training = epoch.train();
    await settled();
    page.set(/** @type {any} */ (change));
    await training;
    assert.equal(asked[0]?.given.at(-1).signal.aborted, true);
    assert.deepEqual([epoch.store.get().look, epoch.store.get().is_training], [null, false]);
    assert.match(epoch.store.get().told, told);

    const other = bench();
    const done = other.epoch.train();
    await settled();
    other.asked[0]?.answer(look_of(1));
    await done;
    other.page.set(/** @type {any} */ (change));
    assert.deepEqual([other.epoch.store.get().look, other.epoch.store.get().told], [null, ""]);
  }
  const { page, epoch } = bench();
  const training = epoch.train();
  await settled();
  page.set({ run: { ...page.get().run, phase: "training" } });
  await training;
  assert.match(epoch.store.get().told, /^A run has begun/);
  page.set({ model: null });
  assert.match(epoch.store.get().told, /^A run has begun/, "it stands as long as the run");
  await epoch.train();
  assert.match(epoch.store.get().told, /^A run is under way/);
  page.set({ run: { ...page.get().run, phase: "ended" } });
  assert.equal(epoch.store.get().told, "");
});

test("it says how far it is, and a stop keeps the epoch before it", async () => {
  const { epoch, asked } = bench();
  const first = epoch.train();
  await settled();
  asked[0]?.given.at(-1).on_progress(0.254);
  assert.equal(epoch.store.get().told, "Training an epoch: 25 %.");
  asked[0]?.answer(look_of(1));
  await first;
  const second = epoch.train();
  await settled();
  epoch.stop();
  await second;
  assert.equal(asked[1]?.given.at(-1).signal.aborted, true);
  assert.equal(epoch.store.get().told, "Stopped: this epoch was given up.");
  assert.equal(epoch.store.get().look?.record.epoch, 1);
  const third = epoch.train();
  await settled();
  assert.deepEqual(asked[2]?.given[2].checkpoint, Uint8Array.of(1), "it goes on from there");
  epoch.start_over();
  await third;
  assert.equal(epoch.store.get().look, null);
});

test("without a model an epoch begins with fresh weights, whatever is chosen", async () => {
  const { page, epoch, asked } = bench();
  page.set({ model: null });
  const training = epoch.train();
  await settled();
  asked[0]?.answer(look_of(1));
  await training;
  assert.equal(epoch.store.get().origin, "fresh");
});
