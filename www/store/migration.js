// Moves what older pages kept, in a database whose name all sites of an origin shared,
// into this site's own. All of it is copied before anything is removed; what breaks off
// half-way is taken up the next time, and what is there already is not doubled.

import { openDB } from "../vendor/idb/index.js";
import { new_id } from "../base/id.js";
import { removed } from "./connection.js";
import { changed, put_whole } from "./run_rows.js";
import { in_transaction } from "./transaction.js";

/** @import { IDBPDatabase } from "../vendor/idb/index.js" */
/** @import { At, StoreName } from "./database.js" */
/** @import { DataSummary, ModelSummary, StudyRecord } from "../pkg/ndarray/inkling.js" */
/** @import { RunBytes, RunRecord, WholeRun } from "./run_rows.js" */

/** @typedef {{ checksum: string, summary: DataSummary, blob: Blob, created: string }} OldSet */

/** @typedef {Pick<RunRecord, "id" | "created" | "config" | "data_name" | "data_checksum" | "decision" | "history" | "running" | "result">} OldRun */

/** @typedef {{ run: string, config: RunRecord["config"], model: Uint8Array<ArrayBuffer>, former: Uint8Array<ArrayBuffer>, former_summary: ModelSummary | null }} OldTuned */

/** It began with studies alone. */
export const OLD_NAME = "inkling-studies";

/** An older page in another tab may hold it; it is not waited for any longer. */
const PATIENCE_MS = 3000;

/** The note of what was copied, until the old database is gone. */
const MOVED = "moved";

/** Notes that are the same now. */
const NOTES = ["settings", "data", "asked"];

/**
 * @param {IDBPDatabase} to
 * @returns {Promise<string>} what to say where it could not be done; else empty
 */
export async function move_old(to) {
  /** @type {IDBPDatabase | null} */
  let from = null;
  let is_taken = false;
  try {
    from = await old_database(() => {
      is_taken = true;
    });
    if (!from) return "";
    await copy(from, to);
  } catch (error) {
    // Another tab has moved it all.
    if (is_taken) return "";
    const why = error instanceof Error ? error.message || error.name : String(error);
    return `What an older version of this page kept could not be moved here (${why}). Nothing of it is lost; it is tried again when the page is opened next.`;
  } finally {
    from?.close();
  }
  await removed(OLD_NAME, () => to.delete("notes", MOVED));
  return "";
}

/**
 * @param {() => void} on_taken called where another tab removes it meanwhile
 * @returns {Promise<IDBPDatabase | null>} nothing if there is none, or it cannot be had now
 */
async function old_database(on_taken) {
  const all = await indexedDB.databases?.();
  if (all && !all.some(({ name }) => name === OLD_NAME)) return null;
  let is_new = false;
  const opening = openDB(OLD_NAME, undefined, {
    upgrade(_database, _from, _to, transaction) {
      // There was none: it must not begin to be.
      is_new = true;
      transaction.done.catch(() => {});
      transaction.abort();
    },
    blocking(_from, _to, event) {
      /** @type {IDBDatabase} */ (event.target).close();
      on_taken();
    },
  });
  try {
    const found = /** @type {IDBPDatabase | null} */ (await within(opening, PATIENCE_MS));
    if (!found) void opening.then((late) => late.close()).catch(() => {});
    return found;
  } catch (error) {
    if (is_new) return null;
    throw error;
  }
}

/**
 * @template T
 * @param {Promise<T>} work
 * @param {number} patience_ms
 * @returns {Promise<T | null>} nothing if it takes longer
 */
async function within(work, patience_ms) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const patience = new Promise((resolve) => {
    timer = setTimeout(resolve, patience_ms, null);
  });
  try {
    return await Promise.race([work, patience]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * @param {IDBPDatabase} from
 * @param {IDBPDatabase} to
 */
async function copy(from, to) {
  const has = (/** @type {string} */ name) => from.objectStoreNames.contains(name);
  const studies = has("studies") ? await from.getAll("studies") : [];
  await once(to, "studies", ["studies"], studies, copy_study);
  // The first layout had studies alone.
  if (!has("runs")) return;
  const noted = (/** @type {string} */ name) => from.get("page", name);
  const sets = in_order(await from.getAll("data"), "checksum", await noted("data"));
  for (const set of sets) {
    await once(to, `data ${set.checksum}`, ["sets", "data"], [set], copy_set);
  }
  const rows = new Map(sets.map(({ checksum, summary }) => [checksum, summary.num_rows]));
  const tuned = await noted("tuned");
  for (const run of in_order(await from.getAll("runs"), "id", await noted("run"))) {
    const bytes = (await from.get("weights", run.id)) ?? {};
    const whole = run_of_old(run, bytes, tuned?.run === run.id ? tuned : null);
    whole.row.data_rows = rows.get(run.data_checksum) ?? 0;
    await once(to, `run ${run.id}`, ["runs", "weights"], [whole], copy_run);
  }
  await once(to, "digits", ["digits"], await from.getAll("digits"), copy_digit);
  const notes = await Promise.all(NOTES.map(noted));
  await once(to, "notes", [], [...notes.entries()], copy_note);
}

/**
 * Copies some in one transaction. What was copied before, and is gone since, was removed
 * by a person and stays so.
 * @template V
 * @param {IDBPDatabase} to
 * @param {string} what
 * @param {StoreName[]} names
 * @param {readonly V[]} values
 * @param {(at: At, value: V, place: number) => Promise<unknown>} copy_one
 */
async function once(to, what, names, values, copy_one) {
  const copying = async (/** @type {At} */ at) => {
    const moved = /** @type {string[]} */ ((await at("notes").get(MOVED)) ?? []);
    if (moved.includes(what)) return;
    // Their places lie before all that is kept since.
    for (const [index, value] of values.entries()) {
      await copy_one(at, value, index - values.length);
    }
    await at("notes").put([...moved, what], MOVED);
  };
  // On the disk before the old one goes.
  const options = { durability: /** @type {const} */ ("strict") };
  await in_transaction(to, "readwrite", [...names, "notes"], copying, options);
}

/** @param {At} at @param {StudyRecord} study */
async function copy_study(at, study) {
  if (!(await at("studies").get(study.id))) await at("studies").put(study);
}

/** @param {At} at @param {OldSet & { order: number }} set */
async function copy_set(at, { checksum, summary, blob, order }) {
  if (await at("sets").get(checksum)) return;
  await at("sets").put({ checksum, summary, bytes: blob.size, order });
  await at("data").put({ checksum, blob });
}

/** @param {At} at @param {WholeRun} whole */
async function copy_run(at, whole) {
  const stood = await at("runs").get(whole.row.id);
  if (!stood) return put_whole(at, whole);
  // An older page may have gone on with it since it was copied.
  const is_further =
    stood.state === "interrupted" && whole.row.history.length > stood.history.length;
  const { name, note, is_pinned, order } = stood;
  if (is_further) {
    await put_whole(at, { ...whole, row: { ...whole.row, name, note, is_pinned, order } });
  }
}

/** @param {At} at @param {{ label: number, pixels: Uint8Array }} digit @param {number} order */
async function copy_digit(at, { label, pixels }, order) {
  const all = await at("digits").getAll();
  // Kept again under another label, the later one is right.
  const same = all.find((one) => String(one.pixels) === String(pixels));
  await at("digits").put({ ...(same ?? { id: new_id(), order, pixels }), label });
}

/** @param {At} at @param {[number, unknown]} note */
async function copy_note(at, [index, value]) {
  const name = /** @type {string} */ (NOTES[index]);
  if (value === undefined || (await at("notes").get(name)) !== undefined) return;
  await at("notes").put(value, name);
}

/**
 * Gives each its place, by the clock of then; what was used last comes last.
 * @template {OldSet | OldRun} V
 * @param {V[]} values
 * @param {keyof V} key
 * @param {unknown} last
 * @returns {(V & { order: number })[]}
 */
function in_order(values, key, last) {
  const is_last = (/** @type {V} */ one) => Number(one[key] === last);
  return values
    .toSorted((a, b) => is_last(a) - is_last(b) || a.created.localeCompare(b.created))
    .map((value, index) => ({ ...value, order: index - values.length }));
}

/**
 * @param {OldRun & { order: number }} old
 * @param {Partial<RunBytes>} bytes
 * @param {OldTuned | null} tuned
 */
function run_of_old({ result, ...old }, bytes, tuned) {
  const { epochs } = old.config;
  const epoch = Math.min(old.history.length + 1, epochs);
  const failed = result?.outcome === "failed" ? "failed" : "ended";
  /** @type {RunRecord} */
  const record = {
    ...old,
    format_version: 2,
    name: "",
    note: "",
    is_pinned: false,
    state: result ? failed : "interrupted",
    error: result ? result.reason : `The page was closed in epoch ${epoch} of ${epochs}.`,
    has_crashed: false,
    data_rows: 0,
    result,
    tuned: tuned && { config: tuned.config, former_summary: tuned.former_summary },
    evaluated: null,
  };
  const more = tuned ? { tuned: tuned.model, former: tuned.former } : {};
  return changed(null, record, { ...bytes, ...more });
}
