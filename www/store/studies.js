// The studies that are kept, a record each. A study that runs belongs to one tab, by its
// lock; any other tab changes no more of it than what a person wrote there, and what two
// tabs wrote stays both. One that the browser has no room for stays in this tab's memory.

import { merged_text } from "./merge.js";

/** @import { StudyRecord } from "../pkg/ndarray/inkling.js" */
/** @import { Database } from "./database.js" */
/** @import { Locks } from "./locks.js" */

/**
 * What became of a change.
 * @typedef {object} Change
 * @property {StudyRecord} record the study as it stands now, with what other tabs wrote
 * @property {boolean} were_joined whether its remarks hold what this tab and another wrote at the same time
 * @property {boolean} is_gone whether it was removed in another tab, and stays so
 * @property {boolean} is_kept else this tab has it
 */

/** A record with the runs of one study is about this many bytes. */
const BYTES = 200_000;

/** A lock that a reload has not given back yet is free within this time. */
const PATIENCE_MS = 1500;

export class Studies {
  #database;
  #locks;
  /**
   * Those that the browser does not have as they stand, and as it had them last.
   * @type {Map<string, { record: StudyRecord, base: StudyRecord }>}
   */
  #here = new Map();
  /** The study that this tab runs. @type {{ id: string, release: () => void } | null} */
  #held = null;

  /** @param {{ database: Database, locks: Locks }} parts */
  constructor({ database, locks }) {
    this.#database = database;
    this.#locks = locks;
  }

  /** All kept studies, the newest first. @returns {Promise<StudyRecord[]>} */
  async all() {
    const found = (await this.#database.read(["studies"], (at) => at("studies").getAll())) ?? [];
    const kept = found.filter((one) => is_known(one) && !this.#here.has(one.id));
    const all = [...kept, ...[...this.#here.values()].map(({ record }) => record)];
    return all.sort((a, b) => b.created.localeCompare(a.created));
  }

  /**
   * Takes a study for this tab alone, until `release`.
   * @param {string} id
   * @returns {Promise<boolean>} `false` if another tab has it
   */
  async take(id) {
    this.release();
    const release = await this.#locks.hold(name_of(id), PATIENCE_MS);
    if (release) this.#held = { id, release };
    return release !== null;
  }

  /** Lets another tab run the study that this one took. */
  release() {
    const held = this.#held;
    this.#held = null;
    if (!held) return;
    held.release();
    this.#database.tell("study", held.id);
  }

  /** Whether another tab runs it. @param {string} id */
  running_elsewhere(id) {
    return this.#locks.is_held_elsewhere(name_of(id));
  }

  /**
   * A study as it stands, where another tab may have written.
   * @param {string} id
   * @returns {Promise<StudyRecord | undefined>}
   */
  async newest(id) {
    return this.#here.get(id)?.record ?? this.#stands(id);
  }

  /**
   * Keeps what this tab changed of a study: its name and remarks where they differ from
   * what it had read, and all the rest if this tab runs it. What another tab wrote
   * meanwhile stays.
   * @param {StudyRecord} record
   * @param {StudyRecord} base the study as this tab had read it, or as the last change came to
   * @returns {Promise<Change>}
   */
  async change(record, base) {
    const { id } = record;
    const here = this.#here.get(id);
    const from = here?.base ?? base;
    const is_mine = this.#held?.id === id;
    const done = await this.#database.write(
      ["studies"],
      async (at) => {
        const stood = await at("studies").get(id);
        // One that was removed in another tab stays so, unless this one runs it.
        if (!stood && !is_mine && !here) return null;
        const found = merged(record, from, stood ?? from, is_mine || !stood);
        await at("studies").put(found.record);
        return found;
      },
      { bytes: BYTES },
    );
    if (done) {
      if (!done.value) return { record, were_joined: false, is_gone: true, is_kept: false };
      this.#here.delete(id);
      this.#database.tell("study", id);
      return { ...done.value, is_gone: false, is_kept: true };
    }
    const stood = (await this.#stands(id)) ?? from;
    const found = merged(record, from, stood, true);
    this.#here.set(id, { record: found.record, base: stood });
    return { ...found, is_gone: false, is_kept: false };
  }

  /**
   * Keeps a study that is new, whole.
   * @param {StudyRecord} record
   * @returns {Promise<boolean>} whether it is kept; else this tab has it
   */
  async put(record) {
    this.#here.set(record.id, { record, base: record });
    const done = await this.#database.write(["studies"], (at) => at("studies").put(record), {
      bytes: BYTES,
    });
    if (!done) return false;
    this.#here.delete(record.id);
    this.#database.tell("study", record.id);
    return true;
  }

  /** @param {string} id */
  async remove(id) {
    this.#here.delete(id);
    await this.#database.write(["studies"], (at) => at("studies").delete(id));
    this.#database.tell("study", id);
  }

  /** A study as the browser has it. @param {string} id */
  async #stands(id) {
    const found = await this.#database.read(["studies"], (at) => at("studies").get(id));
    return found && is_known(found) ? found : undefined;
  }
}

/** @param {string} id */
function name_of(id) {
  return `study ${id}`;
}

/** A later page may keep records that this one does not know. @param {StudyRecord} record */
function is_known(record) {
  return [1, 2].includes(record.format_version);
}

/**
 * @param {StudyRecord} record
 * @param {StudyRecord} base
 * @param {StudyRecord} stood
 * @param {boolean} is_mine whether all the rest is this tab's too
 */
function merged(record, base, stood, is_mine) {
  const name = record.name === base.name ? stood.name : record.name;
  const { text, were_joined } = merged_text(base.remarks, record.remarks, stood.remarks);
  return { record: { ...(is_mine ? record : stood), name, remarks: text }, were_joined };
}
