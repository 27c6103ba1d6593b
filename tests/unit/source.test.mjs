// What `www/worker/source.js` makes of picked files. Archives are written by fflate and
// zlib, which are not what reads them here.

import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { unpacked_chunks } from "../../www/worker/source.js";

const TABLE = Buffer.from(
  Array.from({ length: 4000 }, (_, row) => `${row % 10},${(row * 7919) % 256}\n`).join(""),
);

/** @param {Uint8Array<ArrayBuffer>} bytes @param {string} name */
const file_of = (bytes, name) => new File([bytes], name);

/** @param {File} file @param {object} [options] */
async function unpacked(file, options) {
  const chunks = [];
  for await (const chunk of unpacked_chunks(file, options)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** @param {File} file @param {RegExp} pattern @param {object} [options] */
const refuses = (file, pattern, options) =>
  assert.rejects(unpacked(file, options), (/** @type {Error} */ error) => {
    assert.equal(error.name, "SourceError");
    assert.match(error.message, pattern);
    assert.match(error.message, /: found .+, expected .+/);
    return true;
  });

test("a plain file comes as it is, whatever its name says", async () => {
  assert.deepEqual(await unpacked(file_of(TABLE, "table.zip")), TABLE);
  assert.equal((await unpacked(file_of(new Uint8Array(0), "empty.csv"))).length, 0);
});

/** @param {File} file @returns {Promise<{ bytes: Buffer, lengths: number[] }>} chunks, copied as they come */
async function lent(file) {
  const copies = [];
  const seen = [];
  for await (const chunk of unpacked_chunks(file, { is_lent: true })) {
    copies.push(Buffer.from(chunk));
    seen.push(chunk);
  }
  return { bytes: Buffer.concat(copies), lengths: seen.map((chunk) => chunk.length) };
}

test("chunks that are lent are of one buffer, and the same bytes", async () => {
  const bytes = Buffer.alloc(3_000_000, TABLE);
  const found = await lent(file_of(bytes, "train.csv"));
  assert.ok(found.bytes.equals(bytes));
  assert.ok(found.lengths.length > 2);
  // What was lent before is gone: no memory is taken for each of them.
  assert.ok(found.lengths.every((length) => length === 0));
  for (const level of /** @type {const} */ ([0, 6])) {
    const zip = file_of(zipSync({ "train.csv": bytes }, { level }), "a.zip");
    assert.ok((await lent(zip)).bytes.equals(bytes));
  }
  assert.ok((await lent(file_of(gzipSync(bytes), "a.gz"))).bytes.equals(bytes));
  // A browser whose files can lend nothing gives chunks of their own.
  const file = file_of(bytes, "train.csv");
  const others = new File([bytes], "train.csv");
  const { ReadableStream: Stream } = globalThis;
  others.slice = () => {
    const part = new Blob([bytes]);
    part.stream = () =>
      new Stream({
        start(controller) {
          controller.enqueue(Uint8Array.from(bytes));
          controller.close();
        },
      });
    return part;
  };
  const { bytes: same, lengths } = await lent(others);
  assert.ok(same.equals(Buffer.from(await file.arrayBuffer())));
  assert.deepEqual(lengths, [bytes.length]);
});

test("gzip is told by its first bytes", async () => {
  assert.deepEqual(await unpacked(file_of(gzipSync(TABLE), "train.csv")), TABLE);
});

test("a gzip of several members gives all of them, also where a browser ends with the first", async () => {
  const halves = [TABLE.subarray(0, 9000), TABLE.subarray(9000, 9001), TABLE.subarray(9001)];
  const members = halves.map((half) => gzipSync(half));
  const whole = Buffer.concat(members);
  const { DecompressionStream: of_node } = globalThis;
  // As Chromium has it, which may lose what it has unpacked by then.
  for (const num_given of [0, 5000, 9000]) {
    globalThis.DecompressionStream = /** @type {any} */ (
      class {
        constructor() {
          /** @type {Uint8Array[]} */
          const taken = [];
          const stream = new TransformStream({
            transform: (chunk) => void taken.push(chunk),
            flush(controller) {
              const packed = Buffer.concat(taken);
              const member = members.find((one) => packed.equals(one));
              if (member) return controller.enqueue(gunzipSync(member));
              const begun = members.findIndex((one) =>
                one.subarray(0, packed.length).equals(packed.subarray(0, one.length)),
              );
              controller.enqueue(halves[begun]?.subarray(0, num_given));
              const is_cut = packed.length < (members[begun]?.length ?? 0);
              const why = is_cut ? "truncated" : "Junk found after end of compressed data.";
              // Once what was given has been read.
              return (async () => {
                const is_read = () => controller.desiredSize === 0;
                while (!is_read()) await new Promise((resolve) => setImmediate(resolve));
                throw new TypeError(why);
              })();
            },
          });
          this.readable = stream.readable;
          this.writable = stream.writable;
        }
      }
    );
    try {
      assert.deepEqual(await unpacked(file_of(whole, "train.csv.gz")), TABLE);
      // gzip(1) passes over zeros behind the last one, whose own last byte is a zero, too.
      for (const count of [1, 3, 70_000]) {
        const padded = Buffer.concat([whole, Buffer.alloc(count)]);
        assert.deepEqual(await unpacked(file_of(padded, "train.csv.gz")), TABLE, `${count} zeros`);
      }
      await refuses(
        file_of(Buffer.concat([whole, Buffer.alloc(9), members[0] ?? Buffer.alloc(0)]), "a.gz"),
        /broken gzip data/,
      );
      await refuses(
        file_of(Buffer.concat([whole, Buffer.from("junk")]), "a.gz"),
        /broken gzip data \(Junk/,
      );
      await refuses(
        file_of(whole.subarray(0, 100), "a.gz"),
        /end of the file inside the gzip data/,
      );
      const limit = { max_unpacked_bytes: TABLE.length - 1 };
      await refuses(file_of(whole, "a.gz"), /file size: found .* or more once unpacked/, limit);
    } finally {
      globalThis.DecompressionStream = of_node;
    }
  }
});

test("progress counts the bytes of the file as picked and ends at its size", async () => {
  const file = file_of(gzipSync(TABLE), "train.csv.gz");
  /** @type {number[]} */
  const seen = [];
  await unpacked(file, { on_bytes: (/** @type {number} */ bytes) => seen.push(bytes) });
  assert.equal(seen.at(-1), file.size);
  assert.deepEqual(
    seen,
    seen.toSorted((a, b) => a - b),
  );
});

test("the unpacked size is told before the first chunk", async () => {
  for (const bytes of [TABLE, gzipSync(TABLE), zipSync({ "train.csv": TABLE })]) {
    /** @type {number[]} */
    const told = [];
    const options = { on_size: (/** @type {number} */ size) => told.push(size) };
    const chunks = unpacked_chunks(file_of(bytes, "a"), options);
    await chunks.next();
    assert.deepEqual(told, [TABLE.length]);
    await chunks.return();
  }
});

test("a zip gives train.csv among others, deflated or stored, in any folder", async () => {
  const other = Buffer.from("not this one\n");
  for (const level of /** @type {const} */ ([0, 6])) {
    const zip = zipSync(
      { "sample_submission.csv": other, "digits/train.csv": TABLE, "test.csv": other },
      { level },
    );
    assert.deepEqual(await unpacked(file_of(zip, "digit-recognizer.zip")), TABLE);
  }
});

test("without train.csv a zip gives the only table", async () => {
  const other = Buffer.from("x");
  const pair = zipSync({ "mnist_train.csv": TABLE, "mnist_test.csv": other });
  assert.deepEqual(await unpacked(file_of(pair, "archive.zip")), TABLE);
  const shadowed = zipSync({ "digits.csv": TABLE, "__MACOSX/._digits.csv": other, "a.txt": other });
  assert.deepEqual(await unpacked(file_of(shadowed, "archive.zip")), TABLE);
});

test("a zip with a comment after its directory is read", async () => {
  const zip = Buffer.from(zipSync({ "train.csv": TABLE }));
  const comment = Buffer.from("made by hand");
  zip.writeUInt16LE(comment.length, zip.length - 2);
  assert.deepEqual(await unpacked(file_of(Buffer.concat([zip, comment]), "a.zip")), TABLE);
});

test("a zip without a single table says what it holds", async () => {
  const bytes = Buffer.from("x");
  const none = zipSync({ "readme.txt": bytes, "a.png": bytes });
  await refuses(
    file_of(none, "a.zip"),
    /^archive: found the entries readme\.txt, a\.png, expected/,
  );
  const two = zipSync({ "a.csv": bytes, "b.csv": bytes });
  await refuses(file_of(two, "a.zip"), /found the entries a\.csv, b\.csv, expected train\.csv/);
  await refuses(file_of(zipSync({}), "a.zip"), /found an archive without entries/);
});

test("a truncated gzip is one error with its place", async () => {
  const whole = gzipSync(TABLE);
  const file = file_of(whole.subarray(0, whole.length - 400), "train.csv.gz");
  await refuses(file, /^byte [\d,]+ of [\d,]+: .*incomplete, download it again/);
});

test("a truncated zip and a damaged one are told apart from a wrong one", async () => {
  const zip = Buffer.from(zipSync({ "train.csv": TABLE }));
  await refuses(file_of(zip.subarray(0, zip.length - 30), "a.zip"), /no zip directory.*incomplete/);
  const flipped = Buffer.from(zipSync({ "train.csv": TABLE }, { level: 0 }));
  flipped[1000] ^= 1;
  await refuses(file_of(flipped, "a.zip"), /with CRC [0-9a-f]{8}, expected .*damaged/);
  const broken = Buffer.from(zip);
  broken.fill(0xff, 60, 200);
  await refuses(file_of(broken, "a.zip"), /(damaged|incomplete), download it again/);
});

test("an encrypted entry and an unknown compression are named", async () => {
  const encrypted = Buffer.from(zipSync({ "train.csv": TABLE }));
  const directory = encrypted.indexOf("PK\x01\x02");
  encrypted[directory + 8] |= 1;
  await refuses(file_of(encrypted, "a.zip"), /train\.csv: found an encrypted entry/);
  const method = Buffer.from(zipSync({ "train.csv": TABLE }));
  method[method.indexOf("PK\x01\x02") + 10] = 14;
  await refuses(file_of(method, "a.zip"), /found compression method 14, expected 0/);
});

test("a directory that lies about its sizes is refused before anything is read", async () => {
  const huge = Buffer.from(zipSync({ "train.csv": TABLE }));
  huge.writeUInt32LE(0x7fffffff, huge.length - 22 + 12);
  await refuses(file_of(huge, "a.zip"), /zip directory: found 2,147,483,647 bytes/);
  const many = Buffer.from(zipSync({ "train.csv": TABLE }));
  many.writeUInt16LE(900, many.length - 22 + 10);
  await refuses(file_of(many, "a.zip"), /found 1 entries, expected 900/);
});

test("a bomb is stopped at the limit, packed or plain", async () => {
  const zeros = Buffer.alloc(3_000_000);
  const limit = { max_unpacked_bytes: 1_000_000 };
  await refuses(file_of(gzipSync(zeros), "a.gz"), /expected at most 1,000,000/, limit);
  await refuses(file_of(zipSync({ "a.csv": zeros }), "a.zip"), /at most 1,000,000/, limit);
  await refuses(file_of(zeros, "a.csv"), /^file size: found 3,000,000 bytes/, limit);
});

test("a zip bomb is stopped by its claim, or where it belies its claim", async () => {
  const limit = { max_unpacked_bytes: 1_000_000 };
  const zeros = Buffer.alloc(3_000_000);
  const claiming = Buffer.from(zipSync({ "a.csv": zeros }));
  const directory = claiming.indexOf("PK\x01\x02");
  claiming.writeUInt32LE(100, directory + 24);
  const chunks = unpacked_chunks(file_of(claiming, "a.zip"), limit);
  let num_bytes = 0;
  await assert.rejects(async () => {
    for await (const chunk of chunks) num_bytes += chunk.length;
  }, /expected at most 1,000,000/);
  assert.ok(num_bytes <= 1_000_000, `${num_bytes} bytes were let through`);
  // One inside another is no table, and is not unpacked.
  const nested = zipSync({ "train.zip": zipSync({ "train.csv": zeros }) });
  await refuses(file_of(nested, "a.zip"), /found the entries train\.zip, expected train\.csv/);
});

test("an aborted stream ends with the reason given", async () => {
  const abort = new AbortController();
  const chunks = unpacked_chunks(file_of(gzipSync(TABLE), "a.gz"), { signal: abort.signal });
  abort.abort(new Error("cancelled by a person"));
  await assert.rejects(chunks.next(), /cancelled by a person/);
});
