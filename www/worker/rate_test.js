// A range test of learning rates in this worker: pulled slice by slice, given up between
// two of them. It has a network of its own and leaves none behind.

import { macrotask } from "./macrotask.js";

/** @import { RateReading, RateTest } from "../pkg/ndarray/inkling.js" */

/**
 * @param {Promise<RateTest>} making
 * @param {object} parts
 * @param {() => number} parts.slice_ms how long the next slice may take
 * @param {AbortSignal} parts.signal gives it up
 * @param {(reading: RateReading) => unknown} parts.on_reading told after each slice but the last
 * @returns {Promise<RateReading>} as it ended
 */
export async function test_rates(making, { slice_ms, signal, on_reading }) {
  const test = await making;
  try {
    for (;;) {
      signal.throwIfAborted();
      const reading = await test.next(slice_ms());
      if (reading.is_over) return reading;
      on_reading(reading);
      await macrotask();
    }
  } finally {
    test.free();
  }
}
