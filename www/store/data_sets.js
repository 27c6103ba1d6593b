// The data sets that are kept, so that a reload or a run that goes on needs no file:
// a light row each, and the bytes beside it. One that the browser has no room for stays
// in this tab's memory.

import { loaded_in } from "./room.js";
import { next_order } from "./run_rows.js";

/** @import { DataSummary, Finding } from "../pkg/ndarray/inkling.js" */
/** @import { At, Database } from "./database.js" */
/** @import { Room } from "./room.js" */

/**
 * A data set as it is loaded.
 * @typedef {object} KeptData
 * @property {DataSummary} summary
 * @property {Blob} blob pixels, then labels
 * @property {readonly Finding[]} [findings] what deserves a look; unknown until it was looked at
 */

/**
 * @typedef {object} DataRow
 * @property {string} checksum
 * @property {DataSummary} summary
 * @property {readonly Finding[]} [findings]
 * @property {number} bytes
 * @property {number} order ever increasing
 */

/**
 * As a Blob in Chromium, which has it written without copying it through the page: bytes cost
 * it as long as the reading of the file. As bytes elsewhere, which every browser keeps: WebKit
 * in a private window refuses a Blob, and its database then answers nothing more.
 * @typedef {{ checksum: string, buffer?: ArrayBuffer, blob?: Blob }} DataBytes
 */

/**
 * What a set is loaded as, so that it stays.
 * @typedef {object} Loaded
 * @property {"data" | "test"} note
 * @property {() => boolean} is_wanted whether it still is once it is written
 */

/** Data sets that are kept; the oldest go first. */
export const MOST_DATA_SETS = 3;

export class DataSets {
  #database;
  #room;
  #keeps_blobs;
  /** Those that the browser does not have. @type {Map<string, KeptData>} */
  #here = new Map();

  /** @param {{ database: Database, room: Room, keeps_blobs?: boolean }} parts */
  constructor({ database, room, keeps_blobs = is_chromium() }) {
    this.#database = database;
    this.#room = room;
    this.#keeps_blobs = keeps_blobs;
  }

  /** Learns what has to be known before a large set is kept, while that is still being read. */
  async expect_large() {
    await this.#database.room?.prepare({ bytes: Infinity });
  }

  /**
   * Keeps a data set, as the newest, and drops the oldest of what is more than enough.
   * @param {KeptData} kept
   * @param {Loaded} [loaded] noted in the same transaction: between the two another tab, or
   *   this tab's other set, could drop what nobody notes yet
   * @returns {Promise<boolean>} whether it is kept; else this tab has it
   */
  async put(kept, loaded) {
    const { summary, blob } = kept;
    const { checksum } = summary;
    // Read before the transaction, which waits for nothing but its own requests.
    const bytes = this.#keeps_blobs ? { blob } : { buffer: await blob.arrayBuffer() };
    const done = await this.#database.write(
      ["sets", "data", "notes"],
      async (at) => {
        const order = await next_order(at);
        await Promise.all([
          at("sets").put({ checksum, summary, ...looked_at(kept), bytes: blob.size, order }),
          at("data").put({ checksum, ...bytes }),
          loaded?.is_wanted() && at("notes").put(checksum, loaded.note),
        ]);
      },
      { bytes: blob.size, data: [checksum] },
    );
    if (done) {
      this.#here.delete(checksum);
      this.#database.tell("data", checksum);
      this.#room.evicted(await this.prune({ keep: [checksum] }));
      return true;
    }
    this.#here.delete(checksum);
    this.#here.set(checksum, { summary, blob, ...looked_at(kept) });
    const [oldest = ""] = this.#here.keys();
    if (this.#here.size > MOST_DATA_SETS) this.#here.delete(oldest);
    return false;
  }

  /** @param {string} checksum @returns {Promise<KeptData | undefined>} */
  async get(checksum) {
    const here = this.#here.get(checksum);
    if (here) return here;
    const found = await this.#database.read(["sets", "data"], (at) =>
      Promise.all([at("sets").get(checksum), at("data").get(checksum)]),
    );
    const [row, data] = found ?? [];
    if (!row || !data) return undefined;
    // A Blob of the database goes with it; what is loaded outlives what is kept.
    const bytes = data.buffer ?? (await data.blob?.arrayBuffer().catch(() => null));
    if (!bytes) return undefined;
    return { summary: row.summary, ...looked_at(row), blob: new Blob([bytes]) };
  }

  /**
   * Keeps what was found in a data set, where that is kept: else it is looked at again.
   * @param {string} checksum
   * @param {readonly Finding[]} findings
   */
  async put_findings(checksum, findings) {
    const here = this.#here.get(checksum);
    if (here) this.#here.set(checksum, { ...here, findings });
    const put = async (/** @type {At} */ at) => {
      const row = await at("sets").get(checksum);
      if (row) await at("sets").put({ ...row, findings });
    };
    await this.#database.write(["sets"], put, null, () => {});
  }

  /**
   * Drops the oldest of what is more than the limit; never one that is loaded, or that a
   * run which can go on needs.
   * @param {{ keep?: readonly string[] }} [options]
   * @returns {Promise<string[]>} names of those that went
   */
  async prune({ keep = [] } = {}) {
    const done = await this.#database.write(["sets", "data", "runs", "notes"], async (at) => {
      const [sets, runs, loaded] = await Promise.all([
        at("sets").getAll(),
        at("runs").getAll(),
        loaded_in(at),
      ]);
      const may_go = this.#room.may_set_go(keep, runs, loaded);
      const old = sets
        .filter(may_go)
        .sort((a, b) => a.order - b.order)
        .slice(0, Math.max(0, sets.length - MOST_DATA_SETS));
      await Promise.all(
        old.flatMap(({ checksum }) => [at("sets").delete(checksum), at("data").delete(checksum)]),
      );
      return old.map(({ summary }) => summary.name);
    });
    return done?.value ?? [];
  }
}

/** Whether the browser is built on Chromium, in a secure context, where it says so. */
function is_chromium() {
  return "userAgentData" in (globalThis.navigator ?? {});
}

/** What was found in a set, where it was looked at. @param {Pick<KeptData, "findings">} kept */
function looked_at({ findings }) {
  return findings ? { findings } : {};
}
