// One holder of a name among all tabs, with the browser's locks and without.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ChannelLocks } from "../../www/store/channel_locks.js";
import { Locks } from "../../www/store/locks.js";
import { bytes_of, fake_locks, fresh_browser } from "./fake_browser.mjs";
import { without_time } from "./journey_site.mjs";

// Who hears nothing for a second takes a name: a machine that stood still so long before the
// answer was heard would give it to two. Channels are the platform's own.
const { BroadcastChannel } = globalThis;
without_time();

test("one holder among all tabs; late or released, a lock is free again", async () => {
  const manager = fake_locks();
  const [first, second] = [new Locks("x", manager()), new Locks("x", manager())];
  const other_site = new Locks("y", manager());
  const release = await first.hold("run a");
  assert.ok(release);
  assert.ok(await other_site.hold("run a"));
  assert.equal(await first.hold("run a"), null);
  assert.equal(await second.hold("run a", 20), null);
  assert.equal(await first.is_held_elsewhere("run a"), false);
  assert.equal(await second.is_held_elsewhere("run a"), true);
  assert.equal(await second.is_held("run a"), true);
  const waiting = second.hold("run a", 5000);
  release();
  const next = await waiting;
  assert.ok(next);
  // A release that was used up frees nothing of the next holder's.
  release();
  assert.equal(await first.is_held_elsewhere("run a"), true);
  next();
  await Promise.resolve();
  assert.ok(await first.hold("run a", 5000));
});

test("without the browser's locks the tabs agree among themselves", async (t) => {
  /** @type {BroadcastChannel[]} */
  const channels = [];
  const tab = () => {
    const own = /** @type {BroadcastChannel[]} */ ([]);
    const open = (/** @type {string} */ name) => {
      const channel = new BroadcastChannel(name);
      channels.push(channel);
      own.push(channel);
      return channel;
    };
    const locks = new Locks("agreed", new ChannelLocks("agreed", open));
    return { locks, close: () => own.forEach((channel) => channel.close()) };
  };
  t.after(() => channels.forEach((channel) => channel.close()));
  const [first, second, third] = [tab(), tab(), tab()];
  const release = await first.locks.hold("run a");
  assert.ok(release);
  assert.equal(await second.locks.hold("run a"), null);
  assert.equal(await first.locks.hold("run a"), null);
  assert.ok(await second.locks.hold("run b"));
  assert.equal(await first.locks.is_held_elsewhere("run a"), false);
  assert.equal(await second.locks.is_held_elsewhere("run a"), true);
  assert.deepEqual(await third.locks.held(), new Set(["run a", "run b"]));

  await t.test("who waits has it once it is given back", async () => {
    const waiting = second.locks.hold("run a", 5000);
    release();
    const next = await waiting;
    assert.ok(next);
    assert.equal(await first.locks.is_held_elsewhere("run a"), true);
    next();
  });

  await t.test("of all that ask at once one has it", async () => {
    for (let round = 0; round < 5; round++) {
      const name = `run at once ${round}`;
      const asked = [first, second, third].map(({ locks }) => locks.hold(name));
      const had = (await Promise.all(asked)).filter((one) => one !== null);
      assert.equal(had.length, 1);
    }
  });

  await t.test("a tab that is closed holds nothing", async () => {
    assert.ok(await second.locks.hold("run c"));
    second.close();
    assert.equal(await first.locks.is_held_elsewhere("run c"), false);
    assert.ok(await first.locks.hold("run c"));
  });
});

test("a lock that is granted after the patience ran out is given back", async () => {
  /** @type {(() => Promise<void>)[]} */
  const grants = [];
  let num_held = 0;
  const slow = /** @type {any} */ ({
    request: (
      /** @type {string} */ _name,
      /** @type {any} */ options,
      /** @type {any} */ callback,
    ) =>
      options.ifAvailable
        ? Promise.resolve(callback(null))
        : new Promise((resolve, reject) => {
            options.signal.addEventListener("abort", () => reject(options.signal.reason));
            // Granted all the same, as a browser may that had decided before it heard.
            grants.push(async () => {
              num_held += 1;
              await callback({});
              num_held -= 1;
              resolve(null);
            });
          }),
    query: async () => ({ held: [] }),
  });
  const locks = new Locks("x", slow);
  assert.equal(await locks.hold("run a", 10), null);
  await Promise.all(grants.map((grant) => grant()));
  assert.equal(num_held, 0);
  assert.equal(await locks.is_held("run a"), false);
});

test("by plain http, without locks and randomUUID, names are held within the tab", async (t) => {
  const { randomUUID } = crypto;
  Object.defineProperty(crypto, "randomUUID", { value: undefined, configurable: true });
  t.after(() => Object.defineProperty(crypto, "randomUUID", { value: randomUUID }));
  const { locks, digits, studies, runs } = fresh_browser(t).open({ locks: null });
  const release = await locks.hold("run a", 1000);
  assert.ok(release);
  assert.equal(await locks.hold("run a"), null);
  assert.equal(await locks.is_held("run a"), true);
  assert.equal(await runs.running_elsewhere("a"), false);
  const waiting = locks.hold("run a", 5000);
  release();
  assert.ok(await waiting);
  assert.equal(await studies.take("s"), true);
  assert.equal(await studies.take("s"), true);
  const { digit } = await digits.add({ label: 1, pixels: bytes_of(784) });
  assert.match(digit.id, /^[0-9a-f-]{36}$/);
});

test("a browser that denies locks shares nothing: they are held within the tab", async () => {
  const denied = new DOMException("denied", "SecurityError");
  const locks = new Locks(
    "x",
    /** @type {any} */ ({
      request: () => Promise.reject(denied),
      query: () => Promise.reject(denied),
    }),
  );
  assert.ok(await locks.hold("run a", 1000));
  assert.equal(await locks.hold("run a"), null);
});
