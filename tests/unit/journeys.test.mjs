// Journeys at random through the controllers, on the real stores and an engine that takes
// no time: sequences of what a person can do in up to two tabs, held against what they may
// expect. A sequence that breaks an expectation is cut down, and its seed printed.
//   INKLING_ACTIONS=200000 INKLING_SEED=7 node --test tests/unit/journeys.test.mjs
// One sequence again, as it was printed:
//   INKLING_JOURNEY='["train","stop"]' node --test tests/unit/journeys.test.mjs

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import "./journey_tabs.mjs";
import { actions } from "./journey_actions.mjs";
import { Seen, check, check_settled } from "./journey_checks.mjs";
import { Site, moment, without_time } from "./journey_site.mjs";

const NUM_ACTIONS = Number(process.env.INKLING_ACTIONS ?? 20_000);
const SEED = Number(process.env.INKLING_SEED ?? 20261125);
/** Actions of one visit: long ones find more, short ones cut down faster. */
const IN_A_ROW = 60;

/** @param {readonly string[]} names */
async function journey(names) {
  const site = new Site();
  const seen = new Seen();
  try {
    await site.load();
    for (const name of names) {
      await actions.get(name)?.(site, seen);
      await moment();
      check(seen, site);
    }
    await check_settled(seen, site);
  } finally {
    site.close();
  }
}

test("journeys at random keep what a person may expect", { timeout: 1_200_000 }, async (t) => {
  t.after(without_time());
  const uncaught = /** @type {unknown[]} */ ([]);
  const note = (/** @type {unknown} */ error) => uncaught.push(error);
  process.on("unhandledRejection", note);
  t.after(() => process.off("unhandledRejection", note));
  let num_done = 0;
  const held = async (/** @type {readonly string[]} */ names) => {
    num_done += names.length;
    await journey(names);
    assert.deepEqual(uncaught.splice(0), [], "an error that nobody caught");
  };
  if (process.env.INKLING_JOURNEY) return held(JSON.parse(process.env.INKLING_JOURNEY));
  t.diagnostic(`seed ${SEED}`);
  // What is looked at afterwards tells most.
  const looks = [...actions.keys()].filter((name) =>
    /and (look|undo|stop|evaluate)|rest|other/.test(name),
  );
  const one = fc.constantFrom(...actions.keys(), ...looks, ...looks);
  // Before there is data, little can go wrong.
  const names = fc
    .array(one, { minLength: 0, maxLength: IN_A_ROW, size: "max" })
    .filter((found) => found.length > 0);
  while (num_done < NUM_ACTIONS) {
    await fc.assert(fc.asyncProperty(names, held), {
      numRuns: 50,
      seed: SEED + num_done,
      endOnFailure: process.env.INKLING_SHRINK === "0",
      includeErrorInReport: true,
      // Cutting down is for whoever reads it, and has its limit.
      interruptAfterTimeLimit: 300_000,
      markInterruptAsFailure: true,
    });
  }
  t.diagnostic(`${num_done} actions`);
});
