// Code that is fetched when it is first needed.

/**
 * Fetches once, however often it is asked for; what could not be fetched is tried again
 * when it is next asked for.
 * @template T
 * @param {() => Promise<T>} load
 * @param {(error: unknown) => void} on_fault told of each failure
 * @returns {() => Promise<T>}
 */
export function loaded_once(load, on_fault) {
  /** @type {Promise<T> | undefined} */
  let loading;
  return () => {
    if (!loading) {
      loading = load();
      loading.catch((error) => {
        loading = undefined;
        on_fault(error);
      });
    }
    return loading;
  };
}
