// Custody of data, and workers as they start, // over workers that die, hang or are slow at the worst
// moment. Each worker has the real engine of www/worker/ over a made-up wasm.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Cancelled } from "../../www/base/fault.js";
import {
  LIMIT,
  PATIENCE_MS,
  clock,
  config,
  custody_of,
  loaded,
  made_of,
  read,
} from "./custody_site.mjs";
import { data_file, gate, soon, until } from "./fake_worker.mjs";

test("a file that is read is not taken", LIMIT, async () => {
  const { custody, cpu } = custody_of();
  const data = await read(custody, [data_file("a.csv", 5, 3)]);
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
  const reading = [1, 2, 3].map((value) => read(custody, [data_file("x.csv", value)]));
  await until(() => cpu().count("read_file") > 0);
  await soon();
  assert.equal(cpu().count("read_file"), 1, "the others wait");
  hold.open();
  const checksums = (await Promise.all(reading)).map(({ summary }) => summary.checksum);
  assert.deepEqual(checksums, ["1/4", "2/4", "3/4"]);
});

test("a wrong file is named with its fields and takes nothing away", LIMIT, async () => {
  const { custody, data, checksum } = await loaded();
  await assert.rejects(read(custody, [new File(["oops"], "b.csv")]), {
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
  assert.equal((await read(custody, [file])).summary.has_labels, false);
  await assert.rejects(read(custody, [file], { needs_labels: true }), /column label/);
});

test(
  "a small file picked while a large set is being fed is what the worker ends on",
  LIMIT,
  async () => {
    const { custody, cpu } = await loaded();
    const small = await read(custody, [data_file("small.csv", 9, 2)]);
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
    assert.equal(made_of(await custody.plan(config())), 9, "and plans are for it");
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
  const other = await read(custody, [data_file("b.csv", 8)]);
  const hold = gate();
  cpu().holds.load_data = hold;
  const planning = custody.plan(config());
  await until(() => cpu().count("load_data") === 1);
  custody.set_data(other);
  hold.open();
  assert.equal(made_of(await planning), 8);
  custody.set_data(null);
  assert.equal(made_of(await custody.plan(config())), null);
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
    const reading = read(custody, [data_file("a.csv", 1)], { signal: cancel.signal });
    await soon();
    cancel.abort(new Cancelled());
    // No time has passed.
    await assert.rejects(reading, { name: "Cancelled" });
    const next = read(custody, [data_file("b.csv", 2)]);
    await clock.pass(PATIENCE_MS - 1);
    assert.equal(first.is_dead, false, "it is given a moment to confirm");
    await clock.pass(1);
    assert.equal((await next).summary.checksum, "2/4");
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
    const reading = read(custody, [data_file("a.csv", 1)], { signal: cancel.signal });
    await soon();
    cancel.abort(new Cancelled());
    await assert.rejects(reading, { name: "Cancelled" });
    const next = read(custody, [data_file("b.csv", 2)]);
    await clock.pass(PATIENCE_MS);
    assert.equal((await next).summary.checksum, "2/4");
    assert.equal(cpu().count("read_file"), 1, "what was cancelled was never begun");
  },
);

test("a worker that answers a cancelling lives on", LIMIT, async () => {
  const { custody, workers, cpu } = custody_of();
  await custody.ready();
  const hold = gate();
  cpu().holds.read_file = hold;
  const told = /** @type {unknown[]} */ ([]);
  const cancel = new AbortController();
  const reading = read(custody, [data_file("a.csv", 1)], {
    signal: cancel.signal,
    on_progress: (progress) => told.push(progress),
  });
  await soon();
  cancel.abort(new Cancelled());
  await assert.rejects(reading, { name: "Cancelled" });
  hold.open();
  await clock.pass(2 * PATIENCE_MS);
  assert.equal(workers.made.length, 1);
  assert.equal(cpu().is_dead, false);
  assert.deepEqual(told, [], "nothing is told after the end");
});

test("a reading that was cancelled before its turn is never begun", LIMIT, async () => {
  const { custody, cpu } = custody_of();
  await custody.ready();
  const hold = gate();
  cpu().holds.read_file = hold;
  const first = read(custody, [data_file("a.csv", 1)]);
  const cancel = new AbortController();
  const second = read(custody, [data_file("b.csv", 2)], { signal: cancel.signal });
  const third = read(custody, [data_file("c.csv", 3)]);
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
    const reading = read(custody, [data_file("b.csv", 2)], { signal: cancel.signal });
    await soon();
    cancel.abort(new Cancelled());
    await assert.rejects(reading, { name: "Cancelled" });
    await clock.pass(2 * PATIENCE_MS);
    assert.equal(cpu().is_dead, false);
    hold.open();
    assert.equal((await training).outcome, "finished");
  },
);

test("a worker that dies while it reads says so, and the data stay", LIMIT, async () => {
  const { custody, cpu, notices, data } = await loaded();
  cpu().holds.read_file = gate();
  const reading = read(custody, [data_file("b.csv", 2)]);
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
  assert.equal(made_of(await once.custody.plan(config())), null);
  const ever = custody_of({}, die);
  await assert.rejects(read(ever.custody, [data_file("a.csv", 1)]), /did not start within 15 s/);
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
