// Keeps studies, a record each, in the database and in memory, where they stay
// if the browser refuses. A study that runs belongs to one tab, by its Web Lock;
// any other tab changes no more of it than what a person wrote.

/** @import { StudyRecord } from "../../pkg/ndarray/inkling.js" */
/** @import { Database } from "../../store/database.js" */

export class Keep {
  /** @type {Map<string, StudyRecord>} */
  #memory = new Map();
  #database;
  /** The study that this tab runs. @type {{ id: string, release: () => void } | null} */
  #held = null;

  /** @param {Database} database */
  constructor(database) {
    this.#database = database;
  }

  /** All kept studies, the newest first. @returns {Promise<StudyRecord[]>} */
  async all() {
    const kept = await this.#ask("readonly", (store) => store.getAll());
    for (const record of /** @type {StudyRecord[]} */ (kept ?? [])) {
      if (record.format_version === 1) this.#memory.set(record.id, record);
    }
    return [...this.#memory.values()].sort((a, b) => b.created.localeCompare(a.created));
  }

  /**
   * Takes a study for this tab alone, until `release`.
   * @param {string} id
   * @returns {Promise<boolean>} `false` if another tab has it
   */
  async take(id) {
    this.release();
    /** @type {Promise<boolean>} */
    const taken = new Promise((resolve) => {
      const hold = (/** @type {boolean} */ is_free) => {
        resolve(is_free);
        if (!is_free) return;
        return new Promise((free) => {
          this.#held = { id, release: () => free(undefined) };
        });
      };
      if (!navigator.locks) {
        void hold(true);
        return;
      }
      const name = `inkling study ${id}`;
      navigator.locks
        .request(name, { ifAvailable: true }, (lock) => hold(lock !== null))
        // Where the browser denies locks it denies storage: nothing is shared.
        .catch(() => hold(true));
    });
    return taken;
  }

  /** Lets another tab run the study that this one took. */
  release() {
    this.#held?.release();
    this.#held = null;
  }

  /**
   * A study as it stands in the database, where another tab may have written.
   * @param {string} id
   * @returns {Promise<StudyRecord | undefined>}
   */
  async newest(id) {
    const kept = /** @type {StudyRecord | undefined} */ (
      await this.#ask("readonly", (store) => store.get(id))
    );
    return kept?.format_version === 1 ? kept : this.#memory.get(id);
  }

  /**
   * Keeps a study: all of it if this tab runs it, else its name and remarks.
   * @param {StudyRecord} record
   */
  async change(record) {
    if (this.#held?.id === record.id) return this.put(record);
    const { id, name, remarks } = record;
    this.#memory.set(id, record);
    await this.#database.ask("readwrite", ["studies"], (store) => {
      const studies = store("studies");
      studies.get(id).onsuccess = ({ target }) => {
        const { result } = /** @type {IDBRequest<StudyRecord | undefined>} */ (target);
        // One that was removed in another tab stays so.
        if (result) studies.put({ ...result, name, remarks });
      };
    });
  }

  /** @param {StudyRecord} record */
  async put(record) {
    this.#memory.set(record.id, record);
    await this.#ask("readwrite", (store) => store.put(record));
  }

  /** @param {string} id */
  async remove(id) {
    this.#memory.delete(id);
    await this.#ask("readwrite", (store) => store.delete(id));
  }

  /**
   * @param {IDBTransactionMode} mode
   * @param {(store: IDBObjectStore) => IDBRequest} ask
   * @returns {Promise<unknown>}
   */
  #ask(mode, ask) {
    return this.#database.ask(mode, ["studies"], (store) => ask(store("studies")));
  }
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
