// What was read is at hand for who loads it, and what of it deserves a look is asked for once
// it is shown: beside other data, or for a test set before it was asked, it is not told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { look_at } from "../../www/app/findings.js";
import { create_store, initial_state } from "../../www/app/state.js";
import { TestPicker } from "../../www/app/test_picker.js";
import { turns_from_now } from "../../www/app/turns.js";
import { LIMIT, custody_of, read } from "./custody_site.mjs";
import { data_of, fresh_browser } from "./fake_browser.mjs";
import { data_file, gate, soon } from "./fake_worker.mjs";

/** @import { Custody, LoadedData } from "../../www/engine/custody.js" */
/** @import { Finding } from "../../www/pkg/ndarray/inkling.js" */

const TO_TRAIN_ON = { needs_labels: true };

/** @param {import("../../www/pkg/ndarray/inkling.js").DataChange} change @returns {Finding} */
const found = (change) => ({ kind: "inverted", sentence: change, change });

/** @param {string} checksum @returns {LoadedData} */
const set_of = (checksum) => /** @type {LoadedData} */ (data_of(checksum, 10));

/** A blob that nobody can read: whoever brings the bytes back fails. */
function unreadable() {
  const blob = new Blob([new Uint8Array(4 * 785)]);
  blob.arrayBuffer = async () => {
    throw new Error("the bytes were brought back");
  };
  return blob;
}

test(
  "what was read last is loaded where it lies, and anything else from its bytes",
  LIMIT,
  async () => {
    const { custody, cpu } = custody_of();
    const data = await read(custody, [data_file("a.csv", 5)], TO_TRAIN_ON);
    const { engine } = cpu();
    const { checksum } = data.summary;
    await engine.load_data({ ...data, blob: unreadable() });
    assert.equal((await engine.images(checksum, [0])).pixels[0], 5);

    // It was given away: a second time it comes from its bytes.
    await assert.rejects(engine.load_data({ ...data, blob: unreadable() }), /brought back/);
    await engine.load_data(data);
    assert.equal((await engine.images(checksum, [0])).pixels[0], 5);

    // Read again, and something else after it, or under another name, or with other classes.
    const task = { side: 28, classes: ["a", "b"], full_ink: 255, is_drawn: true };
    for (const other of [
      async () => void (await read(custody, [data_file("b.csv", 6)])),
      async () => void (await engine.load_data(await read(custody, [data_file("b.csv", 6)]))),
    ]) {
      await read(custody, [data_file("a.csv", 5)], TO_TRAIN_ON);
      await other();
      await assert.rejects(engine.load_data({ ...data, blob: unreadable() }), /brought back/);
    }
    for (const summary of [{ name: "other.csv" }, { task }, { checksum: "other" }]) {
      await read(custody, [data_file("a.csv", 5)], TO_TRAIN_ON);
      const otherwise = { summary: { ...data.summary, ...summary }, blob: unreadable() };
      await assert.rejects(engine.load_data(otherwise), /brought back/);
    }
  },
);

test("what is read to be tested on is not held", LIMIT, async () => {
  const { custody, cpu } = custody_of();
  const data = await read(custody, [data_file("test.csv", 5)]);
  await assert.rejects(cpu().engine.load_data({ ...data, blob: unreadable() }), /brought back/);
});

/** A page whose engine looks as long as a test likes. */
function looking() {
  const store = create_store(initial_state(/** @type {any} */ ({})));
  const looked = gate();
  /** @type {string[]} */
  const kept = [];
  const engine = {
    data: /** @type {LoadedData | null} */ (null),
    /** @param {string} checksum */
    async findings(checksum) {
      await looked.promise;
      if (engine.data?.summary.checksum !== checksum) throw new Error("others are loaded");
      return [found("invert")];
    },
  };
  const data_sets = {
    put_findings: async (/** @type {string} */ checksum) => void kept.push(checksum),
  };
  const parts = /** @type {any} */ ({ store, engine, data_sets });
  /** @param {LoadedData} data */
  const take = (data) => {
    engine.data = data;
    store.set({ data: data.summary, findings: data.findings ?? null });
    return look_at(data, parts);
  };
  return { store, engine, looked, kept, take };
}

test("what was found is shown beside the data that it was found in, and kept with them", async () => {
  const { store, looked, kept, take } = looking();
  const first = set_of("a");
  const overtaken = take(first);
  const second = set_of("b");
  const taken = take(second);
  assert.equal(store.get().findings, null);
  looked.open();
  await Promise.all([overtaken, taken]);
  assert.deepEqual(store.get().findings, [found("invert")]);
  assert.deepEqual([first.findings, second.findings, kept], [undefined, [found("invert")], ["b"]]);
});

test("where nobody can look nothing is warned of, and nobody waits", async () => {
  const { store, engine, take } = looking();
  engine.findings = async () => {
    throw new Error("no worker lives");
  };
  const data = set_of("a");
  await take(data);
  assert.deepEqual(store.get().findings, []);
  assert.equal(data.findings, undefined, "and another visit looks again");
});

test("a test set is read once it is known how the data lie", async () => {
  const { store, looked, take } = looking();
  /** @type {unknown[]} */
  const mended = [];
  /** @type {string[][]} */
  const again = [];
  const engine = /** @type {Custody} */ (
    /** @type {unknown} */ ({
      /** @param {File[]} _files @param {{ mend: unknown }} wish */
      async read_files(_files, { mend }) {
        mended.push(mend);
        return set_of("test");
      },
    })
  );
  const picker = new TestPicker({
    store,
    engine,
    turns: "",
    standing: () => set_of("test"),
    read_again: async (files) => void again.push(files.map(({ name }) => name)),
  });
  const taken = take(set_of("a"));
  const reading = picker.read([new File([], "test.csv")], null);
  await soon();
  assert.deepEqual(mended, [], "it waits");
  looked.open();
  await Promise.all([taken, reading]);
  assert.deepEqual(mended, [["stretch", "transpose"]]);
  assert.deepEqual(again, [], "and is not read a second time for it");
  // Mended: the test set has to lie so, too.
  void take({ ...set_of("b"), findings: [] });
  await soon();
  assert.deepEqual(again, [["test.csv"]]);
});

test("data that were turned while its reader was fetched are told of beside a test set", async () => {
  const { store, looked, take } = looking();
  const { turns: before } = turns_from_now(store);
  assert.equal(before, "", "no data lie in no way");
  const taken = take(set_of("a"));
  const asked_at = turns_from_now(store);
  assert.equal(asked_at.turns, null, "not looked at yet");
  looked.open();
  await taken;
  store.set({ findings: [] });
  assert.equal(asked_at.turns, "stretch,transpose");
  const engine = /** @type {Custody} */ ({});
  const standing = () => set_of("test");
  new TestPicker({ store, engine, ...asked_at, standing, read_again: async () => {} });
  assert.match(store.get().test_told, /^test\.csv was read when the data lay otherwise\./);
});

test("what was found comes back with a kept set, which may be kept before it is looked at", async (t) => {
  const { open } = fresh_browser(t);
  const { data_sets } = open();
  await data_sets.put(data_of("a", 10));
  assert.equal((await data_sets.get("a"))?.findings, undefined);
  await data_sets.put_findings("a", [found("transpose")]);
  await data_sets.put_findings("never kept", [found("invert")]);
  const again = open().data_sets;
  assert.deepEqual((await again.get("a"))?.findings, [found("transpose")]);
  assert.equal(await again.get("never kept"), undefined);
});
