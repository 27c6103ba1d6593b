// What a worker does of a look inside, without a worker: which networks it refuses, and whether
// what it finds can be named.

import assert from "node:assert/strict";
import { test } from "node:test";

// What a worker's own files expect of their surroundings; Node's own channel would keep the
// process from ending.
const { MessageChannel } = globalThis;
Object.assign(globalThis, {
  self: new EventTarget(),
  MessageChannel: class {
    port1 = {};
    port2 = {};
  },
});
const { nearest_images, take_step } = await import("../../www/worker/inside.js");
const { train_one_epoch } = await import("../../www/worker/one_epoch.js");
Object.assign(globalThis, { MessageChannel });

test("a step and an epoch look into networks of the same size, and say so alike", async () => {
  const plan = /** @type {any} */ ({ num_parameters: 16_000_001, layers: [] });
  const sentence =
    "This network is too large to look inside: it has more than 16 million parameters.";
  const parts = /** @type {any} */ ({
    plan,
    make: () => assert.fail("no network is made"),
    measured: { labels: [] },
    validation: { labels: [] },
    signal: new AbortController().signal,
  });
  await assert.rejects(() => take_step(/** @type {any} */ ({}), parts), { message: sentence });
  await assert.rejects(() => train_one_epoch(/** @type {any} */ ({}), parts), {
    message: sentence,
  });
});

test("a last hidden layer that passes nothing on is told", async () => {
  /** @param {string} kind @param {number[]} activations of all layers, the output's last */
  const is_silent = async (kind, activations, widths = [4, 2, 2, 1]) => {
    const inside = /** @type {any} */ ({
      widths: () => Uint32Array.from(widths),
      activation: () => kind,
      activations: () => Float32Array.from(activations),
      nearest: () => ({
        rows: () => Uint32Array.of(3),
        distances: () => Float64Array.of(0),
        free() {},
      }),
    });
    const rows = new Uint32Array(0);
    const found = await nearest_images(inside, new Uint8Array(4), rows, new Uint8Array(0));
    return found.is_silent;
  };
  assert.equal(await is_silent("relu", [1, 1, 0, 0, 1]), true);
  assert.equal(await is_silent("relu", [0, 0, 0, 1e-4, 1]), false);
  assert.equal(await is_silent("tanh", [1, 1, 1e-4, -1e-4, 1]), true);
  assert.equal(await is_silent("relu", [0], [4, 1]), false, "there pixels are compared");
});
