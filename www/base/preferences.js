// Small choices of a person that outlive the page, and notes of a tab that outlive its
// reloads. Names bear the site's folder, for other sites may share the origin. Where the
// browser denies storage, nothing is kept.

const SCOPE = `inkling ${new URL("../", import.meta.url).pathname} `;

/**
 * Texts by name.
 * @typedef {object} SmallStore
 * @property {(name: string) => string | null} get
 * @property {(name: string, value: string) => void} set
 */

/**
 * @param {() => Storage} storage may throw
 * @returns {SmallStore}
 */
function small_store(storage) {
  return {
    get(name) {
      try {
        return storage().getItem(SCOPE + name);
      } catch {
        return null;
      }
    },
    set(name, value) {
      try {
        storage().setItem(SCOPE + name, value);
      } catch {
        // Not kept: it is chosen, or written, again next time.
      }
    },
  };
}

/** Of the site, in this browser. */
export const PREFERENCES = small_store(() => localStorage);

/**
 * Tells what another tab has put in place of a text of the site's.
 * @param {string} name
 * @param {(value: string, before: string | null) => void} told
 */
export function on_other_tab(name, told) {
  // There is no such event outside of a page.
  globalThis.addEventListener?.("storage", ({ key, newValue, oldValue }) => {
    if (key === SCOPE + name && newValue !== null) told(newValue, oldValue);
  });
}

/** Of this tab, through its reloads. */
export const TAB_NOTES = small_store(() => sessionStorage);

/** Removes all of them. */
export function forget_preferences() {
  for (const storage of [() => localStorage, () => sessionStorage]) {
    try {
      const names = Object.keys(storage()).filter((name) => name.startsWith(SCOPE));
      for (const name of names) storage().removeItem(name);
    } catch {
      // Nothing was kept.
    }
  }
}
