// Small choices of a person that outlive the page. Names bear the site's folder, for
// other sites may share the origin. Where the browser denies storage, nothing is kept.

const SCOPE = `inkling ${new URL("../", import.meta.url).pathname} `;

/**
 * @param {string} name
 * @returns {string | null}
 */
export function preference(name) {
  try {
    return localStorage.getItem(SCOPE + name);
  } catch {
    return null;
  }
}

/**
 * @param {string} name
 * @param {string} value
 */
export function set_preference(name, value) {
  try {
    localStorage.setItem(SCOPE + name, value);
  } catch {
    // Not kept: it is chosen again next time.
  }
}

/** Removes all of them. */
export function forget_preferences() {
  try {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(SCOPE));
    for (const name of names) localStorage.removeItem(name);
  } catch {
    // Nothing was kept.
  }
}
