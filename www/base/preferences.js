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

/**
 * What this tab noted, through its reloads.
 * @param {string} name
 * @returns {string | null}
 */
export function tab_note(name) {
  try {
    return sessionStorage.getItem(SCOPE + name);
  } catch {
    return null;
  }
}

/**
 * @param {string} name
 * @param {string} value empty for none
 */
export function set_tab_note(name, value) {
  try {
    if (value === "") sessionStorage.removeItem(SCOPE + name);
    else sessionStorage.setItem(SCOPE + name, value);
  } catch {
    // It does not outlive the page.
  }
}

/** Removes all of them. */
export function forget_preferences() {
  try {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(SCOPE));
    for (const name of names) localStorage.removeItem(name);
    const notes = Object.keys(sessionStorage).filter((name) => name.startsWith(SCOPE));
    for (const name of notes) sessionStorage.removeItem(name);
  } catch {
    // Nothing was kept.
  }
}
