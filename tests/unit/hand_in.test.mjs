// Hand-ins as anybody may make them, read by the page's own reader: what is wrong with each
// is told, in the words that the program has for the same file, and none stops another.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { strToU8, zipSync } from "fflate";
import { Clerk } from "../../www/engine/clerk.js";
import { WorkerCrashed } from "../../www/engine/engine_worker.js";
import { read_hand_in } from "../../www/worker/hand_in.js";
import { open_studies } from "./letters_set.mjs";
import { call, no_program } from "./program_call.mjs";

const wasm = await open_studies();
const { most_entries, most_unpacked } = wasm.hand_in_limits();
const metrics = strToU8(JSON.stringify({ ids: ["1004", "1005"], studies: [], baseline: null }));
const whole = zipSync({ "metrics.json": metrics });

/** The entry's name, wherever it stands, as another of the same length. */
function renamed(
  /** @type {Uint8Array} */ zip,
  /** @type {string} */ from,
  /** @type {string} */ to,
) {
  const text = Buffer.from(zip).toString("latin1").replaceAll(from, to);
  return new Uint8Array(Buffer.from(text, "latin1"));
}

const wrong_crc = (() => {
  const zip = zipSync({ "metrics.json": [metrics, { level: 0 }] });
  return renamed(zip, '"1004"', '"1006"');
})();

/**
 * The zip with a field changed of each header of its entries.
 * @param {number} local where it lies in a local header
 * @param {number} value
 */
function with_field(local, value) {
  const zip = new Uint8Array(whole);
  const view = new DataView(zip.buffer);
  for (let at = 0; at + 4 <= zip.length; at += 1) {
    const sign = view.getUint32(at, true);
    if (sign === 0x04034b50) view.setUint16(at + local, value, true);
    if (sign === 0x02014b50) view.setUint16(at + local + 2, value, true);
  }
  return zip;
}

const locked = with_field(6, 1);
const packed_otherwise = with_field(8, 12);

/**
 * The zip written as those of more than 4 GB are, which some packers do with small ones too.
 * @param {number} [before] bytes that its places do not count
 */
function large(before = 0) {
  const old = new DataView(whole.buffer, whole.byteOffset, whole.byteLength);
  const old_end = whole.length - 22;
  const start = old.getUint32(old_end + 16, true);
  const entry = whole.slice(start, old_end);
  const local = whole.subarray(0, start);
  const entry_view = new DataView(entry.buffer);
  const extra = new DataView(new ArrayBuffer(28));
  extra.setUint16(0, 1, true);
  extra.setUint16(2, 24, true);
  // Unpacked, packed, and where its header lies.
  for (const [at, field] of [24, 20, 42].entries()) {
    extra.setBigUint64(4 + 8 * at, BigInt(entry_view.getUint32(field, true)), true);
    entry_view.setUint32(field, 0xffffffff, true);
  }
  entry_view.setUint16(30, 28, true);
  const size = entry.length + 28;
  const end = new DataView(new ArrayBuffer(56 + 20 + 22));
  end.setUint32(0, 0x06064b50, true);
  end.setBigUint64(4, 44n, true);
  for (const at of [24, 32]) end.setBigUint64(at, 1n, true);
  end.setBigUint64(40, BigInt(size), true);
  end.setBigUint64(48, BigInt(start), true);
  end.setUint32(56, 0x07064b50, true);
  end.setBigUint64(56 + 8, BigInt(start + size), true);
  end.setUint32(56 + 16, 1, true);
  end.setUint32(76, 0x06054b50, true);
  end.setUint32(76 + 8, 0xffffffff, true);
  end.setUint32(76 + 12, 0xffffffff, true);
  end.setUint32(76 + 16, 0xffffffff, true);
  const parts = [local, entry, new Uint8Array(extra.buffer), new Uint8Array(end.buffer)];
  return new Uint8Array(Buffer.concat([Buffer.alloc(before, 80), ...parts]));
}

/** Places in a large archive that no file has. @param {number} at from the end @param {number} field */
function beyond(at, field) {
  const zip = large();
  new DataView(zip.buffer).setBigUint64(zip.length - at + field, 2n ** 63n, true);
  return zip;
}

const without_loss = {
  data: { checksum: "00" },
  runs: [
    {
      history: [],
      result: { outcome: "finished", reason: "", backend: "ndarray", num_steps: null },
    },
  ],
};

/** @type {[string, Uint8Array, RegExp][]} a name, what it holds, and what is said of it */
const ODD = [
  ["1004_1005.zip", whole, /^holds no run$/],
  [
    "folder.zip",
    zipSync({ "r/metrics.json": metrics, "__MACOSX/r/metrics.json": metrics }),
    /^holds no run$/,
  ],
  [
    "cut.zip",
    whole.subarray(0, whole.length - 30),
    /^cannot be read: found no whole zip: it begins as one, and is cut off or damaged; ask/,
  ],
  [
    "text.zip",
    strToU8("no zip at all"),
    /^cannot be read: found no whole zip but a file of another kind, or a damaged one, expected/,
  ],
  ["nothing.zip", new Uint8Array(), /^cannot be read: found no whole zip but an empty file, exp/],
  ["report.zip", strToU8("%PDF-1.7 …"), /^cannot be read: found no whole zip but a PDF, expected/],
  ["page.zip", strToU8("<!doctype html>"), /^cannot be read: found no whole zip but a web page, e/],
  // Written as large ones, behind the program that unpacks them, and both.
  ["large.zip", large(), /^holds no run$/],
  ["runs_itself.zip", new Uint8Array([...new Uint8Array(999), ...whole]), /^holds no run$/],
  ["both_ways.zip", large(777), /^holds no run$/],
  ["far.zip", beyond(98, 48), /^cannot be read: found no whole zip: it begins as one, and is cut/],
  ["crowded.zip", beyond(98, 32), /^cannot be read: found no whole zip: it begins as one, and is/],
  // As older packers of Windows part a path, and as its editors mark a text.
  ["backslash.zip", zipSync({ "r\\metrics.json": metrics }), /^holds no run$/],
  [
    "marked.zip",
    zipSync({ "metrics.json": new Uint8Array([0xef, 0xbb, 0xbf, ...metrics]) }),
    /^holds no run$/,
  ],
  [
    "latin.zip",
    zipSync({
      "metrics.json": metrics,
      "report.md": new Uint8Array([0x47, 0x72, 0xf6, 0xdf, 0x65]),
    }),
    /^holds no run$/,
  ],
  [
    "within.zip",
    zipSync({ "in/1004.zip": whole }),
    /^cannot be read: found no metrics.json but another zip, in\/1004.zip: unpack it and check that$/,
  ],
  [
    "both.zip",
    zipSync({ "a/metrics.json": metrics, "b/metrics.json": metrics }),
    /^cannot be read: found 2 reports \(a\/, b\/\), expected one a zip$/,
  ],
  [
    "locked.zip",
    locked,
    /^cannot be read: metrics.json: found an encrypted entry, expected one without password$/,
  ],
  [
    "method.zip",
    packed_otherwise,
    /^cannot be read: metrics.json: found compression method 12, expected 0$/,
  ],
  [
    "figure.zip",
    zipSync({ "metrics.json": strToU8(JSON.stringify({ studies: [without_loss] })) }),
    /^cannot be read: study 1, run 1, its result: found null, expected a whole number of at least 0$/,
  ],
  ["other.zip", zipSync({ "a.txt": metrics }), /^cannot be read: found no metrics.json, expected/],
  [
    "bomb.zip",
    zipSync({ "metrics.json": new Uint8Array(most_unpacked + 1).fill(32) }),
    /^cannot be read: metrics.json: found more than 67108864 bytes once unpacked$/,
  ],
  [
    "crowd.zip",
    zipSync(
      Object.fromEntries(
        Array.from({ length: most_entries + 1 }, (_, at) => [`../../${at}`, new Uint8Array()]),
      ),
    ),
    /^cannot be read: found 2001 entries, expected at most 2000$/,
  ],
  // Of two entries of one path the last counts, as where they are unpacked.
  [
    "twice.zip",
    renamed(
      zipSync({ "metrics.jsoX": strToU8("[1"), "metrics.json": metrics }),
      "metrics.jsoX",
      "metrics.json",
    ),
    /^holds no run$/,
  ],
  [
    "letters.zip",
    zipSync({ "metrics.json": new Uint8Array([0xff, 0xfe]) }),
    /^cannot be read: metrics.json: /,
  ],
  [
    "crc.zip",
    wrong_crc,
    /^cannot be read: metrics.json: found damaged bytes; ask for the zip again$/,
  ],
  [
    "list.zip",
    zipSync({ "metrics.json": strToU8("[1, ") }),
    /^cannot be read: metrics.json: found no JSON$/,
  ],
  [
    "deep.zip",
    zipSync({ "metrics.json": strToU8("[".repeat(1e6)) }),
    /^cannot be read: metrics.json: found no JSON$/,
  ],
  [
    "wide.zip",
    zipSync({ "metrics.json": strToU8(`{"studies":[${"0,".repeat(3e6)}0]}`) }),
    /^cannot be read: found 3000001 studies, expected at most 100$/,
  ],
];

/** A verdict without what a library adds in brackets. @param {string} verdict */
const bare = (verdict) => verdict.replace(/ \(.*\)$/, "");

/** @param {Uint8Array} bytes @param {string} name */
async function verdict_of(bytes, name) {
  const wish = { data: "00", num_rows: 10, sample: undefined, budget: 1e6 };
  const file = new File([/** @type {Uint8Array<ArrayBuffer>} */ (bytes)], name);
  const hand_in = await read_hand_in(wasm, file, name, wish);
  return wasm.judge_hand_in({ hand_in, data: "00", again: [], class: [] });
}

test("each odd zip is told in a sentence", async () => {
  for (const [name, bytes, expected] of ODD) {
    const { zip, verdict } = await verdict_of(bytes, name);
    assert.equal(zip, name);
    assert.match(bare(verdict), expected, name);
  }
  const { ids, missing } = await verdict_of(whole, "1004_1005.zip");
  assert.deepEqual(ids, ["1004", "1005"]);
  assert.deepEqual(missing.slice(-2), [
    "the baseline",
    "the studies of learning rate, batch size, dropout, layer normalisation, and of dropout and layer normalisation",
  ]);
});

test("the program says the same of each", { skip: no_program }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "inkling-"));
  after(() => rmSync(folder, { recursive: true }));
  const rows = Array.from({ length: 40 }, (_, row) => [row % 2, ...Array(16).fill(row)].join(","));
  const header = ["label", ...Array.from({ length: 16 }, (_, at) => `pixel${at}`)].join(",");
  writeFileSync(join(folder, "data.csv"), [header, ...rows].join("\n"));
  for (const [name, bytes] of ODD) writeFileSync(join(folder, name), bytes);
  const names = ODD.map(([name]) => name);
  const { said, wrong } = call(folder, "check", ...names, "--data", "data.csv");
  assert.equal(said.length, ODD.length, wrong);
  for (const [at, [name, , expected]] of ODD.entries()) {
    assert.match(bare(said[at].verdict), expected, name);
  }
});

test("a hand-in that its reader dies of is told, and the next one has a reader", async () => {
  /** @type {string[]} */
  const asked = [];
  let num_made = 0;
  const clerk = new Clerk(() => {
    const number = ++num_made;
    let is_dead = false;
    const engine = {
      async read_hand_in(/** @type {File} */ { name }) {
        asked.push(`${number} reads ${name}`);
        if (name !== "heavy.zip") return { zip: name, fault: "" };
        is_dead = true;
        throw new WorkerCrashed("the engine ran out of memory");
      },
      async unread_hand_in(/** @type {string} */ zip, /** @type {string} */ fault) {
        return { zip, fault };
      },
    };
    return /** @type {any} */ ({
      get is_dead() {
        return is_dead;
      },
      call: (/** @type {(engine: any) => unknown} */ ask) => ask(engine),
      kill() {},
    });
  });
  const wish = { data: "00", num_rows: 10, budget: 1 };
  const read = (/** @type {string} */ name) => clerk.read(new File([], name), name, wish);
  assert.match((await read("heavy.zip")).fault, /took the worker with it: .*out of memory/);
  assert.equal((await read("light.zip")).fault, "");
  assert.deepEqual(asked, ["1 reads heavy.zip", "2 reads light.zip"]);
});

test("a disk that is gone is told as that, not as a damaged zip", async () => {
  class Gone extends File {
    /** @override @param {[number?, number?]} range */
    slice(...range) {
      const gone = new DOMException("gone", "NotReadableError");
      const stream = () => new ReadableStream({ pull: () => Promise.reject(gone) });
      return Object.assign(super.slice(...range), { stream });
    }
  }
  const file = new Gone([whole], "1004.zip");
  const wish = { data: "00", num_rows: 10, budget: 1 };
  const { fault } = await read_hand_in(wasm, file, "1004.zip", wish);
  assert.match(fault, /can no longer read.*pick it again/);
});
