// Keeps studies in this browser (IndexedDB), a record each. Where the browser
// refuses, says so once and keeps them in memory.

/** @import { StudyRecord } from "../pkg/ndarray/inkling.js" */

const DATABASE = "inkling-studies";
const STORE = "studies";
/** Version of the database's layout; the records carry their own. */
const LAYOUT = 1;

/**
 * A kept study; `kept_version` lets a tab see that another wrote meanwhile.
 * @typedef {StudyRecord} Kept
 */

export class Keep {
  /** @type {Promise<IDBDatabase> | null} */
  #database = null;
  /** @type {Map<string, Kept>} */
  #memory = new Map();
  #on_refusal;
  #is_refused = false;

  /** @param {(sentence: string) => void} on_refusal told once when nothing can be kept */
  constructor(on_refusal) {
    this.#on_refusal = on_refusal;
  }

  /** All kept studies, the newest first. @returns {Promise<Kept[]>} */
  async all() {
    const kept = await this.#ask("readonly", (store) => store.getAll());
    for (const record of /** @type {Kept[]} */ (kept ?? [])) {
      if (record.format_version === 1) this.#memory.set(record.id, record);
    }
    return [...this.#memory.values()].sort((a, b) => b.created.localeCompare(a.created));
  }

  /** @param {Kept} record */
  async put(record) {
    this.#memory.set(record.id, record);
    await this.#ask("readwrite", (store) => store.put(record));
  }

  /** @param {string} id */
  async remove(id) {
    this.#memory.delete(id);
    await this.#ask("readwrite", (store) => store.delete(id));
  }

  /** Forgets all studies, here and in memory. */
  async clear() {
    this.#memory.clear();
    await this.#ask("readwrite", (store) => store.clear());
  }

  /**
   * @param {IDBTransactionMode} mode
   * @param {(store: IDBObjectStore) => IDBRequest} ask
   * @returns {Promise<unknown>}
   */
  async #ask(mode, ask) {
    try {
      this.#database ??= opened();
      const database = await this.#database;
      return await new Promise((resolve, reject) => {
        const transaction = database.transaction(STORE, mode);
        const request = ask(transaction.objectStore(STORE));
        // Only the transaction's end says that the bytes are kept.
        transaction.oncomplete = () => resolve(request.result);
        transaction.onabort = () => reject(transaction.error);
        transaction.onerror = () => reject(transaction.error);
      });
    } catch (error) {
      this.#database = null;
      if (!this.#is_refused) {
        this.#is_refused = true;
        const why = error instanceof Error ? error.message : String(error);
        this.#on_refusal(
          `This browser refuses to keep studies (${why}). They stay in this tab until you close it; export what you want to keep.`,
        );
      }
      return undefined;
    }
  }
}

/** @returns {Promise<IDBDatabase>} */
function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, LAYOUT);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(STORE, { keyPath: "id" });
    };
    request.onsuccess = () => {
      const database = request.result;
      // Another tab with a newer layout must not wait for this one.
      database.onversionchange = () => database.close();
      resolve(database);
    };
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("another tab holds an older version open"));
  });
}

/** JSON has no NaN; a diverged run has. @param {unknown} value */
const written = (/** @type {string} */ _key, /** @type {unknown} */ value) =>
  typeof value === "number" && !Number.isFinite(value) ? `number:${value}` : value;

const read = (/** @type {string} */ _key, /** @type {unknown} */ value) =>
  typeof value === "string" && /^number:(NaN|-?Infinity)$/.test(value)
    ? Number(value.slice("number:".length))
    : value;

/**
 * Studies as a file.
 * @param {readonly StudyRecord[]} records
 * @returns {string}
 */
export function exported(records) {
  return JSON.stringify({ inkling_studies: 1, studies: records }, written, 1);
}

/**
 * The studies of such a file. Whether each is one in full the engine decides
 * when it reads it.
 * @param {string} text
 * @param {string} name the file's
 * @returns {StudyRecord[]}
 */
export function imported(text, name) {
  const expected = "a file of studies exported by Inkling";
  /** @type {any} */
  let value;
  try {
    value = JSON.parse(text, read);
  } catch {
    throw new Error(`${name}: found no JSON, expected ${expected}`);
  }
  if (value?.inkling_studies !== 1 || !Array.isArray(value.studies)) {
    throw new Error(`${name}: found other JSON, expected ${expected}`);
  }
  value.studies.forEach((/** @type {any} */ study, /** @type {number} */ index) => {
    const is_study =
      study?.format_version === 1 &&
      typeof study.id === "string" &&
      typeof study.name === "string" &&
      Array.isArray(study.plan?.values) &&
      Array.isArray(study.runs);
    if (!is_study) {
      throw new Error(`${name}, study ${index + 1}: found something else, expected ${expected}`);
    }
  });
  return value.studies;
}

/**
 * A study whose page was closed while it ran: what was under way has stopped.
 * @param {StudyRecord} record
 * @returns {StudyRecord}
 */
export function settled(record) {
  const is_over = (/** @type {string} */ state) => state !== "running" && state !== "waiting";
  if (record.runs.every((run) => is_over(run.state))) return record;
  return {
    ...record,
    runs: record.runs.map((run) =>
      is_over(run.state)
        ? run
        : { ...run, state: "stopped", reason: "The page was closed while the study ran." },
    ),
  };
}
