// The epochs that a page keeps of its run, and the slider over them: within a limit, of the
// run and the model that stand, and back at the newest as soon as those are others.

import assert from "node:assert/strict";
import { test } from "node:test";
import { KeptEpochs } from "../../www/app/kept_epochs.js";
import { create_store, initial_state } from "../../www/app/state.js";
import { Timeline } from "../../www/app/timeline.js";
import { DEFAULTS } from "../../www/base/settings.js";
import {
  as_of_words,
  kept_words,
  mistakes_words,
  shown_words,
} from "../../www/features/inside/words.js";
import { gate, soon } from "./fake_worker.mjs";

/** A page whose run has finished epochs. @param {number} num_epochs @param {number} [most_bytes] */
function bench(num_epochs, most_bytes) {
  const page = create_store(initial_state({ ...DEFAULTS }));
  const epochs = new KeptEpochs(page, most_bytes);
  /** @type {(() => void)[]} */
  const waiting = [];
  /** @type {{ of: Promise<unknown> }} */
  const reading = { of: Promise.resolve() };
  const timeline = new Timeline({
    page,
    epochs,
    read: () => reading.of,
    later: (work) => waiting.push(work),
  });
  const history = /** @type {any[]} */ (Array.from({ length: num_epochs }, () => ({})));
  page.set({
    run: { ...page.get().run, id: "a", phase: "ended", history },
    model: /** @type {any} */ ({ id: "a@9", kind: "run", run_id: "a" }),
    data: /** @type {any} */ ({ checksum: "d" }),
  });
  epochs.begin("a", 0);
  for (let epoch = 1; epoch <= num_epochs; epoch++) epochs.keep("a", epoch, new Uint8Array(10));
  timeline.open();
  const tick = async () => {
    await soon();
    waiting.shift()?.();
  };
  return { page, epochs, timeline, reading, tick };
}

/** @param {KeptEpochs} epochs */
const kept = (epochs) => epochs.kept.map(({ epoch }) => epoch);

test("all epochs are kept within the limit, beyond it every second one and the newest", () => {
  assert.deepEqual(kept(bench(4, 40).epochs), [1, 2, 3, 4]);
  const five = bench(5, 40);
  assert.deepEqual(kept(five.epochs), [2, 4, 5]);
  assert.equal(five.epochs.every, 2);
  assert.deepEqual(five.timeline.store.get().epochs, [0, 2, 4, 5], "the ends are kept");
  const eleven = bench(11, 40);
  assert.deepEqual(kept(eleven.epochs), [4, 8, 11]);
  assert.deepEqual(kept(bench(3, 9).epochs), [], "one that is too large alone is not kept");
  for (let count = 1; count < 60; count++) {
    const { epochs } = bench(count, 70);
    assert.ok(epochs.kept.length * 10 <= 70);
    assert.equal(epochs.kept.at(-1)?.epoch, count);
  }
});

test("a run that goes on keeps its epochs, and another run's are gone", () => {
  const { epochs, page } = bench(4);
  epochs.begin("a", 2);
  epochs.keep("a", 3, new Uint8Array(10));
  assert.deepEqual(kept(epochs), [1, 2, 3]);
  epochs.keep("b", 9, new Uint8Array(10));
  assert.deepEqual(kept(epochs), [1, 2, 3], "of another run nothing is taken");
  page.set({ run: { ...page.get().run, id: "b" } });
  assert.deepEqual(kept(epochs), [], "nothing of another run is shown");
  epochs.begin("b", 0);
  assert.deepEqual(kept(epochs), []);
});

test("an epoch is told apart from what another try of the run made of it", () => {
  const { epochs } = bench(2);
  const [before, start] = [epochs.ref(2)?.key, epochs.ref(0)];
  assert.equal(start?.is_start, true);
  assert.notEqual(start?.key, epochs.ref(1)?.key);
  epochs.begin("a", 1);
  epochs.keep("a", 2, new Uint8Array(10));
  assert.notEqual(epochs.ref(2)?.key, before);
  assert.equal(epochs.ref(0)?.key, start?.key);
  assert.equal(epochs.ref(3), null);
});

test("what is looked at is the newest again as soon as something else stands", () => {
  const others = [
    { data: { checksum: "e" } },
    { model: { id: "file", kind: "file", run_id: "" } },
    { model: { id: "tuned", kind: "tuned", run_id: "a" } },
    { model: null },
  ];
  for (const other of others) {
    const { page, epochs, timeline } = bench(4);
    timeline.choose(2);
    assert.deepEqual(page.get().looked_back, { epoch: 2, of: 4 });
    assert.notEqual(epochs.shown, null);
    page.set(/** @type {any} */ (other));
    assert.deepEqual([page.get().looked_back, epochs.shown], [null, null], JSON.stringify(other));
  }
  const { page, epochs, timeline } = bench(4);
  timeline.choose(0);
  assert.equal(epochs.shown?.is_start, true);
  timeline.close();
  assert.equal(page.get().looked_back, null, "closed");
  timeline.open();
  timeline.choose(3);
  epochs.begin("a", 4);
  assert.equal(page.get().looked_back, null, "trained on");
});

test("the slider goes to what is kept, in the direction it was pulled to", () => {
  const { timeline } = bench(5, 40);
  const shown = () => timeline.store.get().shown;
  assert.equal(shown(), 5);
  timeline.choose(3);
  assert.equal(shown(), 2);
  timeline.choose(3);
  assert.equal(shown(), 4);
  timeline.choose(1);
  assert.equal(shown(), 0);
  timeline.choose(5);
  assert.equal(shown(), 5);
});

test("it plays from the start to the newest, and stops where a person asks for another", async () => {
  const { page, timeline, tick } = bench(3);
  const shown = () => timeline.store.get().shown;
  timeline.play();
  const seen = [shown()];
  while (timeline.store.get().is_playing) {
    await tick();
    seen.push(shown());
  }
  assert.deepEqual(seen, [0, 1, 2, 3]);
  assert.equal(page.get().looked_back, null);
  timeline.play();
  timeline.choose(2);
  assert.equal(timeline.store.get().is_playing, false);
  await tick();
  assert.equal(shown(), 2);
});

test("an epoch that is played stands until it has been read", async () => {
  const { timeline, reading, tick } = bench(3);
  const { promise, open } = gate();
  reading.of = promise;
  timeline.play();
  await tick();
  await tick();
  assert.equal(timeline.store.get().shown, 0);
  open();
  await tick();
  assert.equal(timeline.store.get().shown, 1);
});

test("what is shown is said", () => {
  assert.equal(shown_words(3, 10), "epoch 3 of 10");
  assert.equal(shown_words(10, 10), "as it stands, 10 epochs trained");
  assert.match(as_of_words({ epoch: 3, of: 10 }), /^As of epoch 3 of 10: /);
  assert.equal(as_of_words(null), "");
  assert.match(kept_words(true, 1), /kept every epoch in memory, at most 64 MB/);
  assert.match(kept_words(true, 2), /every second epoch and the newest/);
  assert.match(kept_words(true, 32), /every 32nd epoch/);
  assert.match(kept_words(false, 1, true), /more than the 64 MB .* no earlier one can be shown/);
  assert.match(kept_words(false, 1), /^Earlier epochs can be shown of a run that this page/);
  const figures = /** @type {any} */ ({ confusion: [3, 1, 2, 4] });
  const words = mistakes_words({
    epoch: 1,
    last: 2,
    figures,
    num_rows: 10,
    worst: [],
    classes: ["a", "b"],
  });
  assert.equal(
    words,
    "As of epoch 1 of 2 it read 3 of the 10 validation images wrongly: 70.00 % right. Most often: b read as a (2), a read as b (1).",
  );
});
