// The runs that are kept: written as they go on, listed, renamed, removed with a way
// back, and the oldest dropped beyond the limit that the page states. One that the
// browser has no room for stays in this tab's memory and is tried again at its next
// change. Who may write a run, and what comes of it, is the controllers' business.

import {
  BYTES_OF_ROW,
  bytes_in,
  changed,
  delete_run,
  next_order,
  put_changed,
  put_whole,
  read_whole,
  record_of,
  run_name,
  summary_of,
  weight_of,
} from "./run_rows.js";

/** @import { Database, StoreName } from "./database.js" */
/** @import { Locks } from "./locks.js" */
/** @import { Room } from "./room.js" */
/** @import { WholeRun } from "./run_rows.js" */

export { run_name };

/** @typedef {import("./run_rows.js").RunBytes} RunBytes */
/** @typedef {import("./run_rows.js").RunRecord} RunRecord */
/** @typedef {import("./run_rows.js").RunSummary} RunSummary */

/** What a person changes of a run. @typedef {{ name?: string, note?: string, is_pinned?: boolean }} RunPatch */
/** Runs that were removed, whole. @typedef {{ runs: WholeRun[] }} Removed */

/** Runs that are kept; the oldest go first. */
export const MOST_RUNS = 100;
/** Bytes of their models and checkpoints. */
export const MOST_BYTES = 500e6;

/** @type {StoreName[]} */
const STORES = ["runs", "weights", "notes"];

export class Runs {
  #database;
  #locks;
  #room;
  /** Those that the browser does not have as they stand. @type {Map<string, WholeRun>} */
  #here = new Map();
  /** The greatest order seen. */
  #top = 0;
  /** @type {Promise<unknown>} */
  #turn = Promise.resolve();

  /** @param {{ database: Database, locks: Locks, room: Room }} parts */
  constructor({ database, locks, room }) {
    this.#database = database;
    this.#locks = locks;
    this.#room = room;
  }

  /**
   * Keeps a run that begins, goes on, or comes from elsewhere: the newest from now on.
   * @param {RunRecord} record its `order` is given here
   * @param {Partial<RunBytes>} [bytes] see `write`
   * @returns {Promise<boolean>} whether it is kept; else this tab has it
   */
  begin(record, bytes = {}) {
    return this.#in_turn(async () => {
      const { id } = record;
      const here = this.#here.get(id) ?? null;
      const done = await this.#database.write(
        STORES,
        async (at) => {
          const order = await next_order(at, this.#top);
          const stood = here ? undefined : await at("runs").get(id);
          if (stood) await put_changed(at, { ...stood, order }, record, bytes);
          else await put_whole(at, in_place(changed(here, record, bytes), order));
          return order;
        },
        { bytes: bytes_in(bytes), runs: [id] },
      );
      if (done) {
        this.#top = Math.max(this.#top, done.value);
        this.#here.delete(id);
        this.#database.tell("runs", id);
        return true;
      }
      const stood = here ?? (await this.#stands(id));
      this.#here.set(id, in_place(changed(stood, record, bytes), ++this.#top));
      return false;
    });
  }

  /**
   * Keeps a run as it stands now. Of the bytes, what is named is replaced, or taken away
   * where it is undefined; what is not named stays. Its name, note and pin are changed by
   * `patch` alone, its order by `begin`. One that was removed meanwhile stays so.
   * @param {RunRecord} record
   * @param {Partial<RunBytes>} [bytes]
   * @returns {Promise<boolean>} whether it is kept; else this tab has it
   */
  write(record, bytes = {}) {
    return this.#in_turn(() => this.#write(record, bytes));
  }

  /**
   * @param {RunRecord} record
   * @param {Partial<RunBytes>} bytes
   */
  async #write(record, bytes) {
    const { id } = record;
    let is_full = false;
    const on_full = () => {
      is_full = true;
    };
    const here = this.#here.get(id);
    if (here) {
      if (await this.#keep_whole(changed(here, record, bytes), on_full)) return true;
    } else {
      const is_there = await this.#change(record, bytes, on_full);
      if (is_there !== null) return is_there;
    }
    const stood = await this.#stands(id);
    const whole = changed(here ?? stood, record, bytes);
    this.#here.set(id, whole);
    if (stood?.row.state === "running" && is_over(record)) return this.#end_anyhow(whole);
    if (is_full) this.#database.tell_full();
    return false;
  }

  /**
   * @param {RunRecord} record
   * @param {Partial<RunBytes>} bytes
   * @param {() => void} on_full
   * @returns {Promise<boolean | null>} whether the run is there still; nothing where it could not be kept
   */
  async #change(record, bytes, on_full) {
    const { id } = record;
    const done = await this.#database.write(
      STORES,
      async (at) => {
        const stood = await at("runs").get(id);
        if (stood) await put_changed(at, stood, record, bytes);
        return stood !== undefined;
      },
      { bytes: bytes_in(bytes), runs: [id] },
      on_full,
    );
    if (done) this.#database.tell("runs", id);
    return done && done.value;
  }

  /**
   * @param {string} id
   * @param {RunPatch | ((row: RunPatch) => RunPatch)} patch of the row as it stands when it is written: another tab may have changed it a moment ago
   * @returns {Promise<boolean>} whether there is such a run and the change is kept
   */
  patch(id, patch) {
    const patch_of = (/** @type {RunPatch} */ row) =>
      typeof patch === "function" ? patch(row) : patch;
    return this.#in_turn(async () => {
      const here = this.#here.get(id);
      if (here) Object.assign(here.row, patch_of(here.row));
      const done = await this.#database.write(
        ["runs"],
        async (at) => {
          const row = await at("runs").get(id);
          if (row) await at("runs").put({ ...row, ...patch_of(row) });
          return row !== undefined;
        },
        { bytes: BYTES_OF_ROW, runs: [id] },
      );
      if (done?.value) this.#database.tell("runs", id);
      return done?.value ?? false;
    });
  }

  /** All runs without what is heavy, the newest first. @returns {Promise<RunSummary[]>} */
  async list() {
    const rows = (await this.#database.read(["runs"], (at) => at("runs").getAll())) ?? [];
    const kept = rows
      .filter((row) => row.format_version === 2 && !this.#here.has(row.id))
      .map(summary_of);
    const here = [...this.#here.values()].map(({ row }) => ({
      ...summary_of(row),
      is_in_memory: true,
    }));
    const all = [...kept, ...here].sort((a, b) => b.order - a.order);
    this.#top = Math.max(this.#top, all[0]?.order ?? 0);
    return all;
  }

  /**
   * A run with its curves and bytes.
   * @param {string} id
   * @returns {Promise<{ record: RunRecord, bytes: RunBytes } | undefined>}
   */
  get(id) {
    return this.#in_turn(async () => {
      const found = this.#here.get(id) ?? (await this.#stands(id));
      return found ? record_of(found) : undefined;
    });
  }

  /**
   * @param {readonly string[]} ids
   * @returns {Promise<Removed>} what was removed, for `put_back`
   */
  remove(ids) {
    return this.#in_turn(async () => {
      const here = ids.flatMap((id) => this.#here.get(id) ?? []);
      for (const id of ids) this.#here.delete(id);
      const done = await this.#database.write(["runs", "weights"], async (at) => {
        const found = await Promise.all(ids.map((id) => read_whole(at, id)));
        await Promise.all(ids.map((id) => delete_run(at, id)));
        return found.flatMap((whole) => whole ?? []);
      });
      for (const id of ids) this.#database.tell("runs", id);
      const newer = new Set(here.map(({ row }) => row.id));
      const kept = (done?.value ?? []).filter(({ row }) => !newer.has(row.id));
      return { runs: [...here, ...kept] };
    });
  }

  /**
   * Keeps again what was removed, at its old place.
   * @param {Removed} removed
   * @returns {Promise<boolean>} whether all of it is kept; else this tab has it
   */
  put_back({ runs }) {
    return this.#in_turn(async () => {
      let is_kept = true;
      for (const whole of runs) is_kept = (await this.#keep_whole(whole)) && is_kept;
      return is_kept;
    });
  }

  /**
   * Drops the oldest of what is more than the limits; never one that is pinned, that any
   * tab runs, or that is to be kept.
   * @param {{ keep?: readonly string[] }} [options]
   * @returns {Promise<string[]>} names of those that went
   */
  prune({ keep = [] } = {}) {
    return this.#in_turn(() => this.#prune(keep));
  }

  /** @param {readonly string[]} keep */
  async #prune(keep) {
    const all = await this.list();
    const may_go = await this.#room.may_go(keep);
    let count = all.length;
    let bytes = all.reduce((sum, run) => sum + run.bytes, 0);
    /** @type {RunSummary[]} */
    const old = [];
    for (const run of all.toReversed()) {
      if (count <= MOST_RUNS && bytes <= MOST_BYTES) break;
      if (!may_go(run)) continue;
      old.push(run);
      count -= 1;
      bytes -= run.bytes;
    }
    if (old.length === 0) return [];
    for (const { id } of old) this.#here.delete(id);
    await this.#database.write(["runs", "weights"], (at) =>
      Promise.all(old.map(({ id }) => delete_run(at, id))),
    );
    this.#database.tell("runs");
    return old.map(run_name);
  }

  /** Whether another tab runs it. @param {string} id */
  running_elsewhere(id) {
    return this.#locks.is_held_elsewhere(`run ${id}`);
  }

  /**
   * One thing after the other: what waits for room is not overtaken by what comes later.
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  #in_turn(work) {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  /** A run as the browser has it. @param {string} id @returns {Promise<WholeRun | null>} */
  async #stands(id) {
    return (await this.#database.read(["runs", "weights"], (at) => read_whole(at, id))) ?? null;
  }

  /**
   * Keeps a whole run, or holds it here until its next change.
   * @param {WholeRun} whole
   * @param {() => void} [on_full]
   */
  async #keep_whole(whole, on_full) {
    const { id } = whole.row;
    this.#here.set(id, whole);
    const done = await this.#database.write(
      ["runs", "weights"],
      (at) => put_whole(at, whole),
      { bytes: weight_of(whole.row), runs: [id] },
      on_full,
    );
    if (!done) return false;
    this.#here.delete(id);
    this.#database.tell("runs", id);
    return true;
  }

  /**
   * A run is over and there is no room for its end. As it stands it would be found later
   * as one that was cut off, which is untrue: it goes, and its room may do for the end.
   * @param {WholeRun} whole
   */
  async #end_anyhow(whole) {
    await this.#database.write(["runs", "weights"], (at) => delete_run(at, whole.row.id));
    this.#database.tell("runs", whole.row.id);
    return this.#keep_whole(whole);
  }
}

/** @param {RunRecord} record */
function is_over({ state }) {
  return state === "ended" || state === "failed";
}

/** @param {WholeRun} whole @param {number} order @returns {WholeRun} */
function in_place({ row, parts }, order) {
  return { row: { ...row, order }, parts };
}
