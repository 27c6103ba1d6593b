// One worker as the page holds it: how its death is noticed, from the first moment on;
// what is kept of its answers, which is nothing; and how errors cross.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { clearInterval, setInterval } from "node:timers";
import { setFlagsFromString } from "node:v8";
import { MessageChannel } from "node:worker_threads";
import { runInNewContext } from "node:vm";
import { carry_errors, error_of, fields_of } from "../../www/base/crossing.js";
import { Cancelled, Refused, fault_of } from "../../www/base/fault.js";
import { new_id } from "../../www/base/id.js";
import { InputError } from "../../www/base/input_error.js";
import { EngineWorker } from "../../www/engine/engine_worker.js";
import { wait_awake } from "../../www/engine/patience.js";
import * as Comlink from "../../www/vendor/comlink.mjs";
import { stopped_clock } from "./clock.mjs";
import { soon, until } from "./fake_worker.mjs";

const LIMIT = { timeout: 60_000 };

const clock = stopped_clock();

// The ports between the two sides keep no process alive, here or after the tests.
/** @type {NodeJS.Timeout} */
let alive;
before(() => {
  alive = setInterval(() => {}, 1000);
});
after(() => clearInterval(alive));

/** What the worker's side of a made-up worker answers. */
class Answers {
  ping() {}
  /** @param {number} value */
  twice(value) {
    return 2 * value;
  }
  /** @param {string} name */
  fail(name) {
    throw Object.assign(new Error(`because of ${name}`), { name });
  }
  wrong() {
    throw new InputError("row 7, column label", "12", "0 to 9");
  }
  never() {
    return new Promise(() => {});
  }
}

/** The browser's worker, its other side in this same process. */
class MadeUpWorker extends EventTarget {
  /** @type {MadeUpWorker[]} */
  static made = [];
  is_terminated = false;
  #channel = new MessageChannel();

  /** @param {string | URL} url @param {{ name: string }} options */
  constructor(url, options) {
    super();
    this.url = String(url);
    this.name = options.name;
    MadeUpWorker.made.push(this);
    this.#channel.port1.on("message", (data) => {
      if (!this.is_terminated) this.dispatchEvent(new MessageEvent("message", { data }));
    });
    // A port with a listener keeps the process alive.
    this.#channel.port1.unref();
  }

  /** Its script has run. */
  run(holds_lock = false, answers = new Answers()) {
    Comlink.expose(answers, this.#channel.port2);
    this.#channel.port2.unref();
    this.#channel.port2.postMessage({ is_alive: true, holds_lock });
  }

  /** @param {unknown} message @param {ArrayBuffer[]} transferred */
  postMessage(message, transferred) {
    this.#channel.port1.postMessage(message, transferred);
  }

  terminate() {
    this.is_terminated = true;
  }
}

/** Locks that a test lets fall free. */
class MadeUpLocks {
  /** @type {{ name: string, grant: () => unknown }[]} */
  asked = [];
  /** @param {string} name @param {() => unknown} grant */
  request(name, grant) {
    this.asked.push({ name, grant });
    return new Promise(() => {});
  }
}

const locks = new MadeUpLocks();
Object.defineProperty(globalThis, "navigator", { value: { locks }, configurable: true });
Object.assign(globalThis, { Worker: MadeUpWorker });

/** @param {{ start_ms?: number, silence_ms?: number }} [patience] */
function made(patience) {
  const worker = new EngineWorker("inkling test", patience);
  const browsers = /** @type {MadeUpWorker} */ (MadeUpWorker.made.at(-1));
  /**
   * What stands behind it here answers otherwise than an engine.
   * @template T
   * @param {(answers: Comlink.Remote<Answers>) => Promise<T>} ask
   */
  const call = (ask) =>
    worker.call((engine) =>
      ask(/** @type {Comlink.Remote<Answers>} */ (/** @type {unknown} */ (engine))),
    );
  return { worker, browsers, call };
}

test("calls are answered, and a worker's name is its own", LIMIT, async () => {
  const { worker, browsers, call } = made();
  browsers.run();
  assert.equal(await call((engine) => engine.twice(4)), 8);
  assert.match(browsers.name, /^inkling test [0-9a-f-]{36}$/);
  const other = made();
  assert.notEqual(other.browsers.name, browsers.name);
  worker.kill();
  other.worker.kill();
});

test("a worker that dies while it starts is noticed", LIMIT, async () => {
  const { worker, browsers, call } = made({ start_ms: 30 });
  const waiting = call((engine) => engine.twice(1));
  await clock.pass(29);
  assert.equal(worker.is_dead, false);
  const dies = clock.pass(1);
  const message = "it did not start within 0.03 s";
  await assert.rejects(waiting, { name: "WorkerCrashed", message });
  await dies;
  assert.equal(worker.is_dead, true);
  assert.equal(browsers.is_terminated, true);
  await assert.rejects(
    call((engine) => engine.twice(1)),
    { name: "WorkerCrashed" },
    "and every later call is told",
  );
});

test("one that has started is waited for as long as it takes", LIMIT, async () => {
  const { worker, browsers, call } = made({ start_ms: 30, silence_ms: 1e6 });
  browsers.run(true);
  const waiting = call((engine) => engine.never());
  await clock.pass(80);
  assert.equal(worker.is_dead, false);
  worker.kill("it was enough");
  await assert.rejects(waiting, { name: "WorkerCrashed", message: "it was enough" });
});

test("a script that cannot be loaded is said", LIMIT, async () => {
  const { browsers, call } = made();
  const waiting = call((engine) => engine.never());
  browsers.dispatchEvent(new Event("error", { cancelable: true }));
  await assert.rejects(waiting, { message: "its script could not be loaded" });
});

test("a lock that falls free tells of a death", LIMIT, async () => {
  const { browsers, call } = made();
  const before = locks.asked.length;
  await soon();
  assert.equal(locks.asked.length, before, "nobody asks before the worker holds it");
  browsers.run(true);
  await until(() => locks.asked.length === before + 1);
  const { name, grant } = /** @type {(typeof locks.asked)[0]} */ (locks.asked.at(-1));
  assert.equal(name, browsers.name);
  const waiting = call((engine) => engine.never());
  grant();
  await assert.rejects(waiting, { name: "WorkerCrashed", message: "the browser ended it" });
});

test("without locks, silence tells of a death", LIMIT, async () => {
  const lively = made({ silence_ms: 60 });
  lively.browsers.run(false);
  await clock.pass(200);
  assert.equal(lively.worker.is_dead, false, "it answers when it is asked");
  lively.worker.kill();
  const silent = made({ silence_ms: 60 });
  const answers = new Answers();
  answers.ping = () => /** @type {any} */ (new Promise(() => {}));
  silent.browsers.run(false, answers);
  const waiting = silent.call((engine) => engine.never());
  const dies = clock.pass(60);
  await assert.rejects(waiting, { message: "no sign of life for 0.06 s" });
  await dies;
});

test("an engine that has died takes its worker with it, with its reason", LIMIT, async () => {
  const { browsers, call } = made();
  browsers.run(true);
  const others = call((engine) => engine.never());
  await assert.rejects(
    call((engine) => engine.fail("EngineDead")),
    { name: "WorkerCrashed", message: "because of EngineDead" },
  );
  await assert.rejects(others, { name: "WorkerCrashed", message: "because of EngineDead" });
  assert.equal(browsers.is_terminated, true);
});

// What is kept

setFlagsFromString("--expose-gc");
const collect = /** @type {() => void} */ (runInNewContext("gc"));

/** Whether what a weak reference holds goes away. @param {WeakRef<object>} reference */
async function goes_away(reference) {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    await soon(2);
    collect();
    if (!reference.deref()) return true;
  }
  return false;
}

test("an answer is not kept by the worker that gave it", LIMIT, async () => {
  const { worker, browsers } = made();
  browsers.run(true);
  const answer = async () =>
    new WeakRef(await worker.call(async () => ({ large: new Uint8Array(1e6) })));
  const failure = async () =>
    new WeakRef(
      await worker.call(() => Promise.reject(new Error("large"))).catch((error) => error),
    );
  assert.equal(await goes_away(await answer()), true);
  assert.equal(await goes_away(await failure()), true);
  worker.kill();
});

test("nor by the engine in it", LIMIT, async () => {
  const { guarded, death } = await import("../../www/worker/death.js");
  const answer = async () => new WeakRef(await guarded(async () => ({ a: 1 })));
  assert.equal(await goes_away(await answer()), true);
  await assert.rejects(
    guarded(() => {
      throw new TypeError("no trap");
    }),
    TypeError,
  );
  assert.equal(death.error, null);
  // Last, for it cannot be undone.
  const waiting = guarded(() => new Promise(() => {}));
  death.strike("the device was lost");
  await assert.rejects(waiting, { name: "EngineDead", message: "the device was lost" });
  await assert.rejects(
    guarded(() => 1),
    { name: "EngineDead" },
  );
});

// Errors

test("an error crosses with its fields", LIMIT, async () => {
  const { worker, browsers, call } = made();
  browsers.run(true);
  const error = await call((engine) => engine.wrong()).catch((thrown) => thrown);
  assert.ok(error instanceof Error);
  assert.deepEqual(fault_of(error), {
    place: "row 7, column label",
    found: "12",
    expected: "0 to 9",
    message: "row 7, column label: found 12, expected 0 to 9",
  });
  assert.equal(error.name, "InputError");
  worker.kill();
});

test("what is told by its class keeps it, in both directions", LIMIT, async () => {
  carry_errors();
  const { port1, port2 } = new MessageChannel();
  Comlink.expose(
    {
      refuse() {
        throw new Refused("Not now.");
      },
      cancel() {
        throw new Cancelled();
      },
      text() {
        throw "a text";
      },
      /** @param {any} callback */
      async ask_back(callback) {
        try {
          await callback();
        } finally {
          callback[Comlink.releaseProxy]();
        }
      },
    },
    port1,
  );
  const other = /** @type {any} */ (Comlink.wrap(port2));
  assert.ok(
    (await other.refuse().catch((/** @type {unknown} */ error) => error)) instanceof Refused,
  );
  assert.ok(
    (await other.cancel().catch((/** @type {unknown} */ error) => error)) instanceof Cancelled,
  );
  await assert.rejects(other.text(), { message: "a text" });
  const callback = Comlink.proxy(() => {
    throw new InputError("Epochs", "0", "1 to 1,000");
  });
  await assert.rejects(other.ask_back(callback), { place: "Epochs", found: "0" });
  port1.close();
  port2.close();
});

test("an error without fields invents none", () => {
  const fields = fields_of(new RangeError("too long"));
  assert.deepEqual(Object.keys(fields).sort(), ["message", "name", "stack"]);
  assert.equal(error_of(fields).name, "RangeError");
  assert.equal(fields_of(undefined).message, "undefined");
  const odd = Object.assign(new Error("odd"), { place: 7, found: { a: 1 }, expected: "text" });
  assert.deepEqual([fields_of(odd).place, fields_of(odd).expected], [undefined, "text"]);
});

// What they stand on

test("ids are UUIDs that never meet, without crypto.randomUUID", () => {
  const ids = Array.from({ length: 2000 }, new_id);
  assert.equal(new Set(ids).size, 2000);
  for (const id of ids)
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const { randomUUID } = crypto;
  crypto.randomUUID = /** @type {any} */ (undefined);
  try {
    assert.match(new_id(), /^[0-9a-f-]{36}$/);
  } finally {
    crypto.randomUUID = randomUUID;
  }
});

test("patience counts what was waited awake, and can be called off", LIMIT, async () => {
  let num_ends = 0;
  wait_awake(20, () => (num_ends += 1));
  const call_off = wait_awake(20, () => (num_ends += 10));
  call_off();
  // A machine that sleeps makes one tick of any length.
  wait_awake(1200, () => (num_ends += 100))();
  await clock.pass(19);
  assert.equal(num_ends, 0);
  await clock.pass(40);
  assert.equal(num_ends, 1);
});
