// The one database in which this browser keeps what a person did: its name and layout,
// its connection, what other tabs are told, and what is said where the browser refuses.
// What a record means, and what may go when room is short, is the business of others.

import { forget_preferences } from "../base/preferences.js";
import { ALL, forget_names, opened, removed } from "./connection.js";
import { OLD_NAME, move_old } from "./migration.js";
import { in_transaction } from "./transaction.js";

/** @import { IDBPDatabase } from "../vendor/idb/index.js" */
/** @import { StudyRecord } from "../pkg/ndarray/inkling.js" */
/** @import { DataBytes, DataRow } from "./data_sets.js" */
/** @import { Digit } from "./digits.js" */
/** @import { RunPart, RunRow } from "./run_rows.js" */

/** The site's folder: other sites may share the origin, and each keeps its own. */
const scope = new URL("../", import.meta.url).pathname;

/**
 * What each store holds.
 * @typedef {object} Layout
 * @property {StudyRecord} studies
 * @property {DataRow} sets
 * @property {DataBytes} data
 * @property {RunRow} runs
 * @property {RunPart} weights
 * @property {Digit} digits
 * @property {unknown} notes
 */

/** @typedef {keyof Layout} StoreName */

/**
 * A store within a transaction.
 * @template V
 * @typedef {object} Shelf
 * @property {(key: IDBValidKey) => Promise<V | undefined>} get
 * @property {(range?: IDBKeyRange) => Promise<V[]>} getAll
 * @property {() => Promise<number>} count
 * @property {(value: V, key?: IDBValidKey) => Promise<unknown>} put
 * @property {(key: IDBValidKey | IDBKeyRange) => Promise<unknown>} delete
 * @property {() => Promise<unknown>} clear
 */

/** @typedef {<N extends StoreName>(name: N) => Shelf<Layout[N]>} At */

/**
 * What a write asks for where there is no room for it.
 * @typedef {object} Need
 * @property {number} bytes about what is written
 * @property {readonly string[]} [runs] ids that must stay
 * @property {readonly string[]} [data] checksums that must stay
 */

/**
 * Whoever makes room. `attempt` does the write again, after what `also` takes away in
 * the same transaction; it comes to nothing while there is no room.
 * @typedef {object} RoomMaker
 * @property {(need: Need) => Promise<void>} prepare called before each such write
 * @property {(need: Need, attempt: (also?: (at: At) => Promise<unknown>) => Promise<Done | null>) => Promise<Done | null>} make
 */

/** @typedef {{ value: unknown }} Done */

/** What other tabs are told about. @typedef {"forget" | "study" | "runs" | "data" | "digits"} Topic */

const FULL =
  "The storage that this browser allows is full. Work goes on in this tab’s memory until you close it; download what you want to keep.";

export class Database {
  #name;
  #on_notice;
  /** @type {Promise<IDBPDatabase> | null} */
  #opening = null;
  #is_stopped = false;
  #is_refusing = false;
  /** Sentences that were told: each is, once. @type {Set<string>} */
  #told = new Set();
  /** @type {BroadcastChannel | null} */
  #channel = null;
  /** @type {Set<{ topic: Topic, listener: (id: string) => void }>} */
  #listeners = new Set();

  /** @type {RoomMaker | null} */
  room = null;

  /**
   * @param {object} [options]
   * @param {string} [options.scope] path of the site's folder
   * @param {(sentence: string) => void} [options.on_notice] told what a person should know, each thing once
   */
  constructor({ scope: path = scope, on_notice = () => {} } = {}) {
    this.#name = `inkling ${path}`;
    this.#on_notice = on_notice;
    try {
      this.#channel = new BroadcastChannel(this.#name);
      this.#channel.onmessage = ({ data }) => this.#hear(data);
    } catch {
      // This browser's tabs do not hear of each other.
    }
  }

  /** Of the database, and what names of locks and notes of this site begin with. */
  get name() {
    return this.#name;
  }

  /** Whether the test fault is on. */
  get is_refusing() {
    return this.#is_refusing;
  }

  /**
   * Reads in one transaction.
   * @template T
   * @param {StoreName[]} names
   * @param {(at: At) => Promise<T>} work
   * @returns {Promise<T | undefined>} nothing where the browser refuses
   */
  async read(names, work) {
    if (this.#is_stopped) return undefined;
    try {
      return await this.#run("readonly", names, work);
    } catch (error) {
      this.#refused(error);
      return undefined;
    }
  }

  /**
   * Writes in one transaction: all of it is kept or nothing. The work may be done more
   * than once.
   * @template T
   * @param {StoreName[]} names
   * @param {(at: At) => Promise<T>} work
   * @param {Need | null} [need] without it nothing else goes to make room
   * @param {() => void} [on_full] called where there is no room; it says so
   * @returns {Promise<{ value: T } | null>} nothing where it could not be kept
   */
  async write(names, work, need = null, on_full = () => this.tell_full()) {
    if (this.#is_stopped) return null;
    try {
      if (need) await this.room?.prepare(need);
      const done = await this.attempt(names, work);
      if (done) return done;
      const again = (/** @type {((at: At) => Promise<unknown>) | undefined} */ also) =>
        this.attempt(also ? ALL : names, async (at) => {
          await also?.(at);
          return work(at);
        });
      const late = need ? await this.room?.make(need, again) : null;
      if (late) return /** @type {{ value: T }} */ (late);
      on_full();
    } catch (error) {
      this.#refused(error);
    }
    return null;
  }

  /**
   * One try at a write, of which nothing is said.
   * @template T
   * @param {StoreName[]} names
   * @param {(at: At) => Promise<T>} work
   * @returns {Promise<{ value: T } | null>} nothing where there is no room; rejects for any other reason
   */
  async attempt(names, work) {
    try {
      return { value: await this.#run("readwrite", names, work) };
    } catch (error) {
      if (is_full(error)) return null;
      throw error;
    }
  }

  /** Says that something could not be kept for want of room. */
  tell_full() {
    this.#tell_once(FULL);
  }

  /** Whether anything of a person's is kept. */
  async holds_anything() {
    const names = /** @type {StoreName[]} */ (["studies", "sets", "runs", "digits"]);
    const counts = await this.read(names, (at) =>
      Promise.all(names.map((name) => at(name).count())),
    );
    return counts?.some((count) => count > 0) ?? false;
  }

  // Tabs

  /** Tells the site's other tabs that something changed. @param {Topic} topic @param {string} [id] */
  tell(topic, id = "") {
    if (!this.#is_stopped) this.#channel?.postMessage({ topic, id });
  }

  /**
   * Calls the listener when another tab changed something.
   * @param {Topic} topic
   * @param {(id: string) => void} listener
   * @returns {() => void} ends it
   */
  hear(topic, listener) {
    const one = { topic, listener };
    this.#listeners.add(one);
    return () => void this.#listeners.delete(one);
  }

  /** @param {{ topic: Topic, id: string }} message */
  #hear({ topic, id }) {
    if (topic === "forget") {
      this.stop();
      this.#tell_once(
        "Everything that was kept has been forgotten in another tab. This tab keeps nothing.",
      );
    }
    for (const one of [...this.#listeners]) {
      if (one.topic === topic) one.listener(id);
    }
  }

  // Ends

  /** Removes everything of ours, and keeps nothing more in this tab. */
  async forget() {
    this.tell("forget");
    await this.write(ALL, (at) => Promise.all(ALL.map((name) => at(name).clear())));
    const opening = this.#opening;
    this.stop();
    await opening?.catch(() => null);
    await removed(this.#name);
    // What an older page kept there, and could not be moved.
    await removed(OLD_NAME);
    forget_preferences();
    forget_names(() => sessionStorage, `${this.#name} `);
    forget_names(() => localStorage, "inkling.");
    try {
      const root = await navigator.storage.getDirectory();
      await root.removeEntry("inkling fault", { recursive: true });
    } catch {
      // No test filled it.
    }
  }

  /** A fault for tests: whatever is written from now on is given up; only deletions are done. */
  refuse() {
    this.#is_refusing = true;
  }

  /** Keeps nothing more, and reads nothing more. */
  stop() {
    this.#is_stopped = true;
    this.#opening?.then(
      (connection) => connection.close(),
      () => {},
    );
    this.#channel?.close();
  }

  // The connection

  /**
   * @template T
   * @param {IDBTransactionMode} mode
   * @param {StoreName[]} names
   * @param {(at: At) => Promise<T>} work
   * @returns {Promise<T>}
   */
  async #run(mode, names, work) {
    const opening = this.#connection();
    const connection = await opening;
    const options = { is_refusing: this.#is_refusing };
    try {
      return await in_transaction(connection, mode, names, work, options);
    } catch (error) {
      if (is_full(error) || this.#is_stopped) throw error;
      // The browser, or a tab that wanted it so, may have closed the connection.
      if (this.#opening === opening) this.#opening = null;
      connection.close();
      return in_transaction(await this.#connection(), mode, names, work, options);
    }
  }

  /** The open database, opened anew where it was closed. */
  #connection() {
    if (this.#opening) return this.#opening;
    const forget = () => {
      if (this.#opening === opening) this.#opening = null;
    };
    const opening = this.#open(forget);
    this.#opening = opening;
    opening.catch(forget);
    return opening;
  }

  /** @param {() => void} on_closed @returns {Promise<IDBPDatabase>} */
  async #open(on_closed) {
    const connection = await opened(this.#name, on_closed);
    const failure = await move_old(connection);
    if (failure) this.#tell_once(failure);
    if (this.#is_stopped) connection.close();
    return connection;
  }

  /** @param {unknown} error */
  #refused(error) {
    if (this.#is_stopped) return;
    const { name = "", message = "" } = error instanceof Error ? error : {};
    if (name === "VersionError") {
      this.stop();
      this.#tell_once(
        "A newer version of this page is open in another tab. This tab keeps nothing more; load it again to go on.",
      );
      return;
    }
    const why = message || name || String(error);
    if (this.#told.has("refused")) return;
    this.#told.add("refused");
    this.#on_notice(
      `This browser refuses to keep anything (${why}). Work goes on in this tab’s memory until you close it; download what you want to keep.`,
    );
  }

  /** @param {string} sentence */
  #tell_once(sentence) {
    if (this.#told.has(sentence)) return;
    this.#told.add(sentence);
    this.#on_notice(sentence);
  }
}

/** @param {unknown} error */
function is_full(error) {
  return error instanceof Error && error.name === "QuotaExceededError";
}
