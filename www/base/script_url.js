// The only way from a name to code that runs outside a module graph: workers. The
// page's content policy asks for trusted types, so a URL made of anything else,
// such as what a file holds, is refused by the browser itself.

/** What the page may start, by its path in the site. */
const SCRIPTS = /** @type {const} */ (["worker/worker.js", "worker/team_member.js", "sw.js"]);

/** Scripts of the page. @typedef {typeof SCRIPTS[number]} Script */

/** @typedef {{ createScriptURL: (name: string) => URL }} Policy */

const rules = {
  /** @param {string} name */
  createScriptURL(name) {
    if (!SCRIPTS.some((script) => script === name)) {
      throw new TypeError(`script: found ${name}, expected one of ${SCRIPTS.join(", ")}`);
    }
    return new URL(`../${name}`, import.meta.url).href;
  },
};

/** @type {Policy | undefined} */
const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("inkling", rules);

/**
 * The URL of a script of ours, as workers take it.
 * @param {Script} name
 * @returns {URL} where the browser knows trusted types it is one of those
 */
export function script_url(name) {
  return policy?.createScriptURL(name) ?? new URL(rules.createScriptURL(name));
}
