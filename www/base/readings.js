// What may be asked for faster than it can be read: each reading comes to its end.

/**
 * Readings of one thing, one at a time. What is asked for while one is under way is one
 * more after it, for all who asked: another tab may tell of changes faster than a list is
 * read, and a reading that gave way to the next would never be shown.
 * @param {() => Promise<void>} read
 * @returns {() => Promise<void>} asks for a reading; done when what was there at the call
 *   has been read
 */
export function in_turn(read) {
  /** @type {Promise<void> | null} */
  let now = null;
  /** @type {Promise<void> | null} */
  let next = null;
  /** @returns {Promise<void>} */
  const ask = () => {
    if (now) {
      next ??= now
        .catch(() => {})
        .then(() => {
          next = null;
          return ask();
        });
      return next;
    }
    now = read().finally(() => {
      now = null;
    });
    return now;
  };
  return ask;
}
