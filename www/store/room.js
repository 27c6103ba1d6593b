// Makes room where the browser allows no more: what goes, in which order, and that
// nothing goes in vain. First the oldest runs, whole, then data sets; for a new data set
// the old ones first, since a file can be read again. What is pinned, shown, under way in
// any tab, or needed by a run that can go on stays.

import { delete_run, put_whole, read_whole, run_name, weight_of } from "./run_rows.js";

/** @import { At, Database, Done, Need, RoomMaker } from "./database.js" */
/** @import { DataRow } from "./data_sets.js" */
/** @import { Locks } from "./locks.js" */
/** @import { RunRecord, RunRow, WholeRun } from "./run_rows.js" */

/** What this tab shows or computes. @typedef {{ runs: readonly string[], data: readonly string[] }} InUse */

/** What could go. @typedef {{ runs: RunRow[], sets: DataRow[] }} Old */

/** The name of the note that says that what goes frees its bytes in this browser. */
const FREES = "frees_space";

/** Writes from this size on are worth knowing it. */
const LARGE_BYTES = 500_000;

/** Browsers keep large values apart from small ones, each from another size on. */
const PROBES = [1_200_000, 70_000];

/** @implements {RoomMaker} */
export class Room {
  #database;
  #locks;
  #in_use;
  #on_evicted;
  #estimate;
  /** @type {Promise<boolean> | null} */
  #frees = null;
  /** @type {Promise<unknown>} */
  #turn = Promise.resolve();

  /**
   * @param {object} parts
   * @param {Database} parts.database
   * @param {Locks} parts.locks
   * @param {() => InUse} parts.in_use asked whenever something could go
   * @param {(names: string[]) => void} parts.on_evicted told what went
   * @param {() => Promise<StorageEstimate>} [parts.estimate]
   */
  constructor({
    database,
    locks,
    in_use,
    on_evicted,
    estimate = () => navigator.storage.estimate(),
  }) {
    this.#database = database;
    this.#locks = locks;
    this.#in_use = in_use;
    this.#on_evicted = on_evicted;
    this.#estimate = estimate;
    database.room = this;
  }

  /** Says what went. @param {string[]} names */
  evicted(names) {
    if (names.length > 0) this.#on_evicted(names);
  }

  /**
   * Which runs may go now.
   * @param {readonly string[]} keep
   * @returns {Promise<(run: Pick<RunRecord, "id" | "is_pinned">) => boolean>}
   */
  async may_go(keep) {
    const held = await this.#locks.held();
    const kept = new Set([...keep, ...this.#in_use().runs]);
    return ({ id, is_pinned }) => !is_pinned && !kept.has(id) && !held.has(`run ${id}`);
  }

  /**
   * Which data sets may go now.
   * @param {readonly string[]} keep
   * @param {readonly RunRow[]} runs all that are kept
   * @param {readonly unknown[]} loaded checksums that were loaded last in any tab
   * @returns {(set: Pick<DataRow, "checksum">) => boolean}
   */
  may_set_go(keep, runs, loaded) {
    const kept = new Set([...keep, ...this.#in_use().data, ...loaded]);
    for (const { state, data_checksum } of runs) {
      if (state === "interrupted" || state === "running") kept.add(data_checksum);
    }
    return ({ checksum }) => !kept.has(checksum);
  }

  /** Learns what this browser does while there is room to try it. @param {Need} need */
  async prepare({ bytes }) {
    if (bytes >= LARGE_BYTES) await (this.#frees ??= this.#probe());
  }

  /**
   * @param {Need} need
   * @param {(also?: (at: At) => Promise<unknown>) => Promise<Done | null>} attempt
   * @returns {Promise<Done | null>}
   */
  make(need, attempt) {
    const done = this.#turn.then(() => this.#make(need, attempt));
    this.#turn = done.catch(() => {});
    return done;
  }

  /**
   * @param {Need} need
   * @param {(also?: (at: At) => Promise<unknown>) => Promise<Done | null>} attempt
   * @returns {Promise<Done | null>}
   */
  async #make(need, attempt) {
    if (this.#database.is_refusing) return null;
    const old = enough(await this.#old(need), need);
    if (old.runs.length + old.sets.length === 0) return null;
    const names = [...old.runs.map(run_name), ...old.sets.map(set_name)];
    // In one transaction, so that nothing goes if it will not do. Some browsers count
    // what is freed at its end only: there it has to go first.
    const done =
      (await attempt((at) => take_away(at, old))) ??
      ((await this.#frees) ? await this.#take_first(old, attempt) : null);
    if (!done) return null;
    this.evicted(names);
    this.#database.tell("runs");
    return done;
  }

  /**
   * @param {Old} old
   * @param {() => Promise<Done | null>} attempt
   * @returns {Promise<Done | null>}
   */
  async #take_first(old, attempt) {
    const taken = await this.#database.write(["runs", "weights", "sets", "data"], (at) =>
      take_away(at, old),
    );
    const done = taken && (await attempt());
    if (!taken || done) return done;
    // Its room is there still.
    const is_back = await this.#database.write(["runs", "weights"], (at) =>
      Promise.all(taken.value.map((whole) => put_whole(at, whole))),
    );
    this.evicted([...(is_back ? [] : old.runs.map(run_name)), ...old.sets.map(set_name)]);
    return null;
  }

  /** All that could go, the oldest first. @param {Need} need @returns {Promise<Old>} */
  async #old({ runs: keep = [], data = [] }) {
    const may_go = await this.may_go(keep);
    const found = await this.#database.read(["runs", "sets", "notes"], (at) =>
      Promise.all([at("runs").getAll(), at("sets").getAll(), loaded_in(at)]),
    );
    if (!found) return { runs: [], sets: [] };
    const [runs, sets, loaded] = found;
    const oldest_first = (/** @type {{ order: number }} */ a, /** @type {{ order: number }} */ b) =>
      a.order - b.order;
    return {
      runs: runs
        .filter((run) => run.format_version === 2)
        .filter(may_go)
        .sort(oldest_first),
      sets: sets.filter(this.may_set_go(data, runs, loaded)).sort(oldest_first),
    };
  }

  /**
   * Whether a large value that is removed frees its bytes at once. A private window's
   * are freed with the window, so there a removal would be in vain.
   */
  async #probe() {
    const database = this.#database;
    const known = await database.read(["notes"], (at) => at("notes").get(FREES));
    if (known === true) return true;
    try {
      for (const size of PROBES) {
        const before = await this.#usage();
        const value = noise(size);
        if (!(await database.attempt(["notes"], (at) => at("notes").put(value, "probe")))) continue;
        const during = await this.#usage();
        await database.attempt(["notes"], (at) => at("notes").delete("probe"));
        const after = await this.#usage();
        const is_so = during - before > size / 2 && during - after > size / 2;
        if (is_so) await database.attempt(["notes"], (at) => at("notes").put(true, FREES));
        return is_so;
      }
    } catch {
      // Nobody can tell.
    }
    return false;
  }

  async #usage() {
    const { usage = NaN } = await this.#estimate();
    return usage;
  }
}

/**
 * Of what could go, the oldest that free enough.
 * @param {Old} old
 * @param {Need} need
 * @returns {Old}
 */
function enough({ runs, sets }, { bytes, data = [] }) {
  let missing = bytes;
  const is_missing = (/** @type {number} */ freed) => {
    const was_missing = missing > 0;
    missing -= freed;
    return was_missing;
  };
  const some_runs = () => runs.filter((run) => is_missing(weight_of(run)));
  const some_sets = () => sets.filter((set) => is_missing(set.bytes));
  const is_for_data = data.length > 0;
  const first_sets = is_for_data ? some_sets() : [];
  const old_runs = some_runs();
  const old_sets = is_for_data ? first_sets : some_sets();
  // A data set cannot be put back, so none goes for too little.
  return { runs: old_runs, sets: missing > 0 ? [] : old_sets };
}

/** @param {DataRow} set */
function set_name({ summary }) {
  return summary.name;
}

/**
 * @param {At} at
 * @param {Old} old
 * @returns {Promise<WholeRun[]>} the runs, whole; nobody reads a data set here, for its bytes would stay while it is held
 */
async function take_away(at, { runs, sets }) {
  const taken = await Promise.all(runs.map(({ id }) => read_whole(at, id)));
  await Promise.all([
    ...runs.map(({ id }) => delete_run(at, id)),
    ...sets.flatMap(({ checksum }) => [at("sets").delete(checksum), at("data").delete(checksum)]),
  ]);
  return taken.flatMap((whole) => whole ?? []);
}

/** Bytes that no browser makes smaller. @param {number} size */
function noise(size) {
  const bytes = new Uint8Array(size);
  // A call fills only so many.
  for (let from = 0; from < size; from += 65_536) {
    crypto.getRandomValues(bytes.subarray(from, Math.min(size, from + 65_536)));
  }
  return bytes;
}

/**
 * Checksums of the data set and the test set that were loaded last in any tab.
 * @param {At} at
 * @returns {Promise<unknown[]>}
 */
export function loaded_in(at) {
  return Promise.all([at("notes").get("data"), at("notes").get("test")]);
}
