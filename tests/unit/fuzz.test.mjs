// What the page reads before the engine does, damaged at random by a seeded
// generator: archives, settings in the address, files of studies. Each is read or
// refused in our own words, and none takes a second of a processor.
//   INKLING_MUTATIONS=100000 node --test tests/unit/fuzz.test.mjs

import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { config_from_query, config_to_query } from "../../www/base/settings_query.js";
import { exported, imported } from "../../www/app/study_files.js";
import { settled } from "../../www/app/study_state.js";
import { unpacked_chunks } from "../../www/worker/source.js";

/** @import { TestContext } from "node:test" */

const NUM_MUTATIONS = Number(process.env.INKLING_MUTATIONS ?? 1000);
const SEED = Number(process.env.INKLING_FUZZ_SEED ?? 1);
/** Of the process's own time: what a busy machine gives to others is none of the input's. */
const MOST_MS = 1000;

/** Whole numbers below `count`; mulberry32. @param {number} seed */
function generator(seed) {
  let state = seed;
  const draw = (/** @type {number} */ count) => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return Math.floor((((word ^ (word >>> 14)) >>> 0) / 2 ** 32) * count);
  };
  /** Another that draws what this one is about to. */
  const again = () => generator(state);
  return Object.assign(draw, { again });
}

/** What the process works for something, in ms of a processor. @param {() => Promise<unknown> | unknown} work */
async function worked_ms(work) {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/**
 * Bytes damaged in one to five ways, mostly at either end, where archives keep
 * what they are.
 * @param {ReturnType<typeof generator>} draw
 * @param {Uint8Array} good
 * @param {readonly string[]} [words]
 */
function damaged(draw, good, words = ["\xff\xff\xff\xff", "\0\0\0\0", "PK\x01\x02", "PK\x05\x06"]) {
  let bytes = [...good];
  for (let times = draw(5); times >= 0 && bytes.length > 0; times -= 1) {
    const reach = Math.min(bytes.length, [80, bytes.length][draw(2)]);
    const at = draw(2) === 0 ? draw(reach) : bytes.length - 1 - draw(reach);
    const word = Buffer.from(words[draw(words.length)], "latin1");
    switch (draw(7)) {
      case 0:
        bytes[at] = draw(256);
        break;
      case 1:
        bytes[at] ^= 1 << draw(8);
        break;
      case 2:
        bytes = bytes.slice(0, at);
        break;
      case 3:
        bytes.splice(at, draw(100));
        break;
      case 4:
        bytes.splice(at, 0, ...bytes.slice(at, at + draw(200)));
        break;
      default:
        bytes.splice(at, draw(2) * word.length, ...word);
    }
  }
  return Uint8Array.from(bytes);
}

/**
 * @param {TestContext} t
 * @param {(draw: ReturnType<typeof generator>) => Promise<boolean> | boolean} attempt whether it was read
 */
async function hammer(t, attempt) {
  const draw = generator(SEED);
  let num_read = 0;
  let longest_ms = 0;
  for (let index = 0; index < NUM_MUTATIONS; index += 1) {
    const before = draw.again();
    try {
      let took_ms = await worked_ms(async () => (num_read += Number(await attempt(draw))));
      // A machine that is a guest on another counts its pauses, and a process what it tidies
      // up. What is slow by itself is so the second time, too.
      if (took_ms >= MOST_MS) {
        took_ms = Math.min(took_ms, await worked_ms(() => attempt(before)));
      }
      longest_ms = Math.max(longest_ms, took_ms);
    } catch (error) {
      throw new Error(`mutation ${index} of seed ${SEED}`, { cause: error });
    }
  }
  const peak = process.resourceUsage().maxRSS / 1000;
  t.diagnostic(
    `${NUM_MUTATIONS} mutations, ${num_read} read, longest ${longest_ms.toFixed(1)} ms, peak memory ${peak.toFixed(0)} MB`,
  );
  assert.ok(longest_ms < MOST_MS, `${longest_ms} ms`);
  assert.ok(num_read > 0 && num_read < NUM_MUTATIONS, `${num_read} read`);
}

test("archives", async (t) => {
  const table = Buffer.from("1,2,3\n".repeat(300));
  const good = [
    gzipSync(table),
    zipSync({ "train.csv": table }),
    zipSync({ "a.txt": table, "b/train.csv": table, "test.csv": table }, { level: 0 }),
  ];
  await hammer(t, async (draw) => {
    const bytes = damaged(draw, good[draw(3)]);
    try {
      let num_bytes = 0;
      const chunks = unpacked_chunks(new File([bytes], "a"), { max_unpacked_bytes: 100_000 });
      for await (const chunk of chunks) num_bytes += chunk.length;
      assert.ok(num_bytes <= 100_000);
      return true;
    } catch (error) {
      assert.ok(error instanceof Error);
      assert.equal(error.name, "SourceError", error.message);
      assert.match(error.message, /^[^]+: found [^]+, expected [^]+$/);
      return false;
    }
  });
});

test("settings in the address", async (t) => {
  const all = Buffer.from(config_to_query(config_from_query("").config));
  const words = ["&", "=", "%", "%00", "%ff", "+", "1e999", "-0", "__proto__", "toString", "NaN"];
  await hammer(t, (draw) => {
    const query = Buffer.from(damaged(draw, all, words)).toString("latin1");
    const { config, remarks } = config_from_query(query);
    const { config: defaults } = config_from_query("");
    for (const [key, value] of Object.entries(defaults)) {
      const found = /** @type {Record<string, unknown>} */ (config)[key];
      assert.equal(typeof found, typeof value, `${key} of ${query}`);
    }
    assert.deepEqual(Object.keys(config), Object.keys(defaults));
    return remarks.length === 0;
  });
});

test("files of studies", async (t) => {
  const record = {
    format_version: 1,
    id: "1",
    name: "A study",
    plan: { values: [{ label: "0.1", axis: 0.1 }] },
    runs: [{ state: "finished", history: [{ train_loss: Number.NaN }] }, { state: "running" }],
  };
  const good = Buffer.from(exported(/** @type {any} */ ([record, record])));
  const words = ["{", "[", '"', "null", "number:NaN", "1e999", "__proto__", "\\u0000", "[[[[[["];
  await hammer(t, (draw) => {
    const text = Buffer.from(damaged(draw, good, words)).toString("latin1");
    try {
      imported(text, "a.json").map(settled);
      return true;
    } catch (error) {
      assert.ok(error instanceof Error);
      assert.match(error.message, /^a\.json.*: found .+, expected .+/);
      return false;
    }
  });
});
