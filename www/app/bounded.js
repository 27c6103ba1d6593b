// Waiting for the storage no longer than a person would: what is slow to be kept is shown.

/** So long what is read waits to be shown until it is kept. */
const KEEP_PATIENCE_MS = 2000;

/**
 * Waits for the storage, but no longer than a person would.
 * @template T
 * @param {Promise<T>} work
 * @returns {Promise<T | null>} nothing where it has not answered yet
 */
export async function bounded(work) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const late = new Promise((done) => {
    timer = setTimeout(done, KEEP_PATIENCE_MS, null);
  });
  try {
    return await Promise.race([work, /** @type {Promise<null>} */ (late)]);
  } finally {
    clearTimeout(timer);
  }
}
