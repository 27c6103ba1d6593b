// The one database in which this browser keeps what a person did: its layout,
// how older layouts become this one, and what is said where the browser refuses.
// What a record means is the business of whoever asks.

/** It began with studies alone; another name would mean copying them. */
const NAME = "inkling-studies";

/**
 * Version of the layout. 1: studies. 2: data sets by checksum; runs, and the
 * bytes of their models, by id; drawn digits; the page's own few notes by name.
 */
export const LAYOUT = 2;

/** @typedef {"studies" | "data" | "runs" | "weights" | "digits" | "page"} StoreName */

/** @type {readonly StoreName[]} */
const STORES = ["studies", "data", "runs", "weights", "digits", "page"];

/** Everything of ours in `localStorage` begins so. */
const PREFIX = "inkling";

export class Database {
  /** @type {Promise<IDBDatabase> | null} */
  #opening = null;
  #on_refusal;
  #is_refused = false;
  #is_closed = false;
  #is_refusing = false;

  /** @param {(sentence: string) => void} on_refusal told once when something cannot be kept */
  constructor(on_refusal) {
    this.#on_refusal = on_refusal;
  }

  /**
   * Runs requests in one transaction: all of it is kept or nothing.
   * @template T
   * @param {IDBTransactionMode} mode
   * @param {StoreName[]} names
   * @param {(store: (name: StoreName) => IDBObjectStore) => IDBRequest<T> | void} ask
   * @returns {Promise<T | undefined>} what the request came to; nothing where the browser refuses
   */
  async ask(mode, names, ask) {
    if (this.#is_closed) return undefined;
    try {
      this.#opening ??= opened();
      const database = await this.#opening;
      return await new Promise((resolve, reject) => {
        const transaction = database.transaction(names, mode);
        const request = ask((name) => transaction.objectStore(name));
        // Only the transaction's end says that the bytes are kept.
        transaction.oncomplete = () => resolve(request?.result);
        // An error ends in this too, and only here is its reason known.
        transaction.onabort = () =>
          reject(transaction.error ?? new Error("what was written was given up"));
        if (this.#is_refusing && mode === "readwrite") transaction.abort();
      });
    } catch (error) {
      // A full store is still open; anything else may be gone for good.
      const is_full = error instanceof DOMException && error.name === "QuotaExceededError";
      if (!is_full) this.#opening = null;
      if (!this.#is_refused) {
        this.#is_refused = true;
        const why = error instanceof Error ? error.message || error.name : String(error);
        this.#on_refusal(
          is_full
            ? "The storage that this browser allows is full. Work goes on in this tab’s memory until you close it; download what you want to keep."
            : `This browser refuses to keep anything (${why}). Work goes on in this tab’s memory until you close it; download what you want to keep.`,
        );
      }
      return undefined;
    }
  }

  /** Removes everything of ours, and keeps nothing more in this tab. */
  async forget() {
    await this.ask("readwrite", [...STORES], (store) => {
      for (const name of STORES) store(name).clear();
    });
    this.stop();
    const database = await this.#opening?.catch(() => null);
    database?.close();
    await new Promise((resolve) => {
      const request = indexedDB.deleteDatabase(NAME);
      request.onsuccess = request.onerror = request.onblocked = () => resolve(null);
    }).catch(() => {});
    try {
      for (const key of Object.keys(localStorage)) {
        if (key.startsWith(PREFIX)) localStorage.removeItem(key);
      }
    } catch {
      // Where there is no storage there is nothing to remove.
    }
  }

  /** A fault for tests: whatever is written from now on is given up. */
  refuse() {
    this.#is_refusing = true;
  }

  /** Keeps nothing more. */
  stop() {
    this.#is_closed = true;
  }
}

/** @returns {Promise<IDBDatabase>} */
function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, LAYOUT);
    request.onupgradeneeded = ({ oldVersion }) => {
      const database = request.result;
      if (oldVersion < 1) database.createObjectStore("studies", { keyPath: "id" });
      if (oldVersion < 2) {
        database.createObjectStore("data", { keyPath: "checksum" });
        database.createObjectStore("runs", { keyPath: "id" });
        database.createObjectStore("weights", { keyPath: "id" });
        database.createObjectStore("digits", { autoIncrement: true });
        database.createObjectStore("page");
      }
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
