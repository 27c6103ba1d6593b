// The controller of the data, on an engine that answers when it is told to.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULTS } from "../../www/base/settings.js";
import { DataController } from "../../www/app/data_set.js";
import { create_store, initial_state } from "../../www/app/state.js";

test("classes that are named while the pictures are turned are named", async () => {
  const task = { side: 2, classes: ["0", "1"], full_ink: 255, is_drawn: true };
  const loaded = (/** @type {string} */ checksum, /** @type {object} */ of = task) =>
    /** @type {any} */ ({
      summary: { name: "a.csv", checksum, num_rows: 4, task: of, class_counts: [2, 2] },
      blob: new Blob(),
      findings: [],
    });
  const store = create_store(initial_state({ ...DEFAULTS }));
  /** @type {(() => void)[]} */
  const waiting = [];
  /** @type {string[]} */
  const asked = [];
  const later = (/** @type {string} */ what, /** @type {unknown} */ answer) =>
    new Promise((done) => {
      asked.push(what);
      waiting.push(() => done(answer));
    });
  const engine = {
    data: loaded("lying"),
    changed_data: (/** @type {string} */ checksum, /** @type {string} */ change) =>
      later(`${change} ${checksum}`, loaded("upright")),
    data_with_task: (/** @type {string} */ checksum, /** @type {any} */ of) =>
      later(`${of.classes.join()} ${checksum}`, loaded(checksum, of)),
    set_data(/** @type {any} */ data) {
      engine.data = data;
    },
  };
  const controller = new DataController(
    /** @type {any} */ ({
      store,
      engine,
      data_sets: { put: async () => true },
      notes: { set: async () => {}, get: async () => true },
      announce: () => {},
      notice: () => {},
    }),
  );
  const answer = async () => {
    await new Promise((done) => setImmediate(done));
    waiting.shift()?.();
    await new Promise((done) => setImmediate(done));
  };
  const turned = controller.change("transpose");
  const named = controller.use_task(/** @type {any} */ ({ ...task, classes: ["A", "B"] }));
  assert.equal(await controller.change("transpose"), false, "one press turns once");
  await answer();
  await answer();
  assert.deepEqual([await turned, await named], [true, true]);
  assert.deepEqual(asked, ["transpose lying", "A,B upright"]);
  assert.deepEqual(store.get().data?.task?.classes, ["A", "B"]);

  // Names are given to no other data, which came while those they were meant for were turned.
  const again = controller.change("transpose");
  const late = controller.use_task(/** @type {any} */ ({ ...task, classes: ["C", "D"] }));
  engine.data = loaded("other");
  await answer();
  assert.deepEqual([await again, await late], [false, false]);
  assert.deepEqual(asked.slice(2), ["transpose upright"]);
  assert.match(store.get().data_error, /Other data were loaded meanwhile/);
});
