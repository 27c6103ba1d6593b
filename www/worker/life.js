// That this worker lives, as the page can notice: imported before anything else, it
// takes a Web Lock that bears the worker's own name, holds it for good, and tells the
// page so. A worker that the browser ends sends no event, but its lock falls free.
// Owns no more than that; what is done about a death is the page's business.

/**
 * The first thing that a worker says.
 * @typedef {object} SignOfLife
 * @property {true} is_alive
 * @property {boolean} holds_lock whether its death can be told by the lock; not where a page has no locks, as by plain http
 */

/** @param {boolean} holds_lock */
function tell(holds_lock) {
  /** @type {SignOfLife} */
  const sign = { is_alive: true, holds_lock };
  self.postMessage(sign);
}

if (navigator.locks) {
  navigator.locks
    .request(self.name, () => {
      tell(true);
      return new Promise(() => {});
    })
    // A browser that denies a site its storage denies it locks too.
    .catch(() => tell(false));
} else {
  tell(false);
}

// A module, so that its type can be named.
export {};
