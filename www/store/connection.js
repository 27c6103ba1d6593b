// Opens and removes the database as browsers do it: its layout, and what happens when
// another tab wants it changed or gone.

import { deleteDB, openDB } from "../vendor/idb/index.js";

/** @import { IDBPDatabase } from "../vendor/idb/index.js" */
/** @import { StoreName } from "./database.js" */

/**
 * Version of the layout. 1 and 2 stood in a database of another name, which other
 * sites of the origin used too. 3: studies; data sets by checksum and their bytes; runs
 * and their bytes, curves among them, by id and kind; drawn digits; notes by name.
 */
const LAYOUT = 3;

/** @type {Record<StoreName, IDBObjectStoreParameters>} */
const STORES = {
  studies: { keyPath: "id" },
  sets: { keyPath: "checksum" },
  data: { keyPath: "checksum" },
  runs: { keyPath: "id" },
  weights: { keyPath: ["id", "kind"] },
  digits: { keyPath: "id" },
  notes: {},
};

/** Names of all stores. */
export const ALL = /** @type {StoreName[]} */ (Object.keys(STORES));

/**
 * Opens a database of ours, of this layout.
 * @param {string} name
 * @param {() => void} on_closed called where the browser or another tab has it closed
 * @returns {Promise<IDBPDatabase>}
 */
export function opened(name, on_closed) {
  return new Promise((resolve, reject) => {
    let is_given_up = false;
    openDB(name, LAYOUT, {
      upgrade(database) {
        for (const store of ALL) database.createObjectStore(store, STORES[store]);
      },
      blocked() {
        is_given_up = true;
        reject(new Error("another tab holds an older version open"));
      },
      // Another tab with a newer layout, or one that removes it all, must not wait.
      blocking(_from, _to, event) {
        /** @type {IDBDatabase} */ (event.target).close();
        on_closed();
      },
      terminated: on_closed,
    }).then((connection) => {
      if (is_given_up) connection.close();
      resolve(connection);
    }, reject);
  });
}

/**
 * Removes a database, or has it removed once no tab holds it.
 * @param {string} name
 * @param {() => Promise<unknown>} [then] done once it is gone
 */
export function removed(name, then = async () => {}) {
  return new Promise((resolve) => {
    const removing = async () => {
      await deleteDB(name, { blocked: resolve });
      await then();
    };
    // Where there is no storage there is nothing to remove.
    removing().then(resolve, resolve);
  });
}

/**
 * Removes what a storage keeps under our names.
 * @param {() => Storage} storage
 * @param {string} prefix
 */
export function forget_names(storage, prefix) {
  try {
    const found = storage();
    for (const name of Object.keys(found)) {
      if (name.startsWith(prefix)) found.removeItem(name);
    }
  } catch {
    // Where there is no storage there is nothing to remove.
  }
}
