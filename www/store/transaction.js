// One transaction from its first request to its end.

/** @import { IDBPDatabase } from "../vendor/idb/index.js" */
/** @import { At, Shelf, StoreName } from "./database.js" */

/**
 * Does the work and waits for the transaction's end: only that says that bytes are kept.
 * Where the work fails nothing of it is kept.
 * @template T
 * @param {IDBPDatabase} connection
 * @param {IDBTransactionMode} mode
 * @param {StoreName[]} names
 * @param {(at: At) => Promise<T>} work
 * @param {object} [options]
 * @param {boolean} [options.is_refusing] the test fault: as on a full disk, what is there can be read and removed
 * @param {IDBTransactionDurability} [options.durability] `strict`: it ends once the disk has it
 * @returns {Promise<T>}
 */
export async function in_transaction(connection, mode, names, work, options = {}) {
  const { is_refusing = false, durability = "default" } = options;
  const transaction = connection.transaction(names, mode, { durability });
  const at = (/** @type {StoreName} */ name) => shelf(transaction.objectStore(name), is_refusing);
  // Its failure is told below, with its reason.
  const ending = transaction.done.then(
    () => true,
    () => false,
  );
  try {
    const value = await work(/** @type {At} */ (/** @type {unknown} */ (at)));
    if (await ending) return value;
  } catch (error) {
    try {
      transaction.abort();
    } catch {
      // It has ended by itself.
    }
    await ending;
    throw transaction.error ?? error;
  }
  throw transaction.error ?? new Error("what was written was given up");
}

/**
 * A store whose requests never throw at once, and whose failures need not be awaited one
 * by one: each ends the transaction, which tells of it.
 * @param {any} store
 * @param {boolean} is_refusing
 * @returns {Shelf<any>}
 */
function shelf(store, is_refusing) {
  /** @param {"get" | "getAll" | "count" | "put" | "delete" | "clear"} method */
  const asked =
    (method) =>
    (/** @type {unknown[]} */ ...args) => {
      const asking = (async () => {
        if (is_refusing && method === "put") {
          throw new DOMException("the test fault", "QuotaExceededError");
        }
        return store[method](...args);
      })();
      asking.catch(() => {});
      return asking;
    };
  return {
    get: asked("get"),
    getAll: asked("getAll"),
    count: asked("count"),
    put: asked("put"),
    delete: asked("delete"),
    clear: asked("clear"),
  };
}
