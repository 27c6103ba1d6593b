// Small texts by name, as the browser keeps them.

/** @returns {import("../../www/base/preferences.js").SmallStore} */
export function small_store() {
  /** @type {Map<string, string>} */
  const texts = new Map();
  return {
    get: (name) => texts.get(name) ?? null,
    set: (name, value) => void texts.set(name, value),
  };
}
